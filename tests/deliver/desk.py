"""A worker with its networks, its clock and its ledger in reach; every call it makes can be counted."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from amplifier.campaign.delivery import Due, Receipt
from amplifier.deliver.decide import Pauses
from amplifier.deliver.worker import Pace, Rules, Worker
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Platform
from amplifier.store import events
from amplifier.store.models import DeliveryRow
from tests.deliver.scripted import Scripted
from tests.store import filled
from tests.waiting import HANG_S

PAUSES = Pauses(settle=90, look_again=60, retry_after=30)
THREADS = 4


@dataclass
class Desk:
    """One worker, a network for each account, and a clock that only the test moves."""

    time: datetime = filled.NOW
    networks: dict[str, Scripted] = field(
        default_factory=lambda: {name: Scripted(handle=f"{name}-handle") for name in filled.PLATFORMS}
    )
    looks: int = 2
    gap: float = 0.0
    stopped: str = ""
    why_not: Callable[[Due], str] = lambda _due: ""
    copies: Callable[[Due], str] = lambda _due: ""
    untrue: Callable[[Due], str] = lambda _due: ""
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)  # of an outlet, where they differ

    def __post_init__(self) -> None:
        self.worker = self.hire()

    @property
    def x(self) -> Scripted:
        return self.networks["x"]

    def now(self) -> datetime:
        return self.time

    def hire(self) -> Worker:
        """Another worker on the same ledger."""
        return Worker(
            {name: self.outlet(name) for name in self.networks},
            pace=Pace(lease_s=60, pauses=replace(PAUSES, gap=self.gap), threads=THREADS),
            now=self.now,
            chance=random.Random(1),
            rules=Rules(stopped=lambda: self.stopped, why_not=self._why_not, copies=self._copies, untrue=self._untrue),
        )

    def _why_not(self, due: Due) -> str:
        return self.why_not(due)

    def _copies(self, due: Due) -> str:
        return self.copies(due)

    def _untrue(self, due: Due) -> str:
        return self.untrue(due)

    def rehire(self, **rules: dict[str, Any]) -> None:
        """Another worker in the place of the first, under these rules for its outlets."""
        self.worker.stop()
        self.rules = rules
        self.worker = self.hire()

    def outlet(self, name: str) -> Outlet:
        platform: Platform = self.networks[name]
        return Outlet(**{"account": name, "platform": platform, "looks": self.looks, **self.rules.get(name, {})})

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def tick(self, worker: Worker | None = None) -> None:
        """One tick, and all that it began."""
        at_work = worker or self.worker
        at_work.tick()
        self.rest(at_work)

    def rest(self, worker: Worker) -> None:
        for _ in range(THREADS):
            assert worker._free.acquire(timeout=HANG_S), "a thread never came back"
        for _ in range(THREADS):
            worker._free.release()

    def close(self) -> None:
        self.worker.stop()


def stands(delivery: int) -> tuple[str, str]:
    """State and reason."""
    row = DeliveryRow.objects.get(id=delivery)
    return row.state, row.reason


def receipt_of(delivery: int) -> Receipt | None:
    row = DeliveryRow.objects.get(id=delivery)
    return Receipt(row.remote_id, row.url) if row.remote_id else None


def story(delivery: int) -> list[str]:
    return [event.kind for event in events.events_of(events.of_delivery(delivery))]
