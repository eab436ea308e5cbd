"""Until when words that are bound to a day may be passed on: nobody is handed "tomorrow" on the day itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import Every
from amplifier.text.moments import PARTS, Date, Day, Named, Weekday, names

A_DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True)
class SlotDays:
    """The days on which one slot says its words, from the first to the last; all of them that its rule fits."""

    first: date
    last: date
    rule: Every | None = None

    def newest(self, today: date) -> date | None:
        """The last of these days that is not after today, or None."""
        day = min(today, self.last)
        while day >= self.first:
            if self.rule is None or _fits(self.rule, day):
                return day
            day -= A_DAY
        return None


def so_until(text: str, said_on: date, zone: ZoneInfo) -> datetime | None:
    """From when on (UTC) words that are said on this day are no longer so, or None if no day that they name ends them.

    A day as seen from the day itself ("tomorrow") is right until midnight, and a part of today ("this morning") until
    that part is over. A weekday or a date that lies ahead is right until it is past.
    """
    ends = [end.replace(tzinfo=zone).astimezone(UTC) for one in names(text) for end in _ends(one, said_on)]
    return min(ends, default=None)


def _ends(named: Named, said_on: date) -> Iterator[datetime]:
    """When these words end to be so, by the clocks of the place."""
    midnight = datetime.combine(said_on, time()) + A_DAY
    match named:
        case Day(days=0):
            yield min(midnight, midnight - A_DAY + timedelta(minutes=PARTS[named.part][1]))
        case Day():
            yield midnight
        case Weekday():
            yield midnight + A_DAY * ((named.number - said_on.weekday()) % WEEK)
        case Date():
            if (that := _that(named, said_on)) and that >= said_on:
                yield datetime.combine(that, time()) + A_DAY


def _that(named: Date, said_on: date) -> date | None:
    """The day that a date names; None where there is no such day."""
    try:
        return date(named.year or said_on.year, named.month, named.day)
    except ValueError:
        return None


def _fits(rule: Every, day: date) -> bool:
    return day.day in rule.days and day.month in rule.months and day.weekday() in rule.weekdays
