"""When a person's own post is to go out, as they say it: `tomorrow 10:00`, `rally - 2h`, `+10m`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import At
from amplifier.errors import UsageError
from amplifier.schedule.times import MOMENT_HINT, Refused, distance, instant, local, moment, plain

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"(?:(?P<day>(?!at )[A-Za-z]+),? )?(?:at )?(?P<clock>\d{1,2}:\d\d)", re.ASCII)
LETTERS = 3  # by which a weekday is known
A_DAY = timedelta(days=1)
T = TypeVar("T")


def when(
    text: str, *, now: datetime, zone: str, milestones: Mapping[str, datetime], day: date | None = None
) -> datetime:
    """The moment, in UTC, that this text names. `now` and the milestones are aware, in the campaign's own time.

    A time of day alone is of `day`, and a weekday is the one nearest to that. Where no `day` is given they are today's
    and the next one that is not today. Raises UsageError in a person's words.
    """
    said, here = plain(text), now.astimezone(ZoneInfo(zone))
    if said.startswith("+"):
        return _taken(distance("+", said[1:].strip(), said=said), milestones).after(here).astimezone(UTC)
    clock = CLOCK.fullmatch(said)
    if clock:
        day = _day(clock["day"], here.date(), near=day) if clock["day"] else day or here.date()
    if clock and day:
        wall = _taken(local(f"{day} {clock['clock']}", zone), milestones)
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return instant(_taken(moment(said, zone=zone, milestones=milestones), milestones), milestones, zone)


def hangs_on(text: str, *, zone: str, milestones: Collection[str]) -> str:
    """The milestone from which this text counts; empty where it names a moment, or nothing that can be read."""
    found = moment(plain(text), zone=zone, milestones=milestones)
    return found.milestone if isinstance(found, At) else ""


def _day(word: str, today: date, *, near: date | None) -> date | None:
    """The day that this word names; None if it names none.

    A weekday near a day is not one that has passed where that day has not.
    """
    known = {"today": today, "tomorrow": today + A_DAY}
    names = [name for name in WEEKDAYS if len(word) >= LETTERS and name.startswith(word.lower())]
    if word.lower() in known or not names:
        return known.get(word.lower())
    if near is not None:
        found = near + A_DAY * ((WEEKDAYS.index(names[0]) - near.weekday() + 3) % 7 - 3)
        return found + 7 * A_DAY if found < today <= near else found
    return today + A_DAY * ((WEEKDAYS.index(names[0]) - today.weekday() - 1) % 7 + 1)


def _taken(found: T | Refused, milestones: Mapping[str, datetime]) -> T:
    if not isinstance(found, Refused):
        return found
    name = next(iter(milestones), "")
    ways = ['"tomorrow 10:00"', '"saturday 9:30"', '"2023-10-10 15:20"', f'"{name} - 2h"' if name else "", '"+10m"']
    told = f"{found.message} {found.hint}" if found.hint != MOMENT_HINT else found.message
    raise UsageError(f"{told.strip()} A time is said like this: {', '.join(filter(None, ways))}.")
