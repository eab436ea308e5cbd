"""A slot that was renamed says nothing twice: what its former self said a moment ago is held as a copy. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from amplifier.campaign.changes import Add, Changes, ExistingPost, NewDelivery
from amplifier.campaign.delivery import ON_ITS_WAY, HoldReason, Spoken, State
from amplifier.campaign.plan import Plan
from amplifier.campaign.post import OWN, PostId, WantedPost, Words
from amplifier.errors import Problem

OUT = (State.SENT, *ON_ITS_WAY)


@dataclass(frozen=True)
class Orphan:
    """Words that are out on an account, or may be, by a post that the plan no longer has. `at`: since when."""

    post: PostId
    account: str
    text: str
    at: datetime


def orphans(existing: Iterable[ExistingPost], wanted: Iterable[WantedPost]) -> list[Orphan]:
    """What is out by posts that the plan no longer has, neither by their name nor by a `was:`."""
    named = _named(wanted)
    return [
        Orphan(post.id, one.account, one.text, one.out_at)
        for post in existing
        if _is_orphan(post.id, named)
        for one in post.deliveries
        if one.state in OUT and one.out_at is not None
    ]


def warnings(plan: Plan, posts: Sequence[WantedPost], out: Iterable[Spoken], *, now: datetime) -> list[Problem]:
    """Which slots would say again what the ledger knows to be out, by a name that the plan no longer has."""
    named = _named(posts)
    known = [Orphan(one.post, one.account, one.text, one.at) for one in out if _is_orphan(one.post, named)]
    slots = {slot.name: slot for slot in plan.slots}
    found: dict[tuple[str, str], Problem] = {}
    for post in posts:
        for words in post.words:
            before = again(post, words, known, now=now)
            if before is not None and post.id.slot in slots:
                slot, was = slots[post.id.slot], before.post.slot
                said = f"{slot.name} says on {words.account} exactly what {was} said there a moment ago."
                hint = f"If {was} was renamed, write was: {was} below it. As it stands, it is held as a copy."
                found.setdefault((slot.name, was), Problem(slot.path, slot.line, "renamed", said, hint))
    return list(found.values())


def without_copies(
    changes: Changes, existing: Sequence[ExistingPost], wanted: Sequence[WantedPost], *, now: datetime
) -> Changes:
    """The same changes, but a delivery is born held that says what an orphan of its account said within its lateness.

    What the plan says twice on purpose is no copy: there both posts are in it.
    """
    if not changes.adds:
        return changes
    known = orphans(existing, wanted)
    return replace(changes, adds=tuple(_add(add, known, now) for add in changes.adds)) if known else changes


def again(post: WantedPost, words: Words, known: Collection[Orphan], *, now: datetime) -> Orphan | None:
    """The orphan that said exactly this on this account, less than the post's lateness ago; None if there is none."""
    since = now - timedelta(seconds=post.too_late_s)
    fitting = [one for one in known if (one.account, one.text) == (words.account, words.text) and one.at > since]
    return max(fitting, key=lambda one: one.at, default=None)


def _named(wanted: Iterable[WantedPost]) -> set[PostId]:
    """The posts that the plan has, by the names that they have and had."""
    named: set[PostId] = set()
    for post in wanted:
        named.add(post.id)
        if post.was:
            named.add(PostId(post.id.campaign, post.was, post.id.occurrence))
    return named


def _is_orphan(post: PostId, named: Collection[PostId]) -> bool:
    return post not in named and post.slot != OWN


def _add(add: Add, known: Collection[Orphan], now: datetime) -> Add:
    return replace(add, deliveries=tuple(_born(add.post, one, known, now) for one in add.deliveries))


def _born(post: WantedPost, new: NewDelivery, known: Collection[Orphan], now: datetime) -> NewDelivery:
    found = again(post, new.words, known, now=now) if new.state is State.QUEUED else None
    if found is None:
        return new
    detail = (
        f"{found.post.slot} said exactly this a moment ago, and the plan has no {found.post.slot} any more. "
        f"If it was renamed, write was: {found.post.slot} below its new name."
    )
    return replace(new, state=State.HELD, reason=HoldReason.COPY, detail=detail)
