"""A map between two clocks: straight between its points, for all that must agree what time it is on the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

# A stranger's clock may say any year. So far from the ends of the calendar an instant can be said in every zone.
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)

Points = Sequence[tuple[datetime, datetime]]


def along(line: Points, at: datetime, *, beyond: float) -> datetime:
    """Where `at` lies on the broken line through these points, which rise in both; `beyond` is its slope outside them.

    Without points both clocks are one. Nothing lies before FIRST or behind LAST.
    """
    at = on_calendar(at)
    if not line:
        return at
    place = bisect_right(line, at, key=lambda point: point[0])
    if place in {0, len(line)}:
        start, value = line[max(place - 1, 0)]
        try:
            return on_calendar(value + (at - start) * beyond)
        except OverflowError:
            return FIRST if at < start else LAST
    (start, value), (end, value_at_end) = line[place - 1], line[place]
    return value + (value_at_end - value) * ((at - start) / (end - start))


def on_calendar(at: datetime) -> datetime:
    """This instant (aware), or where the calendar ends that can be reckoned with in every zone."""
    return min(max(at, FIRST), LAST)
