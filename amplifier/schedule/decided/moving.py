"""A milestone's move as people say it, and what they are shown of it that no post of the plan tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import At, Distance
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided.change import Move
from amplifier.schedule.milestones import effective
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.times import AT_ONCE, Refused, distance, instant, moment, plain
from amplifier.schedule.when import when
from amplifier.store import decisions, delivery_views
from amplifier.text.time_of_day import day_and_time

HINT = 'A distance begins with + or -: "+40m", "-1h", "+1d".'


@dataclass(frozen=True)
class Stays:
    """A person's own post that was counted from the milestone and does not follow it.

    `at` is when it goes out, `would_be` when that would be by the words `said` after the move; in the campaign's zone.
    """

    post: PostId
    said: str
    at: datetime
    would_be: datetime


def where_to(program: Program, name: str, text: str, *, now: datetime) -> datetime | Distance:
    """Where a person wants this milestone: a distance from where it stands, or a time as it is said for a post.

    A time of day alone is on the milestone's own day, and a weekday is the one nearest to that. Raises UsageError in a
    person's words.
    """
    said, zone = plain(text), ZoneInfo(program.plan.zone)
    if said[:1] in {"+", "-"}:
        found = distance(said[0], said[1:].strip(), said=said)
        if isinstance(found, Refused) and found.rule == AT_ONCE:
            return Distance()
        if isinstance(found, Refused):
            raise UsageError(f"{found.message} {found.hint} {HINT}")
        return found
    known = {one.name: one.at for one in effective(program.plan, decisions.decisions()).milestones}
    here = playing(program.settings).campaign(now)
    day = known[name].date() if name in known else None
    try:
        to = when(said, now=here, zone=program.plan.zone, milestones=known, day=day)
    except UsageError as error:
        raise UsageError(f"{error} {HINT}") from None
    return to.astimezone(zone)


def stands_there(move: Move) -> bool:
    """Whether the milestone would move to where it is."""
    return move.to == move.milestone.at


def already_there(move: Move) -> str:
    """What to say of that."""
    return f"{move.milestone.name} stands at {day_and_time(move.milestone.at)} already. Nothing was moved."


def with_times(found: Sequence[tuple[PostId, datetime]], *, most: int, here: datetime | None = None) -> list[str]:
    """Posts that come or go with a move, each with its day and hour; behind the first so many, how many more.

    `here` is the campaign's time, given for those that come: what is due by then goes out at once.
    """
    named = [
        f"{post_name(post)} ({day_and_time(at)}{': that is past, so at once' if here and at <= here else ''})"
        for post, at in found[:most]
    ]
    return [*named, f"{len(found) - most} more"] if len(found) > most else named


def changed_order(move: Move) -> tuple[str, ...]:
    """A sentence for each milestone before which this one comes and would come after it, or the other way round.

    Also for one that is at the same time, and would be no longer.
    """
    name, here, there = move.milestone.name, move.milestone.at, move.to
    said = []
    for other in effective(move.program.plan, decisions.decisions()).milestones:
        if other.name == name or _side(here, other.at) == _side(there, other.at):
            continue
        which = f"{other.name} ({day_and_time(other.at.astimezone(there.tzinfo))})"
        now = ("before", "at the same time as", "after")[_side(here, other.at) + 1]
        then = ("before", "at the same time as", "after")[_side(there, other.at) + 1]
        said.append(f"{name} is {now} {which}, and would be {then} it.".replace("time as it.", "time."))
    return tuple(said)


def held_before(move: Move) -> str:
    """A sentence about the posts that are held for what they say already, and stay so; empty where none is."""
    number = len({one.post for one in move.still_held})
    if not number:
        return ""
    are = "1 post is" if number == 1 else f"{number} posts are"
    return (
        f"{are} held already for what {'its' if number == 1 else 'their'} words say, and stay{'s' * (number == 1)} so."
    )


def _side(at: datetime, other: datetime) -> int:
    return (at > other) - (at < other)


def staying(move: Move) -> tuple[Stays, ...]:
    """The own posts that wait, were counted from this milestone, and would be due at another time by the same words."""
    plan = effective(move.program.plan, decisions.decisions())
    there = {one.name: one.at for one in plan.milestones} | {move.milestone.name: move.to}
    zone = ZoneInfo(plan.zone)
    found: dict[PostId, Stays] = {}
    for row in delivery_views.own_waiting():
        counted = moment(row.counted_from, zone=plan.zone, milestones=there) if row.counted_from else None
        if not isinstance(counted, At) or counted.milestone != move.milestone.name:
            continue
        would_be = instant(counted, there, plan.zone).astimezone(zone)
        at = datetime.fromisoformat(row.wall_time).replace(tzinfo=zone, fold=row.fold)
        if would_be != at:
            found[row.identity.post] = Stays(row.identity.post, row.counted_from, at, would_be)
    return tuple(found.values())
