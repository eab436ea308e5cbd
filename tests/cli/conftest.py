"""A campaign that has been started once, and its commands given in this process: quick, and with every exit code."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from amplifier.__main__ import main
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.clock import utc_now
from amplifier.deliver.accounts import listed
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import ledger
from amplifier.store.identity import accounts
from tests.conftest import SQLITE
from tests.conftest import _use as use

REPOSITORY = Path(__file__).parents[2]
OURS = ("AMPLIFIER_VAR", "AMPLIFIER_KEY", "AMPLIFIER_SANDBOX_PORT", "DATABASE_URL", "PORT")
PROBLEM = {"path", "line", "rule", "message", "hint"}
SECONDS = 86_400  # a rehearsal so slow that no test ends on another day of the campaign than it began


@dataclass
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Shell:
    """Gives commands in this process, on the database of the test."""

    home: Path
    var: Path
    read: Callable[[], Any]

    def __call__(self, *words: str) -> Said:
        code = main([*words, "--home", str(self.home), "--var", str(self.var)])
        out, err = self.read()
        assert "\x1b" not in out + err
        assert "[/]" not in out + err, "markup that nobody took for markup"
        return Said(code, out, err)

    def ask(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").out)

    def refused(self, *words: str) -> str:
        """The sentence with which it is refused: alone on standard error, and in JSON with its five fields."""
        told = self(*words)
        assert (told.code, told.out) == (2, ""), told
        in_json = self(*words, "--json")
        problems = json.loads(in_json.out)["problems"]
        assert (in_json.code, in_json.err) == (2, "")
        for problem in problems:
            assert set(problem) == PROBLEM
            assert problem["message"] in told.err
            assert problem["hint"] in told.err
        return told.err


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command writes into the environment is gone after its test."""
    for name in OURS:
        if name in os.environ:
            monkeypatch.setenv(name, os.environ[name])
        else:
            monkeypatch.setenv(name, "to be taken away")
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_database_of_others(tmp_path: Path) -> None:
    """A command finds no ledger but the one that its test brings: that of the test before may be of another mode."""
    use({**SQLITE, "NAME": str(tmp_path / "nobody.sqlite3")})


@pytest.fixture
def unstarted(tmp_path: Path, sqlite_ledger: None, capsys: pytest.CaptureFixture[str]) -> Shell:  # noqa: ARG001
    """The example campaign on an empty database."""
    return Shell(copy_home(REPOSITORY, tmp_path / "home", seconds=SECONDS), tmp_path / "var", capsys.readouterr)


@pytest.fixture(scope="session")
def planned(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after a worker has planned the example campaign and has gone again; to be copied."""
    path = tmp_path_factory.mktemp("planned") / "ledger.sqlite3"
    shutil.copy(migrated, path)
    use({**SQLITE, "NAME": str(path)})
    home = copy_home(REPOSITORY, path.with_name("home"), seconds=SECONDS)
    settings = load(home)
    ledger.open_ledger(mode="rehearsal", campaign=settings.campaign.id, now=utc_now(), stopped="")
    accounts.know_accounts(listed(settings))
    Planner(home, settings, now=utc_now).refresh()
    connection.close()
    return path


@pytest.fixture
def shell(planned: Path, unstarted: Shell, tmp_path: Path) -> Shell:
    """The example campaign, planned."""
    connection.close()
    path = tmp_path / "planned.sqlite3"
    shutil.copy(planned, path)
    use({**SQLITE, "NAME": str(path)})
    return unstarted
