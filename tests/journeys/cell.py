"""One delivery among bad answers: the real worker, ledger, adapter and sandbox, on a clock that only waits move."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Words
from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.clock import utc_now
from amplifier.deliver.decide import Pauses
from amplifier.deliver.worker import Pace, Worker
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Part
from amplifier.platforms.registry import connect
from amplifier.sandbox.server import Sandbox
from amplifier.store import ledger, posts
from amplifier.store.claims import instant
from tests.contract.places import TOKEN, SandboxPlace, Vault
from tests.journeys.history import violations
from tests.store import filled

PACE = Pace(lease_s=4, pauses=Pauses(settle=2, look_again=1, retry_after=0.5), threads=2)
READ_TIMEOUT_S = 3.0  # real time, many times what a busy computer needs: only what hangs is to run into it
TOO_LATE_S = 30 * 60
REST = frozenset({State.SENT, State.HELD, State.MISSED, State.DROPPED})
BETWEEN = timedelta(minutes=20)  # each delivery begins with rate limits that have forgotten the one before
AFTERWARDS = timedelta(seconds=30)  # what a network was still at when the delivery came to rest is there by then
PATIENCE_S = 8.0  # real time for calls to come back, before the clock moves on without them; a drip takes longer
STEPS = 60  # waits of one delivery; more means that it never comes to rest


@dataclass(frozen=True)
class Outcome:
    """What a delivery came to: state with reason, copies in the world, seconds waited, broken promises, its events."""

    state: str
    times: int
    seconds: float
    broken: tuple[str, ...]
    story: tuple[str, ...]


class Stage:
    """A sandbox whose clock goes on only when everybody waits, so that an hour of patience takes no time."""

    def __init__(self, folder: Path) -> None:
        self._sandbox = Sandbox(folder / "world.sqlite3", port=0, token=TOKEN)
        self._sandbox.start()
        self._now = utc_now()
        self.world = SandboxControl(self._sandbox.port, TOKEN)
        for network in ("x", "bluesky", "mastodon"):
            said = {"network": network, "handle": "fern.example", "text": "Somebody else's words."}
            self.world.ask("POST", "/_/say", said)

    def close(self) -> None:
        self._sandbox.stop()

    def now(self) -> datetime:
        return self._now

    def pass_to(self, instant: datetime) -> None:
        """The clock of everybody, never backwards: ids and pages follow it."""
        self._now = max(instant, self._now)
        self.world.clock(self._now)

    def play(self, network: str, faults: Sequence[dict[str, Any]]) -> Outcome:
        """One delivery to a new account on this network, from its hour to its rest. Each fault names its operation.

        The account has just said something else, which no look may take for ours.
        """
        self.pass_to(self.now() + BETWEEN)
        account = SandboxPlace(network, f"http://127.0.0.1:{self.world.port}").account()
        adapter = connect(network, replace(account.connection, read_timeout=READ_TIMEOUT_S), Vault(), self.now)
        adapter.verify()
        handle = account.connection.handle
        text = f"Polls close at 17:00, says {handle.partition('.')[0]} & co. #Lab23"  # nobody else says the same
        earlier = adapter.publish(adapter.prepare(Part(f"Before: {text}", "en"), _key(network), self.now()))
        begun = self._queue(network, handle, text)
        for fault in faults:
            self.world.fault(network=network, **fault)
        outlet = Outlet(network, adapter, TABLE[network].looks)
        worker = Worker({network: outlet}, pace=PACE, now=self.now, chance=random.Random(1))
        try:
            self._until_at_rest(worker)
            seconds = (self.now() - begun).total_seconds()
            self.pass_to(self.now() + AFTERWARDS)
        finally:
            worker.stop()
            self.world.ask("DELETE", "/_/faults")
        return self._outcome(handle, text, seconds, earlier.remote_id)

    def _queue(self, network: str, handle: str, text: str) -> datetime:
        now = self.now()
        ledger.open_ledger(mode="rehearsal", campaign="lab23", now=now, stopped="")
        filled.know([(network, network, handle)])
        words = Words(network, text, "en")
        post = filled.wanted(f"slot-{handle}", [words], due=now, too_late_s=TOO_LATE_S)
        posts.add_post(Add(post, None, (NewDelivery(words, State.QUEUED),)), filled.ink(now))
        return now

    def _until_at_rest(self, worker: Worker) -> None:
        for _ in range(STEPS):
            worker.tick()
            until = time.monotonic() + PATIENCE_S
            while _is_under_way() and time.monotonic() < until:
                time.sleep(0.002)
            if _state() in REST:
                return
            self.pass_to(_next_instant(self.now()))
        raise AssertionError(f"It never came to rest: {_story()}")

    def _outcome(self, handle: str, text: str, seconds: float, earlier: str) -> Outcome:
        (state, reason, remote_id), *_ = _ask("SELECT state, reason, remote_id FROM deliveries")
        rows = self.world.posts()
        own = [row for row in rows if row["account"] == handle and row["remote_id"] != earlier]
        concerned = own + [row for row in rows if row["remote_id"] == remote_id and row not in own]
        return Outcome(
            state=f"held: {reason}" if state == State.HELD else state,
            times=sum(row["text"] == text for row in own),
            seconds=seconds,
            broken=tuple(violations(Path(connection.settings_dict["NAME"]), concerned)),
            story=_story(),
        )


def _key(network: str) -> str:
    """A key for a post that no ledger knows of."""
    return "3jzfcijpj2z2a" if network == "bluesky" else str(uuid.uuid5(uuid.NAMESPACE_URL, "before"))


def _is_under_way() -> bool:
    return bool(_ask("SELECT 1 FROM deliveries WHERE state = 'sending' OR lease_until IS NOT NULL"))


def _state() -> str:
    return str(_ask("SELECT state FROM deliveries")[0][0])


def _next_instant(now: datetime) -> datetime:
    """When something may go on: what the ledger waits for or, where it does not say, half a minute later."""
    told = _ask("SELECT run_at, lease_until FROM deliveries") + _ask("SELECT next_allowed_at, NULL FROM accounts")
    instants = [instant(one) for pair in told for one in pair if one]
    later = [one for one in instants if one > now]
    return min(later, default=now + timedelta(seconds=30)) + timedelta(milliseconds=1)


def _story() -> tuple[str, ...]:
    rows = _ask("SELECT kind, after, detail FROM events WHERE subject LIKE 'delivery:%' ORDER BY id")
    return tuple(f"{kind} ({after}) {detail}".strip() for kind, after, detail in rows)


def _ask(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())
