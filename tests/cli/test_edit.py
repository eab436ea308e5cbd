from __future__ import annotations

import json
import re

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, delivery_views
from amplifier.store.models import DeliveryRow, PostRow
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("onward/onec", "Words"), "Did you mean onward/once?"),
        (("onward", "Words", "--on", "blusky"), "There is no account “blusky”. Did you mean bluesky?"),
        (("onward", "long " * 80, "--on", "x"), "X allows 280 characters"),
        (("onward",), "Give the post other words, or --undo, or, if it is your own, another time with --at"),
        (("onward", "Words", "--undo"), "one of them."),
        (("onward", "--at", "+1h"), "“onward” is planned, so its time stands in schedules/."),
        (("onward", "--undo"), "Nobody has given onward/once other words"),
        (("own/2023", "Words"), "No post of your own called “own/2023” is there."),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in shell.refused("edit", *words, "--yes")
    assert not decisions.decisions()


def test_new_words_are_shown_beside_the_old_and_take_their_place(shell: Shell) -> None:
    before = _words(shell)
    said = shell("edit", "onward", "Onward, all of us", "--on", "x", "--no-append", "--yes")
    assert f"before: {before['x'][:40]}" in said.out.replace("\n", " ")
    assert "after:  Onward, all of us" in said.out
    assert "x 69 of 280" in said.out
    assert _words(shell) == {**before, "x": "Onward, all of us\n\n" + load(shell.home).campaign.imprint.text}


def test_without_a_terminal_nothing_changes(shell: Shell) -> None:
    assert shell("edit", "onward", "Onward, all of us").code == 1
    assert not decisions.decisions()


def _words(shell: Shell) -> dict[str, str]:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    return {row.identity.account: row.text for row in delivery_views.views() if row.identity.post.slot == "onward"}


def _far_ahead(slot: str) -> None:
    """The ledger has no row of it, as of every post further ahead than it looks."""
    DeliveryRow.objects.filter(post__slot=slot).delete()
    PostRow.objects.filter(slot=slot).delete()


def test_a_post_that_the_ledger_does_not_have_yet_takes_other_words_on_all_its_accounts(shell: Shell) -> None:
    _far_ahead("onward")
    said = shell("edit", "onward", "Onward, all of us", "--no-append", "--yes")
    assert said.out.count("after:  Onward, all of us") == said.out.count("before:") == 3
    (made,) = decisions.decisions()
    assert json.loads(made.value) == dict.fromkeys(("x", "bluesky", "mastodon"), "Onward, all of us")
    assert {text.split("\n")[0] for text in _words(shell).values()} == {"Onward, all of us"}


@pytest.mark.parametrize("text", ["", "  "])
def test_no_words_at_all_are_refused(shell: Shell, text: str) -> None:
    assert "There are no words for onward/once." in shell.refused("edit", "onward", text, "--yes")
    assert not decisions.decisions()


def test_an_account_on_which_it_is_out_is_left_alone_by_all_and_refused_by_name(shell: Shell) -> None:
    DeliveryRow.objects.filter(post__slot="onward", account__label="x").update(state="sent")
    assert "onward/once is sent on x already" in shell.refused("edit", "onward", "Onward", "--on", "x", "--yes")
    shell("edit", "onward", "Onward, all of us", "--yes")
    assert set(json.loads(decisions.decisions()[0].value)) == {"bluesky", "mastodon"}


def test_what_the_campaign_appends_is_added_where_it_is_missing_and_said(shell: Shell) -> None:
    added = " ".join(load(shell.home).campaign.form(name, "x", "x") for name in load(shell.home).campaign.append)
    assert added
    said = shell("edit", "onward", "Onward, all of us", "--yes")
    assert f"Added, as to every post: {added} (x" in said.out
    assert "To go without: --no-append" in said.out
    assert {name for name, text in _words(shell).items() if added.split()[0] in text} == {"x", "bluesky", "mastodon"}
    again = shell("edit", "onward", f"Onward {added}", "--on", "x", "--yes")
    assert "Added" not in again.out


def test_the_words_of_the_plan_come_back(shell: Shell) -> None:
    planned = _words(shell)
    shell("edit", "onward", "Onward, all of us", "--yes")
    assert "Onward, all of us" in _words(shell)["x"]
    one = shell("edit", "onward", "--undo", "--on", "x", "--yes")
    assert re.match(r"onward/once \(Wed 11 Oct 16:00\)\nx \d", one.out)
    assert "before: Onward, all of us" in one.out
    assert (_words(shell)["x"], _words(shell)["bluesky"] == planned["bluesky"]) == (planned["x"], False)
    assert "other words on x. On: bluesky, mastodon." in shell.refused("edit", "onward", "--undo", "--on", "x", "--yes")
    assert shell.ask("edit", "onward", "--undo", "--yes")["words"].keys() == {"bluesky", "mastodon"}
    assert _words(shell) == planned
    assert "Nobody has given onward/once other words" in shell.refused("edit", "onward", "--undo", "--yes")


def test_words_given_after_the_plans_came_back_count_alone(shell: Shell) -> None:
    planned = _words(shell)
    shell("edit", "onward", "Onward, all of us", "--yes")
    shell("edit", "onward", "--undo", "--yes")
    shell("edit", "onward", "Onward, you and I", "--on", "x", "--yes")
    assert "Onward, you and I" in _words(shell)["x"]
    assert _words(shell)["bluesky"] == planned["bluesky"]
