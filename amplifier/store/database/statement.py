"""Statements of our own, asked of the database with as little in between as it takes.

They are written with `%s` for what is put in, as PostgreSQL's driver wants them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def execute(statement: str, words: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Carry out a statement, and give all rows that it returns; none if it returns nothing.

    Raises Django's database errors. On SQLite it goes past Django's own cursor, which looks each statement through
    anew, each time, for where something is to be put in.
    """
    return _carry_out(statement, words)[1]


def execute_named(statement: str, words: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The same, each row by the names of its columns: for a statement of more columns than one can count."""
    names, rows = _carry_out(statement, words)
    return [dict(zip(names, row, strict=True)) for row in rows]


def execute_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Carry out a statement that returns nothing once for each of these rows. Raises Django's database errors."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite":
        with database.cursor() as cursor:
            cursor.executemany(statement, rows)
        return
    file = _open(database)
    with database.wrap_database_errors:
        file.executemany(_with_marks(statement), rows)


def marks(words: Collection[object]) -> str:
    """As many marks as there are words, for a list in a statement."""
    return ", ".join(["%s"] * len(words))


def _carry_out(statement: str, words: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns, and the rows."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite":
        with database.cursor() as cursor:
            cursor.execute(statement, words)
            described = cursor.description or ()
            return [column[0] for column in described], cursor.fetchall() if described else []
    file = _open(database)
    with database.wrap_database_errors:
        found = file.execute(_with_marks(statement), words)
        rows: list[tuple[Any, ...]] = found.fetchall()
    return [column[0] for column in found.description or ()], rows


def _open(database: Any) -> Any:
    """The driver's own connection, opened if need be; it refuses what Django would refuse."""
    database.ensure_connection()
    database.validate_no_broken_transaction()
    return database.connection


@lru_cache(maxsize=512)
def _with_marks(statement: str) -> str:
    return statement.replace("%s", "?")
