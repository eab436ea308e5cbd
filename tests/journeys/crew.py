"""Workers in processes of their own on one ledger and one sandbox: started in milliseconds, stopped, woken, killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.sandbox.server import Sandbox
from tests.journeys.install import REPOSITORY
from tests.waiting import HANG_S

TOKEN = "a crew of workers"
TIMEOUT_S = 2.0
# Short, so that a whole life of kills takes seconds; settling is longer than any answer here may be under way.
LEASE_S = 0.6
PAUSES = {"settle": 0.4, "look_again": 0.2, "retry_after": 0.1}


class Crew:
    """A sandbox, and a process that forks workers. What is left of it ends with it."""

    def __init__(self, folder: Path, *, template: Path, bug: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._template = template
        self._bug = bug
        self._sandbox = Sandbox(folder / "world.sqlite3", port=0, token=TOKEN)
        self._ledgers = 0
        self._living: set[int] = set()

    def __enter__(self) -> Self:
        self._sandbox.start()
        self.world = SandboxControl(self._sandbox.port, TOKEN)
        self.world.ask("POST", "/_/limits", {"enforced": False})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.crew_process"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "AMPLIFIER_VAR": str(self.folder),
                "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        for number in list(self._living):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            self.wait(number, HANG_S)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(HANG_S)
        self._sandbox.stop()

    def ledger(self) -> Path:
        """A new ledger without anything in it."""
        self._ledgers += 1
        path = self.folder / f"ledger-{self._ledgers}.sqlite3"
        shutil.copy(self._template, path)
        return path

    def begin(self, database: Path | str, accounts: dict[str, tuple[str, str]], **more: Any) -> int:
        """Start a worker on this ledger for these accounts (name to network and handle); its process number.

        `posts`: plan so many first, due within `over_s` seconds and too late after `too_late_s`, all with this `text`
        if there is one; `plan_only`: and end then. `ready`: a file in which it names its threads before it stops
        itself. `watch`: it counts its steps; `kill_at`, `stop_at`: the step and the passage at which it kills or stops
        itself; `passed`: a file for the counts. It ends when all is at rest. With `stop` it is no worker, but somebody
        who stops everything for this reason.
        """
        task: dict[str, Any] = {
            "database": str(database),
            "accounts": accounts,
            "port": self.world.port,
            "bug": self._bug,
            "log": str(self.folder / "workers.log"),
            "lease_s": LEASE_S,
            "pauses": PAUSES,
            "timeout_s": TIMEOUT_S,
            "threads": 1,
            "seconds": 20.0,
            **more,
        }
        number = int(self._ask({"fork": task}))
        self._living.add(number)
        return number

    def wait(self, number: int, seconds: float) -> int | None:
        """How this worker ended: 0 at rest, -9 killed; None while it goes on."""
        found = self._ask({"wait": number, "seconds": seconds})
        if found is not None:
            self._living.discard(number)
        return found if found is None else int(found)

    def kill(self, number: int) -> None:
        """End it at once, and wait for it."""
        os.kill(number, signal.SIGKILL)
        self.wait(number, HANG_S)

    def _ask(self, words: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that forks has ended"
        return json.loads(answer)


def until_stopped(number: int, seconds: float = HANG_S) -> bool:
    """Wait until this process has stopped itself; False if it ended, or did not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state in "TtZX":
            return state in "Tt"
        time.sleep(0.005)
    return False
