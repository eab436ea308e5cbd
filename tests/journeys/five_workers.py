"""Five workers on one ledger, one asleep past its lease; one worker killed again and again: what came of it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg

from tests.journeys.crew import Crew, until_stopped
from tests.journeys.history import Delivery, Event, History, judge, read

ACCOUNTS = {
    **{f"x{number}": ("x", f"labfreemvmt{number}") for number in range(3)},
    **{f"bluesky{number}": ("bluesky", f"labfreemvmt{number}.example") for number in range(3)},
    **{f"mastodon{number}": ("mastodon", f"labfreemvmt{number}") for number in range(4)},
}
WORKERS = 5
# Longer than a call may take on a machine that is busy with five workers; the one that sleeps sleeps longer.
PATIENT = {
    "lease_s": 3.0,
    "pauses": {"settle": 2.0, "look_again": 0.5, "retry_after": 0.2},
    "timeout_s": 1.5,
    "threads": 2,  # a thread keeps its account while there is more to say: with more, some had nothing to do
}
ASLEEP_S = 3.5
MOST_LEFT_BEHIND = 10  # by the one that sleeps, and a few more where the machine is busy; a quarter of all at most
DELAY_S = (0.005, 0.03)
LIFE_S = (0.1, 0.8)  # of a worker in the storm; a start takes a quarter of a second
POSTS_A_KILL = 8


@dataclass(frozen=True)
class Ended:
    """How it ended.

    `left_behind`: deliveries whose worker fell silent while it was sending; `late_receipts`: answers that came after
    their lease; `wrong`: every promise that was broken.
    """

    posts: int
    seconds: float
    kills: int
    left_behind: int
    late_receipts: int
    wrong: tuple[str, ...]


def five_workers(crew: Crew, database: Path | str, *, posts: int, seconds: float) -> Ended:
    """Everything is due at once, five workers begin, and one of them stops with an answer in its hands and is woken."""
    began = time.monotonic()
    _prepare(crew, database, posts=posts, over_s=0)
    more: dict[str, Any] = {**PATIENT, "seconds": seconds}
    sleeper = crew.begin(database, ACCOUNTS, watch=True, stop_at=["after publish", max(2, posts // 40)], **more)
    others = [crew.begin(database, ACCOUNTS, **more) for _ in range(WORKERS - 1)]
    wrong = []
    if until_stopped(sleeper):
        time.sleep(ASLEEP_S)
        os.kill(sleeper, signal.SIGCONT)
    else:
        wrong.append("The worker that was to sleep had too little to do.")
    wrong += _finish(crew, [sleeper, *others], seconds)
    ended = _ended(crew, database, posts, began, kills=0, wrong=wrong)
    if not ended.late_receipts:
        wrong.append("The answer that came after the lease was not kept.")
    if ended.left_behind > max(MOST_LEFT_BEHIND, posts // 4):
        wrong.append(f"{ended.left_behind} deliveries were taken from workers that were at work.")
    return replace(ended, wrong=tuple(wrong))


def storm(crew: Crew, database: Path | str, *, kills: int, seed: int) -> Ended:
    """One worker after the other is killed at a moment drawn from the seed; the last one lives."""
    began, chance = time.monotonic(), random.Random(seed)
    posts = kills * POSTS_A_KILL
    _prepare(crew, database, posts=posts, over_s=kills * sum(LIFE_S) / 2)
    wrong = []
    for _ in range(kills):
        worker = crew.begin(database, ACCOUNTS, **{**PATIENT, "seconds": 60.0})
        ended = crew.wait(worker, chance.uniform(*LIFE_S))
        if ended is None:
            crew.kill(worker)
        else:
            wrong.append(f"A worker ended with {ended} before it was killed.")
    wrong += _finish(crew, [crew.begin(database, ACCOUNTS, **{**PATIENT, "seconds": 60.0})], 60)
    return _ended(crew, database, posts, began, kills=kills, wrong=wrong)


def history_of(database: Path | str) -> History:
    """What a ledger says, on either database."""
    if isinstance(database, Path):
        return read(database)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT d.id, a.label, d.platform, a.handle, d.verb, d.text, d.state, d.remote_id,"
            " d.target, d.attempts, d.too_late_at, d.by_hand"
            " FROM deliveries d JOIN accounts a ON a.id = d.account_id ORDER BY d.id"
        ).fetchall()
        events = connection.execute(
            "SELECT id, CAST(substr(subject, 10) AS INTEGER), at, actor, kind, before, after, fence FROM events"
            " WHERE subject LIKE 'delivery:%' ORDER BY id"
        ).fetchall()
    deliveries = {row[0]: Delivery(*row[:7], row[7] or "", *row[8:]) for row in rows}
    return History(deliveries, [Event(*row[:2], row[2].astimezone(UTC), *row[3:]) for row in events])


def _prepare(crew: Crew, database: Path | str, *, posts: int, over_s: float) -> None:
    crew.world.ask("DELETE", "/_/faults")
    crew.world.fault(network="*", operation="publish", kind="delay", seconds=DELAY_S, times=None)
    crew.world.fault(network="mastodon", operation="publish", kind="ignore_key", times=None)
    planner = crew.begin(database, ACCOUNTS, posts=posts, over_s=over_s, plan_only=True)
    assert crew.wait(planner, 120) == 0, "the plan could not be made"


def _finish(crew: Crew, workers: list[int], seconds: float) -> Iterator[str]:
    """Wait for them all; what is wrong with how they ended."""
    until = time.monotonic() + seconds
    for worker in workers:
        ended = crew.wait(worker, max(0.0, until - time.monotonic()))
        if ended is None:
            crew.kill(worker)
        if ended != 0:
            words = (crew.folder / "workers.log").read_text()[-1500:]
            yield f"A worker ended with {ended}: {words}"


def _ended(crew: Crew, database: Path | str, posts: int, began: float, *, kills: int, wrong: list[str]) -> Ended:
    history, world = history_of(database), crew.world.posts()
    wrong += judge(history, world)
    states = Counter(delivery.state for delivery in history.deliveries.values())
    if states != {"sent": posts}:
        wrong.append(f"Of {posts} not all are sent: {dict(states)}.")
    if len(world) != posts:
        wrong.append(f"{len(world)} posts are in the world, of {posts}.")
    told = Counter(event.kind for event in history.events)
    if told["perhaps twice"]:
        wrong.append(f"{told['perhaps twice']} times the ledger says that a post may be out twice.")
    seconds = round(time.monotonic() - began, 1)
    return Ended(posts, seconds, kills, told["worker fell silent"], told["late receipt"], tuple(wrong))
