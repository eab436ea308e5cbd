"""Writes what many sending threads want written, together: one transaction, each told its part."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from amplifier.campaign.delivery import Due, Transition
from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.store import deliveries
from amplifier.store.deliveries import Caps, Intent

log = logging.getLogger("amplifier.deliver")
MOST = 100  # rows in one transaction
AGAIN_S = 0.5  # until a result that could not be written is tried again


@dataclass
class _Wish:
    """One thing to write, and where its answer goes. `done` is released when there is one."""

    intent: Intent | None = None
    step: Transition | None = None
    next_for: str = ""
    begun: bool = False
    stale: bool = False
    claimed: Due | None = None
    error: Exception | None = None
    done: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.done.acquire()


class BatchWriter:
    """One writer for all threads of a worker: an intent is committed before `may_begin` answers.

    `gather_s` is how long the writer waits for company while others are at work; alone nobody waits. With 0 there is no
    writer: whoever asks writes, in its own thread, as a loop with a clock of its own needs it.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        lease_s: float,
        served: Collection[str],
        stopped: Callable[[], str],
        caps: Mapping[str, Caps],
        gather_s: float,
    ) -> None:
        self._now = now
        self._lease = timedelta(seconds=lease_s)
        self._served = served
        self._stopped = stopped
        self._caps = caps
        self._gather_s = gather_s
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="batch writer", daemon=True)
        self._ended = threading.Event()
        self._at_work = 0
        self._counting = threading.Lock()
        self._inline = not gather_s
        if not self._inline:
            self._thread.start()

    def hurry(self) -> None:
        """From now on what cannot be written is told at once, so that nobody who stops waits for a broken database."""
        self._ended.set()

    def stop(self) -> None:
        """Write what has been asked for, then nothing more."""
        self._ended.set()
        self._wishes.put(None)
        if not self._inline:
            self._thread.join()

    def begins(self) -> None:
        """A thread begins to send: whoever writes may wait a moment for its wishes."""
        with self._counting:
            self._at_work += 1

    def ends(self) -> None:
        """A thread has nothing more to send."""
        with self._counting:
            self._at_work -= 1

    def may_begin(
        self,
        due: Due,
        request: bytes,
        *,
        micros: int = 0,
        budget: int | None = None,
        look_reserve: LookReserve = NOTHING,
    ) -> bool:
        """Whether the call may be made: its intent is written down. Raises the database's error if it cannot be."""
        wish = _Wish(intent=Intent(due, request, self._now() + self._lease, micros, budget, look_reserve))
        self._ask(wish)
        if wish.error is not None:
            raise wish.error
        return wish.begun

    def finish(self, step: Transition, *, next_for: str = "") -> tuple[bool, Due | None]:
        """Write a result, and claim the account's next delivery with it: whether the fence still held, and the next.

        A result is never given up: while the database cannot take it, it is tried again, until the batch writer stops.
        """
        while True:
            wish = _Wish(step=step, next_for=next_for)
            self._ask(wish)
            if wish.error is None:
                return not wish.stale, wish.claimed
            next_for = ""  # the next one may be what is wrong
            self._wait(step.id, wish.error)

    def insist(self, write: Callable[[], None], *, delivery: int) -> None:
        """Do this writing, again and again until it can be done or the batch writer stops."""
        while True:
            try:
                write()
            except Exception as error:  # noqa: BLE001  whatever is wrong with the database may pass
                self._wait(delivery, error)
            else:
                return

    def _wait(self, delivery: int, error: Exception) -> None:
        log.error("a result cannot be written yet delivery=%d", delivery, exc_info=error)
        if self._ended.wait(AGAIN_S):
            raise error

    def _ask(self, wish: _Wish) -> None:
        if self._inline:
            self._write([wish])
        else:
            self._wishes.put(wish)
        wish.done.acquire()

    def _write_all(self) -> None:
        while (first := self._wishes.get()) is not None:
            wishes, is_last = self._gather(first)
            self._write(wishes)
            if is_last:
                return

    def _gather(self, first: _Wish) -> tuple[list[_Wish], bool]:
        wishes = [first]
        if self._at_work > 1:
            time.sleep(self._gather_s)
        while len(wishes) < MOST:
            try:
                wish = self._wishes.get_nowait()
            except Empty:
                break
            if wish is None:
                return wishes, True
            wishes.append(wish)
        return wishes, False

    def _write(self, wishes: Sequence[_Wish]) -> None:
        try:
            self._turn(wishes)
        except Exception as error:  # noqa: BLE001  told to whoever asked; one row's trouble must not be everybody's
            if len(wishes) == 1:
                wishes[0].error = error
            else:
                for wish in wishes:
                    self._write([wish])
                return
        for wish in wishes:
            wish.done.release()

    def _turn(self, wishes: Sequence[_Wish]) -> None:
        now = self._now()
        turned = deliveries.turn(
            intents=[wish.intent for wish in wishes if wish.intent],
            steps=[wish.step for wish in wishes if wish.step],
            next_for={wish.next_for for wish in wishes if wish.next_for},
            now=now,
            lease_until=now + self._lease,
            served=self._served,
            stopped=self._stopped(),
            caps=self._caps,
        )
        stale = {step.id for step in turned.stale}
        claimed = {due.identity.account: due for due in turned.claimed}
        for wish in wishes:
            if wish.intent:
                wish.begun = wish.intent.due.id in turned.begun
            if wish.step:
                wish.stale = wish.step.id in stale
            if wish.next_for:
                wish.claimed = claimed.pop(wish.next_for, None)
