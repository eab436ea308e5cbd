from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run.at_work import at_work, stops_in_words
from amplifier.cli.run.said_stop import SaidStop
from amplifier.deliver.stop_flags import Flag, StopFlag
from amplifier.install import Install
from amplifier.settings import load

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    return Install(home, tmp_path / "var", load(home), "k" * 48)


@pytest.mark.usefixtures("sqlite_ledger")
def test_it_says_mode_address_and_database(install: Install) -> None:
    file = connection.settings_dict["NAME"]
    assert at_work("The worker", install) == f"REHEARSAL: The worker is at work. Database: {file}"
    said = at_work("The web server", install, where="http://0.0.0.0:80")
    assert said == f"REHEARSAL: The web server is at work at http://0.0.0.0:80. Database: {file}"


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres_ledger")
@pytest.mark.parametrize(
    ("host", "port", "options", "words"),
    [
        ("db.example", "5433", {}, "“ledger” in PostgreSQL on db.example:5433"),
        ("", "", {"host": "/run/postgresql"}, "“ledger” in PostgreSQL on /run/postgresql"),
        ("", "", {}, "“ledger” in PostgreSQL on this computer"),
    ],
)
def test_who_logs_in_at_a_server_is_in_no_log(
    install: Install, monkeypatch: pytest.MonkeyPatch, host: str, port: str, options: dict[str, str], words: str
) -> None:
    told = {"HOST": host, "PORT": port, "OPTIONS": options, "NAME": "ledger", "USER": "ann", "PASSWORD": "s3cret"}
    for name, value in told.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    assert at_work("The listener", install) == f"REHEARSAL: The listener is at work. Database: {words}"


def test_a_stop_is_told_once_by_whichever_flags_and_wherever_among_others_they_stand() -> None:
    told = stops_in_words(
        [
            StopFlag(Flag.FILE, "all", "Wait."),
            StopFlag(Flag.DATABASE, "account:x", "A wrong name."),
            StopFlag(Flag.DATABASE, "all", "Wait."),
            StopFlag(Flag.ENVIRONMENT, "all", "AMPLIFIER_STOP is set in the environment."),
            StopFlag(Flag.DATABASE, "tag:lab23", "Wait."),
            StopFlag(Flag.DATABASE, "all", "Wait."),
        ]
    )
    assert told == [
        SaidStop("all", "Sending is stopped everywhere (the stop file and the database).", "Wait."),
        SaidStop("account:x", "Sending on x is stopped (the database).", "A wrong name."),
        SaidStop(
            "all", "Sending is stopped everywhere (the environment).", "AMPLIFIER_STOP is set in the environment."
        ),
        SaidStop("tag:lab23", "Sending of posts with #lab23 is stopped (the database).", "Wait."),
    ]
    assert [one.ends_by for one in told] == ["resume", "resume --account x", "resume", "resume --tag lab23"]


def test_without_a_stop_there_is_nothing_to_say() -> None:
    assert stops_in_words([]) == []
