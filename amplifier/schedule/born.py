"""What a post is given in the ledger where it has nothing yet: queued, held, missed, or unsure. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from amplifier.campaign.changes import NewDelivery
from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId, WantedPost, Words

Reasons = Mapping[tuple[PostId, str], str]  # why a post may not go out on an account as it stands
Where = AbstractSet[tuple[PostId, str]]  # posts, each on an account


def too_late_at(post: WantedPost) -> datetime:
    """The instant from which this post must not go out any more."""
    return post.moment.due_at + timedelta(seconds=post.too_late_s)


def born(
    post: WantedPost, have: Collection[str], copies: Reasons, untrue: Reasons, *, now: datetime, fresh: bool
) -> Iterator[NewDelivery]:
    """What the post is to be given where it has nothing; where it can be put into no words it waits for some."""
    for words in post.words:
        if words.account not in have:
            yield _one(post, words, copies, untrue, now=now, fresh=fresh)
    if fresh and post.moment.due_at <= now:
        return  # it may be out, in words that nobody knows any more: nothing could look for it
    for account, why in post.unwritten.items():
        if account not in have:
            late = too_late_at(post) <= now
            state, reason = (State.MISSED, "") if late else (State.HELD, HoldReason.UNWRITTEN)
            yield NewDelivery(Words(account, "", ""), state, reason, why)


def _one(
    post: WantedPost, words: Words, copies: Reasons, untrue: Reasons, *, now: datetime, fresh: bool
) -> NewDelivery:
    if fresh and post.moment.due_at <= now:
        return NewDelivery(words, State.UNSURE, DoubtReason.NEW_LEDGER)
    if too_late_at(post) <= now:
        return NewDelivery(words, State.MISSED)
    for reason, known in ((HoldReason.UNTRUE, untrue), (HoldReason.NEAR_COPY, copies)):
        if why := known.get((post.id, words.account)):
            return NewDelivery(words, State.HELD, reason, why)
    return NewDelivery(words, State.QUEUED)
