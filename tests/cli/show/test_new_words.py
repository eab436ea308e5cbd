"""Words of people before anybody agrees: what was added, what is untrue then, and what to know first."""

from __future__ import annotations

from datetime import date

import pytest

from amplifier.campaign.post import PostId, Words
from amplifier.cli.show.new_words import say_appended, say_stale, warnings_of
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.schedule.truth.free_words import Stale, Wrong
from amplifier.settings import load
from tests.cli.conftest import REPOSITORY
from tests.store.filled import NOW

pytestmark = pytest.mark.usefixtures("sqlite_ledger")

POST = PostId("lab23", "own", "1")
WRONG = Wrong("14:40", "milestone.debate", "14:40", "15:20", "the plan says 15:20 (debate)")
LONG = "#" + "lang" * 17


def test_a_near_copy_and_a_tag_that_is_too_long_are_told_together() -> None:
    said = PlannedText("this post", "bluesky", "Hello", NOW)
    words = [Words("bluesky", f"Hello {LONG}", "en"), Words("mastodon", f"Hello {LONG}", "en")]
    found = warnings_of(words, [Echo(said, said, 1.0, Verdict.WARNED)], load(REPOSITORY))
    assert [one.rule for one in found] == ["near_copy", "long_tag"]
    assert "than a hashtag may be on Bluesky" in found[1].message


def test_what_was_added_is_told_once_for_all_accounts_that_got_it(capsys: pytest.CaptureFixture[str]) -> None:
    say_appended({"x": ["#Lab23"], "mastodon": ["#Lab23"], "bluesky": ["#Lab23", "@us"]})
    assert capsys.readouterr().out == (
        "Added, as to every post: #Lab23 (x, mastodon). To go without: --no-append\n"
        "Added, as to every post: #Lab23 @us (bluesky). To go without: --no-append\n"
    )


def test_what_would_be_held_stands_with_its_words_and_what_is_true_again_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stale = Stale(POST, "x", "We start at 14:40", date(2023, 10, 10), (WRONG,))
    say_stale([stale], [Stale(POST, "mastodon", "Tomorrow", date(2023, 10, 10), (WRONG,))])
    assert capsys.readouterr().out == (
        "‖ own/1 on x would be held.\n"
        "  Your words say “14:40”, the plan says 15:20 (debate).\n"
        "    We start at 14:40\n"
        "  Afterwards: amplifier edit, or amplifier facts leave\n"
        "✓ own/1 on mastodon is true again, and would no longer be held.\n"
    )
    say_stale([], [])
    assert capsys.readouterr().out == ""


def test_words_that_differ_are_all_shown_with_their_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    day = Wrong("on Tuesday", "milestone.debate", "14:40", "15:20", "the plan says Wed 11 Oct (debate)")
    words = [("x", "At 14:40", WRONG), ("bluesky", "On Tuesday", day), ("mastodon", "On Tuesday", day)]
    say_stale([Stale(POST, name, text, date(2023, 10, 10), (wrong,)) for name, text, wrong in words], [])
    assert capsys.readouterr().out == (
        "‖ own/1 on x, bluesky, mastodon would be held.\n"
        "  Your words say “14:40”, the plan says 15:20 (debate).\n"
        "  Your words say “on Tuesday”, the plan says Wed 11 Oct (debate).\n"
        "    x: At 14:40\n"
        "    bluesky, mastodon: On Tuesday\n"
        "  Afterwards: amplifier edit, or amplifier facts leave\n"
    )
