"""Wanted against existing: what must change in the ledger. Run twice, it changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from amplifier.campaign.changes import Add, Changes, ExistingDelivery, ExistingPost, NewDelivery, Rewrite, Step
from amplifier.campaign.delivery import HoldReason, State
from amplifier.campaign.post import OWN, PostId, WantedPost, Words

WINDOW = timedelta(days=14)
LOOK_BACK = timedelta(days=1)
UNPLANNED = "unplanned"
NEW_LEDGER = "new_ledger"
MOVABLE = (State.QUEUED, State.HELD)


def reconcile(
    wanted: Iterable[WantedPost],
    existing: Sequence[ExistingPost],
    *,
    now: datetime,
    opened_at: datetime,
    fresh: bool = False,
) -> Changes:
    """The changes that make the ledger match the plan.

    Only deliveries that are queued or held move, change their words or are dropped; sending, unsure and sent ones are
    never touched. A missed one whose moment lies ahead again is held for a person. New posts are added up to 14 days
    ahead. What was due before the ledger was opened is left alone, but for the day before in a `fresh` ledger (one
    that cannot know what went out): that is born unsure, so that somebody looks.
    """
    by_id = {post.id: post for post in existing}
    matched: set[int] = set()
    adds: list[Add] = []
    rewrites: list[Rewrite] = []
    steps: list[Step] = []
    for post in wanted:
        found = by_id.get(post.id)
        if found is None and post.was:
            found = by_id.get(PostId(post.id.campaign, post.was, post.id.occurrence))
        if found is None:
            if _is_in_reach(post, now=now, opened_at=opened_at, fresh=fresh):
                adds.append(Add(post, None, tuple(_born(post, words, now=now, fresh=fresh) for words in post.words)))
            continue
        matched.add(found.row)
        new_steps = tuple(_steps(post, found, now=now))
        steps += new_steps
        if found.id != post.id or (_differs(post, found) and _is_open(found, new_steps)):
            rewrites.append(Rewrite(found.row, post))
        have = {delivery.account for delivery in found.deliveries}
        lacking = [words for words in post.words if words.account not in have]
        if lacking:
            adds.append(Add(post, found.row, tuple(_born(post, words, now=now, fresh=False) for words in lacking)))
    for gone in existing:
        if gone.row not in matched and gone.id.slot != OWN:
            steps += (_drop(delivery) for delivery in gone.deliveries if delivery.state in MOVABLE)
    return Changes(tuple(adds), tuple(rewrites), tuple(steps))


def too_late_at(post: WantedPost) -> datetime:
    """The instant from which this post must not go out any more."""
    return post.moment.due_at + timedelta(seconds=post.too_late_s)


def _is_in_reach(post: WantedPost, *, now: datetime, opened_at: datetime, fresh: bool) -> bool:
    earliest = opened_at - LOOK_BACK if fresh else opened_at
    return earliest <= too_late_at(post) and post.moment.due_at <= now + WINDOW


def _born(post: WantedPost, words: Words, *, now: datetime, fresh: bool) -> NewDelivery:
    if fresh and post.moment.due_at <= now:
        return NewDelivery(words, State.UNSURE, NEW_LEDGER)
    return NewDelivery(words, State.QUEUED if too_late_at(post) > now else State.MISSED)


def _differs(post: WantedPost, found: ExistingPost) -> bool:
    return post.moment != found.moment or post.too_late_s != found.too_late_s


def _is_open(found: ExistingPost, steps: Sequence[Step]) -> bool:
    return bool(steps) or any(delivery.state in MOVABLE for delivery in found.deliveries)


def _steps(post: WantedPost, found: ExistingPost, *, now: datetime) -> Iterator[Step]:
    by_account = {words.account: words for words in post.words}
    moved = _differs(post, found)
    deadline = too_late_at(post)
    for delivery in found.deliveries:
        words = by_account.get(delivery.account)
        before = delivery.state
        if words is None:
            if before in MOVABLE:
                yield _drop(delivery)
            continue
        rewritten = words if words.text != delivery.text and not delivery.attempted else None
        run_at, late_at = (post.moment.due_at, deadline) if moved else (None, None)
        match before:
            case State.QUEUED | State.HELD if deadline <= now and moved:
                yield Step(delivery.id, before, State.MISSED, "moved into the past", "", run_at, late_at)
            case State.QUEUED | State.HELD if moved or rewritten:
                kind = "moved" if moved else "words changed"
                yield Step(delivery.id, before, before, kind, delivery.reason, run_at, late_at, rewritten)
            case State.MISSED if moved and post.moment.due_at > now:
                kind = "ahead of us again"
                yield Step(delivery.id, before, State.HELD, kind, HoldReason.OVERTAKEN, run_at, late_at, rewritten)
            case State.DROPPED if delivery.reason == UNPLANNED and post.moment.due_at > now:
                due_at = post.moment.due_at
                yield Step(delivery.id, before, State.QUEUED, "planned again", "", due_at, deadline, rewritten)
            case _:
                pass


def _drop(delivery: ExistingDelivery) -> Step:
    return Step(delivery.id, delivery.state, State.DROPPED, "no longer planned", UNPLANNED)
