"""`facts`: what is held because a person's words are no longer so, and letting them stand; with every exit code."""

from __future__ import annotations

import shlex
from datetime import timedelta

import pytest

from amplifier.cli import facts
from amplifier.clock import utc_now
from amplifier.schedule.decided.standing import MEANWHILE
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

WHY = "Your words say “14:40”, the plan says 15:20 (debate)."


@pytest.fixture
def moved(shell: Shell) -> Shell:
    """A person wrote a post on two accounts, and then the debate moved."""
    assert shell("edit", "debate-begins", "We start at 14:40", "--on", "x,bluesky", "--no-append", "--yes").code == 0
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    plan(shell)
    return shell


def plan(shell: Shell) -> None:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()


def stands() -> set[tuple[str, str]]:
    return set(DeliveryRow.objects.filter(post__slot="debate-begins").values_list("state", "reason"))


def test_what_is_held_is_listed_with_what_to_do_and_the_exit_code_is_1(moved: Shell) -> None:
    said = moved("facts")
    assert said.code == 1
    assert "‖ debate-begins/once (Tue 10 Oct 15:20) is held: its own words are no longer so" in said.out
    assert f"  {WHY}\n  x, bluesky\n    We start at 14:40" in said.out
    assert "  amplifier edit debate-begins/once 'other words'\n  amplifier facts leave debate-begins/once\n" in said.out
    told = moved.ask("facts")
    assert [(one["post"], one["account"], one["why"]) for one in told["held"]] == [
        ("debate-begins/once", "x", WHY),
        ("debate-begins/once", "bluesky", WHY),
    ]
    assert told["held"][0]["facts"][0]["said"] == "14:40"
    assert "debate-begins/once" not in told["coming"]
    assert stands() == {("held", "untrue"), ("queued", "")}


def test_status_and_decide_say_it_too(moved: Shell) -> None:
    for command in ("status", "decide"):
        said = moved(command)
        assert said.code == 1
        assert WHY in " ".join(said.out.split())
        assert "amplifier edit debate-begins/once 'other words' --on x" in said.out
    assert "--stand        its words may stand as they are" in moved("decide").out
    assert "--again" not in moved("decide").out


def test_whoever_leaves_it_is_written_down_and_the_posts_wait_for_their_time_again(moved: Shell) -> None:
    said = moved("facts", "leave", "debate-begins", "--yes", "--reason", "the hall knows")
    assert said.code == 0
    assert "✓ debate-begins/once (Tue 10 Oct 15:20) stays as it is (decision 3).\n" in said.out
    assert decisions.decisions()[-1].reason == "the hall knows"
    assert moved("facts").code == 0
    plan(moved)
    assert stands() == {("queued", "")}


def test_leaving_what_is_too_late_says_that_it_is_missed_and_what_can_be_done(moved: Shell) -> None:
    late = DeliveryRow.objects.filter(post__slot="debate-begins", account__label="x")
    late.update(too_late_at=utc_now() - timedelta(seconds=1))
    said = moved("facts", "leave", "debate-begins")
    passed = "x: Its time has passed, so it is missed and does not go out by itself."
    assert passed in said.out, "before anybody is asked"
    assert f"amplifier decide {late.get().id} --again" in said.out
    assert "bluesky: Its time" not in said.out
    assert moved.ask("facts", "leave", "debate-begins", "--yes")["too_late"][0].startswith(passed)


def test_leaving_shows_all_words_that_would_stand_and_asks(shell: Shell) -> None:
    shell("edit", "debate-begins", "We start at 14:40", "--on", "x,bluesky", "--no-append", "--yes")
    plan(shell)
    DeliveryRow.objects.filter(post__slot="debate-begins", account__label="mastodon").update(
        state="sent", remote_state="live", text="The debate begins at 14:40."
    )
    shell("milestone", "move", "debate", "+40m", "--yes")
    plan(shell)
    made = decisions.newest_decision()
    said = shell("facts", "leave", "debate-begins")
    assert (said.code, decisions.newest_decision()) == (1, made), "nobody agreed"
    for shown in ("We start at 14:40", "x  debate-begins/once", "bluesky  debate-begins/once", WHY):
        assert shown in " ".join(said.out.split("\n")), said.out
    assert "mastodon  debate-begins/once (Tue 10 Oct 15:20) is out, and stays as it is" in said.out
    assert "The debate begins at 14:40." in said.out
    assert "Nothing was changed." in said.out
    said = shell("facts", "leave", "debate-begins", "--json")
    assert (said.code, "add --yes" in said.out) == (2, True)


def test_words_that_change_while_somebody_thinks_are_not_left(moved: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def thinks(_question: str, *, yes: bool) -> bool:  # noqa: ARG001  as the question is asked
        DeliveryRow.objects.filter(post__slot="debate-begins", account__label="x").update(
            state="sent", remote_state="live", text="The debate begins at 14:40."
        )
        return True

    monkeypatch.setattr(facts, "agreed", thinks)
    made = decisions.newest_decision()
    said = moved("facts", "leave", "debate-begins")
    assert (said.code, MEANWHILE in said.err) == (2, True)
    assert decisions.newest_decision() == made


def test_decide_lets_words_stand_as_well_and_asks_first(moved: Shell) -> None:
    assert moved("decide", "debate-begins", "--stand").code == 1, "nobody agreed"
    said = moved("decide", "debate-begins", "--stand", "--yes", "--reason", "so be it")
    assert "These words stay as they are." in said.out
    assert decisions.decisions()[-1].reason == "so be it"
    plan(moved)
    assert stands() == {("queued", "")}
    assert "Nothing of “debate-begins” is in doubt" in moved.refused("decide", "debate-begins", "--stand", "--yes")


def test_other_words_free_it(moved: Shell) -> None:
    assert moved("edit", "debate-begins", "We start at 15:20", "--on", "x,bluesky", "--no-append", "--yes").code == 0
    plan(moved)
    assert stands() == {("queued", "")}
    assert moved("facts").code == 0


def test_the_command_that_is_offered_for_an_own_post_frees_it(shell: Shell) -> None:
    shell("send", "We start at 14:40", "--to", "mastodon", "--at", "+8m", "--yes")
    shell("milestone", "move", "debate", "+40m", "--yes")
    plan(shell)
    (offered,) = [line for line in shell("facts").out.splitlines() if line.startswith("  amplifier edit own/")]
    assert shell(*shlex.split(offered)[1:], "--yes").code == 0
    assert set(DeliveryRow.objects.filter(post__slot="own").values_list("state", "reason")) == {("queued", "")}


def test_an_own_post_for_later_is_held_like_any_other(shell: Shell) -> None:
    assert shell("send", "We start at 14:40", "--to", "mastodon", "--at", "+8m", "--yes").code == 1
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    plan(shell)
    said = shell("facts")
    assert said.code == 1
    (edit,) = [line for line in said.out.splitlines() if line.startswith("  amplifier edit own/")]
    assert edit.endswith(" 'other words'")
    assert edit.strip() in shell("status").out
    assert edit.strip() in shell("decide").out
    assert shell("facts", "leave", "own", "--yes").code == 0
    plan(shell)
    assert set(DeliveryRow.objects.filter(post__slot="own").values_list("state", "reason")) == {("queued", "")}


def test_of_what_nothing_is_untrue_there_is_nothing_to_leave(shell: Shell) -> None:
    assert "Nothing that debate-begins/once says has changed." in shell.refused("facts", "leave", "debate-begins")
    assert "Nothing called “debatte” is out." in shell.refused("facts", "leave", "debatte")
