from __future__ import annotations

import re
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import State
from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, delivery_views
from amplifier.store.models import DeliveryRow, PostRow
from tests.cli.conftest import Shell


def test_a_post_that_there_is_not_is_refused_with_the_nearest(shell: Shell) -> None:
    assert "There is no coming post “onward/onec”. Did you mean onward/once?" in shell.refused(
        "skip", "onward/onec", "--yes"
    )


def test_a_post_that_comes_more_than_once_must_be_named_in_full(shell: Shell) -> None:
    said = shell.refused("skip", "good-morning", "--yes")
    assert "“good-morning” is said more than once. Which one?" in said
    assert "good-morning/2023-10-09T07:45" in said
    assert shell("skip", "good-morning/2023-10-09#1", "--yes").code == 0


def test_what_is_out_or_over_is_no_choice(shell: Shell) -> None:
    days = [row.identity.post.occurrence for row in delivery_views.views() if row.identity.post.slot == "good-morning"]
    first, second, third = dict.fromkeys(days)
    rows = DeliveryRow.objects.filter(post__slot="good-morning")
    rows.filter(post__occurrence=first).update(state=State.SENT)
    said = shell.refused("skip", "good-morning", "--yes")
    assert re.findall(r"good-morning/([\d-]+)T", said) == [second[:10], third[:10]]
    rows.filter(post__occurrence=second).update(state=State.MISSED)
    assert f"good-morning/{third} at" in shell("skip", "good-morning").out, "it alone is still to come"
    rows.update(state=State.SENT)
    assert f"good-morning/{first[:10]}" in shell.refused("skip", "good-morning", "--yes"), "nothing is to come"


def test_a_skipped_post_is_dropped_and_the_reason_kept(shell: Shell) -> None:
    said = shell("skip", "onward", "--reason", "too early", "--yes")
    assert said.out.startswith("onward/once at Wed 11 Oct 16:00 would not go out:\n")
    assert "✓ Left out (decision 1).\n  amplifier skip onward/once --undo" in said.out
    assert [one.reason for one in decisions.decisions()] == ["too early"]
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    states = {row.state for row in delivery_views.views() if row.identity.post.slot == "onward"}
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


# On some accounts, and taken in again


def states(shell: Shell, slot: str) -> dict[str, str]:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    return {row.identity.account: row.state.value for row in delivery_views.views() if row.identity.post.slot == slot}


def test_a_post_is_left_out_on_the_accounts_that_are_named_and_goes_out_on_the_others(shell: Shell) -> None:
    said = shell("skip", "onward", "--on", "x,bluesky", "--yes")
    assert "  x: " in said.out
    assert "  mastodon: " not in said.out
    assert "✓ Left out on x, bluesky (decision 1)." in said.out
    assert states(shell, "onward") == {"x": "dropped", "bluesky": "dropped", "mastodon": "queued"}
    assert shell("skip", "onward", "--on", "mastodon", "--yes").code == 0
    assert set(states(shell, "onward").values()) == {"dropped"}


def test_accounts_on_which_it_does_not_go_out_are_refused(shell: Shell) -> None:
    assert "There is no account “mastadon”. Did you mean mastodon?" in shell.refused(
        "skip", "onward", "--on", "mastadon", "--yes"
    )
    shell("skip", "onward", "--on", "x", "--yes")
    said = shell.refused("skip", "onward", "--on", "x", "--yes")
    assert "onward/once is not to go out on x. It goes to bluesky and mastodon." in said
    DeliveryRow.objects.filter(post__slot="onward", account__label="bluesky").update(state="sent")
    assert "onward/once is not to go out on bluesky" in shell.refused("skip", "onward", "--on", "bluesky", "--yes")


def test_what_was_left_out_is_taken_in_again_everywhere_or_on_one_account(shell: Shell) -> None:
    shell("skip", "onward", "--yes")
    assert set(states(shell, "onward").values()) == {"dropped"}
    one = shell("skip", "onward", "--undo", "--on", "x", "--reason", "they asked", "--yes")
    assert one.out.startswith("onward/once at Wed 11 Oct 16:00 would go out again:\n  x: ")
    assert "✓ Taken in again on x (decision 2)." in one.out
    assert states(shell, "onward") == {"x": "queued", "bluesky": "dropped", "mastodon": "dropped"}
    assert shell.ask("skip", "onward", "--undo", "--yes")["taken_in"] == "onward/once"
    assert set(states(shell, "onward").values()) == {"queued"}
    assert [one.reason for one in decisions.decisions()] == ["", "they asked", ""]


def test_only_what_somebody_left_out_can_be_taken_in_again(shell: Shell) -> None:
    assert "Nobody has left out “onward”." in shell.refused("skip", "onward", "--undo", "--yes")
    shell("skip", "onward", "--on", "x", "--yes")
    assert "Nobody has left out onward/once on bluesky." in shell.refused(
        "skip", "onward", "--undo", "--on", "bluesky", "--yes"
    )


def test_what_is_left_out_stands_in_the_plan_until_it_is_taken_in_again(shell: Shell) -> None:
    shell("skip", "onward", "--on", "x", "--yes")
    said = shell("plan", "--from", "2023-10-11", "--to", "2023-10-11")
    assert "left out  Wed 11 Oct 16:00" in said.out
    assert re.search(r"onward/once on x\n {9}\w[^\n]+…\n  amplifier skip POST --undo", said.out), "with its first words"
    (left,) = shell.ask("plan", "--from", "2023-10-11", "--to", "2023-10-11")["left_out"]
    assert (left["post"], [one["account"] for one in left["deliveries"]]) == ("onward/once", ["x"])
    shell("skip", "onward", "--undo", "--yes")
    assert "left out" not in shell("plan", "--from", "2023-10-11", "--to", "2023-10-11").out


def test_what_says_nearly_the_same_is_shown_before_it_is_taken_in_again(shell: Shell) -> None:
    words = next(
        one.text
        for one in delivery_views.views()
        if one.identity.post.slot == "onward" and one.identity.account == "bluesky"
    )
    shell("skip", "onward", "--yes")
    send = ("send", words.replace(".", "!"), "--to", "bluesky", "--at", "2023-10-11 15:00", "--no-append", "--yes")
    shell(*send)
    said = " ".join(shell("skip", "onward", "--undo", "--yes").out.split())
    assert "onward/once and own/" in said
    assert "say nearly the same on bluesky within 24 hours" in said
    assert shell("skip", "onward", "--yes").code == 0, "at once, before the planner has carried out the other"
    told = shell.ask("skip", "onward", "--undo", "--yes")["warnings"]
    assert [one["rule"] for one in told] == ["near_copy"]


def test_one_of_several_hours_is_named_by_its_time(shell: Shell) -> None:
    said = shell("skip", "good-morning/2023-10-09T07:45", "--yes")
    assert said.code == 0, said.out
    assert decisions.decisions()[-1].subject == "good-morning/2023-10-09#1"
    assert "There is no coming post" in shell.refused("skip", "good-morning/2023-10-09T07:46", "--yes")


def test_a_post_that_is_taken_in_again_says_what_it_is_too_near_to(shell: Shell) -> None:
    words = next(row.text for row in delivery_views.views() if row.identity.post.slot == "onward").split("\n")[0]
    assert shell("skip", "onward", "--on", "x,mastodon", "--yes").code == 0
    send = ("send", words, "--to", "x", "--at", "2023-10-11 15:00", "--no-append", "--yes")
    assert shell(*send).code == 1, "left out, its words are free"
    said = " ".join(shell("skip", "onward", "--undo").out.split())
    assert "onward/once and own/" in said
    assert "the same on x within 7 days" in said


def test_what_its_time_overtakes_while_somebody_reads_is_not_taken_in(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell("skip", "onward", "--yes").code == 0

    def think(_question: str, *, yes: bool) -> bool:
        monkeypatch.setattr("amplifier.cli.skip.utc_now", lambda: utc_now() + timedelta(days=1))
        return not yes

    monkeypatch.setattr("amplifier.cli.skip.agreed", think)
    said = shell("skip", "onward", "--undo")
    assert (said.code, "The time of onward/once has come, so it cannot be taken in again." in said.err) == (2, True)
    assert len(decisions.decisions()) == 1


def test_an_own_post_is_not_taken_in_beside_what_was_decided_meanwhile(shell: Shell) -> None:
    shell("send", "Soup for all of us in the hall", "--to", "x", "--at", "2023-10-11 15:00", "--no-append", "--yes")
    assert shell("skip", "own", "--yes").code == 0
    shell("edit", "onward", "Soup for all of us in the halls", "--on", "x", "--no-append", "--yes")
    assert "onward/once say nearly the same on x within 7 days" in shell.refused("skip", "own", "--undo", "--yes")


def test_what_a_person_kept_back_stays_kept_when_it_is_left_out_and_taken_in_again(shell: Shell) -> None:
    shell("send", "Soup for all of us", "--to", "x", "--at", "2023-10-11 15:00", "--yes")
    mine = DeliveryRow.objects.filter(post__slot="own")
    assert mine.update(state="held", reason="kept", detail="Somebody kept it back when sending went on.")
    shell("skip", "own", "--yes")
    said = shell("skip", "own", "--undo", "--yes").out
    assert "✓ Taken in again.\n  It is held as before. x: Somebody kept it back when sending went on." in said
    assert list(mine.values_list("state", "reason")) == [("held", "kept")]


def test_the_command_that_takes_it_in_again_names_the_hour_and_one_that_is_left_out_is_told_as_that(
    shell: Shell,
) -> None:
    said = shell("skip", "good-morning/2023-10-09#1", "--yes").out
    assert "amplifier skip good-morning/2023-10-09T07:45 --undo    takes it in again" in said
    again = shell.refused("skip", "good-morning/2023-10-09T07:45", "--yes")
    assert "good-morning/2023-10-09T07:45 is left out already. To take it in again: amplifier skip" in again
    assert shell("skip", "good-morning/2023-10-09T07:45", "--undo", "--yes").code == 0
