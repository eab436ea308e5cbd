"""Each network's count, against that network's own examples."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.text.length import code_points, graphemes, short_links, weighted

ROOT = Path(__file__).parents[2]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # three people, one grapheme
FLAG = "\U0001f1ec\U0001f1e7"

# These two expect version 2, which counted the pieces of an emoji one by one.
ONLY_IN_VERSION_2 = {
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
}

Reference = dict[str, dict[str, list[dict[str, Any]]]]


@pytest.mark.parametrize(
    "name",
    [
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    ],
)
def test_x_counts_as_its_own_examples_do(twitter_text: Reference, name: str) -> None:
    cases = [case for case in twitter_text["validate"][name] if case["description"] not in ONLY_IN_VERSION_2]
    wrong = [case["description"] for case in cases if weighted(case["text"]) != case["expected"]["weightedLength"]]
    assert (len(cases) > 1, wrong) == (True, [])


def test_x_counts_a_link_23_wherever_its_own_examples_find_one(twitter_text: Reference) -> None:
    for case in twitter_text["extract"]["urls"]:
        text, links = case["text"], case["expected"]
        if text.isascii():
            assert weighted(text) == len(text) - sum(map(len, links)) + 23 * len(links), case["description"]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("plain words", 11),
        ("a\nb", 3),
        ("a\r\nb", 4),
        ("two  spaces ", 12),
        ("https://example.com/a/very/long/path/indeed", 23),
        ("see example.com now", 4 + 23 + 4),
        ("\u2018curly\u2019 \u2014 dash", 7 + 1 + 1 + 5),
        ("\u2026", 2),
        (FAMILY, 2),
        ("e\u0301", 1),
        ("\ud800", 2),
        ("https://no-such-ending.example/volunteer", 40),
    ],
)
def test_x_weighs(text: str, length: int) -> None:
    assert weighted(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "a." * 25_000,
        "a-" * 40_000 + ".b",
        "https://" + "a." * 25_000,
        "a.a.a.a.a.a. " * 3500,
        "@a@" + "b." * 25_000,
        FLAG * 50_000,
    ],
    ids=["dots", "hyphens", "an address", "words", "a handle", "flags"],
)
def test_a_text_of_dots_is_counted_at_once(text: str) -> None:
    assert weighted(text) > 280  # which would take hours if it grew with the square of the length, or its cube
    assert short_links(text) > 500
    assert graphemes(text) > 300


PIECES = [
    *(
        "a",
        ".",
        "-",
        "_",
        "/",
        "(",
        ")",
        "?",
        "!",
        "@",
        "#",
        ":",
        " ",
        "\n",
        "é",
        "日",
        "http://",
        "https://",
        "a.com",
        "t.co/",
    ),
    *(
        "\u0301",
        "\u0316",
        "\u0f73",
        "\u0344",
        "\u200d",
        "\ufe0f",
        "\u094d",
        "\u0915",
        "\u0600",
        "\U0001f1e6",
        "\U0001f468",
    ),
    *("@a@b.", "xn--", "みんな", "ü", "\U000e0067", "1\ufe0f\u20e3", "\ud800"),
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), st.sampled_from(PIECES))
@settings(max_examples=12, deadline=None)
def test_no_text_of_100_000_characters_takes_more_than_its_length(unit: str, end: str) -> None:
    text = (unit * (100_000 // len(unit))) + end
    for count in (weighted, short_links, graphemes):
        begun = time.process_time()
        count(text)
        # A machine ten times as slow stays below; what grows with the square takes minutes (flags: 57 s).
        assert time.process_time() - begun < 45, (count.__name__, unit)


def test_an_absurdly_long_word_still_counts_its_link_23() -> None:
    assert weighted("https://example.com/" + "a.b" * 100) == 23
    assert weighted("https://example.com/" + "x" * 400 + " and on") == 23 + 7
    assert weighted("https://" + "x" * 70 + ".com/" + "y" * 400) == 8 + 70 + 5 + 400


@pytest.mark.parametrize(("text", "count"), [("", 0), ("abc", 3), (FAMILY + FLAG, 2), ("e\u0301", 1), ("a\r\nb", 3)])
def test_a_grapheme_is_what_a_reader_sees_as_one(text: str, count: int) -> None:
    assert graphemes(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("see https://example.com/a/long/path.", 4 + 23 + 1),
        ("https://a.io https://b.io", 23 + 1 + 23),
        ("ask @name@social.example today", 4 + 5 + 6),
        ("a name@social.example is no handle", 34),
        ("example.com is no link there", 28),
        (f"{FAMILY} #Lab23", 8),
    ],
)
def test_mastodon_shortens_links_and_handles(text: str, count: int) -> None:
    assert short_links(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), (FAMILY, 5), ("e\u0301", 2), ("https://example.com/a/long/path", 31), ("a\nb", 3)]
)
def test_some_servers_count_every_code_point_and_links_whole(text: str, count: int) -> None:
    assert code_points(text) == count


def test_a_server_may_count_links_otherwise() -> None:
    assert short_links("https://example.com/path", link_cost=30) == 30


@given(st.text(), st.text())
def test_x_counts_words_apart_as_it_counts_them_together(left: str, right: str) -> None:
    assert weighted(f"x {left} {right}") == weighted(f"x {left}") + weighted(f"x {right}") - 1


TABLE = json.loads((Path(__file__).parent / "counting" / "table.json").read_text())
# Where our list of top-level domains and that of X's library (2020) differ, the newer one wins: what is counted then.
NEWER_LIST = {
    "https://example.music/concert": 23,
    "example.kids/a": 23,
    "example.an": 10,
    "Ühttps://example.zippo/aß": 25,
}


def test_every_text_counts_as_xs_own_library_counts_it() -> None:
    told = {row["text"]: NEWER_LIST.get(row["text"], row["x"]) for row in TABLE["rows"]}
    assert {text: weighted(text) for text in told} == told


def test_every_text_has_as_many_graphemes_as_node_sees() -> None:
    told = {row["text"]: row["graphemes"] for row in TABLE["rows"]}
    assert {text: graphemes(text) for text in told} == told


def test_the_table_has_texts_of_every_kind() -> None:
    texts = [row["text"] for row in TABLE["rows"]]
    assert len(texts) == len(set(texts)) > 1000
    assert len({unicodedata.name(letter, "?").split()[0] for text in texts for letter in text}) > 60
    assert sum(len(row["links"]) > 0 for row in TABLE["rows"]) > 250


@given(st.text(alphabet=[chr(one) for one in range(128)], max_size=40))
def test_graphemes_of_plain_text_are_those_of_the_library(text: str) -> None:
    assert graphemes(text) == len(regex.findall(r"\X", text))
