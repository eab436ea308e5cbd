"""Trouble for a rehearsal: weather on every network and a worker that is killed, all of it drawn from one seed."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import Protocol

from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.cli.run.supervisor import Supervisor

HEAVY, CALM = "heavy", "calm"
KILL_EVERY_S = (2.0, 8.0)
CALM_LAST_S = 5.0  # so long before the end of the stage nobody is killed any more: then everything comes to rest
WORKER = "worker"


class RehearsalUnderWay(Protocol):
    """A rehearsal under way, as trouble needs it."""

    supervisor: Supervisor
    world: SandboxControl


class Trouble:
    """Called again and again while a rehearsal plays: strikes while the stage lasts, and then lets all come to rest."""

    def __init__(self, seed: int, *, seconds: float) -> None:
        self.seed = seed
        self.kills = 0
        self._chance = random.Random(seed)  # noqa: S311  a rehearsal must be repeatable
        self._seconds = seconds
        self._begun = 0.0
        self._next_kill = 0.0
        self._is_calm = False

    def __call__(self, stage: RehearsalUnderWay) -> None:
        """Strike, if it is time."""
        now = time.monotonic()
        if not self._begun:
            self._begun = now
            self._next_kill = now + self._chance.uniform(*KILL_EVERY_S)
            stage.world.weather(HEAVY, seed=self.seed)
        elif now > self._begun + self._seconds:
            if not self._is_calm:
                self._is_calm = True
                stage.world.weather(CALM)
        elif now >= self._next_kill and now < self._begun + self._seconds - CALM_LAST_S:
            self._next_kill = now + self._chance.uniform(*KILL_EVERY_S)
            self._kill(stage.supervisor)

    def _kill(self, supervisor: Supervisor) -> None:
        for child in supervisor.children:
            if child.words[0] == WORKER and child.process is not None and child.process.poll() is None:
                os.kill(child.process.pid, signal.SIGKILL)
                self.kills += 1
