"""A verb is whole, is tried again when the database is busy, and finds its way back after a lost connection."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections

from amplifier.errors import DatabaseTrouble
from amplifier.store import heartbeats
from amplifier.store.database import transaction
from amplifier.store.database.transaction import TRIES, be_brief, reading, stamp, stay_with_this_file, whole
from amplifier.store.models import HeartbeatRow
from tests.store.filled import NOW
from tests.waiting import HANG_S


@pytest.mark.usefixtures("any_ledger")
@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Kathmandu"])
@pytest.mark.parametrize("microsecond", [0, 1, 120_000, 999_999])
def test_an_instant_is_written_as_django_writes_it(zone: str, microsecond: int) -> None:
    at = datetime(2023, 6, 10, 14, 40, 5, microsecond, ZoneInfo(zone))
    assert stamp(at) == connection.ops.adapt_datetimefield_value(at)


def beaten() -> set[str]:
    return set(heartbeats.heartbeats())


@pytest.mark.usefixtures("any_ledger")
def test_a_verb_that_breaks_leaves_nothing() -> None:
    @whole
    def two_rows() -> None:
        HeartbeatRow.objects.create(name="one", at=NOW)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        two_rows()
    assert beaten() == set()


@pytest.mark.usefixtures("any_ledger")
def test_a_busy_database_is_tried_again_whole() -> None:
    calls = []

    @whole
    def verb() -> str:
        calls.append(len(beaten()))
        HeartbeatRow.objects.create(name=f"try {len(calls)}", at=NOW)
        if len(calls) < TRIES:
            raise OperationalError("deadlock detected")
        return "done"

    assert verb() == "done"
    assert calls == [0] * TRIES
    assert beaten() == {f"try {TRIES}"}


@pytest.mark.usefixtures("any_ledger")
def test_a_verb_inside_a_verb_is_a_part_of_it() -> None:
    @whole
    def outer() -> None:
        heartbeats.beat("inner", now=NOW)
        assert beaten() == {"inner"}
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        outer()
    assert beaten() == set()


@pytest.mark.usefixtures("any_ledger")
@pytest.mark.parametrize(("words", "tries"), [("database is locked", TRIES), ("disk I/O error", 1)])
def test_what_stays_busy_is_told_and_what_is_broken_is_told_at_once(words: str, tries: int) -> None:
    calls = []

    @whole
    def verb() -> None:
        calls.append(1)
        raise OperationalError(words)

    with pytest.raises(OperationalError, match=words):
        verb()
    assert len(calls) == tries


class OtherProcess:
    """Somebody else who is writing to the same SQLite file."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("INSERT INTO heartbeats (name, at, detail) VALUES ('other', '2023-10-10', '')")

    def finish(self) -> None:
        self.connection.execute("COMMIT")
        self.connection.close()


@pytest.fixture
def busy(sqlite_ledger: None) -> Iterator[OtherProcess]:  # noqa: ARG001  the database whose patience is short
    options = connections.databases["default"]["OPTIONS"]
    patience = options["timeout"]
    options["timeout"] = 0.02
    connection.close()
    other = OtherProcess(str(connection.settings_dict["NAME"]))
    yield other
    other.connection.close()
    options["timeout"] = patience
    connection.close()


def test_a_sqlite_that_another_process_writes_to_for_a_moment_is_tried_again(
    busy: OtherProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.time, "sleep", lambda _: busy.finish())
    heartbeats.beat("ours", now=NOW)
    assert beaten() == {"other", "ours"}


def test_a_sqlite_that_stays_locked_is_told_after_three_tries(
    busy: OtherProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(transaction.time, "sleep", pauses.append)
    with pytest.raises(OperationalError, match="locked"):
        heartbeats.beat("ours", now=NOW)
    assert len(pauses) == TRIES - 1
    busy.finish()
    assert beaten() == {"other"}


@pytest.mark.usefixtures("busy")
def test_readers_do_not_wait_for_a_writer() -> None:
    assert beaten() == set()


@pytest.mark.usefixtures("any_ledger")
def test_a_reading_verb_gives_what_it_read() -> None:
    @reading
    def verb(name: str, *, times: int) -> str:
        return name * times

    assert verb("a", times=3) == "aaa"
    assert verb.__name__ == "verb"


@pytest.mark.usefixtures("postgres_ledger")
def test_a_lost_connection_costs_one_call_at_most() -> None:
    heartbeats.beat("before", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    killer.close()
    with contextlib.suppress(OperationalError):
        heartbeats.beat("lost", now=NOW)
    heartbeats.beat("after", now=NOW)
    assert beaten() >= {"before", "after"}


@pytest.fixture
def ours(sqlite_ledger: None) -> Iterator[Path]:  # noqa: ARG001  the file that this process stays with
    heartbeats.beat("before", now=NOW)
    stay_with_this_file()
    yield Path(connection.settings_dict["NAME"])
    transaction._ours.number = None


def test_a_file_that_is_gone_or_another_is_refused_until_it_is_back(ours: Path) -> None:
    elsewhere = ours.with_name(f"{ours.name}.elsewhere")
    ours.rename(elsewhere)
    connection.close()
    for verb in (beaten, lambda: heartbeats.beat("into the void", now=NOW)):
        with pytest.raises(DatabaseTrouble, match="is not there any more"):
            verb()
    assert not ours.exists()
    ours.write_bytes(elsewhere.read_bytes())
    with pytest.raises(DatabaseTrouble, match="Another file is in the database's place"):
        beaten()
    elsewhere.rename(ours)
    heartbeats.beat("after", now=NOW)
    assert beaten() == {"before", "after"}


def test_a_file_that_goes_while_a_verb_writes_is_not_taken_for_written(ours: Path) -> None:
    elsewhere = ours.with_name(f"{ours.name}.elsewhere")

    @whole
    def verb() -> None:
        HeartbeatRow.objects.create(name="into the void", at=NOW)
        ours.rename(elsewhere)

    with pytest.raises(DatabaseTrouble, match="is not there any more"):
        verb()
    elsewhere.rename(ours)


@pytest.mark.usefixtures("ours")
def test_who_has_seen_damage_once_believes_that_database_nothing_more() -> None:
    @reading
    def verb() -> None:
        raise DatabaseError("database disk image is malformed")

    with pytest.raises(DatabaseTrouble, match="The database is damaged"):
        verb()
    with pytest.raises(DatabaseTrouble, match="The database is damaged"):
        heartbeats.beat("after", now=NOW)


@pytest.mark.usefixtures("any_ledger")
def test_what_breaks_a_rule_is_no_illness() -> None:
    heartbeats.beat("one", now=NOW)

    @whole
    def verb() -> None:
        HeartbeatRow.objects.create(name="one", at=NOW)

    with pytest.raises(IntegrityError):
        verb()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in the process of the pages, with a shorter patience yet."""
    before = connection.settings_dict["OPTIONS"]
    monkeypatch.setattr(transaction, "_lock_wait", transaction._LockWait())
    monkeypatch.setattr(transaction, "BRIEF_S", 1)
    be_brief()
    yield
    connection.close()
    connection.settings_dict["OPTIONS"] = before


@pytest.mark.usefixtures("sqlite_ledger", "hurried")
def test_whoever_people_wait_for_tries_a_locked_database_once_and_shortly() -> None:
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        tried = []
        with (
            connection.execute_wrapper(lambda go, *asked: tried.append(asked[0]) or go(*asked)),
            pytest.raises(DatabaseTrouble, match="Another program keeps the database"),
        ):
            heartbeats.beat("web", now=NOW)
        assert connection.settings_dict["OPTIONS"]["timeout"] == 1
        assert len(tried) == len(set(tried)), tried
        other.rollback()
    heartbeats.beat("web", now=NOW)


@pytest.mark.usefixtures("postgres_ledger", "hurried")
@pytest.mark.postgres
def test_whoever_people_wait_for_waits_shortly_for_a_row_that_others_keep() -> None:
    heartbeats.beat("web", now=NOW)
    with psycopg.connect(**connection.get_connection_params()) as other:  # a driver of its own
        other.execute("SELECT * FROM heartbeats FOR UPDATE")
        with pytest.raises(OperationalError, match="lock timeout"):
            heartbeats.beat("web", now=NOW + timedelta(seconds=1))
        assert set(heartbeats.heartbeats()) == {"web"}  # reading waits for nobody


@pytest.mark.usefixtures("sqlite_ledger")
def test_threads_of_one_process_write_one_after_the_other_and_none_meets_a_locked_file() -> None:
    under_way: list[int] = []
    most: list[int] = []

    @transaction.whole
    def write() -> None:
        under_way.append(1)
        most.append(len(under_way))
        under_way.pop()

    def taking_turns() -> None:
        for _ in range(5):
            with transaction._in_turn():
                assert not transaction._writer.acquire(blocking=False)
            write()
        connection.close()

    threads = [threading.Thread(target=taking_turns) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_S)
    assert (len(most), max(most)) == (40, 1)
    assert not transaction._writer.locked()


@pytest.mark.usefixtures("sqlite_ledger")
def test_whoever_keeps_its_turn_for_long_keeps_nobody_from_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "TURN_S", 0.01)
    with transaction._writer:
        assert transaction.whole(lambda: "written")() == "written"
    assert not transaction._writer.locked()
