"""Which posts a plan means, and when each is due: by the wall clock of the campaign's zone, whatever clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ONCE, At, Every, Hours, Plan, Slot
from amplifier.schedule.times import instant, is_day


@dataclass(frozen=True)
class Occurrence:
    """One saying of a slot. `occurrence` names it and never holds the time of day; `due` is UTC.

    `wall_time` ("2023-10-09T14:40"), `zone` and `fold` are how the campaign's clocks show `due`. `milestone` is what it
    hangs on, or empty. `ordinal` counts from 1 within the slot's rule since the campaign's first day, so that it stays
    the same when the moments around it move.
    """

    slot: Slot
    occurrence: str
    due: datetime
    wall_time: str
    zone: str
    fold: int
    milestone: str
    ordinal: int


def occurrences(plan: Plan, first_day: date, last_day: date) -> tuple[Occurrence, ...]:
    """All occurrences in the order in which they are due.

    `first_day` and `last_day` (included) are the campaign's own days: always give these, so that ordinals stay as they
    are, and choose by `due` afterwards. They bound what recurs; what is said once is always among the result, wherever
    its milestone went. A recurring local time that does not exist on a day is moved forward by the gap, and a day that
    never was has none; of two equal ones the first counts.
    """
    milestones = {milestone.name: milestone.at for milestone in plan.milestones}
    found: list[Occurrence] = []
    for slot in plan.slots:
        if isinstance(slot.timing, At):
            due = instant(slot.timing, milestones, plan.zone)
            found.append(_occurrence(slot, ONCE, due, plan.zone, ordinal=1))
            continue
        start = instant(slot.timing.from_, milestones, plan.zone) if slot.timing.from_ else None
        end = instant(slot.timing.until, milestones, plan.zone) if slot.timing.until else None
        for ordinal, (name, wall) in enumerate(walls(slot.timing, first_day, last_day), start=1):
            due = wall.replace(tzinfo=ZoneInfo(plan.zone)).astimezone(UTC)
            if not is_day(wall, plan.zone):
                continue
            if (start is None or start <= due) and (end is None or due < end):
                found.append(_occurrence(slot, name, due, plan.zone, ordinal=ordinal))
    return tuple(sorted(found, key=lambda one: (one.due, one.slot.name, one.ordinal)))


def walls(rule: Every, first_day: date, last_day: date) -> Iterator[tuple[str, datetime]]:
    """Names and naive local times that a rule gives on these days (both included); `from` and `until` have no say."""
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        if day.day in rule.days and day.month in rule.months and day.weekday() in rule.weekdays:
            for place, clock in enumerate(rule.times, start=1):
                yield f"{day.isoformat()}#{place}", datetime.combine(day, clock)


def hours_of(plan: Plan, slot: str, day: date) -> Hours:
    """What a recurring slot has on a day by its rule, in the order of its times; nothing where it is said but once.

    `from` and `until` have no say: a milestone that moves takes no hour away, nor gives it another number.
    """
    rule = next((one.timing for one in plan.slots if one.name == slot), None)
    if not isinstance(rule, Every):
        return {}
    zone = ZoneInfo(plan.zone)
    there = ((name, wall) for name, wall in walls(rule, day, day) if is_day(wall, plan.zone))
    return {name: _as_shown(wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)) for name, wall in there}


def _as_shown(here: datetime) -> str:
    return here.replace(tzinfo=None).isoformat(timespec="minutes")


def _occurrence(slot: Slot, name: str, due: datetime, zone: str, *, ordinal: int) -> Occurrence:
    here = due.astimezone(ZoneInfo(zone))
    return Occurrence(
        slot=slot,
        occurrence=name,
        due=due,
        wall_time=_as_shown(here),
        zone=zone,
        fold=here.fold,
        milestone=slot.timing.milestone if isinstance(slot.timing, At) else "",
        ordinal=ordinal,
    )
