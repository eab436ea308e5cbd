"""Mastodon's statuses as Mastodon.py gives them, compared with what we sent and turned into mentions."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from amplifier.campaign.mention import Attached, Medium, MentionKind, RawMention, visibility
from amplifier.platforms.fields import part, parts, words
from amplifier.platforms.mastodon.likeness import FULL_HANDLE
from amplifier.platforms.mastodon.tidy import tidy
from amplifier.platforms.port import Part

SHOWN_TO_ALL = {"public", "unlisted"}
ADDRESS = re.compile(r"(?<!\S)(?:https?://)?([^\s/]+\.[^\s/]\S*)", re.IGNORECASE)
MEDIA = {"image": Medium.PICTURE, "gifv": Medium.ANIMATION, "video": Medium.VIDEO, "audio": Medium.AUDIO}


def same_source(source: str, text: str) -> bool:
    """Whether a status's source is our text, however the server keeps it.

    Servers strip white space at the ends, use other line ends and other spaces, compose letters (NFC), and write out
    what was typed as example.com.
    """
    return _kept(source) == _kept(text)


def is_public(status: Mapping[str, Any]) -> bool:
    """Whether everybody who has its address may see it; a server that does not say was asked for nothing else."""
    return (status.get("visibility") or "public") in SHOWN_TO_ALL


def is_boost(status: Mapping[str, Any]) -> bool:
    """Whether it only passes on what somebody else said."""
    return bool(status.get("reblog"))


def author_of(status: Mapping[str, Any]) -> str:
    """The id of its author; empty where the server does not say."""
    return words(part(status, "account"), "id")


def same_content(content: str, text: str) -> bool:
    """Whether a status's HTML shows our text: for servers that do not tell the source.

    White space is not compared, as HTML does not keep it, and handles only up to their server, which is hidden.
    """
    return _squeezed(plain(content)) == _squeezed(text)


def plain(content: str) -> str:
    """The words of a status's HTML."""
    reader = _Reader()
    reader.feed(tidy(content))
    reader.close()
    return "".join(reader.words)


def said_at(status: Mapping[str, Any]) -> datetime:
    """When a status or notification was made (UTC)."""
    at = status["created_at"]
    if not isinstance(at, datetime):
        at = datetime.fromisoformat(str(at))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def mention(status: Mapping[str, Any], kind: MentionKind, own_id: str) -> RawMention:
    """A status as a mention of the account `own_id`; a mention that answers one of our posts is a reply."""
    author = status["account"]
    if kind is MentionKind.MENTION and str(status.get("in_reply_to_account_id") or "") == own_id:
        kind = MentionKind.REPLY
    warning = words(status, "spoiler_text")
    return RawMention(
        canonical_id=str(status["uri"]),
        kind=kind,
        author_id=str(author["id"]),
        author_handle=words(author, "acct"),
        author_name=words(author, "display_name"),
        text=(f"<p>{html.escape(warning)}</p>" if warning else "") + words(status, "content"),
        markup=True,
        url=words(status, "url") or words(status, "uri"),
        posted_at=said_at(status),
        in_reply_to=words(status, "in_reply_to_id"),
        quotes=_quoted(status.get("quote") or {}),
        visibility=visibility(status.get("visibility")),
        attached=tuple(_attached(status)),
    )


def edited(status: Mapping[str, Any], part: Part, warning: str) -> dict[str, str | list[str]]:
    """The fields of an edit that puts these words into a status, and leaves everything else on it as it is."""
    fields: dict[str, str | list[str]] = {
        "status": part.text,
        "language": part.language,
        "sensitive": "1" if status.get("sensitive") else "0",
        "spoiler_text": warning,
        "visibility": str(status.get("visibility") or ""),
        "media_ids[]": [str(media["id"]) for media in status.get("media_attachments") or ()],
    }
    return {name: value for name, value in fields.items() if value}


def _attached(status: Mapping[str, Any]) -> Iterator[Attached]:
    """What stands beside the words; a server's null for a description says that there is none."""
    for media in parts(status, "media_attachments"):
        yield Attached(MEDIA.get(words(media, "type"), Medium.FILE), words(media, "description"))
    if poll := part(status, "poll"):
        yield Attached(Medium.POLL, " / ".join(words(option, "title") for option in parts(poll, "options")))
    if card := part(status, "card"):
        yield Attached(Medium.LINK, words(card, "title"), words(card, "url"))


def _quoted(quote: Mapping[str, Any]) -> str:
    """The id of the quoted status, which comes whole or, in a nested quote, as its id (docs: entities/Quote)."""
    quoted = quote.get("quoted_status") or {}
    return str(quoted.get("id") or quote.get("quoted_status_id") or "")


def _kept(text: str) -> str:
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).replace("\u00a0", " ").strip()
    return ADDRESS.sub(lambda found: found[1].rstrip("/"), lines)


def _squeezed(text: str) -> str:
    return "".join(FULL_HANDLE.sub(r"@\1", text).split())


class _Reader(HTMLParser):
    """Collects the text of a status; line and paragraph breaks become white space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        if tag in {"br", "p"}:
            self.words.append("\n")
