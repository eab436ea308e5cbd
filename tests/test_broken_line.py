"""From one clock to the other: straight between points, on at the given slope outside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amplifier.broken_line import FIRST, LAST, along

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(("minutes", "there"), [(0, 0), (5, 50), (10, 100), (11, 110), (20, 200), (-1, -3), (21, 203)])
def test_a_moment_is_found_between_and_beyond_the_points(minutes: float, there: float) -> None:
    line = [(_after(0), _after(0)), (_after(10), _after(100)), (_after(20), _after(200))]
    assert along(line, _after(minutes), beyond=3) == _after(there)


def test_without_points_both_clocks_are_one() -> None:
    assert along([], NOON, beyond=3) == NOON


@pytest.mark.parametrize("year", [1, 1969, 9999])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_no_year_leads_off_the_calendar(year: int, zone: str) -> None:
    for line in ([], [(_after(0), _after(0)), (_after(10), _after(100))]):
        there = along(line, datetime(year, 12, 31, 23, 59, tzinfo=UTC), beyond=720)
        assert FIRST <= there <= LAST
        assert there.astimezone(ZoneInfo(zone))
    assert along([], datetime(1, 1, 1, tzinfo=UTC), beyond=1) == FIRST
