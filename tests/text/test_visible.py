"""What shows nothing is nothing, whatever it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.visible import BLANK, is_blank

HIDDEN = [
    "",
    " ",
    "\u200b",
    "\u200d\u200c",
    "\ufeff",
    "\u2060\u00ad",
    "\u3164",
    "\u2800",
    "\U000e0041",
    "\u180e",
    "\t\n",
]


@pytest.mark.parametrize("text", [*HIDDEN, "\u034f", "\ufe0f", "\u2066\u2069", "\u00a0\u3000", "\x00", "\ue000"])
def test_what_nobody_sees_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u200ba", ".", "\u4e16", "\u05d0", "\U0001f469\u200d\U0001f680", "\u0e01", "-"])
def test_what_people_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@settings(deadline=None)
@given(st.text(alphabet=sorted({*"".join(HIDDEN), *BLANK})), st.characters(categories=["L", "N", "S", "P"]))
def test_one_letter_that_is_seen_is_enough(hidden: str, letter: str) -> None:
    assert is_blank(hidden)
    assert is_blank(hidden + letter) == (letter in BLANK)
