"""Ninety days of a campaign in one thread: the worker's own tick on a clock that is set, against weather and kills.

Everything that is drawn comes from the seed, so each run can be had again. Real: ledger, worker, adapters, SDKs, HTTP,
the pretend networks. Not real: time. In full: bench/faults/ninety_days.py.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.deliver.decide import Pauses
from amplifier.deliver.worker import Pace, Worker
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.registry import connect
from amplifier.sandbox.server import Sandbox
from amplifier.store import delivery_views, ledger
from amplifier.store.posts import Ink, add_post
from tests.journeys.history import violations
from tests.store import filled

BEGIN = datetime(2023, 7, 14, 6, 0, tzinfo=UTC)
TOKEN = "a loop of ninety days"
ACCOUNTS = {"x": "labfreemvmt", "bluesky": "labfreemvmt.example", "mastodon": "labfreemvmt"}
TOO_LATE_S = 900
TICK_S = 0.2
LONGEST_STEP = timedelta(minutes=10)
CALM_AFTER = timedelta(hours=6)  # the weather goes on so long after the last day, and then everything comes to rest
MOST_TICKS = 400  # a delivery: more would be a loop that never ends
KILL_EVERY = 400  # one look at the clock in so many is the process's last
TOLD_EVERY = 1000
PACE = Pace(60, Pauses(settle=90, look_again=60, retry_after=30, gap=1), threads=8, inline=True)


class Killed(BaseException):
    """The process ended here; nothing after it happened."""


@dataclass
class Outcome:
    """How it ended. `states` counts deliveries; `unsure_share` is how many of all were unsure when the days ended."""

    seed: int
    days: int
    posts: int
    ticks: int = 0
    kills: int = 0
    naps: int = 0
    jumps: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    unsure_share: float = 0.0
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """No promise was broken, every post is at its end, and at most one in a thousand was in doubt."""
        ended = sum(self.states.get(state, 0) for state in ("sent", "held", "missed", "dropped"))
        return not self.violations and ended == self.posts and self.unsure_share <= 0.001


class Time:
    """Two clocks: the world's, which only goes on, and ours, which may be wrong. A look at ours may be the last."""

    def __init__(self, chance: random.Random, networks: SandboxControl) -> None:
        self.world = BEGIN
        self.wrong_by = timedelta(0)
        self.kill_every = 0
        self._chance = chance
        self._networks = networks
        self.pass_by(timedelta(0))

    def now(self) -> datetime:
        """Our clock."""
        if self.kill_every and self._chance.randrange(self.kill_every) == 0:
            raise Killed
        return self.ours

    @property
    def ours(self) -> datetime:
        """Our clock, without any danger."""
        return self.world + self.wrong_by

    def pass_by(self, more: timedelta) -> None:
        """Let time pass, here and there."""
        self.world += more
        self._networks.clock(self.world)


class Vault:
    """Keeps a session in memory."""

    def __init__(self) -> None:
        self._session: str | None = None

    def load(self) -> str | None:
        return self._session

    def save(self, session: str) -> None:
        self._session = session


class Run:
    """One run in the ledger that Django is set up with, which must be empty."""

    def __init__(self, outcome: Outcome, networks: SandboxControl, hire: Callable[..., Any], level: str) -> None:
        self.outcome = outcome
        self._chance = random.Random(outcome.seed)
        self._networks = networks
        self._hire = hire
        self._level = level
        self._clock = Time(self._chance, networks)
        self._end = BEGIN + timedelta(days=outcome.days)
        self._outlets: dict[str, Outlet] = {}
        self._set_back: list[int] = []

    def prepare(self) -> None:
        """Open the ledger and the accounts, and plan every post."""
        ledger.open_ledger(mode="rehearsal", campaign="lab23", now=BEGIN, stopped="")
        filled.know((name, name, handle) for name, handle in ACCOUNTS.items())
        for name in ACCOUNTS:
            platform = self._connect(name)
            platform.verify()
            self._outlets[name] = Outlet(name, platform, TABLE[name].looks, caps=TABLE[name].caps)
        ink = Ink("bench", BEGIN, BEGIN.date())
        for number in range(self.outcome.posts):
            due = BEGIN + timedelta(seconds=self._chance.uniform(60, self.outcome.days * 86_400 - 3600))
            text = f"Delegates, post {number}: the vote is open until 17:00 in the hall, and every voice counts. #Lab23"
            words = (Words(self._chance.choice(list(ACCOUNTS)), text, "en"),)
            moment = Moment(due, f"{due:%Y-%m-%dT%H:%M}", "UTC", 0)
            post = WantedPost(PostId("lab23", "drawn", str(number)), moment, TOO_LATE_S, "", "", "", words)
            add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)

    def play(self, told: Callable[[str], None]) -> None:
        """Tick from one thing that is due to the next, until everything is at rest."""
        outcome, clock = self.outcome, self._clock
        self._networks.weather(self._level, seed=outcome.seed, waits=0)
        clock.kill_every = KILL_EVERY
        worker = self._worker()
        while outcome.ticks < MOST_TICKS * outcome.posts:
            outcome.ticks += 1
            try:
                worker.tick()
            except Killed:
                outcome.kills += 1
                connection.close()
                clock.pass_by(timedelta(seconds=self._chance.uniform(0, 90)))
                worker = self._worker()
            following = _next()
            if following is None:
                return
            self._go_on(following)
            if outcome.ticks % TOLD_EVERY == 0:
                told(f"{clock.world:%-d %b %H:%M} { ({str(k): n for k, n in delivery_views.counts().items()}) }")

    def judge(self, posts: list[dict[str, object]]) -> None:
        """Write down how it ended."""
        outcome = self.outcome
        outcome.faults = self._networks.struck()
        outcome.states = {state.value: number for state, number in delivery_views.counts().items()}
        rows = delivery_views.views(states=(State.HELD, State.MISSED))
        outcome.reasons = dict(Counter(f"{row.state}: {row.reason or 'late'}" for row in rows))
        ledger_file = Path(str(connection.settings_dict["NAME"]))
        outcome.violations = violations(ledger_file, posts, set_back=self._set_back)

    def _worker(self) -> Any:
        return self._hire(self._outlets, pace=PACE, now=self._clock.now, chance=self._chance)

    def _go_on(self, following: datetime) -> None:
        """Let time pass until something is due; now and then the machine sleeps, or its clock jumps."""
        clock, drawn = self._clock, self._chance.random()
        wait = max(timedelta(seconds=TICK_S), min(following - clock.ours, LONGEST_STEP))
        if drawn < 0.0005:
            self.outcome.naps += 1
            wait = timedelta(minutes=self._chance.uniform(10, 60))
        elif drawn < 0.001:
            self.outcome.jumps += 1
            was, clock.wrong_by = clock.wrong_by, timedelta(minutes=self._chance.choice((-60, -7, 0, 0, 7, 60)))
            if clock.wrong_by < was:
                self._set_back.append(_last_event())
        before = clock.world
        clock.pass_by(wait)
        if before <= self._end < clock.world:
            self.outcome.unsure_share = delivery_views.counts()[State.UNSURE] / self.outcome.posts
        if before <= self._end + CALM_AFTER < clock.world:
            self._networks.weather("calm")
            clock.kill_every = 0

    def _connect(self, name: str) -> Platform:
        address, handle = f"http://127.0.0.1:{self._networks.port}", ACCOUNTS[name]
        secrets = {one: f"pretend-{handle}" if one == "access_token" else "pretend" for one in TABLE[name].secrets}
        found = Connection(handle, address, address, secrets, connect_timeout=2.0, read_timeout=2.0)
        return connect(name, found, Vault(), lambda: self._clock.ours)


def play(  # what can be chosen about a run
    *,
    posts: int,
    days: int,
    seed: int,
    level: str = "heavy",
    hire: Callable[..., Any] = Worker,
    told: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Play one run and judge it. `hire` makes a worker as `Worker` does."""
    started = time.monotonic()
    outcome = Outcome(seed, days, posts)
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "world.sqlite3", port=0, token=TOKEN)
        sandbox.start()
        try:
            networks = SandboxControl(sandbox.port, TOKEN)
            run = Run(outcome, networks, hire, level)
            run.prepare()
            run.play(told)
            run.judge(networks.posts())
        finally:
            sandbox.stop()
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def _next() -> datetime | None:
    """When the ledger next wants something done, by our clock; None when everything is at rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at) FROM (SELECT min(run_at) AS at FROM deliveries WHERE state = 'queued'"
            " UNION ALL SELECT min(run_at) FROM deliveries WHERE state = 'unsure'"
            " UNION ALL SELECT min(lease_until) FROM deliveries WHERE state = 'sending')"
        )
        found = cursor.fetchall()[0][0]
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM events")
        return int(cursor.fetchall()[0][0])
