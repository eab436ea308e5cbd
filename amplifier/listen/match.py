"""Decide what a raw mention is to us: ours or theirs, and which post of ours it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from amplifier.campaign.mention import Mention, RawMention
from amplifier.listen.clean import name_of
from amplifier.listen.said import said


@dataclass(frozen=True)
class Ours:
    """Our accounts as a server of many calls them: `handles` whole and in small letters, `server` the one asked.

    Each server of Mastodon's gives ids of its own to the people on all others; a handle with its server is theirs
    everywhere. Empty on a network where ids are enough.
    """

    handles: frozenset[str] = frozenset()
    server: str = ""

    def wrote(self, author: str) -> bool:
        """Whether a handle, as the server that was asked gives it, is one of our accounts'."""
        whole = author if "@" in author else f"{author}@{self.server}"
        return whole.lower() in self.handles


NOBODY = Ours()
LONGEST_ID = 300  # what the log holds; servers of strangers make ids of any length


def references(raw: Iterable[RawMention]) -> set[str]:
    """The remote ids that these mentions answer or quote: the posts to look up in our ledger."""
    named = (remote_id for mention in raw for remote_id in (mention.in_reply_to, mention.quotes))
    return {remote_id for remote_id in named if remote_id and _is_plain(remote_id)}


def match(
    raw: Iterable[RawMention],
    *,
    network: str,
    account: str,
    our_ids: Collection[str],
    our_posts: Mapping[str, int],
    ours: Ours = NOBODY,
) -> tuple[Mention, ...]:
    """The mentions by others, cleaned, each with the delivery it is about. Our own accounts' posts are none.

    `our_ids` are our accounts' ids on the server that was asked; by `ours` those are known that are on another.
    """
    return tuple(
        Mention(
            network=network,
            account=account,
            canonical_id=_held(mention.canonical_id),
            kind=mention.kind,
            author_id=_held(mention.author_id),
            author_handle=name_of(mention.author_handle) or _held(mention.author_id),
            author_name=name_of(mention.author_name),
            text=said(mention),
            url=mention.url if mention.url.startswith(("https://", "http://")) and mention.url.isprintable() else "",
            posted_at=mention.posted_at,
            about=our_posts.get(mention.in_reply_to) or our_posts.get(mention.quotes) or 0,
            visibility=mention.visibility,
            fingerprint=hashlib.sha256(mention.text.encode(errors="replace")).hexdigest()[:16],
            raw=mention.raw,
            place=mention.place,
        )
        for mention in raw
        if mention.author_id not in our_ids and not ours.wrote(mention.author_handle)
    )


def _held(name: str) -> str:
    """The id as the log holds it: itself, or if it is too long or odd its beginning and a digest, still one of a kind.

    No database takes half a character, and PostgreSQL no zero.
    """
    if _is_plain(name):
        return name
    digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()
    plain_part = "".join(letter for letter in name if letter.isprintable())
    return f"{plain_part[: LONGEST_ID - len(digest) - 1]}#{digest}"


def _is_plain(name: str) -> bool:
    """Whether every database takes it, as an id or to look for one."""
    return len(name) <= LONGEST_ID and name.isprintable()
