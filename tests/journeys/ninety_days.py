"""Ninety days of a campaign in one thread: the worker's own tick on a clock that is set, against weather and kills.

Run: .venv/bin/python -m tests.journeys.ninety_days [--posts N] [--days N] [--seed N]. Everything that is drawn comes from
the seed, so each run can be had again. Real: ledger, worker, adapters, SDKs, HTTP, the pretend networks. Not real: time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.cli.tally import World
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.registry import connect
from amplifier.sandbox.server import Sandbox

BEGIN = datetime(2023, 7, 14, 6, 0, tzinfo=UTC)  # ninety days later summer time is about to end
TOKEN = "a loop of ninety days"  # noqa: S105  opens a door on loopback while the loop lasts
ACCOUNTS = {"x": "labfreemvmt", "bluesky": "labfreemvmt.example", "mastodon": "labfreemvmt"}
TOO_LATE_S = 900
STEP_S = 0.2  # a real worker's tick
LONGEST_STEP = timedelta(minutes=10)
CALM_AFTER = timedelta(days=1)
MOST_STEPS = 400  # a delivery; more would be a loop that never ends
LAST_FAULTS = 3  # of a hundred calls of the clock, so many thousand times, the process dies there


class Killed(BaseException):
    """The process ended here; nothing after it happened."""


@dataclass
class Outcome:
    """How it ended. `states` counts deliveries; `unsure_share` is of all of them, at the end of the weather's last day."""

    seed: int
    days: int
    posts: int
    deliveries: int = 0
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


class Time:
    """Two clocks: the world's, which only goes on, and ours, which may be wrong. Asking ours may be the last thing done."""

    def __init__(self, chance: random.Random, world: World, *, kill_every: int) -> None:
        self.world = BEGIN
        self.wrong_by = timedelta(0)
        self.kill_every = kill_every
        self._chance = chance
        self._networks = world
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


def play(  # noqa: PLR0913  what can be chosen about a run
    *,
    posts: int,
    days: int,
    seed: int,
    kill_every: int = 400,
    level: str = "heavy",
    make_worker: Callable[..., Any] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Play it in the ledger that Django is set up with, which must be empty, and judge it.

    `kill_every`: one in so many looks at the clock is the process's last.
    """
    from amplifier.deliver.confirm import Outlet
    from amplifier.deliver.decide import Pauses
    from amplifier.deliver.worker import Pace, Worker
    from amplifier.store import accounts, journeys, ledger
    from amplifier.store.posts import Ink, add_post
    from django.db import connection

    from tests.journeys.history import violations

    started = time.monotonic()
    chance = random.Random(seed)  # noqa: S311  a run must be repeatable
    outcome = Outcome(seed, days, posts)
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "world.sqlite3", port=0, token=TOKEN)
        sandbox.start()
        world = World(sandbox.port, TOKEN)
        clock = Time(chance, world, kill_every=0)
        try:
            ledger.open_ledger(mode="rehearsal", campaign="lab23", now=BEGIN, stopped="")
            accounts.know_accounts((name, name, handle) for name, handle in ACCOUNTS.items())
            platforms = {name: _connect(name, sandbox.port, clock) for name in ACCOUNTS}
            for platform in platforms.values():
                platform.verify()
            _plan(posts, days, chance, Ink("bench", BEGIN, {name: name for name in ACCOUNTS}, BEGIN.date()), add_post)
            outcome.deliveries = posts * len(ACCOUNTS)
            outlets = {
                name: Outlet(name, platform, TABLE[name].looks, caps=TABLE[name].caps)
                for name, platform in platforms.items()
            }
            pace = Pace(60, Pauses(settle=90, look_again=60, retry_after=30, gap=1), threads=8, inline=True)
            hire = make_worker or Worker
            world.weather(level, seed=seed, waits=0)
            clock.kill_every = kill_every
            worker = hire(outlets, pace=pace, now=clock.now, chance=chance)
            end = BEGIN + timedelta(days=days)
            calm = False
            while outcome.ticks < MOST_STEPS * outcome.deliveries:
                outcome.ticks += 1
                try:
                    worker.tick()
                except Killed:
                    outcome.kills += 1
                    connection.close()
                    clock.pass_by(timedelta(seconds=chance.uniform(0, 90)))
                    worker = hire(outlets, pace=pace, now=clock.now, chance=chance)
                following = _next(connection)
                if following is None:
                    break
                if not calm and clock.world > end:
                    calm = True
                    outcome.unsure_share = journeys.counts()[State.UNSURE] / outcome.deliveries
                if calm and clock.world > end + CALM_AFTER:
                    world.weather("calm")
                    clock.kill_every = 0
                _go_on(clock, following, chance, outcome)
                if outcome.ticks % 2000 == 0:
                    told(f"{clock.world:%-d %b %H:%M}  {dict(journeys.counts())}")
            outcome.faults = world.struck()
            outcome.states = {state.value: number for state, number in journeys.counts().items()}
            rows = journeys.journeys(states=(State.HELD, State.MISSED))
            outcome.reasons = dict(Counter(f"{row.state}: {row.reason or 'late'}" for row in rows))
            path = Path(str(connection.settings_dict["NAME"]))
            outcome.violations = violations(path, world.posts())
        finally:
            sandbox.stop()
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def _go_on(clock: Time, following: datetime, chance: random.Random, outcome: Outcome) -> None:
    """Let time pass until something is due: mostly just so long; now and then the machine sleeps, or its clock jumps."""
    drawn = chance.random()
    wait = max(timedelta(seconds=STEP_S), min(following - clock.ours, LONGEST_STEP))
    if drawn < 0.0005:
        outcome.naps += 1
        wait = timedelta(minutes=chance.uniform(10, 60))
    elif drawn < 0.001:
        outcome.jumps += 1
        clock.wrong_by = timedelta(minutes=chance.choice((-60, -7, 0, 0, 7, 60)))
    clock.pass_by(wait)


def _next(connection: Any) -> datetime | None:
    """When the ledger next wants something done, by our clock; None when everything is at rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at) FROM (SELECT min(run_at) AS at FROM deliveries WHERE state = 'queued'"
            " UNION ALL SELECT min(run_at) FROM deliveries WHERE state = 'unsure'"
            " UNION ALL SELECT min(lease_until) FROM deliveries WHERE state = 'sending')"
        )
        found = cursor.fetchall()[0][0]
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def _plan(posts: int, days: int, chance: random.Random, ink: Any, add_post: Callable[..., object]) -> None:
    """So many posts at moments drawn from the days, each on every account, each in words of its own."""
    for number in range(posts):
        due = BEGIN + timedelta(seconds=chance.uniform(60, days * 86_400 - 3600))
        text = f"Delegates, post {number}: the vote is open until 17:00 in the hall, and every voice counts. #Lab23"
        words = tuple(Words(name, text, "en") for name in ACCOUNTS)
        moment = Moment(due, f"{due:%Y-%m-%dT%H:%M}", "UTC", 0)
        post = WantedPost(PostId("lab23", "drawn", str(number)), moment, TOO_LATE_S, "", "", "", words)
        add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)


class _Vault:
    def __init__(self) -> None:
        self._session: str | None = None

    def load(self) -> str | None:
        return self._session

    def save(self, session: str) -> None:
        self._session = session


def _connect(name: str, port: int, clock: Time) -> Platform:
    address, handle = f"http://127.0.0.1:{port}", ACCOUNTS[name]
    secrets = {one: f"pretend-{handle}" if one == "access_token" else "pretend" for one in TABLE[name].secrets}
    patience = {"connect_timeout": 2.0, "read_timeout": 2.0}
    return connect(name, Connection(handle, address, address, secrets, **patience), _Vault(), lambda: clock.ours)


def main() -> int:
    """Play one run in a folder of its own and print what came of it, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--keep", type=Path, help="copy the ledger here in the end, to read how it came")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "AMPLIFIER_VAR": folder,
            "AMPLIFIER_KEY": "a key for this run alone, long enough",
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        outcome = play(
            posts=options.posts,
            days=options.days,
            seed=options.seed,
            told=lambda line: print(line, file=sys.stderr, flush=True),
        )
        if options.keep:
            shutil.copytree(folder, options.keep)
    print(json.dumps(asdict(outcome), indent=2))
    return 1 if outcome.violations or outcome.unsure_share > 0.001 else 0


if __name__ == "__main__":
    sys.exit(main())
