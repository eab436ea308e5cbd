"""Which of a recurring slot's posts a decision means: that of the hour that people saw, whatever its number. Pure.

Numbers count the hours of a day, so one more hour in the files gives all later ones another number. A decision keeps
the hours of its day; where these change, it stays with its hour. Each later decision about that day tells what the
hours were by then, so that an hour which changed twice is followed step by step. One that names an hour by its time
tells that the files had it no more: whatever they say later is not in place of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from amplifier.campaign.plan import ONCE, At, Decision, DecisionKind, Hours, Plan
from amplifier.schedule.occurrences import hours_of

ABOUT_A_POST = frozenset({DecisionKind.SLOT_SKIPPED, DecisionKind.WORDS_REPLACED, DecisionKind.FACT_LEFT})


@dataclass(frozen=True)
class _Place:
    """Where a decision stands among some hours: at an occurrence of this wall time, or nowhere (None)."""

    name: str | None
    wall: str
    hours: Hours


def meant(made: Sequence[Decision], plan: Plan) -> tuple[Decision, ...]:
    """The same decisions, those about one of several posts under the name that this post has in the plan.

    What was decided about an hour that was taken out, with its whole day or slot or alone, is named by its time, and so
    is about nothing. Decisions that keep no hours go by their number. Those that were looked at once stay as they are,
    and so do those of a slot that is said once now.
    """
    days: dict[tuple[str, date], list[int]] = {}
    said_once = {slot.name for slot in plan.slots if isinstance(slot.timing, At)}
    for at, one in enumerate(made):
        slot = one.subject.partition("/")[0]
        if slot not in said_once and one.kind in ABOUT_A_POST and (day := _day_told(one)):
            days.setdefault((slot, day), []).append(at)
    found = list(made)
    for (slot, day), places in days.items():
        now = hours_of(plan, slot, day)
        if now and all(made[at].hours == now and day_of(made[at].subject) for at in places):
            continue
        for begin, at in enumerate(places):
            if made[at].subject.endswith(f"/{ONCE}"):
                continue
            place = _first(made[at])
            for later in places[begin + 1 :]:
                place = _known_then(place, made[later])
            place = _step(place, now)
            found[at] = replace(made[at], subject=f"{slot}/{place.name or place.wall}", hours=now)
    return tuple(found)


def day_of(subject: str) -> date | None:
    """The day of a post of a recurring slot, by its name; None for any other name."""
    day, numbered, _ = subject.partition("/")[2].partition("#")
    try:
        return date.fromisoformat(day) if numbered else None
    except ValueError:
        return None


def day_meant(subject: str) -> date | None:
    """The day of a post of a recurring slot, by its name or by its time, as one is called whose hour was taken out."""
    wall = hour_named(subject)
    return date.fromisoformat(wall[:10]) if wall else day_of(subject)


def hour_named(subject: str) -> str:
    """The wall time by which this name calls a post whose hour was taken out; empty for any other name."""
    named = subject.partition("/")[2]
    try:
        return named if datetime.fromisoformat(named).strftime("%Y-%m-%dT%H:%M") == named else ""
    except ValueError:
        return ""


def _day_told(decision: Decision) -> date | None:
    """The day of whose hours a decision tells something; None where it goes by its number, or by its name alone."""
    if decision.subject.endswith(f"/{ONCE}"):
        wall = decision.hours.get(ONCE, "")
        return date.fromisoformat(wall[:10]) if wall else None
    return day_meant(decision.subject) if decision.hours or hour_named(decision.subject) else None


def _known_then(place: _Place, later: Decision) -> _Place:
    """Where it stood when a later decision about the day was made, as far as that one tells."""
    once = later.hours.get(ONCE, "")
    if later.hours and not once:
        return _step(place, later.hours)
    is_gone = place.wall == (once or hour_named(later.subject))
    return _Place(None, place.wall, {}) if is_gone else place


def _first(decision: Decision) -> _Place:
    name = decision.subject.partition("/")[2]
    if day_of(decision.subject) is None:
        return _Place(None, name, decision.hours)
    return _Place(name, decision.hours.get(name, ""), decision.hours)


def _step(place: _Place, to: Hours) -> _Place:
    """Where it stands when the day has these hours: at its own, else at the one that came in place of it."""
    if place.hours == to:
        return place
    same = [name for name, wall in to.items() if wall == place.wall]
    if same:
        return _Place(place.name if place.name in same else same[0], place.wall, to)
    name = _instead(place, to)
    return _Place(name, to[name] if name else place.wall, to)


def _instead(place: _Place, to: Hours) -> str | None:
    """The hour that came in place of one that is gone: one for each, in their order, of more the nearest ones.

    Of fewer it is the one with its number: the others were taken out. What stood beside it before is another post.
    """
    if place.name is None:
        return None
    gone = _only_in(place.hours, to)
    new = _only_in(to, place.hours)
    if len(new) < len(gone):
        return place.name if place.name in new else None
    took = dict(zip(gone, nearest([place.hours[name] for name in gone], [to[name] for name in new]), strict=True))
    return new[took[place.name]] if place.name in took else None


def _only_in(hours: Hours, others: Hours) -> list[str]:
    """The names of the hours that the others do not have, in the order of their times."""
    there = set(others.values())
    return sorted((name for name, wall in hours.items() if wall not in there), key=lambda name: (hours[name], name))


def nearest(gone: Sequence[str], new: Sequence[str]) -> list[int]:
    """For each hour that is gone the place of the one that came for it: no two get one, and all in all they are near.

    Both are in the order of their times, and there are as many new ones at least.
    """
    spare = len(new) - len(gone)
    # for the first hours that are gone, by how many new ones were passed over: how far all are apart, and their places
    best: list[tuple[float, list[int]]] = [(0.0, [])] * (spare + 1)
    for at, wall in enumerate(gone):
        further = [
            (apart + _apart(new[at + skipped], wall), [*places, at + skipped])
            for skipped, (apart, places) in enumerate(best)
        ]
        best = list(itertools.accumulate(further, min))
    return best[-1][1]


def _apart(one: str, other: str) -> float:
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())
