"""Which row of the ledger is which post of the plan: by its name, and by the name that it had before. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amplifier.campaign.changes import ExistingPost
from amplifier.campaign.post import PostId, WantedPost


@dataclass(frozen=True)
class Match:
    """A post of the plan, and its row if there is one.

    `former` is the row under its former name, where it has one under its own name too: the slot was renamed first, and
    its `was:` was written afterwards. What is out there is out.
    """

    post: WantedPost
    row: ExistingPost | None
    former: ExistingPost | None = None


def matched(wanted: Iterable[WantedPost], existing: Iterable[ExistingPost]) -> list[Match]:
    """Each post of the plan with its row, in the plan's order."""
    by_id = {post.id: post for post in existing}
    return [_match(post, by_id.get(post.id), by_id.get(former_id(post))) for post in wanted]


def former_id(post: WantedPost) -> PostId:
    """What the post was called before, or what it is called if it never had another name."""
    return PostId(post.id.campaign, post.was or post.id.slot, post.id.occurrence)


def _match(post: WantedPost, row: ExistingPost | None, former: ExistingPost | None) -> Match:
    if row is None:
        return Match(post, former)
    return Match(post, row, former if post.was else None)
