"""A database that somebody else locks, damages, cuts short, takes away or exchanges: said plainly, and nothing sent."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, Run, RunningInstall
from tests.journeys.sick import begins, ends_well, goes_on, nothing_goes_out

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
PAGE = 4096
NO_PORT = "1"  # nobody gets as far as to use it


@dataclass(frozen=True)
class Stopped:
    """An install that has sent something and was ended in good order."""

    install: RunningInstall
    database: Path

    def bytes(self) -> dict[str, bytes]:
        """What its folder holds, but for the files that SQLite makes to read at all."""
        found = {path.name: path.read_bytes() for path in self.install.var.glob("amplifier.sqlite3*")}
        return {name: content for name, content in found.items() if not name.endswith(("-shm", "-wal"))}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    """One that every damage is tried on, each on a copy of its data."""
    folder = tmp_path_factory.mktemp("sent")
    install = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=600), folder / "var")
    try:
        run = install.up()
        run.until(lambda: install.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"), what="post")
        assert run.stop()[0] == 0
        yield Stopped(install, install.var / "amplifier.sqlite3")
    finally:
        install.end()


def _overwrite(database: Path) -> None:
    """Somebody's program has written over a page in the middle, of the table that most hangs on."""
    with contextlib.closing(sqlite3.connect(database)) as file:
        (root,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'deliveries'").fetchone()
    with database.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def _cut(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def _exchange(database: Path) -> None:
    database.write_bytes(b"no database at all, but something else\n" * 1000)


@pytest.mark.parametrize("damage", [_overwrite, _cut, _exchange], ids=["overwritten", "cut short", "no database"])
def test_a_damaged_database_is_told_by_every_command_and_left_as_it_is(
    sent: Stopped, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    shutil.copytree(sent.install.var, tmp_path / "var")
    install = RunningInstall(sent.install.home, tmp_path / "var")
    broken = Stopped(install, install.var / "amplifier.sqlite3")
    damage(broken.database)
    before = broken.bytes()
    ports = ("--port", str(install.port), "--sandbox-port", str(install.sandbox_port))
    for words in (("up", *ports), ("status",), ("resume", "--yes"), ("check",)):
        told = install.command(*words)
        assert (told.returncode, told.stdout) == (2, ""), words
        assert told.stderr.startswith(f"amplifier: The database is damaged: {broken.database} ("), words
        assert "Nothing is sent, and nothing was changed." in told.stderr
        assert "amplifier restore FILE" in told.stderr
        (problem,) = json.loads(install.command(*words, "--json").stdout)["problems"]
        assert problem["message"].startswith("The database is damaged: ")
    assert not install.living()
    assert broken.bytes() == before


def test_a_lock_of_another_program_pauses_everything_and_is_told(install: RunningInstall) -> None:
    run = begins(install)
    with contextlib.closing(sqlite3.connect(install.var / "amplifier.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 10000")
        other.execute("BEGIN EXCLUSIVE")
        nothing_goes_out(run)
        told: list[str] = []
        run.until(lambda: told.append(install.ask("status")["database"] or "") or told[-1], what="status")
        assert told[-1].startswith("Another program keeps the database: ")
        assert "End that program, such as a database browser." in told[-1]
        other.execute("ROLLBACK")
    goes_on(run)
    assert ends_well(run)["sent"] > 0


def _is_told(run: Run, sentence: str) -> None:
    run.until(lambda: sentence in run.said(), what="word in the log")
    nothing_goes_out(run)
    told = run.install.command("status")
    assert told.returncode == 2
    assert sentence in told.stderr


def test_a_database_that_is_taken_away_or_exchanged_is_not_written_into_the_void(
    install: RunningInstall, tmp_path: Path
) -> None:
    run = begins(install)
    database, elsewhere = install.var / "amplifier.sqlite3", tmp_path / "elsewhere"
    database.rename(elsewhere)
    _is_told(run, "The database is not there any more: ")
    assert not database.exists(), "somebody made an empty one, in which nothing was ever sent"
    shutil.copy(elsewhere, database)
    run.until(lambda: "Another file is in the database's place: " in run.said(), what="word in the log")
    nothing_goes_out(run)
    elsewhere.rename(database)
    goes_on(run)
    assert ends_well(run)["sent"] > 0


def test_a_database_that_is_damaged_while_it_is_used_stops_everything(install: RunningInstall) -> None:
    run = begins(install)
    database = install.var / "amplifier.sqlite3"
    with database.open("r+b") as file:
        for page in range(1, database.stat().st_size // PAGE):
            file.seek(page * PAGE)
            file.write(b"\xa5" * PAGE)
    _is_told(run, "The database is damaged: ")
    assert run.stop()[0] == 0
    assert "Traceback" not in run.said()
