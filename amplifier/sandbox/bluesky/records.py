"""Bluesky's posts as records: what a record must be, and what it says about people, tags and other posts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from amplifier.sandbox import ids
from amplifier.sandbox.bluesky import lexicon as bluesky_lexicon
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import PretendAccount, PretendDraft, PretendPost
from amplifier.sandbox.world import World
from amplifier.text.length import graphemes

COLLECTION = "app.bsky.feed.post"
MAX_GRAPHEMES = 300
MAX_BYTES = 3000


class RecordError(Exception):
    """The record is not what the collection wants; the message is Bluesky's."""


def checked(record: Any) -> dict[str, Any]:
    """The record, with its `$type`. Raises RecordError at the first thing that is wrong."""
    if not isinstance(record, dict):
        raise RecordError("Input/record must be an object")
    kind = record.get("$type", COLLECTION)
    if kind != COLLECTION:
        raise RecordError(f"Invalid $type: expected {COLLECTION}, got {kind}")
    text = record.get("text")
    if not isinstance(text, str):
        raise _wrong("Expected string value type" if "text" in record else 'Missing required key "text"', "text")
    size = len(text.encode())
    if size > MAX_BYTES:
        raise _wrong(f"string too big (maximum {MAX_BYTES}, got {size})", "text")
    length = graphemes(text)
    if length > MAX_GRAPHEMES:
        raise _wrong(f"grapheme too big (maximum {MAX_GRAPHEMES}, got {length})", "text")
    if not _is_instant(record.get("createdAt")):
        raise _wrong("Invalid datetime", "createdAt")
    for what, where in bluesky_lexicon.wrongs(record):
        raise _wrong(what, where)
    for name in ("root", "parent"):
        if "reply" in record and not _uri(record, "reply", name):
            raise _wrong(f'Missing required key "{name}"', "reply")
    return {"$type": COLLECTION, **record}


def draft(
    record: dict[str, Any], author: PretendAccount, rkey: str, handle_of: Callable[[str], str | None]
) -> PretendDraft:
    """A checked record as a post: whom and what it names stands in its facets, not in its text."""
    features = [
        feature
        for facet in record.get("facets") or []
        for feature in (facet.get("features") or [] if isinstance(facet, dict) else [])
        if isinstance(feature, dict)
    ]
    handles = (handle_of(str(feature["did"])) for feature in features if "did" in feature)
    tags = [str(feature["tag"]).lower() for feature in features if "tag" in feature]
    tags += [str(tag).lower() for tag in record.get("tags") or []]
    languages = record.get("langs") or ["en"]
    return PretendDraft(
        author=author,
        text=record["text"],
        ours=True,
        mentions=tuple(dict.fromkeys(handle for handle in handles if handle)),
        tags=tuple(dict.fromkeys(tags)),
        language=str(languages[0]),
        in_reply_to=_uri(record, "reply", "parent") or None,
        quotes=_uri(record, "embed", "record") or _uri(record.get("embed") or {}, "record", "record") or None,
        rkey=rkey,
        record=json.dumps(record, ensure_ascii=False),
        cid=ids.cid(record),
    )


def address(author: PretendAccount, rkey: str) -> str:
    """The at-uri of an author's post."""
    return f"at://{author.remote_id}/{COLLECTION}/{rkey}"


def key_of(post: PretendPost) -> str:
    """The record key of a post."""
    return post.remote_id.rpartition("/")[2]


def shown(post: PretendPost) -> dict[str, Any]:
    """A record with its address, as getRecord and listRecords give it."""
    return {"uri": post.remote_id, "cid": post.cid, "value": json.loads(post.record)}


def free_key(world: World, author: PretendAccount) -> str:
    """A record key of this moment that the author has not used. The world's lock must be held until it is."""
    clock = 0
    while world.post(author.network, address(author, rkey := ids.tid(now_ms(), clock))) is not None:
        clock += 1
    return rkey


def _uri(record: Any, *path: str) -> str:
    found = record
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    uri = found.get("uri") if isinstance(found, dict) else None
    return uri if isinstance(uri, str) else ""


def _is_instant(found: Any) -> bool:
    try:
        return isinstance(found, str) and "T" in found and datetime.fromisoformat(found).tzinfo is not None
    except ValueError:
        return False


def _wrong(what: str, name: str) -> RecordError:
    return RecordError(f"Invalid {COLLECTION} record: {what} at $.record.{name}")
