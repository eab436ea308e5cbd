"""Who may see a mention: whatever is not known to be public is private."""

from __future__ import annotations

import pytest

from amplifier.campaign.mention import Visibility, visibility


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
