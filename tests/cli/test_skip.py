from __future__ import annotations

from amplifier.campaign.delivery import State
from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, journeys
from amplifier.store.models import DeliveryRow, PostRow
from tests.cli.conftest import Shell


def test_a_post_that_there_is_not_is_refused_with_the_nearest(shell: Shell) -> None:
    assert "There is no coming post “onward/onec”. Did you mean onward/once?" in shell.refused(
        "skip", "onward/onec", "--yes"
    )


def test_a_post_that_comes_more_than_once_must_be_named_in_full(shell: Shell) -> None:
    said = shell.refused("skip", "good-morning", "--yes")
    assert "“good-morning” is said more than once. Which one?" in said
    assert "good-morning/2023-10-09#1" in said
    assert shell("skip", "good-morning/2023-10-09#1", "--yes").code == 0


def test_a_skipped_post_is_dropped_and_the_reason_kept(shell: Shell) -> None:
    said = shell("skip", "onward", "--reason", "too early", "--yes")
    assert said.out.startswith("onward/once at Wed 11 Oct 16:00 would not go out:\n")
    assert said.out.endswith("✓ Left out (decision 1).\n")
    assert [one.reason for one in decisions.decisions()] == ["too early"]
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    states = {row.state for row in journeys.journeys() if row.identity.post.slot == "onward"}
    assert states == {State.DROPPED}


def test_without_a_terminal_nothing_is_left_out(shell: Shell) -> None:
    assert shell("skip", "onward").code == 1
    assert not decisions.decisions()


def test_a_post_that_the_ledger_does_not_have_yet_is_shown_as_the_plan_has_it(shell: Shell) -> None:
    DeliveryRow.objects.filter(post__slot="onward").delete()
    PostRow.objects.filter(slot="onward").delete()
    said = shell("skip", "onward", "--yes")
    assert said.out.startswith("onward/once at Wed 11 Oct 16:00 would not go out:\n")
    assert all(f"  {account}: " in said.out for account in ("x", "bluesky", "mastodon"))
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    assert not DeliveryRow.objects.filter(post__slot="onward").exists()
