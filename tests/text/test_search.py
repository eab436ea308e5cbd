"""What is looked for is found however it is written, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.search import folded, is_there, sought


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ("MULLER", ["M\u00fcller"]),
        ("m\u00fcller", ["MU\u0308LLER"]),
        ("stra\u00dfe", ["STRASSE"]),
        ("\u0645\u0631\u062d\u0628\u0627", ["\u0645\u064e\u0631\u0652\u062d\u064e\u0628\u0627"]),
        ("@wren:", ["x", "@Wren.example"]),
        ("@wren, hall", ["the hall", "@wren"]),
        ("\uff20wren", ["@wren"]),
        ("ba\u200bd", ["bad"]),
        ("", []),
    ],
)
def test_case_accents_width_and_what_nobody_sees_make_no_difference(asked: str, fields: list[str]) -> None:
    assert is_there(sought(asked), fields)


@pytest.mark.parametrize(("asked", "fields"), [("a b", ["a"]), ("ab", ["a", "b"]), ("@wren", ["wren"]), ("x", [])])
def test_every_word_must_be_within_one_field(asked: str, fields: list[str]) -> None:
    assert not is_there(sought(asked), fields)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_what_stands_in_a_field_is_found_by_any_part_of_it(before: str, asked: str, behind: str) -> None:
    words = sought(asked)
    assert is_there(words, [f"{before} {asked} {behind}"])
    assert all(folded(word) == word and not any(letter.isspace() for letter in word) for word in words)
