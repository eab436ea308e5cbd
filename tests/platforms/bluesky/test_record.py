from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.platforms.bluesky.record import facets, handles, put, record

AT = datetime(2026, 10, 9, 13, 40, 5, 123456, tzinfo=UTC)
WORDS = st.sampled_from(
    [
        "Zoë",
        "👩‍👩‍👧‍👦",
        "#Lab23",
        "@labfreemvmt.example",
        "https://freemovement.example/ü?a=1",
        "投票",
        "and",
        "\n",
        "🏳️‍🌈#Ünïcode",
    ]
)


def covered(text: str, facet: dict) -> str:
    index = facet["index"]
    return text.encode()[index["byteStart"] : index["byteEnd"]].decode()


def test_links_tags_and_known_handles_become_facets_with_byte_offsets() -> None:
    text = "Zoë 👍🏽: https://freemovement.example/a #Lab23 @labfreemvmt.example."

    found = facets(text, {"labfreemvmt.example": "did:plc:abc"})

    assert [covered(text, facet) for facet in found] == [
        "https://freemovement.example/a",
        "#Lab23",
        "@labfreemvmt.example",
    ]
    assert [facet["features"] for facet in found] == [
        [{"$type": "app.bsky.richtext.facet#link", "uri": "https://freemovement.example/a"}],
        [{"$type": "app.bsky.richtext.facet#tag", "tag": "Lab23"}],
        [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:abc"}],
    ]


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_facets_lie_in_order_within_the_text_and_cut_no_character(text: str) -> None:
    end = 0
    for facet in facets(text, {"labfreemvmt.example": "did:plc:abc"}):
        assert facet["index"]["byteStart"] >= end
        end = facet["index"]["byteEnd"]
        assert covered(text, facet)[0] in "#@h"
    assert end <= len(text.encode())


def test_a_handle_that_nobody_has_is_plain_text() -> None:
    assert facets("Ask @nobody.example", {}) == []


def test_a_tag_longer_than_bluesky_takes_is_plain_text() -> None:
    assert facets("#" + "é" * 321, {}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@labfreemvmt.example and @LabFreeMvmt.Example", ("labfreemvmt.example",)),
        ("@labfreemvmt on X", ()),
        ("@labfreemvmt@social.example on Mastodon", ()),
        ("mail@labfreemvmt.example", ()),
    ],
)
def test_only_bluesky_s_own_form_of_a_handle_is_looked_up(text: str, expected: tuple[str, ...]) -> None:
    assert handles(text) == expected


def test_the_record_says_when_in_utc_and_in_which_language() -> None:
    made = record("Hello", "en", AT.astimezone(timezone(timedelta(hours=1))), {})

    assert made == {
        "$type": "app.bsky.feed.post",
        "text": "Hello",
        "createdAt": "2026-10-09T13:40:05.123Z",
        "langs": ["en"],
    }


def test_a_record_may_be_created_or_confirmed_but_not_replaced() -> None:
    body = put("did:plc:abc", "3kabcdefghij2", {"text": "Hello"})

    assert body["swapRecord"] is None
    assert (body["repo"], body["collection"], body["rkey"]) == ("did:plc:abc", "app.bsky.feed.post", "3kabcdefghij2")
