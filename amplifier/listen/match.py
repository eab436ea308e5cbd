"""Decide what a raw mention is to us: ours or theirs, and which post of ours it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from amplifier.campaign.mention import Mention, RawMention
from amplifier.listen.clean import plain


def references(raw: Iterable[RawMention]) -> set[str]:
    """The remote ids that these mentions answer or quote: the posts to look up in our ledger."""
    return {remote_id for mention in raw for remote_id in (mention.in_reply_to, mention.quotes) if remote_id}


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
            canonical_id=mention.canonical_id,
            kind=mention.kind,
            author_id=mention.author_id,
            author_handle=plain(mention.author_handle, markup=False),
            author_name=plain(mention.author_name, markup=False),
            text=plain(mention.text, markup=mention.markup),
            url=mention.url if mention.url.startswith(("https://", "http://")) else "",
            posted_at=mention.posted_at,
            about=our_posts.get(mention.in_reply_to) or our_posts.get(mention.quotes) or 0,
        )
        for mention in raw
        if mention.author_id not in our_ids
    )
