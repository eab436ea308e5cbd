from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run.console_token import Opened
from amplifier.cli.run.said_stop import SaidStop
from amplifier.cli.run.welcome import Begun, _length, welcome
from amplifier.errors import Problem
from amplifier.install import Install, open_install
from tests.cli.test_going_live import live_home, secrets_of

REPOSITORY = Path(__file__).parents[3]
HERE = "http://127.0.0.1:8000"
OPENED = Opened("127.0.0.1", 8000, "s3cret-of-this-run")
NEW = SaidStop("all", "Sending is stopped everywhere (the database).", "This database is new.")
ON_BLUESKY = SaidStop("account:bluesky", "Sending on bluesky is stopped (the database).", "A wrong name.")
OF_A_TAG = SaidStop("tag:lab23", "Sending of posts with #lab23 is stopped (the database).", "Wait.")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    return open_install(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    home = live_home(tmp_path / "live", "1 Road, Liverpool")
    for name, value in secrets_of(home).items():
        monkeypatch.setenv(name, value)
    return open_install(home, tmp_path / "live-var")


def said_at(install: Install, begun: Begun, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    welcome(install, argparse.Namespace(home=install.home, var=None), begun)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "30 seconds"), (119, "119 seconds"), (120, "2 minutes"), (600, "10 minutes")]
)
def test_a_rehearsals_length_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert _length(seconds) == words


def test_the_command_to_paste_survives_blanks_in_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFIER_COMMAND", ".venv/bin/amplifier")
    home = copy_home(REPOSITORY, tmp_path / "my [b] home", seconds=600)
    var = tmp_path / ("long" * 20)
    options = argparse.Namespace(home=home, var=var)
    welcome(open_install(home, var), options, Begun(OPENED, 8900))
    said = capsys.readouterr().out
    paste = f"  . .venv/bin/activate\n  amplifier send 'Hello from the hall' --to x --home '{home}' --var {var}\n"
    assert paste in said
    assert "REHEARSAL  Labour Campaign for Free Movement\n" in said
    assert "Its whole campaign in 10 minutes. Nothing leaves this computer.\n" in said
    assert "--fresh" not in said


def test_whoever_comes_back_is_told_how_to_begin_anew(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    options = argparse.Namespace(home=install.home, var=None)
    welcome(install, options, Begun(OPENED, 8900, (145, 145)))
    said = capsys.readouterr().out
    assert "It began earlier: 145 of its 145 deliveries were done. From the start again:\n" in said
    assert f" up --fresh --home {install.home}\n" in said


def test_at_the_start_it_warns_that_nobody_will_be_asked(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    options = argparse.Namespace(home=install.home, var=None)
    warning = Problem("settings.yaml", 33, "hand_off", "Nobody will be asked.", "Name one.")
    welcome(install, options, Begun(OPENED, 8900, warnings=[warning]))
    assert "▲ settings.yaml:33\n  Nobody will be asked.\n  Name one.\n" in capsys.readouterr().out


@pytest.mark.parametrize("terminal", [True, False])
def test_the_secret_of_the_console_is_shown_on_a_terminal_and_to_no_log(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    options = argparse.Namespace(home=install.home, var=None)
    welcome(install, options, Begun(OPENED, 8900))
    said = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    mark = f"?token={OPENED.token}" if terminal else ""
    wall = "http://127.0.0.1:8000/wall" if terminal else "http://localhost:8900/wall"
    for words, address in {"Watch the wall": wall, "I schedule": f"{HERE}/", "I answer": f"{HERE}/mentions"}.items():
        assert f"  {words:<16} {address}{mark}\n" in said
    assert f"  I share          {HERE}/k/lab23\n" in said  # everybody's, so nobody's secret
    assert (OPENED.token in said) == terminal
    assert " console-link" in said


def test_a_new_live_database_says_that_it_is_stopped_and_what_to_do(
    live: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_at(live, Begun(OPENED, 8900, stopped=[NEW]), capsys)
    assert "LIVE  Labour Campaign for Free Movement\n■ Sending is stopped everywhere (the database). This" in said
    assert "goes out to the world" not in said
    assert "Hello from the hall" not in said
    steps = said.partition("Next, in a second terminal:")[2].splitlines()
    assert [line.partition(" --home")[0].split()[-1] for line in steps if line.startswith("  ")] == ["status", "resume"]
    assert f" resume --home {live.home}\n" in said


def test_live_that_is_not_stopped_says_so_and_names_an_account_on_which_the_service_posts(
    live: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_at(live, Begun(OPENED, 8900), capsys)
    assert "What is due goes out to the world.\n" in said
    assert " send 'Hello from the hall' --to bluesky --home" in said, "without a budget X is posted to by hand"


def test_one_account_that_is_stopped_stops_no_other(live: Install, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_at(live, Begun(OPENED, 8900, stopped=[ON_BLUESKY]), capsys)
    assert "What is due goes out to the world.\n■ Sending on bluesky is stopped (the database). A wrong name.\n" in said
    assert f" resume --account bluesky --home {live.home}\n" in said
    assert " send 'Hello from the hall' --to mastodon --home" in said


def test_a_stop_of_a_tag_stops_no_account_and_not_everything(live: Install, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_at(live, Begun(OPENED, 8900, stopped=[OF_A_TAG]), capsys)
    assert (
        "What is due goes out to the world.\n■ Sending of posts with #lab23 is stopped (the database). Wait.\n" in said
    )
    assert f" resume --tag lab23 --home {live.home}\n" in said
    assert " send 'Hello from the hall' --to bluesky --home" in said


def test_where_every_account_is_stopped_nothing_is_proposed_to_be_sent(
    live: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = [SaidStop(f"account:{one.name}", "Sending is stopped.", "Wait.") for one in live.settings.accounts]
    said = said_at(live, Begun(OPENED, 8900, stopped=stopped), capsys)
    assert "Hello from the hall" not in said
    assert "The first says how everything stands" not in said


def test_a_rehearsal_that_goes_on_stopped_says_so_too(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_at(install, Begun(OPENED, 8900, (3, 145), stopped=[NEW]), capsys)
    assert "Nothing leaves this computer.\n■ Sending is stopped everywhere" in said
    assert "Hello from the hall" not in said
