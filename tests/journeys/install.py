"""An install for journeys: a home of its own, a data folder, free ports, and commands as a person would give them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.cli.run.console_token import Opened, opened_here
from amplifier.install import Install
from amplifier.settings import load
from amplifier.web.admission import Admission
from tests.ports import free_port
from tests.waiting import HANG_S

REPOSITORY = Path(__file__).parents[2]
AMPLIFIER = (sys.executable, "-m", "amplifier")
OF_THE_TESTS = ("AMPLIFIER_VAR", "AMPLIFIER_KEY", "AMPLIFIER_SANDBOX_PORT", "DJANGO_SETTINGS_MODULE", "PORT")


@dataclass
class RunningInstall:
    """One campaign on this machine. All its processes carry a mark in their environment, so that none is overlooked."""

    home: Path
    var: Path
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    extra: dict[str, str] = field(default_factory=dict)
    runs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        return {**kept, "AMPLIFIER_SANDBOX_PORT": str(self.sandbox_port), "JOURNEY": self.mark, **self.extra}

    @property
    def opened(self) -> Opened:
        """The console that is served on our port, with the secret that opens it."""
        return next(one for one in opened_here(self.var) if one.port == self.port)

    @property
    def cookie(self) -> dict[str, str]:
        """What a browser has once it was at the address that opens the console: the one way in for all tests."""
        opened = self.opened
        name = Admission(opened.host, opened.port, opened.token).cookie
        return {"name": name, "value": opened.token, "url": opened.without_token().address()}

    @property
    def cookie_line(self) -> bytes:
        """The same as a line of a request."""
        return f"Cookie: {self.cookie['name']}={self.cookie['value']}\r\n".encode()

    def words(self, *words: str) -> list[str]:
        return [*words, "--home", str(self.home), "--var", str(self.var)]

    def command(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Give one command and wait for its end; what is no terminal gets no colours."""
        done = subprocess.run(
            [*AMPLIFIER, *self.words(*words)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert "\x1b" not in done.stdout + done.stderr, words
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def ask(self, *words: str) -> Any:
        """The JSON that a command answers."""
        done = self.command(*words, "--json")
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}") from None

    def start(self, *words: str, program: Sequence[str] = AMPLIFIER) -> Run:
        """Start a command that goes on; its output goes into a file."""
        log = self.home.with_name(f"{self.home.name}-{words[0]}-{len(self.runs)}.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*program, *self.words(*words)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.runs.append(process)
        return Run(self, words[0], process, log)

    def up(self, *words: str) -> Run:
        """Start everything."""
        return self.start("up", "--port", str(self.port), "--sandbox-port", str(self.sandbox_port), *words)

    def world(self) -> SandboxControl:
        """The way into the sandbox."""
        key = (self.var / "pretend.key").read_text(encoding="utf-8")
        return SandboxControl(self.sandbox_port, Install(self.home, self.var, load(self.home), key).sandbox_token)

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the ledger; nothing while there is none."""
        try:
            with contextlib.closing(
                sqlite3.connect(f"file:{self.var / 'amplifier.sqlite3'}?mode=ro", uri=True, timeout=HANG_S)
            ) as connection:
                return connection.execute(question).fetchall()
        except sqlite3.OperationalError:
            return []

    def write(self, statement: str) -> None:
        """Change the ledger behind everybody's back."""
        with (
            contextlib.closing(sqlite3.connect(self.var / "amplifier.sqlite3", timeout=HANG_S)) as connection,
            connection,
        ):
            connection.execute(statement)

    def living(self) -> dict[int, str]:
        """Every process of this install that is alive: children, grandchildren and strays alike."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"JOURNEY={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def end(self) -> None:
        """Leave nothing behind, whatever went wrong; nobody lives on to see another one gone and end in good order."""
        self._send_all(signal.SIGSTOP)
        self._send_all(signal.SIGKILL)
        for process in self.runs:
            process.wait(HANG_S)

    def _send_all(self, number: signal.Signals) -> None:
        for pid in self.living():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


@dataclass
class Run:
    """A command that goes on."""

    install: RunningInstall
    word: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, is_so: Callable[[], object], *, what: str, seconds: float = HANG_S) -> float:
        """Wait until something is so, for as long as only a hang may take; how long it took."""
        begun = time.monotonic()
        while not is_so():
            assert self.process.poll() is None, f"ended while waiting for {what}: {self.said()}"
            assert time.monotonic() - begun < seconds, f"no {what} within {seconds} s: {self.said()}"
            time.sleep(0.05)
        return time.monotonic() - begun

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal; the exit code, and the seconds until the last process of the install was gone."""
        begun = time.monotonic()
        os.kill(self.child(self.word) or self.process.pid, number)
        code = self.process.wait(HANG_S)
        while self.install.living() and time.monotonic() - begun < HANG_S:
            time.sleep(0.02)
        return code, time.monotonic() - begun

    def child(self, word: str) -> int | None:
        """The number of the process that runs this command, which may itself run under a tracer."""
        ours = f"{' '.join(AMPLIFIER)} {word} "
        return next((pid for pid, words in self.install.living().items() if words.startswith(ours)), None)
