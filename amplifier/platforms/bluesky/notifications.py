"""Bluesky's notifications as JSON, turned into mentions (app.bsky.notification.listNotifications)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from amplifier.campaign.mention import Kind, RawMention
from amplifier.platforms.events import instant

REASONS = {"mention": Kind.MENTION, "reply": Kind.REPLY, "quote": Kind.QUOTE}


def mark(at: datetime) -> str:
    """An instant in the form in which marks are compared: UTC, milliseconds, always of the same length."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def web_address(web: str, handle: str, uri: str) -> str:
    """Where people see the post with this at-uri."""
    return f"{web}/profile/{handle}/post/{uri.rsplit('/', 1)[-1]}"


def mention(notification: Mapping[str, Any], own_did: str, web: str) -> RawMention:
    """The notification as a mention of the account `own_did`.

    Who answers or quotes us and also names us is told as a mention only (bsky: one notification a post), so what the
    post refers to decides.

    The time is the network's (`indexedAt`), not the author's `createdAt`, which may be anything.
    """
    author, record = notification["author"], _part(notification, "record")
    uri, handle = str(notification["uri"]), str(author["handle"])
    parent = _part(_part(record, "reply"), "parent")
    in_reply_to, quotes = str(parent.get("uri", "")), _quoted(_part(record, "embed"))
    kind = REASONS[notification["reason"]]
    if in_reply_to.startswith(f"at://{own_did}/"):
        kind = Kind.REPLY
    elif quotes.startswith(f"at://{own_did}/"):
        kind = Kind.QUOTE
    return RawMention(
        canonical_id=uri,
        kind=kind,
        author_id=str(author["did"]),
        author_handle=handle,
        author_name=str(author.get("displayName") or ""),
        text=str(record.get("text", "")),
        markup=False,
        url=web_address(web, handle, uri),
        posted_at=instant(notification, "indexedAt"),
        in_reply_to=in_reply_to,
        quotes=quotes,
    )


def _quoted(embed: Mapping[str, Any]) -> str:
    """The at-uri of the quoted post; with media beside it, it lies one level deeper (embed.recordWithMedia)."""
    quoted = _part(embed, "record")
    return str((_part(quoted, "record") or quoted).get("uri", ""))


def _part(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a record; strangers write records, and one that breaks the schema must not stop the listening."""
    part = fields.get(name)
    return part if isinstance(part, Mapping) else {}
