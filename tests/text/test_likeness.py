"""Names that want to be taken for another bear a badge; honest ones do not."""

from __future__ import annotations

from random import Random
from string import ascii_letters, ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.likeness import LETTERS, SHORTEST, looks_like, mixes_alphabets

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
        "Labour \u03f9ampaign for Free Movement",
    ],
)
def test_a_name_that_the_eye_takes_for_ours_looks_like_us(name: str) -> None:
    assert looks_like(name, OURS)


@pytest.mark.parametrize(
    "name", ["wren.example", "labour", "labfreemvmt_fans", "free movement", "", "@", "\u200b", "lab"]
)
def test_another_name_does_not(name: str) -> None:
    assert not looks_like(name, OURS)


@pytest.mark.parametrize(
    ("name", "our"),
    [("1ab", "lab"), ("@lab@meadow.example", "Lab"), ("\U0001f339", "\U0001f49a"), ("", "@"), ("\u200b", "...")],
)
def test_a_name_too_short_to_be_anybody_s_is_like_no_other(name: str, our: str) -> None:
    assert not looks_like(name, [our])
    assert looks_like("1abs", ["labs"])


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
@given(st.text(ascii_lowercase, min_size=2 * SHORTEST), st.randoms(use_true_random=False))
def test_a_name_in_other_letters_that_look_the_same_looks_like_it(name: str, chance: Random) -> None:
    disguised = "".join(chance.choice([letter, letter.upper(), *LETTERS.get(letter, "")]) for letter in name)
    disguised = disguised.replace("@", "a")  # it stands between a name and its server
    assert looks_like(disguised, [name])
    assert looks_like(name, ["somebody", f"@{disguised}@meadow.example"])
    assert not looks_like(disguised, [f"some{name}", name[1:]])


@settings(deadline=None)
@given(st.text(ascii_letters, min_size=1), st.text("\u0436\u0438\u044f\u0416", min_size=1), st.text("0-_. 9"))
def test_alphabets_are_mixed_in_one_word_and_not_beside_each_other(one: str, other: str, between: str) -> None:
    assert mixes_alphabets(one + other)
    assert mixes_alphabets(f"{between}{other}{one}")
    assert not mixes_alphabets(f"{between}{one} {other}{between}")


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_the_names_are_each_looks_like_the_other_or_neither_does(one: str, other: str) -> None:
    assert looks_like(one, [other]) == looks_like(other, [one])
    assert not looks_like(one, [])
    assert mixes_alphabets(one) <= mixes_alphabets(f"{one} {other}")
