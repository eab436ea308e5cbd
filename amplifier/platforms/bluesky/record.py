"""A post as Bluesky's own servers keep it: text, facets with byte offsets, and the request that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from amplifier.text.links import Span, SpanKind, spans

COLLECTION = "app.bsky.feed.post"
# lexicons/app/bsky/richtext/facet.json: a tag has at most 640 bytes (and 64 graphemes, which never are more).
LONGEST_TAG = 640


def handles(text: str) -> tuple[str, ...]:
    """The handles in a text that may be Bluesky's: domain names, in lower case, each once.

    `@name` alone and `@name@server` are other networks' forms.
    """
    names = (span.value.lower() for span in spans(text) if span.kind is SpanKind.HANDLE)
    return tuple(dict.fromkeys(name for name in names if "." in name and "@" not in name))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The links, tags and handles of a text as facets, which is what makes them links on Bluesky.

    `dids` maps handles (lower case) to the DIDs of their accounts; a handle that is not in it becomes no facet.
    Offsets count UTF-8 bytes (docs.bsky.app: advanced-guides/post-richtext).
    """
    made = []
    for span in spans(text):
        feature = _feature(span, dids)
        if feature:
            start = len(text[: span.start].encode())
            end = start + len(text[span.start : span.end].encode())
            made.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return made


def record(text: str, language: str, at: datetime, dids: Mapping[str, str]) -> dict[str, Any]:
    """The post's record, made at `at` (UTC)."""
    fields: dict[str, Any] = {
        "$type": COLLECTION,
        "text": text,
        "createdAt": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [language],
    }
    found = facets(text, dids)
    return {**fields, "facets": found} if found else fields


def put(repo: str, rkey: str, record: dict[str, Any]) -> dict[str, Any]:
    """The body of putRecord that creates this record, confirms the same one, and refuses to replace another.

    With `swapRecord: null` a record that is there with other content answers InvalidSwap; the same content is a
    no-op (pds/src/api/com/atproto/repo/putRecord.ts, tried).
    """
    return {"repo": repo, "collection": COLLECTION, "rkey": rkey, "record": record, "swapRecord": None}


def _feature(span: Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    match span.kind:
        case SpanKind.LINK:
            return {"$type": "app.bsky.richtext.facet#link", "uri": span.value}
        case SpanKind.TAG if len(span.value.encode()) <= LONGEST_TAG:
            return {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}
        case SpanKind.HANDLE if span.value.lower() in dids:
            return {"$type": "app.bsky.richtext.facet#mention", "did": dids[span.value.lower()]}
        case _:
            return None
