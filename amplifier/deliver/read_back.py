"""Look again at what is out: still there, and still saying what we put there. Seldom, and within the budget."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import DeliveryView
from amplifier.errors import PlatformError
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import RemotePost
from amplifier.store.operate import read_backs
from amplifier.store.operate.read_backs import OutPost

log = logging.getLogger("amplifier.deliver")
STEPS = (1, 6, *range(24, 24 * 7 + 1, 24))  # of the first distance: after an hour, 6 hours, then daily for a week
SELDOM = (1, 24)  # where every look costs money
A_MINUTE = 6  # looks that an account gets in a minute at most
MINUTE = timedelta(minutes=1)
MOST = 2000  # posts of an account among which those whose turn it is are looked for


def due(one: OutPost, *, first: timedelta, now: datetime, steps: Sequence[int] = STEPS) -> datetime | None:
    """Since when it is this post's turn to be looked at; None if it is not, or not any more.

    `steps` are distances from when it was sent, in units of the first. Looks that were missed are not made up for: the
    last of them stands for all.
    """
    moments = (one.sent_at + step * first for step in steps)
    passed: list[datetime] = [at for at in moments if at <= now]
    if not passed or (one.checked_at is not None and one.checked_at >= passed[-1]):
        return None
    return passed[-1]


@dataclass(frozen=True)
class Rhythm:
    """How often is looked: first so many seconds after a post went out, then at distances that grow.

    `seldom` are the accounts on which a look costs money. An account gets at most `most` looks a minute, and rests for
    `rest_s` seconds after one that failed.
    """

    first_s: float
    seldom: Collection[str] = ()
    most: int = A_MINUTE
    rest_s: float = 60.0


class ReadBack:
    """Looks again, a few posts at a time; called every few seconds. A look that fails changes nothing.

    `may_read` is asked before every look: on a paid network it costs money, and false means that there is none.
    """

    def __init__(
        self,
        outlets: Mapping[str, Outlet],
        rhythm: Rhythm,
        *,
        now: Callable[[], datetime],
        may_read: Callable[[str], bool] = lambda _account: True,
    ) -> None:
        self._outlets = {name: outlet for name, outlet in outlets.items() if outlet.readable}
        self._rhythm = rhythm
        self._first = timedelta(seconds=rhythm.first_s)
        self._now = now
        self._may_read = may_read
        self._looks: dict[str, deque[datetime]] = {name: deque() for name in self._outlets}
        self._resting: dict[str, datetime] = {}
        self._scan_at: datetime | None = None

    def look(self) -> int:
        """Look at what it is time for on every account; how many posts were looked at."""
        now = self._now()
        if self._scan_at is not None and now < self._scan_at <= now + self._first:
            return 0
        looked, left = 0, False
        for name in self._outlets:
            room = self._room(name, now)
            waits = self._due(name, now)
            for one in waits[:room]:
                looked += self._look_at(one)
            left = left or len(waits) > room
        pause = self._first / 60
        self._scan_at = now + (min(pause, timedelta(seconds=5)) if left else pause)
        return looked

    def _room(self, account: str, now: datetime) -> int:
        if self._resting.get(account, now) > now:
            return 0
        looks = self._looks[account]
        while looks and looks[0] <= now - MINUTE:
            looks.popleft()
        return max(0, self._rhythm.most - len(looks))

    def _due(self, account: str, now: datetime) -> list[OutPost]:
        """Those whose turn it is: never seen yet before the others, then the youngest."""
        last = self._first * (STEPS[-1] + STEPS[-1] // 7)  # a look that is a day late still counts
        found = read_backs.out(account, since=now - last, until=now - self._first, limit=MOST)
        steps = SELDOM if account in self._rhythm.seldom else STEPS
        waits = [one for one in found if due(one, first=self._first, now=now, steps=steps)]
        return sorted(waits, key=lambda one: one.checked_at is not None)

    def _look_at(self, one: OutPost) -> int:
        account, taken_at = one.account, self._now()
        if self._resting.get(account, taken_at) > taken_at or not self._may_read(account):
            return 0
        row = read_backs.claim(one, now=taken_at)
        if row is None or row.receipt is None:
            return 0
        self._looks[account].append(taken_at)
        try:
            seen = self._outlets[account].platform.read(row.receipt.remote_id, row.text)
        except PlatformError as error:
            log.info("could not look again delivery=%d", one.delivery)
            self._put_off(one, taken_at, error.until)
            return 0
        except Exception:
            log.exception("unclassified error from %s", account)
            self._put_off(one, taken_at, None)
            return 0
        self._keep(row, seen)
        return 1

    def _put_off(self, one: OutPost, taken_at: datetime, until: datetime | None) -> None:
        read_backs.give_back(one, taken_at=taken_at)
        rested = taken_at + timedelta(seconds=self._rhythm.rest_s)
        self._resting[one.account] = max(until, rested) if until else rested

    def _keep(self, row: DeliveryView, seen: RemotePost | None) -> None:
        if seen is None:
            if read_backs.keep_gone(row, now=self._now()):
                log.warning("not there any more post=%s account=%s", _called(row), row.identity.account)
        elif not seen.says_the_same and read_backs.keep_changed(row, seen.text, now=self._now()):
            log.warning("changed there post=%s account=%s", _called(row), row.identity.account)


def _called(row: DeliveryView) -> str:
    return f"{row.identity.post.slot}/{row.identity.post.occurrence}"
