"""Tokens of secret links: what is told together has one secret, and each a number of its own."""

from __future__ import annotations

import secrets

import pytest

from amplifier.campaign.secret_link import MOST_TOGETHER, SECRET_LENGTH, TOKEN, told_together


@pytest.mark.parametrize("end", ["", "-2", "-20"])
def test_each_of_several_knows_all_of_them(end: str) -> None:
    first = secrets.token_urlsafe(32)
    together = told_together(first + end)
    assert together == told_together(first)
    assert (together[0], together[1], together[-1]) == (first, f"{first}-2", f"{first}-{MOST_TOGETHER}")
    assert len(set(together)) == MOST_TOGETHER
    assert all(TOKEN.fullmatch(one) for one in together)


def test_a_secret_that_itself_ends_like_a_number_is_not_taken_for_another() -> None:
    first = "x" * (SECRET_LENGTH - 2) + "-2"
    assert TOKEN.fullmatch(first)
    assert told_together(first)[0] == first
    assert told_together(f"{first}-3")[0] == first


@pytest.mark.parametrize("wrong", ["", "x" * 42, "x" * 44, "x" * 43 + "-0", "x" * 43 + "-100", "x" * 42 + "é"])
def test_nothing_else_is_a_token(wrong: str) -> None:
    assert TOKEN.fullmatch(wrong) is None
