from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from amplifier.cli.run import worker
from amplifier.cli.run.worker import OnceAMinute, log_to_stderr

Begin = Callable[[], logging.Logger]


class OperationalError(Exception):
    """Named as the database's own."""


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Begins the log of a worker as it comes to standard error, without what pytest listens with."""

    def begun() -> logging.Logger:
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        for name in (None, "django.request"):
            monkeypatch.setattr(logging.getLogger(name), "level", logging.getLogger(name).level)
        log_to_stderr()
        return logging.getLogger("amplifier.engine")

    return begun


def _fail(log: logging.Logger, job: str, error: Exception) -> None:
    try:
        raise error
    except type(error):
        log.exception("job failed job=%s", job)


def test_what_the_database_says_is_one_line(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    _fail(begin(), "plan", OperationalError("database or disk is full"))
    assert capsys.readouterr().err == "ERROR amplifier.engine job failed job=plan: database or disk is full\n"


def test_a_full_disk_is_told_once_and_not_by_every_job(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    log = begin()
    for number in range(50):
        _fail(log, f"job {number}", OperationalError("database or disk is full"))
    _fail(log, "plan", OperationalError("database is locked"))
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_it_is_told_again_after_a_minute(
    begin: Begin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = begin()
    _fail(log, "plan", OperationalError("database or disk is full"))
    monkeypatch.setattr(worker, "QUIET_S", 0.0)
    _fail(log, "plan", OperationalError("database or disk is full"))
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_our_own_mistakes_come_with_their_place(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    _fail(begin(), "plan", KeyError("debate"))
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("KeyError: 'debate'\n")


def test_warnings_are_never_held_back(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    log = begin()
    for _ in range(3):
        log.warning("the same again")
    log.info("not of interest")
    logging.getLogger("django.request").warning("Not Found: /favicon.ico")
    assert capsys.readouterr().err == "WARNING amplifier.engine the same again\n" * 3


def test_a_record_without_an_error_passes() -> None:
    assert OnceAMinute().filter(logging.makeLogRecord({"msg": "fine"}))


def test_what_a_server_says_does_nothing_to_a_terminal(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    log = begin()
    log.warning("look failed error=%s", "\x1b[2J\x9b31m\ud83d")
    _fail(log, "plan", KeyError("\x1b]0;owned\x07"))
    _fail(log, "plan", ValueError("\x1b]0;owned\x07"))
    said = capsys.readouterr().err
    assert not set("\x1b\x07\x9b") & set(said)
    assert said.startswith("WARNING amplifier.engine look failed error=\\x1b[2J\\x9b31m\\ud83d\n")
    assert said.endswith("ValueError: \\x1b]0;owned\\x07\n")
