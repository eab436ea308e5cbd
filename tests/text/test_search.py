"""What is looked for is found however it is written, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.search import folded, is_there, sought
from tests.growth import LINEAR, growth


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


@pytest.mark.parametrize(
    "asked", ["b\u00fccher.example", "BU\u0308CHER", "xn--bcher-kva.example", "XN--BCHER-KVA", "bucher"]
)
@pytest.mark.parametrize("handle", ["@wren@xn--bcher-kva.example", "@wren@b\u00fccher.example", "@b\u00fccher.example"])
def test_a_domain_name_is_found_in_either_form(asked: str, handle: str) -> None:
    assert is_there(sought(asked), (handle,))
    assert is_there(sought(handle), (handle,))


@pytest.mark.parametrize(
    "odd", ["xn--", "xn--a", "xn--99999999", "xn--" + "z" * 80, "xn---", "xn--wren-", "axn--bcher-kva"]
)
def test_what_is_no_domain_name_of_machines_stays(odd: str) -> None:
    assert folded(odd) == odd
    assert is_there(sought(odd), (f"@wren@{odd}.example",))


@pytest.mark.parametrize("unit", ["xn--", "xn--bcher-kva.", "a", "\u0301", "xn--a"])
def test_folding_takes_no_more_time_than_the_length(unit: str) -> None:
    assert growth(lambda text: folded(f"{text}\u00fc"), unit, 4000) < LINEAR
