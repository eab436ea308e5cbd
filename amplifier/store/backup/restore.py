"""Put a backup in the place of the database, in one step, and keep what was there before."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from amplifier.errors import UsageError
from amplifier.store import ledger
from amplifier.store.backup.file import DAMAGED, Header
from amplifier.store.backup.rows import POSTGRESQL, SQLITE, counted_rows, rows_of_file, told_rows
from amplifier.store.database.transaction import is_postgres

JOURNALS = ("-wal", "-shm")
NAME = re.compile(r"[a-z_]+")


def must_fit(header: Header) -> None:
    """Raises UsageError if this database cannot take the backup: another kind, or rows of a newer version."""
    here = POSTGRESQL if is_postgres() else SQLITE
    if header.database != here:
        names = {SQLITE: "a database file (SQLite)", POSTGRESQL: "PostgreSQL"}
        raise UsageError(
            f"This backup is of {names.get(header.database, header.database)}, and this install uses {names[here]}.\n"
            "Restore it where DATABASE_URL is as it was then; a database cannot change its kind this way."
        )
    newer = [name for name in header.schema if ("store", name) not in MigrationLoader(None).disk_migrations]
    if newer:
        raise UsageError(
            f"This backup was made by a newer version of Amplifier (it knows {newer[-1]}).\n"
            "Update Amplifier here, then restore it."
        )


def must_be_whole(header: Header, counts: dict[str, int]) -> None:
    """Raises UsageError unless these are the rows that the header tells of."""
    if counts != dict(header.tables):
        raise UsageError(DAMAGED)


def replace_file(database: Path, copy: Path, header: Header, *, now: datetime, mark: Callable[[], None]) -> Path | None:
    """SQLite: bring `copy` up to this version, let `mark` write into it, and only then put it in the database's place.

    Where the database that was there before is kept now; None if there was none.
    """
    must_be_whole(header, rows_of_file(copy))
    with _working_on(copy):
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        _must_belong(header)
        mark()
    _settle(copy)
    aside = _keep(database, now)
    for ending in JOURNALS:
        database.with_name(database.name + ending).unlink(missing_ok=True)
    _flush(copy)
    copy.replace(database)
    _flush(database.parent)
    return aside


def replace_rows(
    pieces: Callable[[], Iterable[bytes]], header: Header, *, now: datetime, mark: Callable[[], None]
) -> str:
    """PostgreSQL: put the present tables aside and the backup's in their place, and let `mark` write into them.

    All of it is one transaction. The name of the schema in which the present tables are kept. `pieces` is called twice:
    once to count, before anything is touched.
    """
    must_be_whole(header, counted_rows(pieces()))
    aside = f"before_restore_{now:%Y%m%dt%H%M%S}"
    try:
        with transaction.atomic():
            _move_aside(aside)
            call_command("migrate", "store", header.schema[-1], verbosity=0, interactive=False, skip_checks=True)
            for table, columns, rows in told_rows(pieces()):
                _copy_in(table, columns, rows)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            _continue_numbers()
            _must_belong(header)
            mark()
    except DatabaseError as error:
        raise UsageError(f"The backup cannot be restored: {error}\nThe database is as it was.") from None
    return aside


def _must_belong(header: Header) -> None:
    found = ledger.ledger()
    if found is None or (found.mode, found.campaign) != (header.mode, header.campaign):
        raise UsageError(DAMAGED)


@contextlib.contextmanager
def _working_on(path: Path) -> Iterator[None]:
    """Let all verbs work on this file instead of the install's own database."""
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    except DatabaseError as error:
        raise UsageError(f"The backup cannot be restored: {error}\nThe database is as it was.") from None
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _settle(path: Path) -> None:
    """Write a database's journal into it, so that the file alone is all of it."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.execute("PRAGMA journal_mode = DELETE")


def _keep(database: Path, now: datetime) -> Path | None:
    """Copy the present database with its journals aside, damaged or not."""
    if not database.exists():
        return None
    aside = database.with_name(f"before-restore-{now:%Y%m%dT%H%M%SZ}.sqlite3")
    for ending in ("", *JOURNALS):
        source = database.with_name(database.name + ending)
        if source.exists():
            copied = aside.with_name(aside.name + ending)
            os.close(os.open(copied, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # what it keeps is for nobody else
            shutil.copyfile(source, copied)
            _flush(copied)
    return aside


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move_aside(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        cursor.execute(f'CREATE SCHEMA "{name}"')
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{table}" SET SCHEMA "{name}"')
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = %s AND NOT EXISTS"
            " (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
            [schema],
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f'ALTER FUNCTION {function} SET SCHEMA "{name}"')


def _copy_in(table: str, columns: list[str], rows: Iterable[bytes]) -> None:
    if not all(NAME.fullmatch(name) for name in (table, *columns)):
        raise UsageError(DAMAGED)
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as into:
        for row in rows:
            into.write(row)


def _continue_numbers() -> None:
    """New rows get numbers behind those that came with the backup."""
    models = list(apps.get_app_config("store").get_models())
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
