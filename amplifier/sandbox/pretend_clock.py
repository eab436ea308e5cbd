"""The sandbox's clock, whose hands the control door may set: the present, or an instant at which it stands still."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from contextvars import ContextVar

from amplifier.clock import utc_now

Work = Callable[[], object]


def _real_ms() -> int:
    return round(utc_now().timestamp() * 1000)


class PretendClock:
    """Tells the time, and does at its time what was put off.

    While it is set it stands still; what was put off is done as soon as it is set past its instant, before `set`
    returns. Safe for threads. What was put off is kept in memory only.
    """

    def __init__(self, set_to_ms: int | None = None) -> None:
        self._set_to = set_to_ms
        self._changed = threading.Condition()
        self._later: list[tuple[int, int, Work]] = []
        self._numbers = itertools.count()
        self._ended = False
        self._thread: threading.Thread | None = None

    @property
    def is_set(self) -> bool:
        """Whether it stands still."""
        return self._set_to is not None

    def now_ms(self) -> int:
        """The present as this clock shows it, in milliseconds since 1970."""
        set_to = self._set_to
        return _real_ms() if set_to is None else set_to

    def set(self, ms: int | None) -> None:
        """Stand still at this instant, or (None) run with the real time again."""
        with self._changed:
            self._set_to = ms
            due = self._due()
            self._changed.notify_all()
        for work in due:
            work()

    def put_off(self, seconds: float, work: Work) -> None:
        """Do this so many seconds later on this clock, in a thread of the clock's or of whoever sets it."""
        with self._changed:
            heapq.heappush(self._later, (self.now_ms() + round(seconds * 1000), next(self._numbers), work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox clock", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """Forget what was put off, and end the thread."""
        with self._changed:
            self._ended = True
            self._later.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(1)

    def _run(self) -> None:
        CLOCK.set(self)
        while not self._ended:
            with self._changed:
                due = self._due()
                if not due and not self._ended:
                    wait_ms = self._later[0][0] - self.now_ms() if self._later and not self.is_set else None
                    self._changed.wait(None if wait_ms is None else max(wait_ms, 1) / 1000)
            for work in due:
                work()

    def _due(self) -> list[Work]:
        now = self.now_ms()
        due = []
        while self._later and self._later[0][0] <= now:
            due.append(heapq.heappop(self._later)[2])
        return due


# Each thread of a sandbox says here whose it is, so that several sandboxes in one process keep their own time.
CLOCK: ContextVar[PretendClock] = ContextVar("sandbox clock", default=PretendClock())  # noqa: B039  the real time, which nobody sets


def now_ms() -> int:
    """The present of the sandbox that this thread works for, in milliseconds since 1970."""
    return CLOCK.get().now_ms()
