from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.platforms.bluesky.record import LINK, facets, handles, in_words, made_at, place, plain, put, record, says
from amplifier.sandbox.bluesky.lexicon import wrongs

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
    assert facets("#" + "a" * 65, {}) == []
    assert len(facets("#" + "a" * 64, {})) == 1


def test_what_the_lexicon_does_not_take_is_left_out_of_the_record_not_of_the_text() -> None:
    at = datetime(2023, 10, 10, tzinfo=UTC)
    text = f"#{'a' * 65} #{'b' * 64} @labfreemvmt.example https://freemovement.example"
    for language in ("en", "de-CH", "en-12", "english please", ""):
        made = record(text, language, at, {"labfreemvmt.example": "no did"})
        assert made["text"] == text
        assert [one["features"][0]["$type"].partition("#")[2] for one in made["facets"]] == ["tag", "link"]
        assert list(wrongs(made)) == []


@given(st.lists(WORDS | st.text(max_size=70).map("#{}".format), max_size=12).map(" ".join), st.text(max_size=12))
def test_no_record_that_is_made_breaks_the_lexicon(text: str, language: str) -> None:
    made = record(text, language, datetime(2023, 10, 10, tzinfo=UTC), {"labfreemvmt.example": "did:plc:abc"})
    assert list(wrongs(made)) == []


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


WHOLE = "https://freemovement.example/volunteer?a=1&b=2"
SHORT = "freemovement.example/voluntee..."


def shown(text: str, *links: tuple[str, str]) -> dict[str, Any]:
    """A record whose `links` are (what is shown, where it leads)."""
    made = []
    for label, uri in links:
        start = len(text[: text.index(label)].encode())
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
        made.append({"index": {"byteStart": start, "byteEnd": start + len(label.encode())}, "features": [feature]})
    return {"text": text, "facets": made}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (shown("Vote"), "Vote"),
        (shown("Vote"), " Vote\n"),  # the composer drops white space at the ends
        (record(f"Zoë: {WHOLE} now", "en", AT, {}), f"Zoë: {WHOLE} now"),
        (shown(f"Zoë: {SHORT} now", (SHORT, WHOLE)), f"Zoë: {WHOLE} now"),
        (shown("See a.example/a", ("a.example/a", "https://a.example/a/")), "See https://a.example/a"),
        (
            shown("a.ex/x... b.ex/y...", ("a.ex/x...", "https://a.ex/xx"), ("b.ex/y...", "https://b.ex/yy")),
            "https://a.ex/xx https://b.ex/yy",
        ),
    ],
)
def test_a_record_says_what_was_written_however_its_links_are_shown(value: dict[str, Any], text: str) -> None:
    assert says(value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (shown("Vote"), "vote"),
        (shown("Vote"), "Vote now"),
        (shown("See a.example/x...", ("a.example/x...", "https://a.example/xx")), "See https://a.example/xy"),
        (shown("See a.example/x..."), "See https://a.example/xx"),
        (shown("our motion", ("our motion", WHOLE)), WHOLE),
        ({}, "Vote"),
    ],
)
def test_other_words_are_other_words(value: dict[str, Any], text: str) -> None:
    assert not says(value, text)


def test_people_read_shortened_links_in_full_and_labels_as_they_are() -> None:
    assert (
        plain(shown("Zoë: freemovement.example/v... now", ("freemovement.example/v...", WHOLE))) == f"Zoë: {WHOLE} now"
    )
    assert plain(shown("our motion", ("our motion", WHOLE))) == "our motion"


@pytest.mark.parametrize(
    "facet", [None, {}, {"index": {}}, {"index": {"byteStart": 3, "byteEnd": 1}, "features": []}, "odd"]
)
def test_a_facet_that_makes_no_sense_is_left_out(facet: Any) -> None:
    assert plain({"text": "Vote", "facets": [facet]}) == "Vote"


def test_a_place_is_read_from_an_address_and_from_nothing_else() -> None:
    assert place("at://did:plc:us/app.bsky.feed.post/3k") == {
        "repo": "did:plc:us",
        "collection": "app.bsky.feed.post",
        "rkey": "3k",
    }
    for odd in ("", "12", "at://did:plc:us", "at://did:plc:us/a/b/c", "https://bsky.app/profile/a/post/3k"):
        assert place(odd) is None


def test_a_record_s_time_is_read_where_it_has_one() -> None:
    assert made_at({"createdAt": "2026-10-09T13:40:05.123Z"}) == AT.replace(microsecond=123000)
    assert made_at({"createdAt": "2026-10-09T13:40:05"}) == AT.replace(microsecond=0)
    for odd in ({}, {"createdAt": "yesterday"}, {"createdAt": 5}, None, []):
        assert made_at(odd) is None


def linked(text: str, label: str, uri: str) -> dict[str, Any]:
    start = len(text[: text.index(label)].encode())
    index = {"byteStart": start, "byteEnd": start + len(label.encode())}
    return {"text": text, "facets": [{"index": index, "features": [{"$type": LINK, "uri": uri}]}]}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (linked("See a.example/mot...", "a.example/mot...", "https://a.example/motion"), "See https://a.example/motion"),
        (linked("See a.example/mot… ok", "a.example/mot…", "https://a.example/mot"), "See https://a.example/mot ok"),
        (linked("Read this, Zo\u00eb", "this", "https://a.example/"), "Read this (https://a.example/), Zo\u00eb"),
        (linked("\U0001f5f3 https://bank.example", "https://bank.example", "https://evil.example/"),
         "\U0001f5f3 https://bank.example (https://evil.example/)"),
        ({"text": None}, ""),
        ({"text": 5}, "5"),
        ({}, ""),
        ({"text": "a\ud83d"}, "a\ufffd\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_people_read_where_a_strangers_link_leads(value: dict[str, Any], said: str) -> None:
    assert in_words(value) == said


def facet(start: int, end: int, uri: str = "https://a.example/") -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": LINK, "uri": uri}]}


@pytest.mark.parametrize(
    ("facets", "said"),
    [
        ([facet(11, 99)], "p\u00e9y at bank.example (https://a.example/)"),
        ([facet(8, 20), facet(50, 60), facet(20, 30), facet(5, 2)], "p\u00e9y at bank.example (https://a.example/)"),
        ([facet(2, 20)], "p\u00e9y at bank.example (https://a.example/)"),
        ([facet(-5, 2)], "p\u00e9 (https://a.example/)y at bank.example"),
        ([facet(8, 20), facet(8, 20, "https://bank.example")],
         "p\u00e9y at bank.example (https://a.example/) (https://bank.example)"),
        ([facet(8, 15, "https://bank.exa"), facet(12, 20)],
         "p\u00e9y at bank.example (https://a.example/) (https://bank.exa)"),
    ],
)  # fmt: skip
def test_every_address_that_a_client_may_follow_is_shown(facets: list[dict[str, Any]], said: str) -> None:
    found = in_words({"text": "p\u00e9y at bank.example", "facets": facets})
    for address in ("https://a.example/", "https://bank.exa") if len(facets) == 2 else ("https://a.example/",):
        assert address in found
    assert len(facets) == 2 or found == said


def test_all_addresses_of_one_facet_are_shown() -> None:
    one = facet(0, 12)
    one["features"].append({"$type": LINK, "uri": "https://bank.example"})
    assert in_words({"text": "bank.example", "facets": [one]}).count("https://") == 2


PLACES = st.integers(-2, 40)


@settings(deadline=None)
@given(
    st.text(st.characters(categories=["L", "N", "Zs", "So"])), st.lists(st.builds(facet, PLACES, PLACES), max_size=4)
)
def test_whatever_the_facets_say_no_word_is_lost(text: str, found: list[dict[str, Any]]) -> None:
    said = in_words({"text": text, "facets": found})
    without = said.replace("(https://a.example/)", "").replace("https://a.example/", "")
    assert "".join(without.split()) == "".join(text.split())


@pytest.mark.parametrize("facets", [5, "odd", {"a": 1}, [facet(4, 8, "")], [facet(float("inf"), 9)], [None, 3]])  # type: ignore[arg-type]
def test_facets_that_are_none_change_nothing(facets: Any) -> None:
    assert (
        in_words({"text": "See this", "facets": facets}) == plain({"text": "See this", "facets": facets}) == "See this"
    )
