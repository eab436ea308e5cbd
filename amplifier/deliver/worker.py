"""Carry due deliveries out of the door, once: claim, prepare, write the intent, call, record."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import Due, Receipt
from amplifier.deliver.confirm import Outlet, confirm
from amplifier.deliver.decide import Pauses, after_attempt, put_back
from amplifier.errors import OutcomeUnknown, PlatformError, Unavailable
from amplifier.platforms.port import Part
from amplifier.store import deliveries

log = logging.getLogger("amplifier.deliver")


@dataclass(frozen=True)
class Pace:
    """How long a claim holds, how long the pauses are, and how many deliveries are under way at once."""

    lease_s: float
    pauses: Pauses
    threads: int


class Worker:
    """Delivers what is due. Any number of workers may share one ledger; each may be killed at any line."""

    def __init__(
        self, outlets: Mapping[str, Outlet], *, pace: Pace, now: Callable[[], datetime], chance: random.Random
    ) -> None:
        self._outlets = outlets
        self._pace = pace
        self._now = now
        self._chance = chance
        self._pool = ThreadPoolExecutor(pace.threads, thread_name_prefix="deliver")
        self._free = threading.Semaphore(pace.threads)
        self._stopping = threading.Event()

    def tick(self) -> None:
        """Claim what is due and hand it to the pool. Never waits for a network."""
        now = self._now()
        if not deliveries.is_anything_due(now):
            return
        deliveries.expire_leases(now=now, look_at=now + timedelta(seconds=self._pace.pauses.settle))
        deliveries.miss_overdue(now=now)
        while not self._stopping.is_set() and self._claim():
            pass

    def stop(self) -> None:
        """Claim nothing more, and let what is under way finish."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _claim(self) -> bool:
        room = 0
        while room < self._pace.threads and self._free.acquire(blocking=False):
            room += 1
        begun = 0
        try:
            for claim, work in ((deliveries.claim_unsure, self._look), (deliveries.claim, self._send)):
                now = self._now()
                lease_until = now + timedelta(seconds=self._pace.lease_s)
                limit = room - begun
                for due in claim(now=now, lease_until=lease_until, limit=limit, served=self._outlets) if limit else ():
                    self._pool.submit(work, due).add_done_callback(self._done)
                    begun += 1
        finally:  # a thread that nothing was found for is free again, also when the database failed
            for _ in range(room - begun):
                self._free.release()
        return bool(begun)

    def _done(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            # the lease runs out and the row is looked at again: nothing is lost, but a person should know
            log.error("delivery broke off", exc_info=error)
        self._free.release()

    def _look(self, due: Due) -> None:
        step = confirm(due, self._outlets[due.identity.account], now=self._now, pauses=self._pace.pauses)
        log.info("looked delivery=%d outcome=%s", due.id, step.kind)

    def _send(self, due: Due) -> None:
        outlet = self._outlets[due.identity.account]
        request = due.request
        if request is None:
            prepared = self._prepare(outlet, due)
            if isinstance(prepared, PlatformError):
                step = put_back(due, prepared, now=self._now(), pauses=self._pace.pauses, jitter=self._chance.random())
                deliveries.record([step], now=self._now())
                log.info("not prepared delivery=%d outcome=%s", due.id, step.kind)
                return
            request = prepared
        now = self._now()
        lease_until = now + timedelta(seconds=self._pace.lease_s)
        if not deliveries.begin(due, request=request, now=now, lease_until=lease_until):
            log.info("claim was void delivery=%d", due.id)
            return
        outcome = self._publish(outlet, request)
        now = self._now()
        step = after_attempt(due, outcome, now=now, pauses=self._pace.pauses, jitter=self._chance.random())
        stale = deliveries.record([step], now=now)
        if stale and isinstance(outcome, Receipt):
            deliveries.keep_late_receipt(due.id, outcome, fence=due.fence, now=now)
        log.info("sent delivery=%d outcome=%s", due.id, step.kind)

    def _prepare(self, outlet: Outlet, due: Due) -> bytes | PlatformError:
        try:
            return outlet.platform.prepare(Part(due.text, due.language), due.key, self._now())
        except PlatformError as error:
            return error
        except Exception as error:  # or else this one would keep its account's others waiting until it is too late
            log.exception("unclassified error from %s", outlet.account)
            return Unavailable(f"It could not be prepared ({type(error).__name__}).")

    def _publish(self, outlet: Outlet, request: bytes) -> Receipt | PlatformError:
        try:
            return outlet.platform.publish(request)
        except PlatformError as error:
            return error
        except Exception as error:
            log.exception("unclassified error from %s", outlet.account)
            return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__}).")
