"""A map between two clocks: straight between its points, for all that must agree what time it is on the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

Points = Sequence[tuple[datetime, datetime]]


def along(line: Points, at: datetime, *, beyond: float) -> datetime:
    """Where `at` lies on the broken line through these points, which rise in both; `beyond` is its slope outside them.

    Without points both clocks are one.
    """
    if not line:
        return at
    place = bisect_right(line, at, key=lambda point: point[0])
    if place in {0, len(line)}:
        start, value = line[max(place - 1, 0)]
        return value + (at - start) * beyond
    (start, value), (end, value_at_end) = line[place - 1], line[place]
    return value + (value_at_end - value) * ((at - start) / (end - start))
