"""Whoever wants to be taken for us, or writes one word in two alphabets, bears a badge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amplifier.listen.oddity import oddities
from amplifier.settings import Settings, load
from tests.listen.test_match import RAW, one

REPOSITORY = Path(__file__).parents[2]
WREN = one(replace(RAW, author_handle="wren@meadow.example", author_name="Wren"))


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(REPOSITORY)


@pytest.mark.parametrize(
    ("handle", "name", "odd"),
    [
        ("wren@meadow.example", "Wren", ()),
        ("labfreemvmt@meadow.example", "Wren", ("looks like us",)),
        ("wren.example", "Labour Campaign for Free Movement", ("looks like us",)),
        ("wr\u0435n.example", "Wren", ("mixed alphabets",)),
        ("wren.example", "Wr\u0435n", ("mixed alphabets",)),
        ("l\u0430bfreemvmt", "", ("looks like us", "mixed alphabets")),
    ],
)
def test_each_oddity_is_a_badge_of_its_own(settings: Settings, handle: str, name: str, odd: tuple[str, ...]) -> None:
    assert oddities(replace(WREN, author_handle=handle, author_name=name), settings) == odd
