"""Trouble is drawn from its seed, strikes while the stage lasts, and then lets everything rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from amplifier.cli.rehearsal import trouble
from amplifier.cli.rehearsal.trouble import Trouble
from tests.waiting import HANG_S


@dataclass
class Sky:
    """Remembers which weather it was told to make."""

    told: list[tuple[str, int]] = field(default_factory=list)

    def weather(self, level: str, *, seed: int = 0) -> None:
        self.told.append((level, seed))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the time that trouble goes by."""
    clock = [1000.0]
    monkeypatch.setattr(trouble.time, "monotonic", lambda: clock[0])

    def set_to(seconds: float) -> None:
        clock[0] = 1000.0 + seconds

    return set_to


def stage(*children: Any) -> Any:
    return SimpleNamespace(world=Sky(), supervisor=SimpleNamespace(children=list(children)))


def child(*words: str) -> Any:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    return SimpleNamespace(words=list(words), process=process)


def end(*children: Any) -> None:
    for one in children:
        one.process.kill()
        one.process.wait()


def test_the_weather_comes_at_once_with_its_seed_and_goes_when_the_stage_is_over(at: Callable[[float], None]) -> None:
    made, here = Trouble(7, seconds=30), stage()
    for moment in (0.0, 1.0, 29.0, 31.0, 32.0):
        at(moment)
        made(here)
    assert here.world.told == [("heavy", 7), ("calm", 0)]


def test_the_worker_alone_is_killed_and_counted(at: Callable[[float], None]) -> None:
    worker, sandbox = child("worker", "--listen"), child("sandbox")
    made, here = Trouble(7, seconds=60), stage(sandbox, worker)
    try:
        at(0.0)
        made(here)
        at(9.0)
        made(here)
        assert worker.process.wait(timeout=HANG_S) == -signal.SIGKILL
        assert sandbox.process.poll() is None
        assert made.kills == 1
        at(20.0)
        made(here)
        assert made.kills == 1, "a dead worker cannot be killed again"
    finally:
        end(worker, sandbox)


def test_nobody_is_killed_at_the_end_so_that_everything_can_come_to_rest(at: Callable[[float], None]) -> None:
    worker = child("worker")
    made, here = Trouble(7, seconds=60), stage(worker)
    try:
        at(0.0)
        made(here)
        at(57.0)
        made(here)
        assert made.kills == 0
        os.kill(worker.process.pid, 0)
    finally:
        end(worker)


def test_the_same_seed_strikes_at_the_same_moments(
    at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def moments(seed: int) -> list[float]:
        struck: list[float] = []
        made, here = Trouble(seed, seconds=60), stage()
        monkeypatch.setattr(made, "_kill", lambda _: struck.append(tenth / 10))
        for tenth in range(600):
            at(tenth / 10)
            made(here)
        return struck

    assert moments(3) == moments(3) != moments(4)
    assert len(moments(3)) > 5
