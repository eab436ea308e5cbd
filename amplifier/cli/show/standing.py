"""What `amplifier decide --stand` is about: a post once, whatever deliveries are meant, and all of its words."""

from __future__ import annotations

from collections.abc import Sequence

from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.operate.override import may_stand
from amplifier.operate.questions import Choice, Question
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.standing import OutdatedWords, must_be_meant, would_stand
from amplifier.settings import Settings


def one_a_post(chosen: Sequence[int], asked: Sequence[Question]) -> list[int]:
    """Of the deliveries that are meant one a post: its words stand everywhere at once, or not at all."""
    may = {one.row.id: one.row.identity.post for one in asked if one.row.id in chosen and Choice.STAND in one.acts}
    return list({post: number for number, post in may.items()}.values()) or list(chosen)


def shown_to_stand(chosen: Sequence[int], on: str, settings: Settings) -> dict[PostId, tuple[OutdatedWords, ...]]:
    """All words that would go out with these deliveries, by post.

    Raises UsageError where one of these is not held for its words, or others than those on `on` would go out too.
    """
    posts = [may_stand(number, settings).identity.post for number in chosen]
    found = would_stand(program_in_force(settings), posts, now=utc_now())
    for standing in found.values():
        must_be_meant(standing, on)
    return found
