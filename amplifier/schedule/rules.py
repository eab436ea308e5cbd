"""How a person writes a rule that recurs: "day at 09:00", "mon, wed at 18:30", or cron with the days by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from amplifier.campaign.plan import At, Every
from amplifier.schedule.times import Refused, plain

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS = tuple(range(1, 32)), tuple(range(1, 13)), tuple(range(7))
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
CRON_PART = re.compile(
    r"(?:\*|(?P<first>[a-z]+|\d{1,2})(?:-(?P<last>[a-z]+|\d{1,2}))?)(?:/(?P<step>\d{1,2}))?", re.ASCII
)
CRON_FIELDS = 5
MOST_A_DAY = 48
RULE_HINT = (
    'Write "day at 09:00", "mon, wed at 18:30", "mon-fri at 09:00, 18:00", '
    'or cron with the days by name: "30 18 * * mon-fri".'
)


@dataclass(frozen=True)
class Rule:
    """A rule as sets: on which days, at which times."""

    times: tuple[time, ...]
    days: tuple[int, ...] = ALL_DAYS
    months: tuple[int, ...] = ALL_MONTHS
    weekdays: tuple[int, ...] = ALL_WEEKDAYS


def every(text: str, *, from_: At | None, until: At | None) -> Every | Refused:
    """What `every` says, between `from_` and `until`."""
    said = plain(text)
    spoken = re.fullmatch(r"(.+?) at (.+)", said, re.IGNORECASE)
    if spoken:
        found = _spoken(spoken[1].lower(), spoken[2])
    elif len(said.split()) == CRON_FIELDS:
        found = _cron(said.lower().split())
    else:
        found = Refused(f'"{said}" is not a rule that can be read.', RULE_HINT)
    if isinstance(found, Refused):
        return found
    if len(found.times) > MOST_A_DAY:
        message = f'"{said}" means {len(found.times)} posts a day; more than {MOST_A_DAY} cannot be meant.'
        return Refused(
            message, "An asterisk in the first place means every minute: write the minute, for example 0 9 * * *."
        )
    return Every(said, found.times, found.days, found.months, found.weekdays, from_, until)


def _spoken(days: str, clocks: str) -> Rule | Refused:
    weekdays: tuple[int, ...] | Refused = ALL_WEEKDAYS if days in {"day", "every day"} else _weekdays(days)
    if isinstance(weekdays, Refused):
        return weekdays
    times: set[time] = set()
    for clock in clocks.split(","):
        found = CLOCK.fullmatch(clock.strip())
        if found is None:
            return Refused(
                f'"{clock.strip()}" is not a time of day.', 'Write it on the 24-hour clock, such as "18:30".'
            )
        times.add(time(int(found[1]), int(found[2])))
    return Rule(tuple(sorted(times)), weekdays=weekdays)


def _cron(fields: list[str]) -> Rule | Refused:
    minute, hour, day, month, weekday = fields
    found = (
        _numbers(minute, range(60), "minute"),
        _numbers(hour, range(24), "hour"),
        _numbers(day, range(1, 32), "day of the month"),
        _numbers(month, range(1, 13), "month", MONTHS),
        ALL_WEEKDAYS if weekday == "*" else _weekdays(weekday),
    )
    for part in found:
        if isinstance(part, Refused):
            return part
    minutes, hours, days, months, weekdays = (part for part in found if not isinstance(part, Refused))
    if day != "*" and weekday != "*":
        return Refused(
            f'"{day}" is a day of the month and "{weekday}" a weekday: cron takes either, most people mean both.',
            "Keep one of the two and put * for the other; where you want either, write two slots.",
        )
    times = tuple(time(hour, minute) for hour in hours for minute in minutes)
    return Rule(times, days, months, weekdays)


def _weekdays(text: str) -> tuple[int, ...] | Refused:
    """The weekdays of "mon, wed" or "fri-mon", Monday being 0."""
    found: set[int] = set()
    for part in re.split(r" *, *| and ", text):
        ends = [_weekday(name.strip()) for name in part.split("-")]
        for end in ends:
            if isinstance(end, Refused):
                return end
        numbers = [end for end in ends if not isinstance(end, Refused)]
        if len(numbers) > 2:
            return Refused(f'"{part}" is not a range of weekdays.', "Write for example mon-fri.")
        first, last = numbers[0], numbers[-1]
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return tuple(sorted(found))


def _weekday(name: str) -> int | Refused:
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    if name in FULL_NAMES:
        return FULL_NAMES.index(name)
    if name.isdigit():
        return Refused(
            f"The weekday {name} is refused as a number: 0 means Sunday to some programs and Monday to others.",
            f"Write weekdays by name: {', '.join(WEEKDAYS)}.",
        )
    return Refused(f'"{name}" is not a weekday.', RULE_HINT)


def _numbers(text: str, allowed: range, what: str, names: tuple[str, ...] = ()) -> tuple[int, ...] | Refused:
    """The numbers of one field of a cron rule: *, 5, 1-5, */15, 0-30/10, and lists of these."""
    found: set[int] = set()
    for part in text.split(","):
        numbers = _part(part, allowed, names)
        if not numbers:
            hint = f"Write a number from {allowed[0]} to {allowed[-1]}, a range such as 1-5, or */2."
            return Refused(f'"{part}" cannot be the {what}.', hint)
        found |= set(numbers)
    return tuple(sorted(found))


def _part(text: str, allowed: range, names: tuple[str, ...]) -> range | None:
    """The numbers of one item of a cron field; None or empty if it cannot be read or reaches outside `allowed`."""
    said = CRON_PART.fullmatch(text)
    if said is None or said["step"] in {"0", "00"} or (said["step"] and said["first"] and not said["last"]):
        return None
    step = int(said["step"] or 1)
    if said["first"] is None:
        return allowed[::step]
    first = _number(said["first"], names)
    last = _number(said["last"], names) if said["last"] else first
    if first is None or last is None or first not in allowed or last not in allowed:
        return None
    return range(first, last + 1, step)


def _number(text: str, names: tuple[str, ...]) -> int | None:
    if text in names:
        return names.index(text) + 1
    return int(text) if text.isdigit() else None
