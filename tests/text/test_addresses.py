"""What X and Mastodon take for a link, against X's own library and the rules that Mastodon publishes."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.text.addresses import Address, on_mastodon, on_x
from amplifier.text.length import short_links
from amplifier.text.top_level import KNOWN, LISTED

TABLE = json.loads((Path(__file__).parent / "counting" / "table.json").read_text())
# Endings that X's library, of 2020, has and the newer list has not, and the other way round: the newer list wins.
OF_ANOTHER_DAY = (".zippo", ".an", ".music", ".kids")


def read(text: str, found: tuple[Address, ...]) -> list[str]:
    return [text[one.start : one.end] for one in found]


def test_links_are_those_of_xs_own_library() -> None:
    told = {unicodedata.normalize("NFC", row["text"]): row["links"] for row in TABLE["rows"]}
    told = {text: links for text, links in told.items() if not any(ending in text for ending in OF_ANOTHER_DAY)}
    assert {text: read(text, on_x(text)) for text in told} == told


def test_the_newer_list_of_endings_wins() -> None:
    assert read("example.an", on_x("example.an")) == []
    assert read("https://example.music/a", on_x("https://example.music/a")) == ["https://example.music/a"]


def test_the_list_of_endings_is_dated_and_has_other_scripts() -> None:
    assert LISTED >= "2026-10-29"
    assert {"com", "org", "museum", "рф", "xn--p1ai", "みんな"} <= KNOWN
    assert "example" not in KNOWN


def test_an_example_stands_for_a_real_address_only_where_that_is_asked() -> None:
    text = "Read freemovement.example/motion"
    assert on_x(text) == ()
    assert read(text, on_x(text, stand_in=True)) == ["freemovement.example/motion"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.com/a/b.", ["https://example.com/a/b"]),
        ("example.com is no link there", []),
        ("https://example.com/日本", ["https://example.com/日本"]),
        ("https://example.com/a!(b)", ["https://example.com/a!(b)"]),
        ("https://example.com/a(b", ["https://example.com/a"]),
        ("https://example.com/?q=ü^", ["https://example.com/?q=ü"]),
        ("https://no.ending/a", []),
        ("gemini://example.com/a", ["gemini://example.com/a"]),
        ("ftp://example.com/a", []),
        ("example.com/https://example.org", []),
        ("https://freemovement.example/a", ["https://freemovement.example/a"]),
    ],
)
def test_mastodon_counts_as_a_link(text: str, links: list[str]) -> None:
    assert read(text, on_mastodon(text)) == links


def test_mastodon_counts_whole_what_it_does_not_take_for_a_link() -> None:
    text = "https://no.ending/" + "a" * 40
    assert short_links(text) == len(text)


@given(st.text(alphabet="a.-_/:()@é日みんな com\u200d\U0001f600", max_size=60))
def test_addresses_lie_inside_the_text_and_apart(text: str) -> None:
    for found in (on_x(text), on_mastodon(text)):
        position = 0
        for one in found:
            assert position <= one.start < one.end <= len(text)
            position = one.end


@pytest.mark.parametrize("unit", ["a.", "a.com_", "a.co/(", "日.a.", "_a.", "a.みんな", "http://a.", "a.co?!"])
def test_finding_takes_time_by_length_alone(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    on_x(text)
    on_mastodon(text)
    assert time.process_time() - begun < 45
