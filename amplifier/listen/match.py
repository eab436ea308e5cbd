"""Decide what a raw mention is to us: ours or theirs, and which post of ours it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from amplifier.campaign.mention import Mention, RawMention
from amplifier.listen.clean import one_line, plain

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
) -> tuple[Mention, ...]:
    """The mentions by others, cleaned, each with the delivery it is about. Our own accounts' posts are none."""
    return tuple(
        Mention(
            network=network,
            account=account,
            canonical_id=_held(mention.canonical_id),
            kind=mention.kind,
            author_id=_held(mention.author_id),
            author_handle=one_line(mention.author_handle),
            author_name=one_line(mention.author_name),
            text=plain(mention.text, markup=mention.markup),
            url=mention.url if mention.url.startswith(("https://", "http://")) and mention.url.isprintable() else "",
            posted_at=mention.posted_at,
            about=our_posts.get(mention.in_reply_to) or our_posts.get(mention.quotes) or 0,
            fingerprint=hashlib.sha256(mention.text.encode(errors="replace")).hexdigest()[:16],
            raw=mention.raw,
        )
        for mention in raw
        if mention.author_id not in our_ids
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
