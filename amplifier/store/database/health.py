"""What may be wrong with the database, found out and said in words; needs no Django, so that any command may ask."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from enum import StrEnum
from pathlib import Path

from amplifier.errors import DatabaseTrouble

QUICK = 64_000_000  # bytes: read through in a quarter of a second
ROOM = 100_000  # bytes: with less, no commit of any size can be counted on
LOCK_WAIT_S = 1.0  # a writer of ours is done long before
PAUSED = "Nothing is sent meanwhile; what is under way is not forgotten."
GOES_ON = "Everything goes on by itself then; what is too late by then is missed."
PUT_BACK = (
    "End Amplifier, and put a backup in its place: amplifier restore FILE\n"
    "Without a backup, move it away and begin anew: amplifier up"
)


class Ill(StrEnum):
    """The ways in which a database can fail; each has its words."""

    FULL = "full"
    READ_ONLY = "read-only"
    DISK = "disk"
    LOCKED = "locked"
    CLOSED = "closed"
    AWAY = "away"
    DAMAGED = "damaged"
    GONE = "gone"
    REPLACED = "replaced"
    UNREADY = "unready"


# What the databases say, in lower case, in the order in which it counts.
SAID = (
    ("malformed", Ill.DAMAGED),
    ("not a database", Ill.DAMAGED),
    ("disk is full", Ill.FULL),
    ("no space left", Ill.FULL),
    ("readonly database", Ill.READ_ONLY),
    ("read-only transaction", Ill.READ_ONLY),
    ("disk i/o error", Ill.DISK),
    ("locked", Ill.LOCKED),
    ("unable to open", Ill.CLOSED),
    ("no such table", Ill.UNREADY),
    ("no such column", Ill.UNREADY),
)
WORDS = {
    Ill.UNREADY: "The database is not ready for this version ({said}). Nothing is sent, and nothing was changed.\n"
    "Make it ready: amplifier migrate",
    Ill.FULL: f"The disk is full: {{file}} cannot be written. {PAUSED}\nMake room on that disk. {GOES_ON}",
    Ill.READ_ONLY: f"The disk is read-only: {{file}} cannot be written. {PAUSED}\n"
    f"Make the disk and the file writable again. {GOES_ON}",
    Ill.DISK: f"The disk fails: {{file}} cannot be read or written (disk I/O error). {PAUSED}\n"
    f"Look after that disk. {GOES_ON} Keep a copy elsewhere: amplifier backup",
    Ill.LOCKED: f"Another program keeps the database: {{file}} ({{said}}). {PAUSED}\n"
    f"End that program, such as a database browser. {GOES_ON}",
    Ill.CLOSED: f"The database cannot be opened: {{file}}. {PAUSED}\n"
    f"Look whether its folder is there and may be read and written. {GOES_ON}",
    Ill.AWAY: f"The database does not answer: {{said}}. {PAUSED}\nLook after its server. {GOES_ON}",
    Ill.DAMAGED: f"The database is damaged: {{file}} ({{said}}). Nothing is sent, and nothing was changed.\n{PUT_BACK}",
    Ill.GONE: "The database is not there any more: {file}. Nothing is sent, so that nothing is sent twice.\n"
    "Put the file back; or end Amplifier, and put a backup in its place: amplifier restore FILE",
    Ill.REPLACED: "Another file is in the database's place: {file}. Nothing is sent, so that nothing is sent twice.\n"
    "End Amplifier. Put the right file back and start: amplifier up. For a backup, use: amplifier restore FILE",
}


def illness(said: str, *, is_server: bool) -> Ill | None:
    """What ails the database that says this; None if that is no illness. `is_server`: it is not a file."""
    words = said.lower()
    found = next((ill for part, ill in SAID if part in words), None)
    if is_server and "does not exist" in words:
        return Ill.UNREADY
    if is_server and found not in (Ill.FULL, Ill.READ_ONLY):
        return Ill.AWAY
    return found


def in_words(ill: Ill, file: str, said: str = "") -> str:
    """What is wrong, what it means, and on the next line what to do."""
    return WORDS[ill].format(file=file, said=" ".join(said.split()))


def must_be_sound(database: Path | None, *, at_most: int | None = None) -> None:
    """Raises DatabaseTrouble if this file (SQLite) is damaged or cannot be read; changes nothing.

    Reads all of it, at some 250 MB a second: docs/architecture.md. One of more than `at_most` bytes is left unread.
    """
    if database is None or not database.exists() or (at_most is not None and database.stat().st_size > at_most):
        return
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=LOCK_WAIT_S)) as file:
            said = str(file.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise DatabaseTrouble(_in_words(str(error), database)) from None
    if said != "ok":
        raise DatabaseTrouble(in_words(Ill.DAMAGED, str(database), said.removeprefix("*** in database main ***")))


def trouble(database: Path, *, thorough: bool) -> str:
    """What keeps this file (SQLite) from being written now, in words; empty if nothing does.

    `thorough` tries it: a transaction that changes nothing, but has to go through the disk.
    """
    try:
        disk = os.statvfs(database)
    except FileNotFoundError:
        return in_words(Ill.GONE, str(database))
    except OSError as error:
        return in_words(Ill.DISK, str(database), str(error.strerror))
    if disk.f_flag & os.ST_RDONLY:
        return in_words(Ill.READ_ONLY, str(database))
    if disk.f_bavail * disk.f_frsize < ROOM:
        return in_words(Ill.FULL, str(database))
    return _tried(database) if thorough else ""


def _tried(database: Path) -> str:
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=LOCK_WAIT_S, isolation_level=None)
        ) as file:
            version = file.execute("PRAGMA user_version").fetchone()[0]
            file.execute("BEGIN IMMEDIATE")
            file.execute(f"PRAGMA user_version = {int(version)}")
            file.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        return _in_words(str(error), database)
    return ""


def _in_words(said: str, database: Path) -> str:
    return in_words(illness(said, is_server=False) or Ill.DISK, str(database), said)
