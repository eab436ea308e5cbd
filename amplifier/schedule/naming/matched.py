"""Which row of the ledger is which post of the plan: by name, by former name, and by time where hours changed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from amplifier.campaign.changes import ExistingDelivery, ExistingPost
from amplifier.campaign.delivery import DropReason, State, is_left_out_for_good
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import ONCE
from amplifier.campaign.post import PostId, WantedPost

# It may be there, or a person is to look at it: it goes to another hour only where its own is taken out.
LOOKED_AT = (HoldReason.OVERTAKEN, HoldReason.DOUBT, HoldReason.DUPLICATE)


@dataclass(frozen=True)
class PostMatch:
    """A post of the plan, and its row if there is one.

    `former` is the row under its former name, where it has one under its own name too: the slot was renamed first, and
    its `was:` was written afterwards. What is out there is out. `name` is what the ledger calls the post: that of the
    plan, but where hours of a recurring slot changed on a day of which a row keeps its hour; then it is the number of
    its row, under the former name where another row has that number under the new one.
    """

    post: WantedPost
    row: ExistingPost | None
    former: ExistingPost | None
    name: PostId

    @property
    def called(self) -> PostId:
        """What the ledger calls the post now, or will call it."""
        return self.row.id if self.row else self.name

    @property
    def kept(self) -> WantedPost:
        """The post under the ledger's name."""
        return self.post if self.name == self.post.id else replace(self.post, id=self.name)


def matched(wanted: Iterable[WantedPost], existing: Iterable[ExistingPost]) -> list[PostMatch]:
    """Each post of the plan with its row, in the plan's order; no two have one row, or one name.

    An occurrence is called by its number in the day. Where something of a day is out, missed, kept back or left out by
    a person, or was asked for by hand, its posts go by their times: each has the row of its very hour, else one that
    waits, else a number that was never used. What belongs to an hour is never given to another. A slot that was said
    once and recurs now, or the other way round, has what belongs to the very hour of its post.
    """
    by_id = {post.id: post for post in existing}
    by_day: dict[tuple[str, str], list[ExistingPost]] = {}
    for row in by_id.values():
        by_day.setdefault(_day(row.id), []).append(row)
    found = [_match(post, by_id.get(post.id), by_id.get(former_id(post))) for post in wanted]
    days: dict[tuple[str, str], list[WantedPost]] = {}
    for one in found:
        if one.post.id.occurrence != ONCE:
            days.setdefault(_day(one.post.id), []).append(one.post)
    by_time: dict[PostId, PostMatch] = {}
    for (slot, day), group in days.items():
        was = group[0].was or slot
        rows = [row for name in dict.fromkeys((slot, was)) for row in by_day.get((name, day), ())]
        if any(_has_an_hour(row) for row in rows):
            by_time |= {one.post.id: one for one in _by_time(group, rows)}
    return [_with_other_kind(by_time.get(one.post.id, one), by_id, by_day) for one in found]


def former_id(post: WantedPost) -> PostId:
    """What the post was called before, or what it is called if it never had another name."""
    return PostId(post.id.campaign, post.was or post.id.slot, post.id.occurrence)


def keeps_its_hour(row: ExistingPost) -> bool:
    """Whether it is about this hour and no other: out, missed, kept back or left out by a person, or asked for."""
    return any(
        one.is_out
        or one.asked
        or one.state is State.MISSED
        or is_left_out_for_good(one.state, one.reason)
        or (one.state is State.HELD and one.reason == HoldReason.KEPT)
        for one in row.deliveries
    )


def _match(post: WantedPost, row: ExistingPost | None, former: ExistingPost | None) -> PostMatch:
    if row is None:
        return PostMatch(post, former, None, post.id)
    if former is not None and _is_settled(former, row):
        return PostMatch(post, former, None, former.id)
    return PostMatch(post, row, former if post.was else None, post.id)


def _with_other_kind(
    match: PostMatch, by_id: Mapping[PostId, ExistingPost], by_day: Mapping[tuple[str, str], Sequence[ExistingPost]]
) -> PostMatch:
    """The same, with what belongs to the post's hour from when its slot was of the other kind: once, or recurring."""
    post = match.post
    for slot in dict.fromkeys((post.id.slot, former_id(post).slot)):
        once = by_id.get(replace(post.id, slot=slot, occurrence=ONCE))
        recurring = by_day.get((slot, post.moment.wall_time[:10]), ())
        there = recurring if post.id.occurrence == ONCE else (once,) if once else ()
        same = [row for row in there if row.moment.wall_time == post.moment.wall_time and _has_an_hour(row)]
        if not same:
            continue
        other = min(same, key=_rank)
        if match.row is None:
            return PostMatch(post, other, None, match.name)
        if _is_settled(other, match.row):
            return PostMatch(post, other, None, other.id)
        return match if match.former else replace(match, former=other)
    return match


def _is_settled(former: ExistingPost, row: ExistingPost) -> bool:
    """Whether a person has had their say by the former name alone: nothing is out by either."""
    return keeps_its_hour(former) and not _is_out(former) and not keeps_its_hour(row)


def _is_out(row: ExistingPost) -> bool:
    return any(one.is_out for one in row.deliveries)


def _has_an_hour(row: ExistingPost) -> bool:
    """Whether it is looked for by its time first."""
    return keeps_its_hour(row) or any(_may_be_there(one) for one in row.deliveries)


def _may_be_there(one: ExistingDelivery) -> bool:
    looked_at = one.state is State.HELD and one.reason in LOOKED_AT
    waited = one.state is State.DROPPED and one.reason == DropReason.UNPLANNED_HOLD
    return one.frozen or one.again_until is not None or looked_at or waited


def _by_time(group: Sequence[WantedPost], rows: Sequence[ExistingPost]) -> Iterator[PostMatch]:
    """The posts of one slot on one day, each with the row of its time, or one that waits, or a name that is free."""
    slot = group[0].id.slot
    numbers = {row.id.occurrence for row in rows if row.id.slot == slot}
    left, others = list(rows), []
    for post in group:
        match = _at_its_hour(post, left, numbers)
        if match is None:
            others.append(post)
            continue
        left = [row for row in left if row is not match.row and row is not match.former]
        yield match
    waits = (row for row in left if not keeps_its_hour(row))
    free = [row for row in waits if row.id.slot == slot or row.id.occurrence not in numbers]
    used = {row.id.occurrence for row in rows}
    for post in others:
        row = min(free, key=lambda one: (one.id != post.id, _rank(one)), default=None)
        free = [other for other in free if other is not row]
        occurrence = row.id.occurrence if row else _unused(post.id, used)
        used.add(occurrence)
        yield PostMatch(post, row, None, replace(post.id, occurrence=occurrence))


def _at_its_hour(post: WantedPost, rows: Sequence[ExistingPost], numbers: Collection[str]) -> PostMatch | None:
    """The post with the row of its very hour, if there is one; `numbers` are those that its slot has by its name."""
    there = sorted(
        (row for row in rows if row.moment.wall_time == post.moment.wall_time),
        key=lambda row: (_rank(row), row.id.occurrence != post.id.occurrence),
    )
    row = next((row for row in there if row.id.slot == post.id.slot), None)
    former = next((row for row in there if row.id.slot != post.id.slot), None)
    if former is None or (row is not None and not _is_settled(former, row)):
        return PostMatch(post, row, former, row.id) if row else None
    if former.id.occurrence not in numbers:
        return PostMatch(post, former, None, replace(post.id, occurrence=former.id.occurrence))
    return PostMatch(post, former, None, former.id) if _has_an_hour(former) else None


def _rank(row: ExistingPost) -> int:
    """Of several of one hour the one that tells most of it comes first: what is out, then what a person has settled."""
    if _is_out(row):
        return 0
    if keeps_its_hour(row):
        return 1
    return 2 if any(one.state in (State.QUEUED, State.HELD) for one in row.deliveries) else 3


def _unused(post: PostId, used: Collection[str]) -> str:
    """The first number of this post's day that no row has."""
    day = _day(post)[1]
    return next(name for n in range(1, len(used) + 2) if (name := f"{day}#{n}") not in used)


def _day(post: PostId) -> tuple[str, str]:
    return post.slot, post.occurrence.partition("#")[0]
