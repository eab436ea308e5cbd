"""What shows nothing is nothing, whatever it is made of."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.visible import BLANK, is_blank, joining, revealed

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07\x1b[2J", "\\x1b]0;owned\\x07\\x1b[2J"),
        ("\x9b31mred\x7f", "\\x9b31mred\\x7f"),
        ("over\rwritten\x08", "over\\rwritten\\x08"),
        ("a\u202egnp.exe\u2028", "a\\u202egnp.exe\\u2028"),
        ("half \ud83d", "half \\ud83d"),
        (
            "Line one\n\tline two: é 🌹 👩\u200d👧 \u200f\u05d0\u05d1\u05d2",
            "Line one\n\tline two: é 🌹 👩\u200d👧 \u200f\u05d0\u05d1\u05d2",
        ),
    ],
)
def test_what_a_terminal_would_obey_is_shown_and_all_else_stays(text: str, shown: str) -> None:
    assert revealed(text) == shown


@settings(deadline=None)
@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_whatever_it_is_a_terminal_can_write_it_and_obeys_nothing(text: str) -> None:
    shown = revealed(text)
    assert not [letter for letter in shown if unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"]
    assert shown.encode().decode() == shown
    assert revealed(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u200dA", "\\u200dA"),
        ("a \u200d\u200d\U0001f52c", "a \\u200d\\u200d\U0001f52c"),
        ("\n\u200d", "\n\\u200d"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("no joiner", "no joiner"),
    ],
)
def test_a_joiner_that_joins_nothing_is_seen(text: str, shown: str) -> None:
    assert joining(text) == shown
