"""How the time of day of a moment is written: with its seconds where it has any, so that no two moments look alike."""

from __future__ import annotations

from datetime import datetime


def time_of_day(at: datetime) -> str:
    """14:40, and 14:41:30 where seconds are part of it."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def day_and_time(at: datetime) -> str:
    """Mon 9 Oct 14:40, and with the seconds where there are any."""
    return f"{at:%a %-d %b} {time_of_day(at)}"
