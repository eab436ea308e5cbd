"""The file with the secret: for its user alone, and worth nothing once whoever wrote it has ended."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from amplifier.cli.run import web
from amplifier.cli.run.console_token import VARIABLE, Opened, keep, new_token, opened_here, token_of_this_run
from tests.waiting import HANG_S

OPENED = Opened("127.0.0.1", 8000, "s3cret")
SERVES = """
import sys, time
from pathlib import Path
from amplifier.cli.run.console_token import Opened, keep
kept = keep(Path(sys.argv[1]), Opened("127.0.0.1", 8000, "s3cret"))
print("kept", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_nobody_else_may_read_it_whatever_the_umask_and_whatever_was_there(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "console-8000.token"
    path.write_text("old")
    path.chmod(0o666)
    before = os.umask(umask)
    try:
        with keep(tmp_path, OPENED):  # type: ignore[attr-defined]
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert path.read_text().split() == ["127.0.0.1", "8000", "s3cret"]
    finally:
        os.umask(before)


def test_a_link_that_somebody_laid_there_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("something else")
    (tmp_path / "console-8000.token").symlink_to(other)
    with keep(tmp_path, OPENED):
        assert other.read_text() == "something else"


def test_it_is_found_while_its_process_lives_and_not_when_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVES, str(tmp_path)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"kept\n"
            assert opened_here(tmp_path) == [OPENED]
            with pytest.raises(FileExistsError):
                keep(tmp_path, Opened("127.0.0.1", 8000, "of a second one"))
            with keep(tmp_path, Opened("::1", 8001, "another")):
                assert len(opened_here(tmp_path)) == 2
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(HANG_S)
    assert (tmp_path / "console-8000.token").exists()
    assert opened_here(tmp_path) == []


def test_whoever_asks_while_it_is_written_finds_nothing_half_done_and_keeps_nobody_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, asked = fcntl.flock, []

    def while_others_ask(file: int | IO[str], how: int) -> None:
        with ExitStack() as others:
            if how & fcntl.LOCK_EX:
                for path in tmp_path.glob("console-*.token"):
                    asked.append(path.read_text())
                    really(others.enter_context(path.open()), fcntl.LOCK_SH | fcntl.LOCK_NB)
            really(file, how)
            if how & fcntl.LOCK_EX:
                asked.extend(path.read_text() for path in tmp_path.glob("console-*.token"))

    monkeypatch.setattr(fcntl, "flock", while_others_ask)
    (tmp_path / "console-8000.token").write_text("old")
    with keep(tmp_path, OPENED):
        assert asked == ["old", "old"]
        assert opened_here(tmp_path) == [OPENED]
        assert [path.name for path in tmp_path.iterdir()] == ["console-8000.token"]


def test_a_disk_that_takes_nothing_more_is_an_error_of_the_system_and_nothing_is_left(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            keep(tmp_path, OPENED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_such_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "console-1.token").write_text("")
    (tmp_path / "console-2.token").mkdir()
    assert opened_here(tmp_path) == []
    assert opened_here(tmp_path / "nowhere") == []


def test_a_folder_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        keep(tmp_path / "nowhere", OPENED)


def test_a_web_server_takes_the_secret_that_it_was_given_and_hands_it_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "given")
    assert token_of_this_run() == "given"
    assert VARIABLE not in os.environ
    assert token_of_this_run() != token_of_this_run()
    assert len(new_token()) == 43


def test_without_the_secret_the_address_is_the_pages_own() -> None:
    assert OPENED.address("/mentions") == "http://127.0.0.1:8000/mentions?token=s3cret"
    assert OPENED.without_token().address("/mentions") == "http://127.0.0.1:8000/mentions"
    assert "s3cret" not in repr(OPENED)


def test_where_another_has_its_console_there_that_is_told_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with keep(tmp_path, OPENED), web._open_console(tmp_path, OPENED):
        assert "console-link cannot find this console: another process has its own there" in caplog.text
    assert "[Errno" not in caplog.text
