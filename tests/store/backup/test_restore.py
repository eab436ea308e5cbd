from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from amplifier.errors import UsageError
from amplifier.store import decisions, ledger
from amplifier.store.backup.file import Header
from amplifier.store.backup.restore import must_be_whole, must_fit, replace_file, replace_rows
from amplifier.store.backup.rows import SQLITE, rows_of_file, schema, snapshot
from amplifier.store.events import Event, events_of, of_delivery, write_events
from amplifier.store.holding import restored, stops
from amplifier.store.models import DeliveryRow, EventRow
from tests.store import filled
from tests.store.backup.test_rows import HARD
from tests.store.filled import NOW, after


def _nothing() -> None:
    """Mark nothing."""


def _kept(folder: Path) -> tuple[Header, bytes]:
    with snapshot(folder) as made:
        header = Header("rehearsal", "lab23", after(-60), made.database, made.schema, made.tables)
        return header, b"".join(made.pieces)


def _database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _restore(header: Header, content: bytes, folder: Path, mark: object = _nothing) -> str:
    """Put it back on the database at hand; where the one before is kept."""
    assert callable(mark)
    if header.database == SQLITE:
        copy = _database().with_name(f"{folder.name}-copy.sqlite3")
        copy.write_bytes(content)
        return str(replace_file(_database(), copy, header, now=NOW, mark=mark))
    return replace_rows(lambda: [content], header, now=NOW, mark=mark)


@pytest.fixture
def tidy(any_ledger: None) -> Iterator[None]:  # noqa: ARG001  the database it tidies up
    """What restores keep in PostgreSQL is taken away after the test."""
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP SCHEMA "{name}" CASCADE')
    else:
        for path in _database().parent.glob("before-restore-*"):
            path.unlink()


@pytest.fixture
def opened(tidy: None) -> None:  # noqa: ARG001  the database that it opens
    filled.open_ledger()


def test_everything_comes_back_as_it_was_and_new_rows_get_new_numbers(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    before = [filled.add(HARD, account=account) for account in filled.PLATFORMS]
    DeliveryRow.objects.filter(id=before[0]).update(request=b"\x00\xff bytes \\", remote_id="7", sent_at=NOW)
    rows = list(DeliveryRow.objects.order_by("id").values())
    events = list(EventRow.objects.order_by("id").values())
    header, content = _kept(tmp_path)
    DeliveryRow.objects.filter(id=before[1]).update(text="changed since")
    lost = filled.add("said since")
    assert _restore(header, content, tmp_path) != "None"
    for now, then in ((DeliveryRow, rows), (EventRow, events)):
        found = list(now.objects.order_by("id").values())
        assert [{**row, "request": None} for row in found] == [{**row, "request": None} for row in then]
    assert bytes(filled.row(before[0]).request or b"") == b"\x00\xff bytes \\"
    assert not DeliveryRow.objects.filter(id=lost).exists()
    assert filled.add("said after") > max(before)


def test_what_has_happened_can_still_not_be_rewritten_after_a_restore(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    number = filled.add()
    _restore(*_kept(tmp_path), tmp_path)
    assert events_of(of_delivery(number))
    with pytest.raises(DatabaseError):
        EventRow.objects.update(actor="somebody else")


def test_what_was_here_before_is_kept(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    header, content = _kept(tmp_path)
    number = filled.add("only here")
    aside = _restore(header, content, tmp_path)
    if header.database == SQLITE:
        assert rows_of_file(Path(aside))["deliveries"] == 1
        assert Path(aside).stat().st_mode & 0o077 == 0  # as everything in the data folder
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT id, text FROM "{aside}".deliveries')
            assert cursor.fetchall() == [(number, "only here")]


def test_it_is_marked_before_it_is_in_place(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    number = filled.add(due=after(-60))
    header, content = _kept(tmp_path)

    def mark() -> None:
        if header.database == SQLITE:
            assert rows_of_file(database)["stops"] == 0
        restored.doubt(made_at=after(-600), now=NOW, actor="cli:wren", reason="Restored.", readable=filled.PLATFORMS)

    database = _database()
    _restore(header, content, tmp_path, mark)
    assert [stop.reason for stop in stops.stops()] == ["Restored."]
    assert filled.row(number).state == "unsure"


def test_a_failure_while_marking_leaves_the_database_as_it_was(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    header, content = _kept(tmp_path)
    number = filled.add("only here")

    def fail() -> None:
        stops.stop(reason="Restored.", actor="cli:wren", now=NOW)
        raise DatabaseError("the disk is full")

    with pytest.raises(UsageError, match="the disk is full\nThe database is as it was"):
        _restore(header, content, tmp_path, fail)
    assert filled.row(number).text == "only here"
    assert stops.stops() == ()
    assert ledger.ledger() is not None


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(tidy: None, tmp_path: Path) -> None:  # noqa: ARG001
    newest = schema()
    call_command("migrate", "store", newest[1], verbosity=0, skip_checks=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger (id, mode, campaign, opened_at, stopped, stage)"
                " VALUES (1, 'rehearsal', 'lab23', '2023-10-10 12:00:00+00:00', '', '')"
            )
            cursor.execute("INSERT INTO kits (campaign, digest, html, made_at) VALUES ('lab23', 'd', '', '2023-10-10')")
        old = {name: number for name, number in _kept_old(tmp_path)[0].tables.items() if number}
        header, content = _kept_old(tmp_path)
        assert header.schema == newest[:2]
    finally:
        connection.close()
        call_command("migrate", verbosity=0, skip_checks=True)
    assert old == {"ledger": 1, "kits": 1}
    _restore(header, content, tmp_path)
    assert schema() == newest
    opened = ledger.ledger()
    assert opened is not None
    assert opened.campaign == "lab23"
    filled.know([("x", "x", "x-handle")])
    filled.add()


def _kept_old(folder: Path) -> tuple[Header, bytes]:
    """A backup as an older version made it, which knew fewer tables."""
    there = set(connection.introspection.table_names())
    patch = pytest.MonkeyPatch()
    from amplifier.store.backup import rows as backup_rows  # noqa: PLC0415  to be told what the older version knew

    known = tuple(name for name in backup_rows.tables() if name in there)
    patch.setattr(backup_rows, "tables", lambda: known)
    try:
        return _kept(folder)
    finally:
        patch.undo()


def test_rows_that_are_not_those_of_the_header_are_refused(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    number = filled.add()
    header, content = _kept(tmp_path)
    wrong = replace(header, tables={**header.tables, "deliveries": 2})
    with pytest.raises(UsageError, match="damaged"):
        _restore(wrong, content, tmp_path)
    with pytest.raises(UsageError, match="damaged"):
        must_be_whole(header, {})
    assert filled.row(number)


def test_a_ledger_of_another_campaign_inside_is_refused(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    number = filled.add()
    header, content = _kept(tmp_path)
    with pytest.raises(UsageError, match="damaged"):
        _restore(replace(header, campaign="lab24"), content, tmp_path)
    assert filled.row(number)


def test_another_kind_of_database_and_a_newer_version_are_refused(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    header, _ = _kept(tmp_path)
    must_fit(header)
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[header.database]
    with pytest.raises(UsageError, match=r"This backup is of .*, and this install uses "):
        must_fit(replace(header, database=other))
    with pytest.raises(UsageError, match=r"made by a newer version of Amplifier \(it knows 9999_later\)"):
        must_fit(replace(header, schema=(*header.schema, "9999_later")))


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_damaged_database_is_kept_as_it_is_with_its_journal(tmp_path: Path) -> None:
    filled.open_ledger()
    header, content = _kept(tmp_path)
    database = _database()
    connection.close()
    database.write_bytes(b"no database any more")
    journal = database.with_name(database.name + "-wal")
    journal.write_bytes(b"nor a journal")
    aside = Path(_restore(header, content, tmp_path))
    assert aside.read_bytes() == b"no database any more"
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"nor a journal"
    assert not journal.exists()
    assert decisions.newest_decision() == 0
    assert ledger.ledger() is not None
    for path in database.parent.glob("before-restore-*"):
        path.unlink()


def test_events_written_after_a_restore_get_numbers_of_their_own(opened: None, tmp_path: Path) -> None:  # noqa: ARG001
    filled.add()
    _restore(*_kept(tmp_path), tmp_path)
    write_events([Event(NOW, "cli:wren", "service", "tried")])
    assert EventRow.objects.order_by("-id").values_list("kind", flat=True)[0] == "tried"
