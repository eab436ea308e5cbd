"""SIGKILL at every named step and at every system call of one delivery: what is killed, and how it ended after all.

A dry run counts steps and calls first. Then a worker is killed at one of them, another one goes on until everything is
at rest, and the history is judged. strace kills just before the k-th call of one name by one thread.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.journeys.crew import Crew, until_stopped
from tests.journeys.history import violations
from tests.waiting import HANG_S

NETWORKS = ("x", "bluesky", "mastodon")
# Everything that changes a file or speaks to a network; what only reads or waits changes nothing.
WRITES = ("write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "rename")
TALKS = ("socket", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "shutdown", "close")
CALLS = (*WRITES, *TALKS)
PASSAGES = 2  # each named step is passed so often at most before the kill
PATIENCE_S = HANG_S
# What the network does besides: nothing; it keeps the post and the answer is lost; it loses both, so that a look sees
# nothing and the post is sent once more. No server remembers a key: only the look stands between us and a repeat.
WEATHER: dict[str, tuple[dict[str, Any], ...]] = {
    "answered": (),
    "answer lost": ({"kind": "cut_after"},),
    "all lost": ({"kind": "cut_before"},),
}
# The worker is stopped with the answer in its hands, past its lease, until another one has settled everything.
WOKEN_LATE = "woken late"
ANSWER_IN_HAND = ("after publish", 1)


@dataclass(frozen=True)
class Point:
    """Where a worker is killed: at the nth passage of a step, or just before the nth call of this name by a thread."""

    network: str
    weather: str
    name: str
    number: int
    thread: str = ""  # empty: a named step

    def __str__(self) -> str:
        where = f"{self.name} by {self.thread}" if self.thread else self.name
        return f"{self.network}, {self.weather}: {where}, {self.number}"


@dataclass(frozen=True)
class Outcome:
    """How it ended. `killed`: the point was reached; `wrong`: every promise that was broken."""

    point: Point
    killed: bool
    wrong: tuple[str, ...]


class Lane:
    """One crew that tries one point after the other, each with an account and a ledger of its own."""

    def __init__(self, crew: Crew, number: int = 0) -> None:
        self._crew = crew
        self._numbers = count(number * 100_000)

    def count(self, network: str, weather: str, *, calls: bool) -> list[Point]:
        """The points that there are: every step, and with `calls` every system call, of an undisturbed life."""
        handle, ledger = self._stage(network, weather)
        traces, passed = ledger.with_suffix(".strace"), ledger.with_suffix(".passed")
        threads: dict[str, int] = {}
        if weather == WOKEN_LATE:
            pid = self._begin_late(ledger, network, handle, passed=str(passed))
        else:
            pid, threads = self._get_ready(ledger, network, handle, watch=True, passed=str(passed))
        calls = calls and bool(threads)
        tracer = (
            _strace(threads.values(), "-ff", "-o", str(traces), "-e", f"trace={','.join(CALLS)}") if calls else None
        )
        os.kill(pid, signal.SIGCONT)
        ended = self._crew.wait(pid, PATIENCE_S)
        _end(tracer)
        wrong = self._judge(ledger, network, handle)
        assert ended == 0, f"the dry run ended with {ended}: {self._words()}"
        assert not wrong, f"the dry run is not clean: {wrong}"
        found = [
            Point(network, weather, step, passage)
            for step, times in json.loads(passed.read_text()).items()
            for passage in range(1, min(times, PASSAGES) + 1)
        ]
        for thread, number in threads.items() if calls else ():
            for name, times in _counted(Path(f"{traces}.{number}")).items():
                found += [Point(network, weather, name, k, thread) for k in range(1, times + 1)]
        return found

    def play(self, point: Point) -> Outcome:
        """Kill one worker there, let another one finish, and judge."""
        handle, ledger = self._stage(point.network, point.weather)
        tracer = None
        if point.thread:
            pid, threads = self._get_ready(ledger, point.network, handle)
            inject = f"inject={point.name}:signal=SIGKILL:when={point.number}"
            quiet = ("-o", os.devnull, "-e", f"trace={point.name}", "-e", inject)
            tracer = _strace([threads[point.thread]], *quiet)
            os.kill(pid, signal.SIGCONT)
        elif point.weather == WOKEN_LATE:
            pid = self._begin_late(ledger, point.network, handle, kill_at=[point.name, point.number])
            os.kill(pid, signal.SIGCONT)
        else:
            pid = self._crew.begin(
                ledger, _only(point.network, handle), posts=1, watch=True, kill_at=[point.name, point.number]
            )
        ended = self._crew.wait(pid, PATIENCE_S)
        _end(tracer)
        if ended is None:
            self._crew.kill(pid)
        if ended == -signal.SIGKILL:
            ended = self._crew.wait(self._crew.begin(ledger, _only(point.network, handle)), PATIENCE_S)
            killed = True
        else:
            killed = False
        wrong = [] if ended == 0 else [f"The worker ended with {ended}: {self._words()}"]
        wrong += self._judge(ledger, point.network, handle)
        for kept in ledger.parent.glob(f"{ledger.stem}.*"):
            kept.unlink()
        return Outcome(point, killed, tuple(wrong))

    def _stage(self, network: str, weather: str) -> tuple[str, Path]:
        self._crew.world.ask("DELETE", "/_/faults")
        faults: tuple[dict[str, Any], ...] = (*WEATHER.get(weather, ()), {"kind": "ignore_key", "times": None})
        for fault in faults:
            self._crew.world.fault(network=network, operation="publish", **fault)
        return f"fern{next(self._numbers)}", self._crew.ledger()

    def _get_ready(self, ledger: Path, network: str, handle: str, **more: Any) -> tuple[int, dict[str, int]]:
        ready = ledger.with_suffix(".ready")
        pid = self._crew.begin(ledger, _only(network, handle), posts=1, ready=str(ready), **more)
        assert until_stopped(pid), f"the worker did not get ready: {self._words()}"
        return pid, json.loads(ready.read_text())

    def _begin_late(self, ledger: Path, network: str, handle: str, **more: Any) -> int:
        """A worker that is stopped with the answer in its hands; another one has come to rest meanwhile."""
        only = _only(network, handle)
        pid = self._crew.begin(ledger, only, posts=1, watch=True, stop_at=list(ANSWER_IN_HAND), **more)
        if until_stopped(pid):
            ended = self._crew.wait(self._crew.begin(ledger, only), PATIENCE_S)
            assert ended == 0, f"nobody finished for the one that sleeps: {self._words()}"
        return pid

    def _judge(self, ledger: Path, network: str, handle: str) -> list[str]:
        full = _only(network, handle)[network][1]
        own = [post for post in self._crew.world.posts() if post["account"] == full]
        found = violations(ledger, own)
        with sqlite3.connect(ledger) as file:
            state, reason = file.execute("SELECT state, reason FROM deliveries").fetchall()[0]
        file.close()
        if state != "sent" or len(own) != 1:
            found.append(f"It is {state} {reason}, and {len(own)} times in the world.")
        return found

    def _words(self) -> str:
        return (self._crew.folder / "workers.log").read_text()[-2000:]


def may_trace() -> str:
    """The empty string if strace may be used here, else why not."""
    if shutil.which("strace") is None:
        return "there is no strace here"
    done = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"strace may not be used here: {done.stderr.strip()}"


def play_all(lanes: Sequence[Lane], points: Iterable[Point], told: Callable[[Outcome], None]) -> list[Outcome]:
    """Play all of them, as many at a time as there are lanes; `told` hears of each as it ends."""
    left, ended = iter(points), []

    def work(lane: Lane) -> None:
        while (point := next(left, None)) is not None:
            outcome = lane.play(point)
            ended.append(outcome)
            told(outcome)

    with ThreadPoolExecutor(len(lanes)) as pool:
        for one in [pool.submit(work, lane) for lane in lanes]:
            one.result()
    return ended


def _only(network: str, handle: str) -> dict[str, tuple[str, str]]:
    return {network: (network, f"{handle}.example" if network == "bluesky" else handle)}


def _strace(threads: Iterable[int], *words: str) -> subprocess.Popen[bytes]:
    """Follow these threads of a stopped process; returns when it does."""
    wanted = list(threads)
    tracer = subprocess.Popen(
        ["strace", "-qq", *words, *[f"-p{number}" for number in wanted]], stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 10
    while not all(_is_traced(number) for number in wanted):
        assert time.monotonic() < until, "strace does not follow"
        assert tracer.poll() is None, "strace has ended"
        time.sleep(0.003)
    return tracer


def _is_traced(thread: int) -> bool:
    found = re.search(r"^TracerPid:\t(\d+)$", Path(f"/proc/{thread}/status").read_text(), re.MULTILINE)
    return found is not None and found[1] != "0"


def _end(tracer: subprocess.Popen[bytes] | None) -> None:
    if tracer is not None:
        try:
            tracer.wait(5)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait(5)


def _counted(trace: Path) -> Counter[str]:
    """How often each call was made, from a trace of one thread."""
    lines = trace.read_text(errors="replace").splitlines() if trace.exists() else []
    return Counter(line.partition("(")[0] for line in lines if re.match(r"\w+\(", line))
