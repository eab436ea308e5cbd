"""Bluesky's notifications as JSON, turned into mentions (app.bsky.notification.listNotifications)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from amplifier.campaign.mention import Attached, Medium, MentionKind, RawMention, Visibility
from amplifier.platforms.bluesky.record import in_words
from amplifier.platforms.events import instant
from amplifier.platforms.fields import part, parts, words

NO_HANDLE = ("", "handle.invalid")  # what the AppView says where a handle leads nowhere
REASONS = {"mention": MentionKind.MENTION, "reply": MentionKind.REPLY, "quote": MentionKind.QUOTE}


def mark(at: datetime) -> str:
    """An instant in the form in which marks are compared: UTC, milliseconds, always of the same length."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def web_address(web: str, uri: str) -> str:
    """Where people see the post with this at-uri, for good: by its author's DID, since a handle may change or lapse."""
    return f"{web}/profile/{uri.removeprefix('at://').partition('/')[0]}/post/{uri.rsplit('/', 1)[-1]}"


def mention(notification: Mapping[str, Any], own_did: str, web: str) -> RawMention:
    """The notification as a mention of the account `own_did`.

    Who answers or quotes us and also names us is told as a mention only (bsky: one notification a post), so what the
    post refers to decides.

    The time is the network's (`indexedAt`), not the author's `createdAt`, which may be anything.
    """
    author, record = notification["author"], part(notification, "record")
    uri, did, handle = str(notification["uri"]), str(author["did"]), words(author, "handle")
    embed = part(record, "embed")
    in_reply_to, quotes = words(part(part(record, "reply"), "parent"), "uri"), _quoted(embed)
    kind = REASONS[notification["reason"]]
    if in_reply_to.startswith(f"at://{own_did}/"):
        kind = MentionKind.REPLY
    elif quotes.startswith(f"at://{own_did}/"):
        kind = MentionKind.QUOTE
    return RawMention(
        canonical_id=uri,
        kind=kind,
        author_id=did,
        author_handle=did if handle in NO_HANDLE else handle,
        author_name=words(author, "displayName"),
        text=in_words(record),
        markup=False,
        url=web_address(web, uri),
        posted_at=instant(notification, "indexedAt"),
        in_reply_to=in_reply_to,
        quotes=quotes,
        visibility=Visibility.PUBLIC,  # there are no other posts on Bluesky
        attached=tuple(_attached(embed)),
    )


def _attached(embed: Mapping[str, Any]) -> Iterator[Attached]:
    """What stands beside the words (app.bsky.embed: images, gallery, video, external, or one of these with a quote)."""
    embed = part(embed, "media") or embed
    for name in ("images", "items"):
        for picture in parts(embed, name):
            yield Attached(Medium.PICTURE, words(picture, "alt"))
    if "video" in embed:
        yield Attached(Medium.VIDEO, words(embed, "alt"))
    if external := part(embed, "external"):
        yield Attached(Medium.LINK, words(external, "title"), words(external, "uri"))


def _quoted(embed: Mapping[str, Any]) -> str:
    """The at-uri of the quoted post; with media beside it, it lies one level deeper (embed.recordWithMedia)."""
    quoted = part(embed, "record")
    return words(part(quoted, "record") or quoted, "uri")
