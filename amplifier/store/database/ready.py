"""Whether the database has the tables that this version needs; an empty one gets them whole, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from amplifier.errors import DatabaseTrouble
from amplifier.store.backup.rows import is_behind, schema
from amplifier.store.database.transaction import database_file, is_postgres, reading

T = TypeVar("T")
LOOK_EVERY_S = 0.5
TRIES, PAUSE_S = 40, 0.1
OTHER = (
    "The database is not ready for this version: its tables are another version's, or another program's.\n"
    "Nothing is sent, and nothing was changed. Make it ready; as it was, it is kept: amplifier migrate"
)
LOCK = 0x616D706C  # among the advisory locks of this database (PostgreSQL): whoever makes its tables


class Readiness(StrEnum):
    """What a database is to this version: unused, of another version or program, or as it has to be."""

    EMPTY = "empty"
    OTHER = "other"
    READY = "ready"


def readiness() -> Readiness:
    """How far the database is. A file that is not there is not made by asking."""
    file = database_file()
    if file and not file.exists():
        return Readiness.EMPTY
    return _patiently(reading(_found))


def fill_if_empty() -> bool:
    """Give an empty database its tables, in one transaction: False if it is not empty, or another did it meanwhile.

    Whoever is killed in the middle leaves it empty. What has tables already is left as it is: `amplifier migrate`
    keeps a copy before it changes anything.
    """
    return readiness() is Readiness.EMPTY and _patiently(_fill)


def _fill() -> bool:
    # SQLite makes no tables in a transaction while it checks what refers to what.
    with connection.constraint_checks_disabled(), transaction.atomic():
        if is_postgres():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if _found() is not Readiness.EMPTY:
            return False
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    connection.close()  # the next one has its checks, whatever became of them in this
    return True


def must_not_be_other() -> Readiness:
    """How far it is. Raises DatabaseTrouble with the next step if it has tables, but not those of this version."""
    found = readiness()
    if found is Readiness.OTHER:
        raise DatabaseTrouble(OTHER)
    return found


def wait_until_ready() -> None:
    """Come back as soon as the worker has made the tables. Raises DatabaseTrouble if it never will."""
    while must_not_be_other() is not Readiness.READY:
        time.sleep(LOOK_EVERY_S)


def _patiently(ask: Callable[[], T]) -> T:
    """Ask again while the file (SQLite) is locked: whoever opens a new one first has it alone, and nobody can wait."""
    for _ in range(TRIES):
        try:
            return ask()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            connection.close()
            time.sleep(PAUSE_S)
    return ask()


def _found() -> Readiness:
    if not connection.introspection.table_names():
        return Readiness.EMPTY
    return Readiness.OTHER if is_behind() or not schema() else Readiness.READY
