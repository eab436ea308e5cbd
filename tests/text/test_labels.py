"""Nobody is led elsewhere than they read: where a link's words are not its address, both stand there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.labels import labelled

WHOLE = "https://freemovement.example/motion?a=1"


@pytest.mark.parametrize(
    "label",
    [
        WHOLE,
        "freemovement.example/motion?a=1",
        "FreeMovement.example/motion?a=1",
        "http://freemovement.example/motion?a=1/",
        "freemovement.example/mot...",
        "freemovement.example/motion…",
        "",
        "  ",
    ],
)
def test_a_label_that_is_the_address_or_begins_it_is_said_once_and_whole(label: str) -> None:
    assert labelled(label, WHOLE) == WHOLE


@pytest.mark.parametrize(
    "label",
    [
        "our motion",
        "https://bank.example",
        "freemovement.example",
        "freemovement.example/other…",
        "click\nhere",
        "motion",
    ],
)
def test_any_other_label_stands_before_the_address(label: str) -> None:
    assert labelled(label, WHOLE) == f"{' '.join(label.split())} ({WHOLE})"


def test_what_is_escaped_in_an_address_may_be_written_plainly_in_its_label() -> None:
    address = "https://de.example/wiki/M%C3%BCller"
    assert labelled("de.example/wiki/Müller", address) == address


def test_a_letter_that_only_looks_alike_is_another_address() -> None:
    label = "https://fr\u0435\u0435movement.example/motion?a=1"
    assert labelled(label, WHOLE) == f"{label} ({WHOLE})"


@settings(deadline=None)
@given(st.text(), st.text())
def test_the_address_is_always_there_and_on_the_same_line(label: str, address: str) -> None:
    shown = labelled(label, address)
    assert " ".join(address.split()) in shown
    assert "\n" not in shown


def test_without_an_address_the_words_are_all() -> None:
    assert labelled("our motion", " ") == "our motion"
