from __future__ import annotations

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, journeys
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
