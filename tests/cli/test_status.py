from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.account import Access
from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.cli.status import _in
from amplifier.clock import utc_now
from amplifier.errors import Problem
from amplifier.install import be_present
from amplifier.schedule.naming.doubts import keep_unsaid
from amplifier.schedule.naming.renamed import Unsaid
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import heartbeats
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.listening import sources
from amplifier.store.models import AccountRow, DeliveryRow
from amplifier.store.operate.notes import mark_twice
from tests.cli.conftest import Shell
from tests.store import filled


def _alive(shell: Shell) -> None:
    for name in ("worker", "listener"):
        heartbeats.beat(name, now=utc_now(), detail=load(shell.home).digest)


def test_all_is_well_while_both_are_at_work(shell: Shell) -> None:
    _alive(shell)
    said = shell("status")
    assert said.code == 0
    assert said.out.startswith("REHEARSAL  Labour Campaign for Free Movement\n")
    assert "✓ The worker is at work." in said.out
    assert "Next: Sun 24 Sep 10:00 hello/once, in " in said.out
    status = shell.ask("status")
    assert (status["good"], status["mode"], status["problems"]) == (True, "rehearsal", [])


def test_a_silent_worker_is_told_and_is_not_well(shell: Shell) -> None:
    heartbeats.beat("worker", now=utc_now() - timedelta(seconds=16))
    said = shell("status")
    assert said.code == 1
    assert "✕ The worker has said nothing for 16 s: it hangs, or was killed." in said.out
    assert "✕ The listener is not running." in said.out


def test_where_the_file_was_taken_from_a_service_at_work_no_command_says_that_it_was_never_started(
    shell: Shell,
) -> None:
    file = Path(connection.settings_dict["NAME"])
    connection.close()
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    assert "has not been started here yet" in shell.refused("status")
    present = be_present(file.parent, "up")
    assert present is not None
    for words in (("status",), ("send", "Hello", "--to", "x"), ("milestone",), ("decide",)):
        assert f"The database is not there any more: {file}. Nothing is sent" in shell.refused(*words)
    assert not [*file.parent.glob(f"{file.name}*"), *shell.var.glob("amplifier*")], "none was made by asking"


def test_an_account_whose_network_does_not_answer_is_not_called_connected(shell: Shell) -> None:
    _alive(shell)
    AccountRow.objects.update(health=Access.OK, checked_at=utc_now() - timedelta(minutes=4, seconds=5))
    assert "✓ X @labfreemvmt: connected when asked 4 min ago." in shell("status").out
    sources.source_trouble("x:mentions", problem="X could not be reached: timed out.")
    AccountRow.objects.filter(label="mastodon").update(failures=1)
    accounts.account_trouble("bluesky", lost=False, detail="Not reached.", now=utc_now())
    said = " ".join(shell("status").out.split())
    assert "◷ X @labfreemvmt: connected when asked 4 min ago; it cannot be read now." in said
    assert "◷ Bluesky @labfreemvmt.example: does not answer as it should just now. Not reached." in said
    assert "◷ Mastodon @labfreemvmt@social.example: connected when asked 4 min ago; the last call failed." in said


def test_a_bad_schedule_is_told_with_its_line_and_what_holds_meanwhile(shell: Shell) -> None:
    _alive(shell)
    schedule = shell.home / "schedules" / "lab23.yaml"
    schedule.write_text(schedule.read_text(encoding="utf-8") + "  - nmae: [b]extra\n", encoding="utf-8")
    line = len(schedule.read_text(encoding="utf-8").splitlines())
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    said = shell("status")
    assert said.code == 1
    assert f"✕ schedules/lab23.yaml:{line}: " in said.out
    assert "Until that is mended, the last good version holds." in said.out
    (problem, *_) = shell.ask("status")["problems"]
    assert (problem["path"], problem["line"]) == ("schedules/lab23.yaml", line)


def test_a_stopped_service_says_why_and_how_to_go_on(shell: Shell) -> None:
    _alive(shell)
    stops.stop(reason="Somebody [x] pressed :stop_sign:.", actor="test", now=utc_now())
    said = shell("status")
    assert said.code == 1
    told = " ".join(said.out.split())
    assert "■ Sending is stopped everywhere (the database). Somebody [x] pressed :stop_sign:. amplifier resume" in told
    assert shell.ask("status")["stopped"] == "Somebody [x] pressed :stop_sign:."


def test_every_flag_that_stops_is_named_with_what_to_paste(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    _alive(shell)
    shell("stop", "--reason", "A wrong name")
    stops.stop(reason="Seen in a screenshot.", actor="test", now=utc_now(), scope="account:x")
    stops.stop(reason="Not now.", actor="test", now=utc_now(), scope="tag:lab23")
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    told = " ".join(shell("status").out.split())
    for words in (
        "is stopped everywhere (the environment). AMPLIFIER_STOP is set in the environment. amplifier resume",
        "is stopped everywhere (the stop file and the database). A wrong name. amplifier resume",
        "on x is stopped (the database). Seen in a screenshot. amplifier resume --account x",
        "of posts with #lab23 is stopped (the database). Not now. amplifier resume --tag lab23",
    ):
        assert f"■ Sending {words}" in told
    assert "Next would be: " in told
    flags = [(one["flag"], one["scope"]) for one in shell.ask("status")["stops"]]
    assert flags == [
        ("environment", "all"),
        ("file", "all"),
        ("database", "all"),
        ("database", "account:x"),
        ("database", "tag:lab23"),
    ]


def test_what_waits_for_a_person_names_the_command_that_decides(shell: Shell) -> None:
    _alive(shell)
    unsure, held, missed = DeliveryRow.objects.filter(account__label="bluesky").order_by("id")[:3]
    for row, state in ((unsure, State.UNSURE), (held, State.HELD), (missed, State.MISSED)):
        row.post.due_at = utc_now() - timedelta(hours=1)
        row.post.save()
        DeliveryRow.objects.filter(id=row.pk).update(state=state, reason="")
    DeliveryRow.objects.filter(id=held.pk).update(reason=HoldReason.STOPPED)
    said = shell("status")
    assert said.code == 1
    assert f"\n  amplifier decide {unsure.pk}\n" in said.out
    assert "\n  amplifier resume\n" in said.out
    assert f"\n  amplifier decide {missed.pk}\n" in said.out
    assert {one["decide"] for one in shell.ask("status")["needs"]} == {
        f"amplifier decide {row.pk}" for row in (unsure, held, missed)
    }
    assert shell("decide", str(missed.pk), "--leave", "--yes").code == 0
    assert f"amplifier decide {missed.pk}" not in shell("status").out
    mark_twice(missed.pk, "https://x.example/7", now=utc_now())
    assert f"may be out twice.\n  amplifier decide {missed.pk}" in shell("status").out


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "in 0 s"),
        (119, "in 119 s"),
        (120, "in 2 min"),
        (7199, "in 119 min"),
        (7200, "in 2 h"),
        (200_000, "in 2 days"),
    ],
)
def test_how_long_it_takes_is_said_in_the_unit_that_fits(seconds: int, words: str) -> None:
    now = utc_now()
    assert _in(now + timedelta(seconds=seconds), now) == words


def test_a_withdrawn_post_is_not_told_as_two_that_were_sent(shell: Shell) -> None:
    _alive(shell)
    rows = list(DeliveryRow.objects.filter(account__label="mastodon").order_by("id")[:2])
    for row, remote in zip(rows, ("withdrawn", "live"), strict=True):
        out = {"state": State.SENT, "remote_id": f"{row.pk}", "remote_state": remote, "sent_at": utc_now()}
        DeliveryRow.objects.filter(id=row.pk).update(**out)
    _delete(rows[0], State.SENT)
    _delete(rows[1], State.QUEUED)
    said = shell("status").out
    assert "2 sent\nOf those sent: 1 as they went out, 1 withdrawn.\nNot done yet: 1 deletion.\n" in said
    assert "Next: Sun 24 Sep 10:00 hello/once" in said
    told = shell.ask("status")
    assert told["deliveries"]["sent"] == 2
    assert told["sent"] == {"live": 1, "corrected": 0, "changed": 0, "gone": 0, "withdrawn": 1}
    assert told["ahead"] == {"correction": 0, "deletion": 1}
    DeliveryRow.objects.filter(verb="delete", state=State.QUEUED).update(state=State.HELD)
    assert f"‖ mastodon the deletion of {rows[1].post.slot}/" in shell("status").out
    assert [one["verb"] for one in shell.ask("status")["needs"]] == ["delete"]


def _delete(row: DeliveryRow, state: State) -> None:
    DeliveryRow.objects.create(
        post=row.post,
        account_id=row.account_id,
        platform=row.platform,
        verb="delete",
        revision=1,
        target=str(row.pk),
        text="",
        language="en",
        key=f"delete {row.pk}",
        state=state,
        run_at=utc_now() - timedelta(days=2000),
        too_late_at=utc_now() + timedelta(days=1),
        sent_at=utc_now() if state is State.SENT else None,
    )


def test_what_is_out_and_no_longer_so_is_told_until_somebody_has_dealt_with_it(shell: Shell) -> None:
    _alive(shell)
    row = DeliveryRow.objects.get(post__slot="hello", account__label="x")
    DeliveryRow.objects.filter(id=row.pk).update(state="sent", remote_state="live", remote_id="1", sent_at=utc_now())
    told = {"post": ["lab23", "hello", "once"], "account": "x", "text": row.text}
    changed = [["milestone.debate", "2023-10-10T14:40:00+01:00", "2023-10-10T15:20:00+01:00"]]
    heartbeats.beat("untrue", now=utc_now(), detail=json.dumps([{**told, "changed": changed}]))
    said = shell("status")
    assert said.code == 1
    assert (
        "✕ hello/once (Sun 24 Sep 10:00) is out on x and no longer so (debate: Tue 10 Oct 14:40, now 15:20)."
        in said.out
    )
    assert "  amplifier correct hello/once" in said.out
    assert [one["post"] for one in shell.ask("status")["untrue"]] == ["hello/once"]
    kept = {"listed": [{**told, "changed": changed}], "beyond": 7}
    heartbeats.beat("untrue", now=utc_now(), detail=json.dumps(kept))
    assert "  and 7 more: amplifier facts" in shell("status").out
    DeliveryRow.objects.filter(id=row.pk).update(remote_state="withdrawn")
    said = shell("status")
    assert "✕ 7 posts are out and no longer so: amplifier facts" in said.out
    assert said.code == 1
    told_as_json = shell.ask("status")
    assert (told_as_json["good"], told_as_json["untrue"], told_as_json["untrue_beyond"]) == (False, [], 7)
    heartbeats.beat("untrue", now=utc_now(), detail=json.dumps({**kept, "beyond": 0}))
    assert shell("status").code == 0


def test_what_nobody_will_hear_under_a_name_that_was_used_is_told_until_it_is_too_late(shell: Shell) -> None:
    _alive(shell)
    found = Problem("schedules/lab23.yaml", 7, "swallowed", "post-1/once does not say on x: “Hello”", "Give it a name.")
    now = utc_now()
    keep_unsaid([Unsaid(found, now - timedelta(seconds=1))], now=now)
    assert shell("status").code == 0
    keep_unsaid([Unsaid(found, now + timedelta(hours=1))] * 6, now=now)
    said = shell("status")
    assert said.code == 1
    assert "✕ schedules/lab23.yaml:7: post-1/once does not say on x: “Hello”\n    Give it a name.\n" in said.out
    assert "  and 1 more: amplifier check" in said.out
    assert "the last good version holds" not in said.out
    status = shell.ask("status")
    assert (status["good"], status["unsaid"][0]["rule"]) == (False, "swallowed")


def test_a_source_in_trouble_is_told_as_long_as_the_settings_have_it(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    without = file.read_text(encoding="utf-8")
    for name in ("mastodon:#OurTag", "x:mentions", "old:mentions"):
        sources.source_trouble(name, problem="Not reached.")
    file.write_text(without.replace("tags: []", 'tags: [{tag: "#OurTag", ours: true}]', 1), encoding="utf-8")
    said = shell("status")
    assert "◷ mastodon:#OurTag could not be read: Not reached." in said.out
    assert said.out.count("could not be read") == 2
    assert shell.ask("status")["sources"] == {"mastodon:#OurTag": "Not reached.", "x:mentions": "Not reached."}
    file.write_text(without, encoding="utf-8")
    assert "OurTag" not in shell("status").out
    assert shell.ask("status")["sources"] == {"x:mentions": "Not reached."}


def test_an_account_that_was_taken_out_of_the_settings_is_nobodys_trouble(shell: Shell) -> None:
    _alive(shell)
    there = [(one.name, one.platform, one.handle) for one in load(shell.home).accounts]
    filled.know([*there, ("old", "x", "formerly")])
    accounts.account_trouble("old", lost=True, detail="Gone.", now=utc_now())
    assert (shell("status").code, shell.ask("status")["good"]) == (1, False)
    filled.know(there)
    said = shell("status")
    assert (said.code, "formerly" in said.out, "no longer lets us in" in said.out) == (0, False, False)
    assert "old" not in {one["name"] for one in shell.ask("status")["accounts"]}


def test_an_account_that_people_use_by_hand_by_now_is_not_lost(shell: Shell) -> None:
    _alive(shell)
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=utc_now())
    sources.source_trouble("x:mentions", problem="Revoked.")
    assert shell("status").code == 1
    file = shell.home / "settings.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("platform: x\n", "platform: x\n    hand_off: true\n", 1), encoding="utf-8")
    _alive(shell)
    said = shell("status")
    assert (said.code, "Revoked" in said.out) == (0, False)
    assert "by hand; nothing is asked of its API." in said.out
