"""Who may see a mention, and when its two times tell more than one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.mention import Logged, Mention, MentionKind, Status, Visibility, visibility

SEEN = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("public", Visibility.PUBLIC),
        ("unlisted", Visibility.UNLISTED),
        ("private", Visibility.PRIVATE),
        ("direct", Visibility.DIRECT),
        ("mutuals_only", Visibility.UNKNOWN),  # of another server of the family
        ("PUBLIC", Visibility.UNKNOWN),
        ("", Visibility.UNKNOWN),
        (None, Visibility.UNKNOWN),
        (["public"], Visibility.UNKNOWN),
        ({}, Visibility.UNKNOWN),
    ],
)
def test_a_word_that_we_do_not_know_counts_as_none(word: object, meant: Visibility) -> None:
    assert visibility(word) is meant


def test_everything_but_public_and_unlisted_is_private_and_says_so() -> None:
    closed = {one for one in Visibility if one.is_private}
    assert closed == set(Visibility) - {Visibility.PUBLIC, Visibility.UNLISTED}
    assert {one for one in Visibility if one.mark} == closed


@pytest.mark.parametrize(
    ("minutes", "is_off"), [(0, False), (9, False), (-9, False), (11, True), (-11, True), (1e6, True)]
)
def test_a_clock_is_off_where_no_network_takes_so_long(minutes: float, is_off: bool) -> None:  # noqa: FBT001  a case
    said = SEEN - timedelta(minutes=minutes)
    mention = Mention("x", "x", "1", MentionKind.MENTION, "7", "wren.example", "Wren", "Hi", "", said)
    assert Logged(1, mention, SEEN, Status.NEW, ()).is_off is is_off
