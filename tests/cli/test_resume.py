"""A stopped service goes on only as far as a person says: each held post is asked about, the rest stays."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.stop import EVERYTHING, scope_of
from amplifier.clock import utc_now
from amplifier.deliver import stop_flags
from amplifier.store.holding import holds, stops
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

WHY = "A person stopped everything."
LATE = timedelta(seconds=20)
AGO = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _nothing_else_is_due(shell: Shell) -> None:
    """However long the tests before took: what is due, a test says."""
    assert shell
    later = utc_now() + timedelta(hours=1)
    DeliveryRow.objects.update(run_at=later, too_late_at=later + timedelta(hours=1))


def _stop(scope: str = EVERYTHING) -> None:
    stops.stop(reason=WHY, actor="cli:wren", now=utc_now() - AGO, scope=scope)


def _due(*slots: str, account: str = "x", late: timedelta = LATE) -> list[int]:
    """These posts have just come due on this account; their numbers."""
    numbers = []
    for slot in slots:
        row = DeliveryRow.objects.filter(post__slot=slot, account__label=account).order_by("id")[0]
        row.run_at = row.post.due_at = utc_now() - late
        row.too_late_at = row.post.due_at + timedelta(seconds=60)
        row.post.save()
        row.save()
        numbers.append(row.pk)
    return numbers


def _slots(number: int) -> list[str]:
    rows = DeliveryRow.objects.filter(account__label="x").order_by("post__due_at").values_list("post__slot", flat=True)
    return list(dict.fromkeys(rows))[:number]


def _states(ids: Iterable[int]) -> list[str]:
    return [DeliveryRow.objects.get(id=pk).state for pk in ids]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person answers, one after another; the questions they were asked stay."""
    answers: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def answer(question: str) -> str:
        sys.stdout.write(f"{question}\n")
        return answers.pop(0)

    monkeypatch.setattr("builtins.input", answer)
    return answers


def test_it_shows_who_stopped_it_why_and_since_when(shell: Shell) -> None:
    _stop()
    said = shell("resume", "--yes")
    assert said.code == 0
    assert said.out.startswith(f"■ Sending is stopped everywhere. {WHY}\n  in the database by cli:wren since ")
    assert "✓ Sending goes on everywhere. What comes goes out at its time." in said.out
    assert stops.stops() == ()


def test_each_held_post_is_asked_about_and_the_others_stay_held(shell: Shell, says: list[str]) -> None:
    _stop()
    ids = _due(*_slots(3))
    says += ["n", "what", "y", "no", "y"]
    said = shell("resume")
    assert said.code == 0, said
    assert "1 of 3" in said.out
    assert "20 s late, too late in 39 s" in said.out
    assert DeliveryRow.objects.get(id=ids[1]).text[:40] in said.out
    assert "1 held post goes out now. 2 stay held." in said.out.replace("\n", " ")
    assert "2 held back stay held until they are too late" in said.out
    assert _states(ids) == ["held", "queued", "held"]
    assert DeliveryRow.objects.get(id=ids[0]).reason == HoldReason.KEPT


def test_what_was_kept_back_goes_only_when_somebody_names_it_or_is_asked(shell: Shell, says: list[str]) -> None:
    _stop()
    ids = _due(*_slots(2))
    says += ["n", "n", "y"]
    shell("resume")
    assert shell("resume", "--yes").code == 0
    assert _states(ids) == ["held", "held"]
    post = DeliveryRow.objects.get(id=ids[1]).post
    told = shell.ask("resume", "--post", f"{post.slot}/{post.occurrence}")
    assert [one["id"] for one in told["released"]] == [ids[1]]
    assert _states(ids) == ["held", "queued"]
    says += ["y", "y"]
    shell("resume")
    assert _states(ids) == ["queued", "queued"]


def test_what_came_due_while_the_person_was_answering_is_asked_about_too(
    shell: Shell, says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stop()
    slots = _slots(3)
    ids = _due(slots[0])
    first = sys.modules["builtins"].input

    def answer(question: str) -> str:
        if "Let sending go on" in question:
            ids.extend(_due(*slots[1:]))
            holds.hold_blocked(now=utc_now())  # the worker does
        return str(first(question))

    monkeypatch.setattr("builtins.input", answer)
    says += ["y", "y", "y", "n"]
    said = shell("resume")
    assert said.code == 0
    assert "\n1 held post. Answer with" in said.out
    assert "\n2 more posts came due while you answered, and are held. Answer with" in said.out
    assert _states(ids) == ["queued", "queued", "held"]
    assert DeliveryRow.objects.get(id=ids[2]).reason == HoldReason.KEPT
    assert says == []


def test_deliveries_are_not_called_posts(shell: Shell, says: list[str]) -> None:
    _stop()
    slots = _slots(2)
    _due(*slots)
    _due(*slots, account="bluesky")
    says += ["all", "y"]
    said = " ".join(shell("resume").out.split())
    assert "4 held deliveries of 2 posts. Answer with" in said
    assert "4 held deliveries of 2 posts go out now." in said
    assert "4 held deliveries go out now, one" in said


def test_what_became_too_late_is_counted_among_what_was_let_go(
    shell: Shell, says: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stop()
    ids = _due(*_slots(3))
    first = sys.modules["builtins"].input

    def answer(question: str) -> str:
        if "Let sending go on" in question:
            DeliveryRow.objects.filter(id=ids[0]).update(too_late_at=utc_now())
        return str(first(question))

    monkeypatch.setattr("builtins.input", answer)
    says += ["all", "y"]
    said = " ".join(shell("resume").out.split())
    assert "2 held deliveries go out now" in said
    assert "1 of the 3 that you let go had become too late meanwhile, and is missed." in said


def test_what_hands_were_to_post_is_asked_about_and_stays_theirs(shell: Shell, says: list[str]) -> None:
    _stop()
    ids = _due(*_slots(2))
    DeliveryRow.objects.filter(id__in=ids).update(state=State.HELD, reason=HoldReason.HAND_OFF)
    says += ["n", "y", "y"]
    said = shell("resume")
    assert "once, by hand, 20 s late" in said.out
    assert "Somebody is asked to post 1 by hand. 1 stays held." in said.out.replace("\n", " ")
    assert "1 is to be posted by hand: somebody is asked now." in said.out
    reasons = [DeliveryRow.objects.get(id=number).reason for number in ids]
    assert reasons == [HoldReason.KEPT, HoldReason.HAND_OFF]


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        (["n", "all", "y"], ["held", "queued", "queued"]),
        (["y", "none", "y"], ["queued", "held", "held"]),
        (["y", "y", "y", "n"], ["held", "held", "held"]),
    ],
)
def test_one_answer_may_stand_for_the_rest_and_the_last_question_for_nothing_at_all(
    shell: Shell, says: list[str], answers: list[str], states: list[str]
) -> None:
    _stop()
    ids = _due(*_slots(3))
    says += answers
    shell("resume")
    assert _states(ids) == states
    assert bool(stops.stops()) == (answers[-1] == "n")


def test_whoever_breaks_off_has_changed_nothing(shell: Shell, says: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(_question: str) -> str:
        raise EOFError

    _stop()
    ids = _due(*_slots(2))
    monkeypatch.setattr("builtins.input", leave)
    assert shell("resume").code == 1
    assert says == []
    assert _states(ids) == ["held", "held"]
    assert stops.stops()


def test_what_has_become_too_late_stays_missed_and_is_listed(shell: Shell) -> None:
    _stop()
    slots = _slots(2)
    ids = [*_due(slots[0], late=timedelta(seconds=65)), *_due(slots[1])]
    DeliveryRow.objects.filter(id=ids[0]).update(state=State.HELD, reason=HoldReason.STOPPED)
    said = shell("resume", "--yes")
    assert f"✕ missed  {'Sun 24 Sep 10:00'}  x  {slots[0]}/once  stays missed" in said.out
    assert _states(ids) == ["missed", "queued"]


def test_by_name_only_that_post_goes_on(shell: Shell) -> None:
    _stop()
    slots = _slots(3)
    ids = _due(*slots)
    told = shell.ask("resume", "--post", f"{slots[2]}/once")
    assert [one["post"] for one in told["released"]] == [f"{slots[2]}/once"]
    assert [one["id"] for one in told["kept"]] == ids[:2]
    assert _states(ids) == ["held", "held", "queued"]


def test_a_name_that_is_not_held_is_refused_and_nothing_changes(shell: Shell) -> None:
    _stop()
    ids = _due(*_slots(1))
    assert "No held post that could go on is called “helo/once”." in shell.refused("resume", "--post", "helo/once")
    assert _states(ids) == ["held"]
    assert stops.stops()


def test_in_json_nobody_can_be_asked(shell: Shell) -> None:
    _stop()
    told = shell("resume", "--json")
    assert told.code == 2
    assert "add --yes, or name what may go on with --post" in told.out
    assert stops.stops()


def test_without_a_terminal_it_stays_stopped(shell: Shell) -> None:
    _stop()
    _due(*_slots(1))
    said = shell("resume")
    assert said.code == 1
    assert "Nobody is there to ask." in said.err
    assert stops.stops()


def test_the_stop_file_is_taken_away_and_one_that_cannot_be_is_told(shell: Shell) -> None:
    file = shell.var / "STOP"
    shell.var.mkdir(exist_ok=True)
    file.write_text("Somebody made this.\n")
    said = shell("resume", "--yes")
    assert "Somebody made this.\n  by the stop file by " in said.out
    assert not file.exists()
    file.mkdir()
    (file / "more").touch()
    _stop()
    assert "cannot be taken away (Directory not empty)" in shell("resume", "--yes").err
    assert stops.stops(), "the database's own flag is still there"


def test_an_unreadable_stop_file_that_is_an_empty_folder_is_taken_away_too(shell: Shell) -> None:
    (shell.var / "STOP").mkdir(parents=True)
    assert "cannot be read" in " ".join(shell("resume", "--yes").out.split())
    assert not Path(shell.var / "STOP").exists()


def test_what_the_environment_stops_no_command_lets_go_on(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    _stop()
    assert "AMPLIFIER_STOP is set in the environment where this command runs" in shell.refused("resume", "--yes")
    monkeypatch.delenv("AMPLIFIER_STOP")
    stop_flags.heartbeats.beat(stop_flags.FLAG_BEAT, now=utc_now(), detail="AMPLIFIER_STOP is set in the environment.")
    assert "AMPLIFIER_STOP is set in the environment where the worker runs" in shell("resume", "--yes").err
    assert stops.stops()


def test_whoever_may_not_resume_yet_is_told_why(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_flags, "may_resume", lambda: "Three are still being looked for.")
    _stop()
    assert "Three are still being looked for." in shell("resume", "--yes").err
    assert stops.stops()


def test_one_scope_ends_alone_and_what_another_holds_back_stays(shell: Shell) -> None:
    _stop(scope_of(account="x"))
    _stop(scope_of(tag="Lab23"))
    slots = _slots(2)
    ids = _due(*slots)
    DeliveryRow.objects.filter(id=ids[0]).update(text="Words without a tag.")
    assert "#Lab23" in DeliveryRow.objects.get(id=ids[1]).text
    told = shell.ask("resume", "--account", "x", "--yes")
    assert [one["id"] for one in told["released"]] == [ids[0]]
    assert [one["scope"] for one in told["still_stopped"]] == ["tag:lab23"]
    assert _states(ids) == ["queued", "held"]
    assert [one.scope for one in stops.stops()] == ["tag:lab23"]


def test_a_stop_of_one_account_is_not_ended_by_the_way(shell: Shell) -> None:
    _stop(scope_of(account="x"))
    said = shell("resume", "--yes")
    assert said.code == 1
    assert (
        said.out == f"Sending goes on but for this:\n■ Sending on x is stopped. {WHY}\n  amplifier resume --account x\n"
    )
    assert stops.stops()


def test_what_is_not_stopped_needs_no_answer(shell: Shell) -> None:
    said = shell("resume")
    assert (said.code, said.out) == (0, "Sending is not stopped.\n")
    said = shell("resume", "--account", "x")
    assert (said.code, said.out) == (0, "Sending on x is not stopped.\n")


def test_what_is_stopped_by_another_stop_alone_is_not_said_to_go_on(shell: Shell) -> None:
    _stop(scope_of(account="x"))
    assert shell("resume", "--account", "bluesky").out.startswith(
        "Sending on bluesky is not stopped, but this is:\n■ Sending on x is stopped."
    )
    stops.lift(actor="cli:wren", now=utc_now(), scope=scope_of(account="x"))
    _stop()
    assert shell("resume", "--account", "x").out.startswith(
        "Sending on x is not stopped by itself, but with everything:\n■ Sending is stopped."
    )


def test_what_a_resume_left_behind_halfway_is_asked_about_once_more(shell: Shell) -> None:
    _stop()
    ids = _due(*_slots(1))
    DeliveryRow.objects.filter(id__in=ids).update(state=State.HELD, reason=HoldReason.STOPPED)
    stops.lift(actor="cli:wren", now=utc_now())
    assert shell("resume", "--yes").code == 0
    assert _states(ids) == ["queued"]


def test_it_says_how_many_may_be_out_already_and_do_not_go_out_by_this(shell: Shell) -> None:
    _stop()
    looked_for, held, kept = _due(*_slots(3))
    DeliveryRow.objects.filter(id=looked_for).update(state=State.UNSURE, reason=DoubtReason.RESTORED)
    DeliveryRow.objects.filter(id=held).update(state=State.HELD, reason=HoldReason.UNTRUE, unseen_since=utc_now())
    DeliveryRow.objects.filter(id=kept).update(state=State.HELD, reason=HoldReason.KEPT, unseen_since=utc_now())
    said = shell("resume", "--anyway", "--yes")
    told = " ".join(said.out.split())
    assert said.code == 0
    assert (
        "3 that may be out already are not sent by this: 1 is looked for first, "
        "2 wait for a person's word (amplifier decide)." in told
    )
    assert _states([looked_for, held, kept]) == ["unsure", "held", "held"]


def test_what_was_kept_back_and_may_be_out_since_a_backup_is_looked_for_and_not_said_to_go_out(shell: Shell) -> None:
    _stop()
    (kept,) = _due(*_slots(1))
    DeliveryRow.objects.filter(id=kept).update(state=State.HELD, reason=HoldReason.KEPT, unseen_since=utc_now())
    post = DeliveryRow.objects.get(id=kept).post
    said = shell("resume", "--post", f"{post.slot}/{post.occurrence}")
    told = " ".join(said.out.split())
    assert said.code == 0
    assert "1 that may be out already is not sent by this: 1 is looked for first." in told
    assert "too late meanwhile" not in told
    assert _states([kept]) == ["unsure"]


def test_a_campaign_that_was_never_restored_hears_nothing_of_it(shell: Shell) -> None:
    _stop()
    assert "already" not in shell("resume", "--yes").out
