"""Names that want to be taken for another bear a badge; honest ones do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.likeness import looks_like, mixes_alphabets

OURS = frozenset({"Labour Campaign for Free Movement", "labfreemvmt", "labfreemvmt.example"})


@pytest.mark.parametrize(
    "name",
    [
        "labfreemvmt@meadow.example",
        "@LabFreeMvmt",
        "labfreemvmt.meadow.example",
        "lab_free_mvmt",
        "1abfreemvmt",
        "Iabfreemvmt",
        "labfreernvrnt",
        "l\u0430bfreemvmt",
        "l\u00e1bfreemvmt",
        "\uff4c\uff41\uff42freemvmt",
        "labfreemvmt\u200b",
        "LABOUR CAMPAIGN FOR FREE MOVEMENT",
        "Labour Campaign for Free M\u043evement",
    ],
)
def test_a_name_that_the_eye_takes_for_ours_looks_like_us(name: str) -> None:
    assert looks_like(name, OURS)


@pytest.mark.parametrize(
    "name", ["wren.example", "labour", "labfreemvmt_fans", "free movement", "", "@", "\u200b", "lab"]
)
def test_another_name_does_not(name: str) -> None:
    assert not looks_like(name, OURS)


@pytest.mark.parametrize("name", ["p\u0430ypal", "\u0410pple", "gr\u03b5\u03b5k", "wr\u0435n@meadow.example"])
def test_one_word_in_two_alphabets_is_mixed(name: str) -> None:
    assert mixes_alphabets(name)


@pytest.mark.parametrize(
    "name",
    [
        "wren",
        "\u041c\u0430\u0440\u0438\u044f Wren",
        "Zo\u00eb_1",
        "\u4e16\u754cABC",
        "\u0646\u0648\u0631",
        "caf\u00e9 3\u20ac",
        "",
    ],
)
def test_a_word_in_one_alphabet_is_not(name: str) -> None:
    assert not mixes_alphabets(name)


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_the_names_are_there_is_an_answer(handle: str, name: str) -> None:
    assert looks_like(handle, [handle, name]) in {True, False}
    assert mixes_alphabets(name) in {True, False}
