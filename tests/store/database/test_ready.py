from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from amplifier.clock import utc_now
from amplifier.errors import DatabaseTrouble
from amplifier.store import ledger
from amplifier.store.backup.rows import is_behind
from amplifier.store.database import ready
from amplifier.store.database.ready import Readiness, fill_if_empty, must_not_be_other, readiness, wait_until_ready
from tests.conftest import SQLITE
from tests.conftest import _use as use
from tests.waiting import HANG_S

pytestmark = pytest.mark.ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A database that nobody has used yet."""
    if request.param == "sqlite":
        use({**SQLITE, "NAME": str(tmp_path / "ledger.sqlite3")})
        yield
        connection.close()
        return
    server = request.getfixturevalue("postgres")
    use(server)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS untouched WITH (FORCE)")
        cursor.execute("CREATE DATABASE untouched")
    use({**server, "NAME": "untouched"})
    yield
    use(server)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE untouched WITH (FORCE)")


def open_ledger() -> None:
    ledger.open_ledger(mode="live", campaign="lab23", now=utc_now(), stopped="")


def has_tables() -> list[str]:
    return connection.introspection.table_names()


@pytest.mark.usefixtures("empty")
def test_an_empty_database_gets_all_its_tables_once() -> None:
    assert readiness() is Readiness.EMPTY
    assert fill_if_empty()
    assert (readiness(), is_behind()) == (Readiness.READY, False)
    open_ledger()
    assert not fill_if_empty()
    assert ledger.ledger() is not None


@pytest.mark.usefixtures("empty")
def test_whoever_is_ended_in_the_middle_leaves_it_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*words: Any, **options: Any) -> None:
        call_command(*words, "store", "0009", **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(ready, "call_command", ended)
    with pytest.raises(KeyboardInterrupt):
        fill_if_empty()
    connection.close()
    assert (readiness(), has_tables()) == (Readiness.EMPTY, [])
    monkeypatch.undo()
    assert fill_if_empty()


@pytest.mark.usefixtures("empty")
def test_two_that_begin_at_once_make_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = readiness
    both = threading.Barrier(2, timeout=HANG_S)

    def together() -> Readiness:
        seen = found()
        both.wait()
        return seen

    monkeypatch.setattr(ready, "readiness", together)
    said: list[bool] = []

    def begin() -> None:
        said.append(fill_if_empty())
        connection.close()

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_S)
    assert sorted(said) == [False, True]
    assert found() is Readiness.READY


@pytest.mark.usefixtures("empty")
def test_the_references_between_tables_are_kept_to_afterwards() -> None:
    fill_if_empty()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("whose", ["an older version", "another program"])
def test_tables_of_others_are_never_touched(whose: str) -> None:
    if whose == "another program":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE theirs (id integer)")
    else:
        call_command("migrate", "store", "0015", verbosity=0, skip_checks=True)
    before = has_tables()
    assert readiness() is Readiness.OTHER
    assert not fill_if_empty()
    assert has_tables() == before
    for refusing in (must_not_be_other, wait_until_ready):
        with pytest.raises(DatabaseTrouble, match="Make it ready; as it was, it is kept: amplifier migrate"):
            refusing()


@pytest.mark.usefixtures("empty")
def test_who_waits_goes_on_as_soon_as_another_has_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def another_makes_it(_seconds: float) -> None:
        looks.append(readiness())
        fill_if_empty()

    monkeypatch.setattr("time.sleep", another_makes_it)
    wait_until_ready()
    assert looks == [Readiness.EMPTY]


def test_a_file_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    use({**SQLITE, "NAME": str(tmp_path / "ledger.sqlite3")})
    assert readiness() is Readiness.EMPTY
    assert not list(tmp_path.iterdir())
