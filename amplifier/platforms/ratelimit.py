"""When a network that asks us to wait wants to hear from us again: one reading of everybody's headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# No documented limit is longer than a day; a header that says more is broken, and counts as none: it must not silence
# an account for weeks, nor for that day.
LONGEST = timedelta(hours=25)
A_STRANGER_S = timedelta(minutes=5)  # as long as something in between is obeyed that asks for patience
SHORTEST = timedelta(seconds=1)
WILD = timedelta(days=1)  # a clock that is off by so much is not a clock
RETRY_AFTER = "retry-after"
OLDEST_UNIX_TIME = 1_000_000_000  # 2001: a smaller number is a count of seconds, not a date


@dataclass(frozen=True)
class Meter:
    """A pair of headers (lower case): how many calls are left, and when they are all there again.

    `needs` is what the next call takes of it.
    """

    remaining: str
    reset: str
    needs: int = 1

    def is_spent(self, headers: Mapping[str, str]) -> bool:
        """Whether it says that the next call is too much."""
        left = _number(headers.get(self.remaining, ""))
        return left is not None and left < self.needs

    def is_left(self, headers: Mapping[str, str]) -> bool:
        """Whether it says that the next call is allowed."""
        left = _number(headers.get(self.remaining, ""))
        return left is not None and left >= self.needs


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
    """The instant (UTC) at which to try again: the latest that one of the headers `names` (lower case) tells.

    Without any that can be read and meant `now` + `otherwise`. Where the server also sends its own `Date`, the
    difference between its clock and ours is taken out. Never in the past; more than 25 hours nobody can mean.
    """
    lower = _lower(headers)
    server_now = _server_now(lower, now)
    told = [instant(lower[name], server_now) for name in names if name in lower]
    waits = [wait for reset in told if reset is not None and (wait := reset - server_now) <= LONGEST]
    return now + max(*waits, SHORTEST) if waits else now + otherwise


def again(headers: Mapping[str, str], meters: Sequence[Meter], now: datetime, otherwise: timedelta) -> datetime:
    """When a network that has just refused us for calling too often wants to hear from us: 429.

    The meters that say that something is left are not what it is about.
    """
    lower = _lower(headers)
    spent = tuple(meter.reset for meter in meters if not meter.is_left(lower))
    return until(lower, (*spent, RETRY_AFTER), now, otherwise)


def rest(headers: Mapping[str, str], meters: Sequence[Meter], now: datetime, otherwise: timedelta) -> datetime | None:
    """Until when to rest although a call went well, since it was the last one allowed; None where more are."""
    lower = _lower(headers)
    spent = tuple(meter.reset for meter in meters if meter.is_spent(lower))
    return until(lower, spent, now, otherwise) if spent else None


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """What any answer's `Retry-After` asks for, such as that of a 503; None where there is none that can be meant."""
    nobody = timedelta()
    found = until(headers, (RETRY_AFTER,), now, nobody)
    return None if found == now + nobody else found


def asked_by_a_stranger(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """As `asked_to_wait`, for an answer that is not the network's: obeyed, but not for long."""
    asked = asked_to_wait(headers, now)
    return min(asked, now + A_STRANGER_S) if asked else None


def clock(headers: Mapping[str, str]) -> datetime | None:
    """What the server's clock showed when it answered; None where it does not say."""
    return _date(_lower(headers).get("date", ""))


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _server_now(lower: Mapping[str, str], now: datetime) -> datetime:
    """The server's clock, unless it is off by more than any clock that is kept."""
    told = _date(lower.get("date", ""))
    return told if told is not None and abs(told - now) < WILD else now


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _date(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(value)
        except (ValueError, TypeError, OverflowError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
