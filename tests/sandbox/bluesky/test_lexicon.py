"""What the lexicons refuse beside a text, held against what Bluesky's own server refused when it was tried."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.sandbox.bluesky.lexicon import wrongs

FEATURE = "facets.0.features.0"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # 18 bytes, one grapheme


def facet(feature: dict[str, Any], start: Any = 0) -> dict[str, Any]:
    return {"facets": [{"index": {"byteStart": start, "byteEnd": 3}, "features": [feature]}]}


def pictures(one: dict[str, Any], number: int) -> dict[str, Any]:
    return {"embed": {"$type": "app.bsky.embed.images", "images": [one] * number}}


def card(fields: dict[str, Any]) -> dict[str, Any]:
    return {"embed": {"$type": "app.bsky.embed.external", "external": fields}}


def tag(value: str) -> dict[str, Any]:
    return facet({"$type": "app.bsky.richtext.facet#tag", "tag": value})


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"langs": ["en", "de-CH", "zh-Hant-TW"]},
        {"tags": ["a" * 64] * 8},
        tag("a" * 64),
        tag("é" * 64),
        facet({"$type": "app.bsky.richtext.facet#link", "uri": "https://freemovement.example/a"}),
        facet({"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:abc"}),
        facet({"$type": "app.bsky.richtext.facet#later", "anything": 1}),
        {"facets": [{"index": {"byteStart": 900, "byteEnd": 1}, "features": []}]},
        {
            "embed": {
                "$type": "app.bsky.embed.external",
                "external": {"uri": "https://a.io", "title": "", "description": ""},
            }
        },
        {"embed": {"$type": "app.bsky.embed.images", "images": [{"alt": ""}] * 4}},
        {"embed": {"$type": "app.bsky.embed.unknown"}},
        {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "made-up"}] * 10}},
    ],
)
def test_this_is_taken(record: dict[str, Any]) -> None:
    assert list(wrongs(record)) == []


@pytest.mark.parametrize(
    ("record", "what", "where"),
    [
        ({"langs": ["en"] * 4}, "array too big (maximum 3, got 4)", "langs"),
        ({"langs": "en"}, "Expected array value type", "langs"),
        ({"langs": ["english please"]}, "Invalid language", "langs.0"),
        ({"langs": ["en-12"]}, "Invalid language", "langs.0"),
        ({"tags": ["a"] * 9}, "array too big (maximum 8, got 9)", "tags"),
        ({"tags": ["a" * 65]}, "grapheme too big (maximum 64, got 65)", "tags.0"),
        (tag("a" * 65), "grapheme too big (maximum 64, got 65)", f"{FEATURE}.tag"),
        (tag(FAMILY * 36), "string too big (maximum 640, got 648)", f"{FEATURE}.tag"),
        (facet({"$type": "app.bsky.richtext.facet#link", "uri": "freemovement"}), "Invalid URI", f"{FEATURE}.uri"),
        (facet({"$type": "app.bsky.richtext.facet#mention", "did": "me"}), "Invalid DID", f"{FEATURE}.did"),
        (facet({"tag": "a"}), 'Missing required key "$type"', FEATURE),
        (facet({"$type": "x"}, -1), "Expected integer value type (minimum 0)", "facets.0.index.byteStart"),
        (pictures({"alt": ""}, 5), "array too big (maximum 4, got 5)", "embed.images"),
        (pictures({}, 1), "Expected string value type", "embed.images.0.alt"),
        (card({"title": "", "description": ""}), "Invalid URI", "embed.external.uri"),
        (
            {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "a"}] * 11}},
            "array too big (maximum 10, got 11)",
            "labels.values",
        ),
    ],
)  # fmt: skip
def test_this_is_refused(record: dict[str, Any], what: str, where: str) -> None:
    assert (what, where) in list(wrongs(record))
