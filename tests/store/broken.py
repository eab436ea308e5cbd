"""A real database that refuses some writes for a while, as a full disk or a bug in one row would make it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from amplifier.store.database.transaction import is_postgres

FUNCTION = """CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION 'disk I/O error'; END $$ LANGUAGE plpgsql"""
REFUSE = "CREATE TRIGGER refused BEFORE UPDATE ON deliveries"


@contextmanager
def refusing(new: str) -> Iterator[None]:
    """No delivery takes a row for which this SQL about NEW is true."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(FUNCTION)
            cursor.execute(f"{REFUSE} FOR EACH ROW WHEN ({new}) EXECUTE FUNCTION refuse()")
        else:
            cursor.execute(f"{REFUSE} WHEN {new} BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refused ON deliveries" if is_postgres() else "DROP TRIGGER refused")
