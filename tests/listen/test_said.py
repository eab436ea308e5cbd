"""No mention is an empty line: what stands beside the words is said in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.campaign.mention import Attached, Medium
from amplifier.listen.said import MOST, NOTHING, said
from amplifier.text.visible import is_blank
from tests.listen.test_match import RAW

EMPTY = replace(RAW, text="", markup=False)


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (Attached(Medium.PICTURE, "A full\n hall"), "(a picture: A full hall)"),
        (Attached(Medium.PICTURE, ""), "(a picture without a description)"),
        (Attached(Medium.PICTURE, "\u200b"), "(a picture without a description)"),
        (Attached(Medium.PICTURE), "(a picture)"),
        (Attached(Medium.ANIMATION, ""), "(a moving picture without a description)"),
        (Attached(Medium.VIDEO, "The debate"), "(a video: The debate)"),
        (Attached(Medium.AUDIO, ""), "(a recording without a description)"),
        (Attached(Medium.FILE, ""), "(an attachment)"),
        (Attached(Medium.POLL, "Yes / No"), "(a poll: Yes / No)"),
        (Attached(Medium.POLL), "(a poll)"),
        (Attached(Medium.LINK, "The motion", "https://a.example/"), "(a link: The motion (https://a.example/))"),
        (Attached(Medium.LINK, "", "https://a.example/"), "(a link: https://a.example/)"),
        (Attached(Medium.LINK, "The motion"), "(a link: The motion)"),
        (Attached(Medium.PICTURE, "a\u202eb\x00"), "(a picture: ab)"),
    ],
)
def test_what_stands_beside_the_words_is_a_line(one: Attached, line: str) -> None:
    assert said(replace(EMPTY, attached=(one,))) == line
    assert said(replace(EMPTY, text="Look", attached=(one,))) == f"Look\n{line}"


def test_a_link_that_stands_in_the_words_already_is_not_said_again() -> None:
    link = Attached(Medium.LINK, "The motion", "https://a.example/")
    assert said(replace(EMPTY, text="Read https://a.example/ now", attached=(link,))) == "Read https://a.example/ now"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164\u2800", "<p></p>", "<img src=x>", "\x00"])
def test_a_mention_without_words_says_so(text: str) -> None:
    assert said(replace(RAW, text=text)) == NOTHING


def test_no_post_has_things_beside_it_without_end() -> None:
    assert said(replace(EMPTY, attached=(Attached(Medium.POLL),) * 500)).count("(a poll)") == MOST


ATTACHED = st.builds(Attached, st.sampled_from(Medium), st.none() | st.text(), st.text())


@settings(deadline=None)
@given(st.text(), st.booleans(), st.lists(ATTACHED, max_size=4))
def test_whatever_comes_something_is_seen(text: str, markup: bool, attached: list[Attached]) -> None:  # noqa: FBT001  drawn
    assert not is_blank(said(replace(RAW, text=text, markup=markup, attached=tuple(attached))))


def test_what_stands_beside_a_text_beyond_a_number_is_counted() -> None:
    many = replace(RAW, text="Look", markup=False, attached=(Attached(Medium.PICTURE, "A hall"),) * 25)
    lines = said(many).split("\n")
    assert (lines[0], lines.count("(a picture: A hall)"), lines[-1]) == ("Look", 20, "(and 5 more beside it)")
