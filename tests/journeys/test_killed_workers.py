"""Twenty SIGKILLs of the worker, most of them in the middle of a call: nothing twice, nothing lost."""

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

from amplifier.cli.rehearsal.rehearse import Running, copy_home, play
from amplifier.cli.run.supervisor import AMPLIFIER

HOME = Path(__file__).parents[2]
INTO_S = 0.15  # the request is on its way by then, and no answer comes before 0.2 s
MOST_ROUNDS = 8
BETWEEN_S = 2.5  # for the worker to start and to work off what waits, so that the campaign comes to its end
NAIVE = (sys.executable, str(Path(__file__).with_name("naive_worker.py")))


@dataclass
class Killer:
    """Kills the worker in the middle of calls; a row that a kill left behind does not count again."""

    kills: int = 0
    enough: int = 20
    caught: set[tuple[Path, int, int]] = field(default_factory=set)
    slow: bool = False
    next: float = 0.0

    def __call__(self, running: Running) -> None:
        if not self.slow:
            # the answer comes late, and no server remembers a key: only the look stands between us and a repeat
            running.world.fault(network="*", operation="publish", kind="delay", seconds=[0.2, 0.8], times=None)
            running.world.fault(network="mastodon", operation="publish", kind="ignore_key")
            self.slow = True
        worker = running.supervisor.children[1].process
        if self.kills >= self.enough or worker is None or time.monotonic() < self.next:
            return
        if _sending(running.database()) - self.caught:
            time.sleep(INTO_S)
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            self.kills += 1
            self.caught |= _sending(running.database())
            self.next = time.monotonic() + BETWEEN_S


def _sending(database: Path) -> set[tuple[Path, int, int]]:
    """The deliveries that are being sent for the first time this instant; a repeat may go through, to be counted."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT id, fence FROM deliveries WHERE state = 'sending' AND attempts = 1"
        ).fetchall()
    return {(database, row, fence) for row, fence in rows}


def _rehearse(folder: Path, killer: Killer, program: tuple[str, ...]) -> tuple[int, int, int]:
    """Play one campaign under fire: duplicates, lost, and deliveries that came to no end."""
    killer.slow = False
    tally = play(
        copy_home(HOME, folder / "home", seconds=75), folder / "var", as_json=True, meanwhile=killer, program=program
    )
    stuck = tally.unfinished + tally.unsure  # held and missed are ends: it is too late, and a person may look
    return tally.duplicates, tally.lost, stuck


@pytest.mark.journey
def test_twenty_kills_leave_nothing_twice_and_nothing_lost(tmp_path: Path) -> None:
    killer = Killer()
    rounds = 0
    while killer.kills < killer.enough and rounds < MOST_ROUNDS:  # a slow machine leaves room for fewer in each
        assert _rehearse(tmp_path / str(rounds), killer, AMPLIFIER) == (0, 0, 0)
        rounds += 1
    assert killer.kills >= killer.enough


@pytest.mark.journey
def test_without_the_look_the_same_kills_do_harm(tmp_path: Path) -> None:
    for attempt in range(2):  # whether a kill comes after the post was stored is the machine's chance
        duplicates, _, _ = _rehearse(tmp_path / str(attempt), Killer(), NAIVE)
        if duplicates:
            return
    pytest.fail("60 kills without a look made no duplicate: the test above proves nothing")
