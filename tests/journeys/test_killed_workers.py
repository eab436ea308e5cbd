"""Thirty SIGKILLs of the worker, most of them in the middle of a call: nothing twice, nothing lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amplifier.cli.rehearse import Running, copy_home, play
from amplifier.cli.supervisor import AMPLIFIER

HOME = Path(__file__).parents[2]
NAIVE = (sys.executable, str(Path(__file__).with_name("naive_worker.py")))
BETWEEN_S = 1.6  # long enough for a worker to start and to be at work again


@dataclass
class Killer:
    """Kills the worker whenever a row is being sent, or has not been for a while."""

    kills: int = 0
    while_sending: int = 0
    enough: int = 30
    last: float = field(default_factory=time.monotonic)
    slow: bool = False

    def __call__(self, running: Running) -> None:
        if not self.slow:
            # the answer comes late, and no server remembers a key: only the look stands between us and a repeat
            running.world.fault(network="*", operation="publish", kind="delay", seconds=[0.2, 0.8])
            running.world.fault(network="mastodon", operation="publish", kind="ignore_key")
            self.slow = True
        worker = running.supervisor.children[1].process
        if self.kills >= self.enough or worker is None or time.monotonic() - self.last < BETWEEN_S:
            return
        sending, planned = _rows(running.database())
        if not planned or (not sending and time.monotonic() - self.last < 4 * BETWEEN_S):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
            self.kills += 1
            self.while_sending += bool(sending)
        self.last = time.monotonic()


def _rows(database: Path) -> tuple[int, int]:
    """How many deliveries are being sent this instant, and how many there are."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    return rows.get("sending", 0), sum(rows.values())


def _rehearse(folder: Path, killer: Killer, program: tuple[str, ...]) -> tuple[int, int, int]:
    """Play one campaign under fire: duplicates, lost, and deliveries that came to no end."""
    killer.slow = False
    tally = play(
        copy_home(HOME, folder / "home", seconds=75), folder / "var", as_json=True, meanwhile=killer, program=program
    )
    stuck = tally.unfinished + tally.unsure + tally.held
    return tally.duplicates, tally.lost, stuck


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_thirty_kills_leave_nothing_twice_and_nothing_lost(tmp_path: Path) -> None:
    killer = Killer()
    begun = time.monotonic()
    rounds = 0
    while killer.kills < killer.enough and time.monotonic() - begun < 150:
        assert _rehearse(tmp_path / str(rounds), killer, AMPLIFIER) == (0, 0, 0)
        rounds += 1
    assert killer.kills >= 30
    assert killer.while_sending >= 20


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_without_the_look_the_same_kills_do_harm(tmp_path: Path) -> None:
    killer = Killer()
    duplicates, _, _ = _rehearse(tmp_path, killer, NAIVE)
    assert duplicates > 0
