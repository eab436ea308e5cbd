"""When a network that asks us to wait wants to hear from us again: one reading of everybody's headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# No documented limit is longer than a day; a header that says more is broken and must not silence an account for weeks.
LONGEST = timedelta(hours=25)
SHORTEST = timedelta(seconds=1)
OLDEST_UNIX_TIME = 1_000_000_000  # 2001: a smaller number is a count of seconds, not a date


def instant(value: str, now: datetime) -> datetime | None:
    """What a header means: Unix seconds, seconds from `now`, ISO 8601 or an HTTP date. None if it is none of them."""
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        return _date(value)
    try:
        return datetime.fromtimestamp(number, UTC) if number > OLDEST_UNIX_TIME else now + timedelta(seconds=number)
    except (OverflowError, ValueError, OSError):
        return None


def until(headers: Mapping[str, str], names: tuple[str, ...], now: datetime, otherwise: timedelta) -> datetime:
    """The instant (UTC) at which to try again: the first of the headers `names` (lower case) that can be read.

    Without any of them `now` + `otherwise`. Where the server also sends its own `Date`, the difference between its
    clock and ours is taken out. Never in the past, never more than 25 hours ahead.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    server_now = _date(lower.get("date", "")) or now
    for name in names:
        reset = instant(lower[name], server_now) if name in lower else None
        if reset is not None:
            return now + min(max(reset - server_now, SHORTEST), LONGEST)
    return now + otherwise


def _date(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(value)
        except (ValueError, TypeError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
