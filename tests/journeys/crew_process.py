"""Forks workers that may be killed, out of a process that has everything imported: a start costs milliseconds.

Speaks JSON, a line each way: {"fork": task} is answered by a process number, {"wait": number, "seconds": s} by how it
ended (null: not yet).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

AT_REST, NEVER_AT_REST, BROKEN = 0, 3, 4
BETWEEN_TICKS_S = 0.02
BETWEEN_TICKS_WITHIN_S = 2.0  # a tick waits for whoever falls asleep inside a transaction


def serve() -> None:
    """Fork on demand until nobody asks any more."""
    for line in sys.stdin:
        asked = json.loads(line)
        if "fork" in asked:
            number = os.fork()
            if number == 0:
                os._exit(_live(asked["fork"]))
            answer: Any = number
        else:
            answer = _wait(asked["wait"], asked["seconds"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _wait(number: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(number, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            return None
        time.sleep(0.005)


def _live(task: dict[str, Any]) -> int:
    """One worker's life; its words go to the file that the task names."""
    nothing, words = os.open(os.devnull, os.O_RDONLY), os.open(task["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(nothing, 0)
    os.dup2(words, 1)
    os.dup2(words, 2)
    try:
        return _Life(task).run()
    except Exception:  # noqa: BLE001  told to whoever reads the log
        traceback.print_exc()
        sys.stderr.flush()
        return BROKEN


class _Life:
    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._passed: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._ticking = threading.RLock()  # held by the tick: what falls asleep between two of them locks no file

    def run(self) -> int:
        task = self._task
        use(task["database"])
        if task.get("bug"):
            plant(task["bug"])
        if task.get("stop"):
            stops.stop(reason=task["stop"], actor="journey", now=utc_now())
            return AT_REST
        handles = {name: tuple(found) for name, found in task["accounts"].items()}
        if task.get("posts"):
            plan(handles, task)
        if task.get("plan_only"):
            return AT_REST
        platforms = {name: _reach(task, *found) for name, found in handles.items()}
        for platform in platforms.values():
            platform.verify()
        outlets = {name: Outlet(name, platforms[name], TABLE[handles[name][0]].looks) for name in handles}
        pace = Pace(task["lease_s"], Pauses(**task["pauses"]), threads=task["threads"])
        chance = random.Random(task.get("seed", 1))
        worker = Worker(outlets, pace=pace, now=utc_now, chance=chance)
        if task.get("watch"):
            steps.watch(platforms.values(), self._pass)
        if task.get("ready"):
            self._get_ready(worker)
        return self._work(worker)

    def _get_ready(self, worker: Worker) -> None:
        """Say which threads there are, and wait to be woken."""
        first = threading.Barrier(
            self._task["threads"] + 1
        )  # every thread of the pool is there, none does two of these
        told = [worker._pool.submit(_present, first) for _ in range(self._task["threads"])]
        first.wait()
        threads = {"ticking": threading.get_native_id(), "writing": worker._batch_writer._thread.native_id}
        for number, one in enumerate(told):
            threads["sending" if number == 0 else f"sending {number}"] = one.result()
        there = Path(self._task["ready"])
        there.with_suffix(".new").write_text(json.dumps(threads))
        there.with_suffix(".new").rename(there)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _work(self, worker: Worker) -> int:
        until = time.monotonic() + self._task["seconds"]
        while time.monotonic() < until:
            try:
                with self._ticking:
                    worker.tick()
            except DatabaseError:  # as the engine does: the next tick is a new try
                traceback.print_exc()
            if is_at_rest():
                worker.stop()
                if self._task.get("passed"):
                    Path(self._task["passed"]).write_text(json.dumps(self._passed))
                sys.stderr.flush()
                return AT_REST
            time.sleep(BETWEEN_TICKS_S)
        return NEVER_AT_REST

    def _pass(self, step: str) -> None:
        """A step is passed, which may be this process's last, or send it to sleep."""
        with self._counting:
            self._passed[step] += 1
            at = [step, self._passed[step]]
        if at == self._task.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if at == self._task.get("stop_at"):  # all threads stop, but this one at once, and nowhere else
            is_between = self._ticking.acquire(timeout=BETWEEN_TICKS_WITHIN_S)
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
            if is_between:
                self._ticking.release()


def _present(first: threading.Barrier) -> int:
    first.wait()
    return threading.get_native_id()


def use(database: str) -> None:
    """Work on this ledger: a SQLite file, or the address of a PostgreSQL."""
    if "://" in database:
        parsed = {**connections.databases["default"], "OPTIONS": {}, **dj_database_url.parse(database)}
    else:
        parsed = {**connections.databases["default"], "NAME": database}
    connections.databases["default"] = {**parsed, "CONN_MAX_AGE": None}
    del connections["default"]


def plan(handles: dict[str, tuple[str, ...]], task: dict[str, Any]) -> None:
    """So many posts, to one account after the other, due from now on within the time that the task names."""
    posts, over, too_late_s = task["posts"], timedelta(seconds=task.get("over_s", 0)), task.get("too_late_s", 3600)
    now = utc_now()
    ledger.open_ledger(mode="rehearsal", campaign="lab23", now=now, stopped="")
    accounts.know_accounts(Listed(name, network, handle) for name, (network, handle) in handles.items())
    ink = Ink("journey", now, now.date())
    names = list(handles)
    for number in range(posts):
        name = names[number % len(names)]
        due = now + over * number / posts
        own = f"Post {number} of {handles[name][1]}: the vote is open until 17:00, and every voice counts. #Lab23"
        words = (Words(name, task.get("text") or own, "en"),)
        post = WantedPost(PostId("lab23", "drawn", str(number)), _moment(due), too_late_s, "", "", "", words)
        add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)


def is_at_rest() -> bool:
    """Whether nothing is on its way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS(SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending', 'unsure'))")
        return not cursor.fetchall()[0][0]


def _moment(due: datetime) -> Moment:
    return Moment(due, f"{due:%Y-%m-%dT%H:%M}", "UTC", 0)


def _reach(task: dict[str, Any], network: str, handle: str) -> Platform:
    address = f"http://127.0.0.1:{task['port']}"
    secrets = {one: f"pretend-{handle}" if one == "access_token" else "pretend" for one in TABLE[network].secrets}
    found = Connection(handle, address, address, secrets, task["timeout_s"], task["timeout_s"])
    return connect(network, found, Vault(), utc_now)


if __name__ == "__main__":
    import django

    django.setup()

    import dj_database_url
    from django.db import DatabaseError, connection, connections

    from amplifier.campaign.account import Listed
    from amplifier.campaign.changes import Add, NewDelivery
    from amplifier.campaign.delivery import State
    from amplifier.campaign.post import Moment, PostId, WantedPost, Words
    from amplifier.clock import utc_now
    from amplifier.deliver.decide import Pauses
    from amplifier.deliver.worker import Pace, Worker
    from amplifier.platforms.capabilities import TABLE
    from amplifier.platforms.outlet import Outlet
    from amplifier.platforms.port import Connection, Platform
    from amplifier.platforms.registry import ADAPTERS, connect
    from amplifier.store import ledger
    from amplifier.store.holding import stops
    from amplifier.store.identity import accounts
    from amplifier.store.posts import Ink, add_post
    from tests.contract.places import Vault
    from tests.journeys import steps
    from tests.journeys.planted import plant

    for network in ADAPTERS:  # so that each SDK is imported once, before anything is forked
        _reach({"port": 1, "timeout_s": 1}, network, "nobody")
    serve()
