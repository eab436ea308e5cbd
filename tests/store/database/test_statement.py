"""Statements of our own: the same rows and the same errors as by Django's cursor, on both databases."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from amplifier.store.database.statement import execute, execute_many, execute_named, marks
from amplifier.store.database.transaction import stamp, whole
from amplifier.store.models import EventRow
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
ADD = """INSERT INTO events (at, actor, subject, kind, "before", "after", fence, detail)
VALUES (%s, %s, 'x', 'y', '', '', 0, '')"""


def test_rows_come_as_djangos_cursor_gives_them() -> None:
    numbers = [filled.add("One 100% text?"), filled.add("Two")]
    statement = f"SELECT id, text, due_at FROM deliveries JOIN (SELECT id AS p, due_at FROM posts) q ON q.p = post_id \
WHERE deliveries.id IN ({marks(numbers)}) ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(statement, numbers)
        wanted = cursor.fetchall()
    assert execute(statement, numbers) == wanted
    assert [row[1] for row in wanted] == ["One 100% text?", "Two"]


def test_rows_come_by_the_names_of_their_columns() -> None:
    number = filled.add("Named?")
    (row,) = execute_named("SELECT text AS said, id, 7 AS seven FROM deliveries WHERE id = %s", [number])
    assert row == {"said": "Named?", "id": number, "seven": 7}
    assert execute_named("SELECT id FROM posts WHERE slot = 'none'") == []
    assert execute_named("UPDATE posts SET slot = slot WHERE id = %s", [0]) == []


def test_what_returns_nothing_gives_no_rows() -> None:
    assert execute("UPDATE posts SET slot = slot WHERE id = %s", [0]) == []
    assert execute("SELECT id FROM posts WHERE slot = 'none'") == []


def test_a_statement_for_each_row() -> None:
    execute_many(ADD, [[stamp(after(number)), f"actor {number}"] for number in range(3)])
    assert list(EventRow.objects.values_list("at", "actor").order_by("id"))[-3:] == [
        (after(number), f"actor {number}") for number in range(3)
    ]


def test_what_goes_wrong_is_the_same_error_of_djangos() -> None:
    number = filled.add()
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("UPDATE deliveries SET post_id = NULL WHERE id = %s", [number])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("SELECT nothing FROM nowhere")
    with pytest.raises(IntegrityError), transaction.atomic():
        execute_many(ADD, [[None, "actor"]])


def test_in_a_transaction_that_is_broken_nothing_more_is_done() -> None:
    with transaction.atomic():
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            execute("SELECT 1")


def test_it_is_part_of_the_transaction_around_it() -> None:
    @whole
    def write() -> None:
        execute_many(ADD, [[stamp(NOW), "gone"]])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert not EventRow.objects.filter(actor="gone").exists()
