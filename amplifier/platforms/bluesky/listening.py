"""What others say to us on Bluesky: listNotifications, read as it comes over the wire, one notification at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import Unavailable
from amplifier.platforms.bluesky import notifications
from amplifier.platforms.events import bytes_of, event_of, instant, listing, next_place, understood, why, word
from amplifier.platforms.port import Page
from amplifier.platforms.trail import Entry, Leaf, Trail, walk

PAGE_SIZE = 100
PAGES = 10  # of 100 a look
METHOD = "app.bsky.notification.listNotifications"


def mentions(
    get: Callable[[str, dict[str, Any]], bytes], cursor: str, *, own_did: str, web: str, now: datetime
) -> Page:
    """Mentions of, replies to and quotes of the account `own_did`. `get` gives the bytes of an answer.

    The network puts them in the order of their authors' clocks, where these are behind its own (`indexedAt` of a
    notification is the earlier of the record's `createdAt` and the time of indexing), so a new one may be anywhere.
    """

    def fetch(position: str) -> Leaf:
        parameters: dict[str, Any] = {"limit": PAGE_SIZE, "reasons": list(notifications.REASONS)}
        if position:
            parameters["cursor"] = position
        try:
            page = listing(get(METHOD, parameters), "notifications")
        except ValueError as error:
            raise Unavailable(f"Bluesky could not be read. {why(error)}") from error
        entries = tuple(
            Entry(_mark(event), _name(event), understood(event, _place(event), lambda one: told(one, own_did, web)))
            for event in page.events
        )
        problem = Unavailable(f"Bluesky could not be read to the end. {page.problem}") if page.problem else None
        return Leaf(entries, next_place(page.rest.get("cursor")), problem)

    return walk(Trail.read(cursor), fetch, pages=PAGES, now=now)


def reread(raw: bytes, own_did: str, web: str) -> RawMention | Aside | None:
    """What was set aside, understood anew."""
    return understood(event_of(raw), "", lambda event: told(event, own_did, web))


def told(notification: Mapping[str, Any], own_did: str, web: str) -> RawMention | None:
    """The mention that a notification tells of; None if it is of another kind (likes and the like are left alone).

    Raises what is wrong with one that does not say who said it, where, or when.
    """
    if word(notification, "reason") not in notifications.REASONS:
        return None
    if not word(notification, "uri").startswith("at://"):
        raise ValueError("Its uri is no address of a post.")
    instant(notification, "indexedAt")
    if word(notification, "author", "did") == own_did:
        return None
    return notifications.mention(notification, own_did, web)


def _mark(event: Any) -> str:
    """When it was said, as the network tells it; empty where that is no time."""
    try:
        return notifications.mark(instant(event, "indexedAt"))
    except (ValueError, KeyError):
        return ""


def _place(event: Any) -> str:
    try:
        return word(event, "uri")
    except (ValueError, KeyError):
        return ""


def _name(event: Any) -> str:
    """Why we are told and the address of the post, or else its bytes: one post may be told of for several reasons."""
    try:
        return f"{word(event, 'reason')} {word(event, 'uri')}"
    except (ValueError, KeyError):
        return f"bytes {bytes_of(event)!r}"
