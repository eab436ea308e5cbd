"""Keeps a few processes alive: starts them, restarts the dead with growing pauses, ends them all within 5 s."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amplifier.cli.run.parent_pipe import LAST_SECONDS, READY, VARIABLE

AMPLIFIER = (sys.executable, "-m", "amplifier")
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
HEALTHY_AFTER_S = 5.0
REFUSED = 2  # a command's exit code when it could not start, and only a person can change that


@dataclass
class Child:
    """One process to keep alive: its name, the words of its command, and the program they are given to.

    `secrets` stand in its environment alone.
    """

    name: str
    words: Sequence[str]
    program: Sequence[str] = AMPLIFIER
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE_S
    due: float = 0.0
    deaths: int = field(default=0)


class Supervisor:
    """Runs children in sessions of their own, each holding a parent pipe: the read end of a pipe only we can write to.

    `is_ending`: it was told to end, or a child refused its first start (`was_refused`).
    """

    def __init__(
        self, children: Sequence[Child], *, environment: dict[str, str], told: Callable[[str], None] | None = None
    ) -> None:
        self.children = list(children)
        self._environment = environment
        self._told = told or (lambda _sentence: None)
        self.is_ending = False
        self.was_refused = False
        self._parent_pipe, self._ours = os.pipe()
        self._hears, self._ready = os.pipe()
        os.set_blocking(self._hears, False)
        self._heard, self._told_ready = b"", dict[str, Any]()

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            self._start(child)

    def watch(self, until: Callable[[], bool] = lambda: False, *, every: float = 0.1) -> None:
        """Keep the children alive until told to end, or until `until` says so."""
        while not self.is_ending and not until():
            self.mend()
            time.sleep(every)

    def mend(self) -> None:
        """Restart the children that died and whose pause is over. One that refuses its first start ends everything."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.due and not self.is_ending:
                    self._start(child)
            elif child.process.poll() is not None:
                code = child.process.returncode
                child.process = None
                child.deaths += 1
                if code == REFUSED and child.deaths == 1:  # it has said why itself
                    self.was_refused = True
                    self.is_ending = True
                    return
                calm = code < 0 or now - child.started > HEALTHY_AFTER_S  # killed from outside, or lived well
                child.pause = FIRST_PAUSE_S if calm else min(child.pause * 2, LONGEST_PAUSE_S)
                child.due = now + child.pause
                self._told(f"{child.name} ended ({_why(code)}); it starts again in {child.pause:.1f} s.")

    def ready(self) -> Mapping[str, Any]:
        """What each part told that has said that it is at work."""
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self._hears, 65_536):
                self._heard += more
        *lines, self._heard = self._heard.split(b"\n")
        self._told_ready |= dict(json.loads(line) for line in lines)
        return self._told_ready

    def end(self) -> None:
        """Note the wish to end, for `watch` to see. A signal handler may call it: it takes no lock."""
        self.is_ending = True

    def close(self) -> None:
        """Ask every child to stop, wait, and kill what is left after 4 s."""
        self.is_ending = True
        alive = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + LAST_SECONDS
        for process in alive:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_session(process.pid)
                process.wait()
        for descriptor in (self._parent_pipe, self._ours, self._hears, self._ready):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            [*child.program, *child.words],
            env={**self._environment, **child.secrets, VARIABLE: str(self._parent_pipe), READY: str(self._ready)},
            pass_fds=(self._parent_pipe, self._ready),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        child.started = time.monotonic()


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _why(code: int) -> str:
    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
