"""Which row of the ledger is which post of the plan: by name, by former name, and by time where hours changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from amplifier.campaign.changes import ExistingPost
from amplifier.campaign.plan import ONCE
from amplifier.campaign.post import OWN, PostId, WantedPost


@dataclass(frozen=True)
class Match:
    """A post of the plan, and its row if there is one.

    `former` is the row under its former name, where it has one under its own name too: the slot was renamed first, and
    its `was:` was written afterwards. What is out there is out. `name` is what the ledger calls the post: that of the
    plan, but where hours of a recurring slot changed when one of that day was out.
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


def matched(wanted: Iterable[WantedPost], existing: Iterable[ExistingPost]) -> list[Match]:
    """Each post of the plan with its row, in the plan's order.

    An occurrence is called by its number in the day. Where a new hour gives one that is out to another time, those of
    that day go by their times: the one at the very hour, else one that waits, else a number that was never used.
    """
    by_id = {post.id: post for post in existing}
    found = [_match(post, by_id.get(post.id), by_id.get(former_id(post))) for post in wanted]
    days: dict[tuple[str, str], list[Match]] = {}
    for one in found:
        if one.post.id.occurrence != ONCE:
            days.setdefault(_day(one.post.id), []).append(one)
    shifted = {day: group for day, group in days.items() if any(_is_taken(one) for one in group)}
    if not shifted:
        return found
    by_time = {one.post.id: one for group in shifted.values() for one in _by_time(group, by_id)}
    return [by_time.get(one.post.id, one) for one in found]


def former_id(post: WantedPost) -> PostId:
    """What the post was called before, or what it is called if it never had another name."""
    return PostId(post.id.campaign, post.was or post.id.slot, post.id.occurrence)


def _match(post: WantedPost, row: ExistingPost | None, former: ExistingPost | None) -> Match:
    if row is None:
        return Match(post, former, None, post.id)
    return Match(post, row, former if post.was else None, post.id)


def _is_taken(match: Match) -> bool:
    """Whether its name has gone out at another time of that day."""
    row = match.row
    return row is not None and row.moment.wall_time != match.post.moment.wall_time and _is_spent(row)


def _is_spent(row: ExistingPost) -> bool:
    return any(one.is_out for one in row.deliveries)


def _by_time(group: Sequence[Match], by_id: Mapping[PostId, ExistingPost]) -> Iterator[Match]:
    """The posts of one slot on one day, each with the row of its time, or one that waits, or a name that is free."""
    first = group[0].post
    slots = {first.id.slot, first.was or first.id.slot}
    day = _day(first.id)[1]
    rows = [row for post, row in by_id.items() if post.slot in slots and post.slot != OWN and _day(post)[1] == day]
    at = {row.moment.wall_time: row for row in rows}
    taken = {one.post.id: at[one.post.moment.wall_time] for one in group if one.post.moment.wall_time in at}
    free = [row for row in rows if row not in taken.values() and not _is_spent(row)]
    used = {row.id.occurrence for row in rows}
    for one in group:
        row = taken.get(one.post.id) or next((row for row in free if row.id == one.post.id), None)
        row = row or next(iter(free), None)
        if row is not None:
            free = [other for other in free if other.row != row.row]
            name = PostId(first.id.campaign, first.id.slot, row.id.occurrence)
        else:
            number = next(n for n in range(1, len(used) + 2) if f"{day}#{n}" not in used)
            used.add(f"{day}#{number}")
            name = PostId(first.id.campaign, first.id.slot, f"{day}#{number}")
        yield Match(one.post, row, None, name)


def _day(post: PostId) -> tuple[str, str]:
    return post.slot, post.occurrence.partition("#")[0]
