"""The bounds that Bluesky's lexicons set to a post beside its text: facets, tags, languages, embeds, labels.

Read from @atproto/api 0.20 and later (app.bsky.feed.post, app.bsky.richtext.facet, app.bsky.embed.*, the formats of
@atproto/syntax). What a lexicon does not bound, such as where a facet lies in its text, the server does not either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from amplifier.text.length import graphemes

MAX_LANGUAGES = 3
MAX_TAGS = 8
MAX_TAG_GRAPHEMES = 64
MAX_TAG_BYTES = 640
MAX_LABELS = 10
MAX_LABEL_BYTES = 128
MAX_IMAGES = 4
MAX_GALLERY = 20
MAX_URI = 8192
FACET = "app.bsky.richtext.facet"
LABELS = "com.atproto.label.defs#selfLabels"

LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z0-9-]{2,}",
    re.IGNORECASE | re.ASCII,
)
URI = re.compile(r"\w+:(?://)?[^\s/]\S*", re.ASCII)
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]", re.ASCII)


Found = Iterator[tuple[str, str]]


def wrongs(record: Mapping[str, Any]) -> Found:
    """What breaks a bound, as Bluesky says it, and where, such as `facets.0.features.0.tag`; in order."""
    yield from _listed(record, "langs", MAX_LANGUAGES, _language)
    yield from _listed(record, "tags", MAX_TAGS, _tag)
    yield from _listed(record, "facets", None, _facet)
    labels = record.get("labels")
    if isinstance(labels, dict) and labels.get("$type") == LABELS:
        yield from _within("labels", _listed(labels, "values", MAX_LABELS, _label))
    embed = record.get("embed")
    if isinstance(embed, dict):
        yield from _within("embed", _embed(embed))


def _within(place: str, found: Found) -> Found:
    return ((what, f"{place}.{where}" if where else place) for what, where in found)


def _listed(holder: Mapping[str, Any], name: str, most: int | None, check: Callable[[Any], Found]) -> Found:
    if name not in holder:
        return
    items = holder[name]
    if not isinstance(items, list):
        yield "Expected array value type", name
        return
    if most is not None and len(items) > most:
        yield f"array too big (maximum {most}, got {len(items)})", name
    for number, item in enumerate(items):
        yield from _within(f"{name}.{number}", check(item))


def _string(value: Any, *, most_bytes: int = 0, most_graphemes: int = 0) -> Found:
    if not isinstance(value, str):
        yield "Expected string value type", ""
    elif most_bytes and len(value.encode(errors="surrogatepass")) > most_bytes:
        yield f"string too big (maximum {most_bytes}, got {len(value.encode(errors='surrogatepass'))})", ""
    elif most_graphemes and graphemes(value) > most_graphemes:
        yield f"grapheme too big (maximum {most_graphemes}, got {graphemes(value)})", ""


def _language(value: Any) -> Found:
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        yield "Invalid language", ""


def _tag(value: Any) -> Found:
    return _string(value, most_bytes=MAX_TAG_BYTES, most_graphemes=MAX_TAG_GRAPHEMES)


def _label(value: Any) -> Found:
    name = value.get("val") if isinstance(value, dict) else None
    return _within("val", _string(name, most_bytes=MAX_LABEL_BYTES))


def _uri(value: Any) -> Found:
    if not isinstance(value, str) or not URI.fullmatch(value) or len(value) > MAX_URI:
        yield "Invalid URI", ""


def _did(value: Any) -> Found:
    if not isinstance(value, str) or not DID.fullmatch(value) or len(value) > MAX_URI // 4:
        yield "Invalid DID", ""


def _facet(value: Any) -> Found:
    if not isinstance(value, dict):
        yield "Expected object value type", ""
        return
    index = value.get("index")
    for name in ("byteStart", "byteEnd"):
        place = index.get(name) if isinstance(index, dict) else None
        if not isinstance(place, int) or isinstance(place, bool) or place < 0:
            yield "Expected integer value type (minimum 0)", f"index.{name}"
    if "features" not in value:
        yield 'Missing required key "features"', ""
    yield from _listed(value, "features", None, _feature)


def _feature(value: Any) -> Found:
    kind = value.get("$type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str):
        yield 'Missing required key "$type"', ""
        return
    checks: dict[str, tuple[str, Callable[[Any], Found]]] = {
        f"{FACET}#tag": ("tag", _tag),
        f"{FACET}#link": ("uri", _uri),
        f"{FACET}#mention": ("did", _did),
    }
    if kind in checks:  # the union is open: what it does not know it lets through
        name, check = checks[kind]
        yield from _within(name, check(value.get(name)))


def _embed(embed: Mapping[str, Any]) -> Found:
    match embed.get("$type"):
        case "app.bsky.embed.external":
            card = embed.get("external")
            fields = card if isinstance(card, dict) else {}
            yield from _within("external.uri", _uri(fields.get("uri")))
            for name in ("title", "description"):
                yield from _within(f"external.{name}", _string(fields.get(name)))
        case "app.bsky.embed.images":
            yield from _listed(embed, "images", MAX_IMAGES, _picture)
        case "app.bsky.embed.gallery":
            yield from _listed(embed, "items", MAX_GALLERY, _picture)
        case "app.bsky.embed.recordWithMedia":
            media = embed.get("media")
            yield from _within("media", _embed(media if isinstance(media, dict) else {}))


def _picture(value: Any) -> Found:
    alt = value.get("alt") if isinstance(value, dict) else None
    return _within("alt", _string(alt))
