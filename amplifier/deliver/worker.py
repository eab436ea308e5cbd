"""Carry due deliveries out of the door, once: claim, prepare, write the intent, call, record."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from amplifier.campaign.delivery import Due, Receipt, Transition, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.deliver.batch_writer import BatchWriter
from amplifier.deliver.confirm import confirm
from amplifier.deliver.decide import Pauses, after_attempt, after_change, put_back, refuse
from amplifier.errors import OutcomeUnknown, PlatformError, Unavailable
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Part
from amplifier.store import claims, deliveries, receipts
from amplifier.store.holding import holds
from amplifier.store.identity import rests

log = logging.getLogger("amplifier.deliver")
T = TypeVar("T")
GATHER_S = 0.02  # how long the writer waits for more to write; measured in bench/thousand.py
SET_BACK = timedelta(seconds=5)  # what is less is a clock being kept
LATE = "The database was slow, and meanwhile it became too late. Nothing was sent."
ASLEEP = "The computer was asleep just before the call, so nothing was sent."


@dataclass(frozen=True)
class Pace:
    """How long a claim holds, how long the pauses are, and how many deliveries are under way at once.

    `inline`: a tick does everything itself before it returns, for a loop with a clock of its own.
    """

    lease_s: float
    pauses: Pauses
    threads: int
    inline: bool = False


class _Inline(Executor):
    """Does at once what it is given."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  an executor keeps it for whoever asks
            done.set_exception(error)
        return done


@dataclass(frozen=True)
class Rules:
    """What may keep a delivery from going out, asked before each one.

    `stopped` says why everything is stopped, if something outside the database says so; `why_not` why this text may not
    go out under the campaign's own rules; `copies` where these very words are out already, if the network takes no
    copies; `untrue` what of a person's words is no longer so. All answer the empty string when all is well.
    """

    stopped: Callable[[], str] = lambda: ""
    why_not: Callable[[Due], str] = lambda _due: ""
    copies: Callable[[Due], str] = lambda _due: ""
    untrue: Callable[[Due], str] = lambda _due: ""


class _UnderWay:
    """The accounts on which a thread is at work, whatever became of its lease.

    Each has one thread at most that sends, and one that looks: a server that keeps its threads waiting keeps two.
    """

    def __init__(self) -> None:
        self._accounts: set[str] = set()
        self._lock = threading.Lock()

    def begins(self, account: str) -> None:
        with self._lock:
            self._accounts.add(account)

    def ends(self, account: str) -> None:
        with self._lock:
            self._accounts.discard(account)

    def others(self, names: frozenset[str]) -> frozenset[str]:
        """Those of these on which nothing is under way."""
        with self._lock:
            return names - self._accounts


class Worker:
    """Delivers what is due. Any number of workers may share one ledger; each may be killed at any line."""

    def __init__(
        self,
        outlets: Mapping[str, Outlet],
        *,
        pace: Pace,
        now: Callable[[], datetime],
        chance: random.Random,
        rules: Rules = Rules(),
    ) -> None:
        self._outlets = outlets
        self._served = frozenset(name for name, outlet in outlets.items() if not outlet.by_hand)
        self._readable = frozenset(name for name, outlet in outlets.items() if outlet.readable)
        self._by_hand = frozenset(outlets) - self._served
        self._unreadable = frozenset(outlets) - self._readable
        self._pace = pace
        self._now = now
        self._chance = chance
        self._rules = rules
        self._pool: Executor = (
            _Inline() if pace.inline else ThreadPoolExecutor(pace.threads, thread_name_prefix="deliver")
        )
        self._free = threading.Semaphore(pace.threads)
        self._looking = _UnderWay()
        self._sending = _UnderWay()
        self._stopping = threading.Event()
        self._ticked: datetime | None = None
        gaps = {name: pace.pauses.gap if one.gap_s is None else one.gap_s for name, one in outlets.items()}
        self._rests = {name: timedelta(seconds=gap - pace.lease_s) for name, gap in gaps.items() if gap > pace.lease_s}
        caps = {name: outlet.caps for name, outlet in outlets.items() if outlet.caps}
        self._batch_writer = BatchWriter(
            now=now,
            lease_s=pace.lease_s,
            served=self._served,
            stopped=rules.stopped,
            caps=caps,
            gather_s=0.0 if pace.inline else GATHER_S,
        )

    def tick(self) -> None:
        """Claim what is due and hand it to the pool. Never waits for a network."""
        now = self._now()
        before, self._ticked = self._ticked, now
        if before and before - now > SET_BACK:
            log.warning("this computer's clock was set back by %.0f s", (before - now).total_seconds())
            rests.shorten_waits(before - now, now=now)
            holds.shorten_pauses(before - now, now=now)
        if not claims.is_anything_due(now):
            return
        stopped = self._rules.stopped()
        settled = now + timedelta(seconds=self._pace.pauses.settle)
        deliveries.expire_leases(now=now, look_at=settled, gaps=self._rests)
        deliveries.miss_overdue(now=now)
        holds.hold_blocked(now=now, stopped=stopped, by_hand=self._by_hand)
        holds.park_unseen(now=now, accounts=self._unreadable)
        while not self._stopping.is_set() and self._claim(stopped):
            pass

    def stop(self) -> None:
        """Claim nothing more, and let what is under way finish."""
        self._stopping.set()
        self._batch_writer.hurry()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._batch_writer.stop()

    def _claim(self, stopped: str) -> bool:
        room = 0
        while room < self._pace.threads and self._free.acquire(blocking=False):
            room += 1
        begun = 0
        try:
            now = self._now()
            lease_until = now + timedelta(seconds=self._pace.lease_s)
            among = self._looking.others(self._readable)
            for due in claims.claim_unsure(now=now, lease_until=lease_until, limit=room, served=among):
                self._hand_to_pool(self._look, due, self._looking)
                begun += 1
            if room > begun:
                among = self._sending.others(self._served)
                for due in claims.claim(
                    now=now, lease_until=lease_until, limit=room - begun, served=among, stopped=stopped
                ):
                    self._batch_writer.begins()
                    self._hand_to_pool(self._send_all, due, self._sending)
                    begun += 1
        finally:  # a thread that nothing was found for is free again, also when the database failed
            for _ in range(room - begun):
                self._free.release()
        return bool(begun)

    def _hand_to_pool(self, work: Callable[[Due], None], due: Due, under_way: _UnderWay) -> None:
        account = due.identity.account
        under_way.begins(account)

        def done(future: Future[None]) -> None:
            under_way.ends(account)
            self._done(future)

        self._pool.submit(work, due).add_done_callback(done)

    def _done(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            # the lease runs out and the row is looked at again: nothing is lost, but a person should know
            log.error("delivery broke off", exc_info=error)
        self._free.release()

    def _look(self, due: Due) -> None:
        step = confirm(due, self._outlets[due.identity.account], now=self._now, pauses=self._pace.pauses)
        log.info("looked delivery=%d outcome=%s", due.id, step.kind)

    def _send_all(self, first: Due) -> None:
        """Send this one, and then, one after another, what else is due on its account."""
        due: Due | None = first
        try:
            while due is not None:
                due = self._send(due)
        finally:
            self._batch_writer.ends()

    def _send(self, due: Due) -> Due | None:
        """Send one; the account's next, claimed in the transaction that wrote this one's result."""
        account = due.identity.account
        outlet = self._outlets[account]
        next_for = "" if self._stopping.is_set() else account
        refused = self._refused(due)
        if refused is not None:
            return self._batch_writer.finish(refused, next_for=next_for)[1]
        request = due.request
        if request is None:
            prepared = self._prepare(outlet, due)
            if isinstance(prepared, PlatformError):
                pauses = self._pace.pauses
                step = put_back(due, prepared, now=self._now(), pauses=pauses, jitter=self._chance.random())
                log.info("not prepared delivery=%d outcome=%s", due.id, step.kind)
                return self._batch_writer.finish(step, next_for=next_for)[1]
            request = prepared
        asked = self._now()
        if not self._batch_writer.may_begin(
            due, request, micros=outlet.cost(due), budget=outlet.budget, look_reserve=outlet.look_reserve
        ):
            log.info("claim was void delivery=%d", due.id)
            return None
        outcome: Receipt | PlatformError | None
        now = self._now()
        if now - asked > timedelta(seconds=self._pace.lease_s):
            outcome = Unavailable(ASLEEP)  # others take it for lost by now, and may have looked for it already
        elif due.verb is Verb.PUBLISH and now >= due.too_late_at:
            outcome = Unavailable(LATE)
        else:
            outcome = self._act(outlet, due, request)
        return self._finish(outlet, due, outcome, next_for)

    def _refused(self, due: Due) -> Transition | None:
        """The step where a rule of our own keeps this text back."""
        if due.verb is Verb.DELETE:
            return None
        if why_not := self._rules.why_not(due):
            return refuse(due, why_not)
        if untrue := self._rules.untrue(due):
            return refuse(due, untrue, HoldReason.UNTRUE)
        copies = self._rules.copies(due)
        return refuse(due, copies, HoldReason.COPY) if copies else None

    def _finish(self, outlet: Outlet, due: Due, outcome: Receipt | PlatformError | None, next_for: str) -> Due | None:
        now, pauses = self._now(), self._pace.pauses
        if outlet.gap_s is not None:
            pauses = replace(pauses, gap=outlet.gap_s)
        jitter = self._chance.random()
        if due.verb is Verb.PUBLISH and outcome is not None:
            step = after_attempt(due, outcome, now=now, pauses=pauses, jitter=jitter)
        else:
            error = outcome if isinstance(outcome, PlatformError) else None
            step = after_change(due, error, now=now, pauses=pauses, jitter=jitter)
        held, following = self._batch_writer.finish(step, next_for=next_for)
        if not held and isinstance(outcome, Receipt):
            self._batch_writer.insist(partial(self._keep, due, outcome), delivery=due.id)
        log.info("sent delivery=%d outcome=%s", due.id, step.kind)
        return following

    def _keep(self, due: Due, receipt: Receipt) -> None:
        """Dated when it is written: others wrote about this delivery meanwhile, and the order must stay clear."""
        receipts.keep_late_receipt(due.id, receipt, fence=due.fence, now=self._now())

    def _prepare(self, outlet: Outlet, due: Due) -> bytes | PlatformError:
        if due.verb is not Verb.PUBLISH:
            return due.target.encode()
        try:
            return outlet.platform.prepare(Part(due.text, due.language), due.key, self._now())
        except PlatformError as error:
            return error
        except Exception as error:  # or else this one would keep its account's others waiting until it is too late
            log.exception("unclassified error from %s", outlet.account)
            return Unavailable(f"It could not be prepared ({type(error).__name__}).")

    def _act(self, outlet: Outlet, due: Due, request: bytes) -> Receipt | PlatformError | None:
        try:
            match due.verb:
                case Verb.PUBLISH:
                    return outlet.platform.publish(request)
                case Verb.EDIT:
                    outlet.platform.edit(due.target, Part(due.text, due.language))
                case Verb.DELETE:
                    outlet.platform.delete(due.target)
        except PlatformError as error:
            return error
        except Exception as error:
            log.exception("unclassified error from %s", outlet.account)
            return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__}).")
        return None
