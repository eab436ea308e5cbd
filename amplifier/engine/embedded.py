"""APScheduler in this process: a memory job store, each job an interval, and a watchdog that keeps them going."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from amplifier.clock import utc_now
from amplifier.engine.port import Job

log = logging.getLogger("amplifier.engine")


@dataclass(frozen=True)
class EnginePauses:
    """The watchdog's, in seconds.

    How often it looks, how long a job may be silent beyond its interval, and how far wall and monotonic time may part
    between two looks.
    """

    look_every_s: float = 1.0
    silence_s: float = 3.0
    clock_jump_s: float = 5.0


@dataclass
class _Watchdog:
    """When a job was last seen alive, by a clock that cannot be set, and whether a call is under way."""

    at: float = field(default_factory=time.monotonic)
    is_busy: bool = False


class EmbeddedEngine:
    """Runs the jobs on threads of this process.

    APScheduler follows the wall clock, so a clock that is set back would silence it: the watchdog adds a job anew when
    it is silent for 3 s beyond its interval, or when wall and monotonic time part by over 5 s.
    """

    def __init__(
        self, jobs: Sequence[Job], *, pauses: EnginePauses = EnginePauses(), wall: Callable[[], float] = time.time
    ) -> None:
        self._jobs = jobs
        self._pauses = pauses
        self._wall = wall
        self._watchdogs = {job.name: _Watchdog() for job in jobs}
        self._scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(max(4, len(jobs)))}
        )
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin; every job is called for the first time at once."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        for job in self._jobs:
            self._add(job)
        self._watchdog.start()

    def stop(self) -> None:
        """Start no further call, and wait for those under way."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def _add(self, job: Job) -> None:
        self._scheduler.add_job(
            self._guarded(job),
            "interval",
            seconds=job.every,
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            replace_existing=True,
            next_run_time=utc_now(),
        )

    def _guarded(self, job: Job) -> Callable[[], None]:
        watchdog = self._watchdogs[job.name]

        def call() -> None:
            watchdog.is_busy = True
            try:
                job.call()
            except Exception:
                log.exception("job failed job=%s", job.name)
            finally:
                watchdog.at, watchdog.is_busy = time.monotonic(), False

        return call

    def _watch(self) -> None:
        parted = self._wall() - time.monotonic()
        while not self._stopping.wait(self._pauses.look_every_s):
            now = self._wall() - time.monotonic()
            jumped = abs(now - parted) > self._pauses.clock_jump_s
            parted = now
            for job in self._jobs:
                if jumped or self._is_silent(job):
                    log.warning("revived job=%s", job.name)
                    self._watchdogs[job.name].at = time.monotonic()
                    self._add(job)

    def _is_silent(self, job: Job) -> bool:
        watchdog = self._watchdogs[job.name]
        return not watchdog.is_busy and time.monotonic() - watchdog.at > job.every + self._pauses.silence_s
