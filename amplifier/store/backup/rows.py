"""The whole database at one instant, read while the service goes on; and the same rows told back from a file."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from amplifier.errors import UsageError
from amplifier.store.backup.file import DAMAGED, PIECE
from amplifier.store.database.transaction import is_postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"
END_OF_TABLE = b"\\.\n"  # no row can be this: COPY writes a backslash as two (postgresql.org: sql-copy, Text Format)


@dataclass(frozen=True)
class Snapshot:
    """One instant of the database: its form, its migrations, its rows a table, and its content in pieces.

    `size` is how many bytes the content has, about; it can be read once.
    """

    database: str
    schema: tuple[str, ...]
    tables: Mapping[str, int]
    size: int
    pieces: Iterator[bytes]


def tables() -> tuple[str, ...]:
    """The ledger's tables, in an order that never changes."""
    return tuple(sorted(model._meta.db_table for model in apps.get_app_config("store").get_models()))  # noqa: SLF001  Django's own way


def is_behind() -> bool:
    """Whether this database has been through some of the ledger's migrations, but not through all of this version."""
    known = {name for app, name in MigrationLoader(None).disk_migrations if app == "store"}
    return bool(known - set(schema())) and bool(schema())


def schema() -> tuple[str, ...]:
    """The ledger's migrations that this database has been through."""
    return tuple(sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "store"))


@contextlib.contextmanager
def snapshot(beside: Path) -> Iterator[Snapshot]:
    """The database as it is now, while others go on writing. `beside` is a folder for a copy that is gone afterwards.

    SQLite copies itself in one read transaction, without what was deleted; PostgreSQL tells its rows from one
    transaction that sees nothing of what comes later. Raises UsageError where there is no room, or the database is
    damaged.
    """
    try:
        with _of_postgres() if is_postgres() else _of_sqlite(beside) as made:
            yield made
    except (DatabaseError, OSError) as error:
        raise UsageError(f"The database cannot be copied: {error}. Nothing was left behind.") from None


def rows_of_file(path: Path) -> dict[str, int]:
    """The rows of each table in this SQLite file. Raises UsageError if it is damaged."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            found = file.execute("PRAGMA integrity_check").fetchall()
            broken = file.execute("PRAGMA foreign_key_check").fetchall()
            if found != [("ok",)] or broken:
                raise UsageError(f"The database is damaged: {(found[0][0] if found != [('ok',)] else broken[0])}.")
            names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  names of our own tables
                for (name,) in sorted(names)
                if name in tables()
            }
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise UsageError(f"The database is damaged: {error}.") from None


def counted_rows(pieces: Iterable[bytes]) -> dict[str, int]:
    """The rows of each table as a backup of PostgreSQL tells them."""
    counts: Counter[str] = Counter()
    for table, _, lines in told_rows(pieces):
        counts[table] = sum(1 for _ in lines)
    return dict(counts)


def told_rows(pieces: Iterable[bytes]) -> Iterator[tuple[str, list[str], Iterator[bytes]]]:
    """Each table with its columns and its rows as lines of COPY. The lines are to be read before the next table."""
    lines = _lines(pieces)
    for head in lines:
        try:
            told: dict[str, Any] = json.loads(head)
            table, columns = str(told["table"]), [str(name) for name in told["columns"]]
        except (ValueError, KeyError, TypeError):
            raise UsageError(DAMAGED) from None
        yield table, columns, _until_the_end(lines)


@contextlib.contextmanager
def _of_sqlite(beside: Path) -> Iterator[Snapshot]:
    copy = beside / ".backup-copy.sqlite3"
    copy.unlink(missing_ok=True)  # of a backup that was killed
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))  # SQLite takes an empty file; nobody else may read it
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        applied = schema()
        yield Snapshot(SQLITE, applied, rows_of_file(copy), copy.stat().st_size, _bytes_of(copy))
    finally:
        copy.unlink(missing_ok=True)


@contextlib.contextmanager
def _of_postgres() -> Iterator[Snapshot]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            counts, size = {}, 0
            there = set(connection.introspection.table_names(cursor))  # an older version had fewer
            for table in (name for name in tables() if name in there):
                cursor.execute(f'SELECT count(*), pg_table_size(%s) FROM "{table}"', [table])  # noqa: S608  our own tables
                counts[table], bytes_used = cursor.fetchone()
                size += bytes_used
        yield Snapshot(POSTGRESQL, schema(), counts, size, _told(counts))


def _told(names: Iterable[str]) -> Iterator[bytes]:
    for table in names:
        with connection.cursor() as cursor:
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            yield json.dumps({"table": table, "columns": columns}).encode() + b"\n"
            listed = ", ".join(f'"{name}"' for name in columns)
            with cursor.cursor.copy(f'COPY "{table}" ({listed}) TO STDOUT') as rows:
                yield from (bytes(row) for row in rows)
            yield END_OF_TABLE


def _bytes_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        read: Callable[[], bytes] = lambda: file.read(PIECE)  # noqa: E731
        yield from iter(read, b"")


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        raise UsageError(DAMAGED)


def _until_the_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == END_OF_TABLE:
            return
        yield line
    raise UsageError(DAMAGED)
