from __future__ import annotations

import json

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, journeys
from amplifier.store.models import DeliveryRow, PostRow
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("onward/onec", "Words"), "Did you mean onward/once?"),
        (("onward", "Words", "--on", "blusky"), "There is no account “blusky”. Did you mean bluesky?"),
        (("onward", "long " * 80, "--on", "x"), "X allows 280 characters"),
        (("onward",), "The following arguments are required: text."),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in shell.refused("edit", *words, "--yes")
    assert not decisions.decisions()


def test_new_words_are_shown_beside_the_old_and_take_their_place(shell: Shell) -> None:
    before = _words(shell)
    said = shell("edit", "onward", "Onward, all of us", "--on", "x", "--yes")
    assert f"before: {before['x'][:40]}" in said.out.replace("\n", " ")
    assert "after:  Onward, all of us" in said.out
    assert "x 69 of 280" in said.out
    assert _words(shell) == {**before, "x": "Onward, all of us\n\n" + load(shell.home).campaign.imprint.text}


def test_without_a_terminal_nothing_changes(shell: Shell) -> None:
    assert shell("edit", "onward", "Onward, all of us").code == 1
    assert not decisions.decisions()


def _words(shell: Shell) -> dict[str, str]:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    return {row.identity.account: row.text for row in journeys.journeys() if row.identity.post.slot == "onward"}


def _far_ahead(slot: str) -> None:
    """The ledger has no row of it, as of every post further ahead than it looks."""
    DeliveryRow.objects.filter(post__slot=slot).delete()
    PostRow.objects.filter(slot=slot).delete()


def test_a_post_that_the_ledger_does_not_have_yet_takes_other_words_on_all_its_accounts(shell: Shell) -> None:
    _far_ahead("onward")
    said = shell("edit", "onward", "Onward, all of us", "--yes")
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
