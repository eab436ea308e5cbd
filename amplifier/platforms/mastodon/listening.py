"""What others say to us on Mastodon and its relatives: notifications and hashtags, read as they come over the wire.

Mastodon.py makes typed objects of a whole page at once, so one odd entry would hide all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from amplifier.campaign.mention import Aside, MentionKind, RawMention
from amplifier.errors import Unavailable
from amplifier.platforms.events import bytes_of, event_of, instant, listing, understood, why, word
from amplifier.platforms.mastodon import statuses
from amplifier.platforms.port import Page
from amplifier.platforms.trail import Entry, Leaf, Trail, walk

PAGE_SIZE = 40
PAGES = 10  # of 40 a look
KINDS = {"mention": MentionKind.MENTION, "quote": MentionKind.QUOTE}
AN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # a number or a ULID

Query = list[tuple[str, str]]


@dataclass(frozen=True)
class MastodonListener:
    """Listens with one account: `get` gives the bytes of an answer to (path, query), `own_id` says who we are."""

    get: Callable[[str, Query], bytes]
    own_id: Callable[[], str]
    now: Callable[[], datetime]

    def notifications(self, cursor: str, kinds: tuple[str, ...]) -> Page:
        """What mentions us, answers us or quotes us. Some servers send every kind, whatever they are asked for."""
        own_id = self.own_id()
        query = [("types[]", kind) for kind in kinds]
        return self._walk("/api/v1/notifications", query, cursor, lambda event: notified(event, own_id))

    def tagged(self, tag: str, cursor: str) -> Page:
        """Statuses with this hashtag, as far as this server has seen them, without our own."""
        own_id = self.own_id()
        path = f"/api/v1/timelines/tag/{quote(tag, safe='')}"
        return self._walk(path, [], cursor, lambda event: status(event, MentionKind.TAG, own_id))

    def _walk(self, path: str, query: Query, cursor: str, read: Callable[[Any], RawMention | None]) -> Page:
        def fetch(position: str) -> Leaf:
            bounds = [("max_id", position)] if position else []
            return _leaf(self.get(path, [*query, ("limit", str(PAGE_SIZE)), *bounds]), read)

        return walk(Trail.read(cursor, _mark), fetch, pages=PAGES, now=self.now())


def reread(raw: bytes, tag: str, own_id: str) -> RawMention | Aside | None:
    """What was set aside, understood anew."""

    def read(event: Any) -> RawMention | None:
        return status(event, MentionKind.TAG, own_id) if tag else notified(event, own_id)

    return understood(event_of(raw), "", read)


def notified(notification: Mapping[str, Any], own_id: str) -> RawMention | None:
    """The mention that a notification tells of; None if it is of another kind, or its status is gone."""
    kind = KINDS.get(word(notification, "type"))
    found = notification.get("status")
    return None if kind is None or found is None else status(found, kind, own_id)


def status(found: Any, kind: MentionKind, own_id: str) -> RawMention | None:
    """A status of somebody else as a mention. Raises what is wrong with one that says nothing about itself."""
    for name in ("id", "uri"):
        word(found, name)
    instant(found, "created_at")
    if word(found, "account", "id") == own_id:
        return None
    return statuses.mention(found, kind, own_id)


def _leaf(content: bytes, read: Callable[[Any], RawMention | None]) -> Leaf:
    try:
        page = listing(content)
    except ValueError as error:
        raise Unavailable(f"Mastodon could not be read. {why(error)}") from error
    ids = [_id(event) for event in page.events]
    entries = tuple(
        Entry(_mark(found), found or f"bytes {bytes_of(event)!r}", understood(event, found, read))
        for event, found in zip(page.events, ids, strict=True)
    )
    problem = Unavailable(f"Mastodon could not be read to the end. {page.problem}") if page.problem else None
    return Leaf(entries, next(filter(None, reversed(ids)), ""), problem)


def _id(event: Any) -> str:
    """The entry's own id, if it is one that can be asked for; its order is that of length, then of letters."""
    found = event.get("id") if isinstance(event, dict) else ""
    found = str(found) if isinstance(found, int) and not isinstance(found, bool) else found
    return found if isinstance(found, str) and AN_ID.fullmatch(found) else ""


def _mark(found: str) -> str:
    return f"{len(found):02d}{found}" if found else ""
