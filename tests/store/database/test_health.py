"""What ails a database is found out without changing it, and said in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from amplifier.errors import DatabaseTrouble
from amplifier.install import DATABASE
from amplifier.store.database.health import Ill, illness, in_words, must_be_sound, trouble


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / DATABASE
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE words (word TEXT)")
        file.executemany("INSERT INTO words VALUES (?)", [("amplifier" * 50,) for _ in range(100)])
    return path


@pytest.mark.parametrize(
    ("said", "ill"),
    [
        ("database or disk is full", Ill.FULL),
        ("attempt to write a readonly database", Ill.READ_ONLY),
        ("disk I/O error", Ill.DISK),
        ("database is locked", Ill.LOCKED),
        ("database table is locked: posts", Ill.LOCKED),
        ("unable to open database file", Ill.CLOSED),
        ("database disk image is malformed", Ill.DAMAGED),
        ("file is not a database", Ill.DAMAGED),
        ("UNIQUE constraint failed: posts.campaign", None),
        ("no such table: posts", Ill.UNREADY),
    ],
)
def test_what_a_file_says_is_understood(said: str, ill: Ill | None) -> None:
    assert illness(said, is_server=False) is ill


@pytest.mark.parametrize(
    ("said", "ill"),
    [
        ('could not extend file: No space left on device\nHINT: "Check free disk space."', Ill.FULL),
        ("cannot execute UPDATE in a read-only transaction", Ill.READ_ONLY),
        ("server closed the connection unexpectedly", Ill.AWAY),
        ("connection refused", Ill.AWAY),
        ('relation "posts" does not exist', Ill.UNREADY),
    ],
)
def test_what_a_server_says_is_understood(said: str, ill: Ill) -> None:
    assert illness(said, is_server=True) is ill


@pytest.mark.parametrize("ill", list(Ill))
def test_every_illness_is_said_in_two_parts_with_what_to_do(ill: Ill) -> None:
    happened, _, hint = in_words(ill, "/var/amplifier.sqlite3", "two\nlines").partition("\n")
    assert "/var/amplifier.sqlite3" in happened or ill in (Ill.AWAY, Ill.UNREADY)
    assert "Nothing is sent" in happened
    assert hint
    assert "{" not in happened + hint


def test_a_whole_file_is_sound_and_one_that_is_not_there_is_no_trouble(database: Path) -> None:
    must_be_sound(database)
    must_be_sound(database.with_name("nothing"))
    must_be_sound(None)


@pytest.mark.parametrize("ending", [b"\xa5" * 4096, None])
def test_a_page_written_over_or_missing_is_found_and_nothing_is_changed(database: Path, ending: bytes | None) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:-4096] + (ending or b""))
    damaged = database.read_bytes()
    with pytest.raises(DatabaseTrouble, match=r"The database is damaged: .*Nothing is sent, and nothing was changed"):
        must_be_sound(database)
    assert database.read_bytes() == damaged
    must_be_sound(database, at_most=len(damaged) - 1)


def test_a_file_that_can_be_written_has_no_trouble(database: Path) -> None:
    assert trouble(database, thorough=True) == ""


def test_a_file_that_is_gone_is_told_and_not_made(database: Path) -> None:
    database.unlink()
    assert trouble(database, thorough=True).startswith(f"The database is not there any more: {database}.")
    assert not database.exists()


@pytest.fixture
def locked(database: Path) -> Iterator[Path]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield database


def test_a_lock_is_found_only_by_trying(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amplifier.store.database.health.LOCK_WAIT_S", 0.01)
    assert trouble(locked, thorough=False) == ""
    assert trouble(locked, thorough=True).startswith(f"Another program keeps the database: {locked}")
