"""What a change would hold and what it would free, a post at a time: on which accounts, why, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amplifier.campaign.post import PostId
from amplifier.schedule.truth.free_words import Stale


@dataclass(frozen=True)
class HeldThen:
    """A post, the accounts on which its words are no longer so, or are so again, and every reason once.

    `texts` are its words, each once, with the accounts that have them.
    """

    post: PostId
    accounts: tuple[str, ...]
    reasons: tuple[str, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]


def held_then(found: Iterable[Stale]) -> tuple[HeldThen, ...]:
    """These words by their posts, in the order in which they came."""
    by_post: dict[PostId, list[Stale]] = {}
    for one in found:
        by_post.setdefault(one.post, []).append(one)
    return tuple(_of_one(post, words) for post, words in by_post.items())


def _of_one(post: PostId, words: list[Stale]) -> HeldThen:
    texts: dict[str, tuple[str, ...]] = {}
    for one in words:
        texts[one.text] = (*texts.get(one.text, ()), one.account)
    return HeldThen(
        post,
        tuple(dict.fromkeys(one.account for one in words)),
        tuple(dict.fromkeys(one.why for one in words)),
        tuple(texts.items()),
    )
