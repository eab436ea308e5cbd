"""How like one another texts are: a copy is known through every disguise, and two messages are two."""

# ruff: noqa: RUF001  letters that look like others are what these tests are about

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amplifier.schedule import files
from amplifier.schedule.program import read_program, wanted_posts
from amplifier.settings import load
from amplifier.text.similarity import NEAR, likeness, nearly_the_same

REPOSITORY = Path(__file__).parents[2]
SAID = 'Delegates, please vote for "Asylum and Immigration". Voting closes at 17:00: https://a.example/vote'
LINK = "https://freemovement.example/a/very/long/address/of/one/page/in/the/middle/of/our/site"
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=300)
CYRILLIC = str.maketrans("aeopcyx", "аеорсух")
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "disguised",
    [
        SAID.upper().replace("HTTPS://A.EXAMPLE/VOTE", "https://a.example/vote"),
        "\n\n".join(SAID.split()),
        SAID.replace(",", " -").replace(".", "\u2026").replace("\u2026example", ".example"),
        "🔥 " + SAID.replace(" please", " 🙏 please"),
        SAID.replace("17:00", "17:40"),
        SAID.replace("17:00", "8"),
        SAID.replace("Delegates", "Delegátès"),
        SAID.replace("Delegates, please", "Delegates, please".translate(CYRILLIC)),
        SAID.replace("Voting closes", "Voting closes".translate(WIDE)),
        SAID.replace("please", "p\u200bl\u2060e\ufeffa\u00adse"),
        SAID.replace("vote for", "𝐯𝐨𝐭𝐞 𝕗𝕠𝕣"),
        SAID + "?utm_source=x&fbclid=1",
        SAID + "/#top",
    ],
)
def test_a_disguise_changes_nothing(disguised: str) -> None:
    assert disguised != SAID
    assert likeness(SAID, disguised) == likeness(disguised, SAID) == 1
    assert nearly_the_same(SAID, disguised)


@pytest.mark.parametrize(
    "other",
    [
        SAID.replace("vote", "vot", 1),
        SAID.replace("closes", "ends"),
        SAID.replace("/vote", "/votes"),
        "Friends: " + SAID,
        " ".join(reversed(SAID.split(". "))),
    ],
)
def test_a_word_changed_moved_or_added_leaves_nearly_the_same(other: str) -> None:
    assert NEAR <= likeness(SAID, other) < 1
    assert nearly_the_same(SAID, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAID, 'Members at home: ring your delegates about "Asylum and Immigration" today. https://a.example/vote'),
        (SAID, ""),
        ("Yes", "No"),
        ("🔥", "🎉"),
        ("The debate begins", "The vote begins"),
        ("Anna's story " + LINK, "Lend a hand " + LINK),
    ],
)
def test_two_messages_are_two(one: str, other: str) -> None:
    assert likeness(one, other) < NEAR
    assert not nearly_the_same(one, other)


def test_what_is_ignored_makes_neither_like_nor_unlike() -> None:
    ours = ("#Lab23", "@labfreemvmt", "Promoted by the Campaign for Free Movement.")
    one = "Vote now #lab23 @labfreemvmt\n\nPROMOTED by the  Campaign for\nFree Movement."
    other = "Bring soup. @labfreemvmt #Lab23\n\nPromoted by the Campaign for Free Movement."
    assert likeness(one, other) > 0.7
    assert likeness(one, other, ignoring=ours) < 0.3
    assert likeness(one, "Vote now", ignoring=ours) == 1
    assert likeness(one, "Vote now", ignoring=ours[:2]) < NEAR
    assert likeness("Hello @labfreemvmt.example", "Hello", ignoring=ours) < 1  # another's handle counts


def test_texts_of_nothing_but_what_is_ignored_are_compared_as_they_stand() -> None:
    assert nearly_the_same("#Lab23", "#lab23", ignoring=("#Lab23",))
    assert not nearly_the_same("#Lab23", "@labfreemvmt", ignoring=("#Lab23", "@labfreemvmt"))


@given(text=LETTERS, at=st.integers(min_value=0), letter=st.sampled_from("abcxyz"))
@example(text="aaaaa", at=2, letter="b")
def test_one_slip_never_makes_another_message(text: str, at: int, letter: str) -> None:
    at %= len(text)
    for slipped in (text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:]):
        assert nearly_the_same(text, slipped)


@given(one=st.text(max_size=80), other=st.text(max_size=80), ignoring=st.lists(st.text(max_size=5), max_size=2))
def test_likeness_is_a_share_the_same_both_ways_and_the_quick_answer_agrees(
    one: str, other: str, ignoring: list[str]
) -> None:
    alike = likeness(one, other, ignoring=ignoring)
    assert 0 <= alike <= 1
    assert likeness(other, one, ignoring=ignoring) == alike
    assert likeness(one, one, ignoring=ignoring) == 1
    assert nearly_the_same(one, other, ignoring=ignoring) == (alike >= NEAR)


@given(text=st.text("ab ", min_size=1, max_size=60), cut=st.integers(0, 60), more=st.text("abc", max_size=12))
def test_the_quick_answer_agrees_near_the_border(text: str, cut: int, more: str) -> None:
    other = text[:cut] + more + text[cut + 3 :]
    assert nearly_the_same(text, other) == (likeness(text, other) >= NEAR)


def test_no_two_messages_of_the_example_are_nearly_the_same() -> None:
    settings = load(REPOSITORY)
    posts = wanted_posts(read_program(files.sources(REPOSITORY), settings))
    for account in settings.accounts:
        ours = [settings.campaign.form(name, account.platform) for name in settings.campaign.voice]
        ignoring = (*ours, settings.campaign.imprint.text)
        said = [(post, words.text) for post in posts for words in post.words if words.account == account.name]
        assert len(said) > 40
        for (one, text), (other, words) in combinations(said, 2):
            if (one.template, one.wording) != (other.template, other.wording):
                assert likeness(text, words, ignoring=ignoring) < NEAR - 0.1, (one.id, other.id)
