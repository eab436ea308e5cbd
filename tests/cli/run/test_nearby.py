"""A data folder on a network file system: live refuses it, a rehearsal is warned, check and status name it."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from amplifier.__main__ import COMMANDS, _prepare, main
from amplifier.cli import restore
from amplifier.cli.rehearsal import rehearse
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run import listener, migrate, up, web, worker
from amplifier.cli.run.nearby import must_be_near, warn_alone
from amplifier.errors import UsageError
from amplifier.install import DATABASE, open_install
from amplifier.store.database import far_disk
from tests.cli.conftest import Shell
from tests.cli.test_going_live import bring_forward

REPOSITORY = Path(__file__).parents[3]
SAID = "on a network file system (nfs4), where SQLite's locks do not hold"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(REPOSITORY, tmp_path / "home", seconds=60)


@pytest.fixture
def live(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = home / "settings.yaml"
    text = settings.read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live")
    settings.write_text(text.replace('address: ""', "address: 1 Road"), encoding="utf-8")
    bring_forward(home)
    monkeypatch.setenv("AMPLIFIER_KEY", "k" * 48)
    return home


@pytest.fixture
def on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "mountinfo"
    listed.write_text(
        f"27 1 254:0 / / rw - ext4 /dev/vda rw\n90 27 0:60 / {tmp_path.resolve()} rw - nfs4 files:/x rw\n"
    )
    monkeypatch.setattr(far_disk, "MOUNTS", listed)
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.mark.usefixtures("on_a_server")
@pytest.mark.parametrize("start", [up.run, worker.run, listener.run, web.run, migrate.run, restore.run])
def test_live_does_not_start_there_and_says_what_to_do(start: Callable[[argparse.Namespace], int], live: Path) -> None:
    options = argparse.Namespace(home=live, var=None, port=1, sandbox_port=2, fresh=False, listen=False, host=None)
    options.file, options.yes, options.json = live / "a.backup", True, False
    with pytest.raises(UsageError) as refused:
        start(options)
    said = str(refused.value)
    assert said.startswith(f"{(live / 'var' / 'live').resolve()}: This data folder is {SAID}")
    assert "A live service does not start there." in said
    assert "--var FOLDER" in said
    assert not (live / "var" / "live" / "amplifier.sqlite3").exists()


@pytest.mark.usefixtures("on_a_server")
def test_a_rehearsal_there_is_warned_once_by_whoever_stands_alone(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = must_be_near(open_install(home))
    assert SAID in warning.message
    assert "a live service would not start there" in warning.message
    warn_alone([warning], alone=False)
    assert not caplog.records
    warn_alone([warning], alone=True)
    assert SAID in caplog.text


@pytest.mark.usefixtures("on_a_server")
def test_a_played_rehearsal_and_a_migration_there_are_warned(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearse, "_play", lambda *_, **__: "played")
    assert rehearse.play(home, home / "var", as_json=True) == "played"
    assert SAID in " ".join(capsys.readouterr().err.split())


def test_a_migration_there_is_warned(unstarted: Shell, request: pytest.FixtureRequest) -> None:
    assert "network file system" not in unstarted("migrate").err
    request.getfixturevalue("on_a_server")
    told = unstarted("migrate")
    assert (told.code, SAID in " ".join(told.err.split())) == (0, True)


@pytest.mark.usefixtures("on_a_server")
def test_live_no_command_opens_a_database_that_is_there_but_for_those_that_help_it_away(live: Path) -> None:
    var = live / "var" / "live"
    arguments = ["--home", str(live)]
    _prepare("plan", arguments)  # there is none yet, and a look makes none
    assert not var.exists()
    var.mkdir(parents=True)
    (var / DATABASE).touch()
    helping = {"check", "status", "stop", "backup"}
    for name in helping:
        _prepare(name, arguments)
    refused = {name for name, row in COMMANDS.items() if row.ledger} - helping
    assert {"decide", "resume", "send", "plan", "worker", "restore", "migrate"} <= refused
    for name in refused:
        with pytest.raises(UsageError, match=re.escape(SAID)) as told:
            _prepare(name, arguments)
        assert "Give the command on the computer whose disk it is" in str(told.value)


def test_a_copy_may_go_to_such_a_disk(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one file that one process writes and reads back: nothing is locked in it."""
    far, listed = tmp_path / "far", tmp_path / "mountinfo"
    far.mkdir()
    listed.write_text(f"27 1 254:0 / / rw - ext4 /dev/vda rw\n90 27 0:60 / {far.resolve()} rw - nfs4 files:/x rw\n")
    monkeypatch.setattr(far_disk, "MOUNTS", listed)
    told = shell("backup", "--to", f"{far}/")
    assert (told.code, told.err) == (0, "")
    assert len(list(far.glob("*.backup"))) == 1


@pytest.mark.usefixtures("on_a_server")
def test_a_server_as_database_may_have_its_data_folder_there(live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://campaign@database.example/campaign")
    assert must_be_near(open_install(live)) == []


@pytest.mark.usefixtures("on_a_server")
def test_check_warns_of_it_in_a_rehearsal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(home)]) == 0
    assert SAID in " ".join(capsys.readouterr().out.split())
    assert main(["check", "--home", str(home), "--json"]) == 0
    assert "network_disk" in [one["rule"] for one in json.loads(capsys.readouterr().out)["warnings"]]


@pytest.mark.usefixtures("on_a_server")
def test_check_is_not_content_with_it_live(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(live), "--json"]) == 2
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["problems"]] == ["network_disk"]


def test_check_says_nothing_of_a_disk_of_this_computer(live: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(live)]) == 0
    assert "network file system" not in capsys.readouterr().out


def test_status_names_it(shell: Shell, request: pytest.FixtureRequest) -> None:
    assert "network file system" not in shell("status").out
    assert shell.ask("status")["network_disk"] is None
    request.getfixturevalue("on_a_server")
    assert SAID in " ".join(shell("status").out.split())
    assert SAID in shell.ask("status")["network_disk"]
