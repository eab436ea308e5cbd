from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from amplifier.errors import UsageError
from amplifier.store import ledger
from amplifier.store.backup import rows as backup_rows
from amplifier.store.backup.rows import counted_rows, rows_of_file, schema, snapshot, tables, told_rows
from tests.store import filled
from tests.waiting import HANG_S

HARD = "Two\nlines\ttab \\. back\\slash \\N null\r\n“quotes” 📣 \u2028 end"


def _content(folder: Path) -> tuple[backup_rows.Snapshot, bytes]:
    with snapshot(folder) as made:
        return made, b"".join(made.pieces)


@pytest.mark.usefixtures("opened")
def test_it_has_every_table_with_its_rows_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for account in filled.PLATFORMS:
        filled.add(HARD, account=account)
    made, content = _content(tmp_path)
    assert set(made.tables) == set(tables())
    assert (made.tables["deliveries"], made.tables["accounts"], made.tables["ledger"]) == (3, 3, 1)
    assert made.schema == schema()
    assert "0001_ledger" in made.schema
    assert len(content) > 1000
    assert made.size > 1000
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("opened")
def test_what_is_written_meanwhile_is_not_in_it(tmp_path: Path) -> None:
    filled.add()
    told: list[int] = []

    def write() -> None:
        told.append(filled.add())
        connection.close()

    with snapshot(tmp_path) as made:
        other = threading.Thread(target=write)
        other.start()
        other.join(HANG_S)
        content = b"".join(made.pieces)
    assert told
    assert made.tables["deliveries"] == 1
    if made.database == backup_rows.SQLITE:
        path = tmp_path / "copy.sqlite3"
        path.write_bytes(content)
        assert rows_of_file(path) == dict(made.tables)
    else:
        assert counted_rows([content]) == dict(made.tables)


@pytest.mark.usefixtures("sqlite_ledger")
def test_what_was_deleted_is_not_in_it(tmp_path: Path) -> None:
    filled.open_ledger()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO kits VALUES ('gone', '', 'forget these words', '2023-10-10')")
        cursor.execute("DELETE FROM kits")
    _, content = _content(tmp_path)
    assert b"forget these words" not in content


@pytest.mark.usefixtures("sqlite_ledger")
def test_only_its_owner_can_read_the_copy_and_one_that_a_kill_left_is_no_trouble(tmp_path: Path) -> None:
    filled.open_ledger()
    (tmp_path / ".backup-copy.sqlite3").write_bytes(b"half of an older one")
    with snapshot(tmp_path) as made:
        (copy,) = tmp_path.iterdir()
        assert copy.stat().st_mode & 0o777 == 0o600
        assert made.tables["accounts"] == 3
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("sqlite_ledger")
def test_without_room_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    filled.open_ledger()
    with pytest.raises(UsageError, match=r"The database cannot be copied: .*Nothing was left behind"):
        _content(tmp_path / "no such folder")


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_full_disk_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.open_ledger()

    def full(_path: Path) -> Iterator[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backup_rows, "_bytes_of", full)
    with pytest.raises(UsageError, match="No space left on device"):
        _content(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("postgres_ledger")
def test_rows_are_told_as_they_are_whatever_stands_in_them(tmp_path: Path) -> None:
    filled.open_ledger()
    filled.add(HARD)
    _, content = _content(tmp_path)
    for pieces in ([content], [content[at : at + 7] for at in range(0, len(content), 7)]):
        found = {table: (columns, list(lines)) for table, columns, lines in told_rows(pieces)}
        assert set(found) == set(tables())
        columns, (line,) = found["deliveries"]
        assert line.decode().removesuffix("\n").split("\t")[columns.index("text")].startswith("Two\\nlines\\ttab \\\\.")


@pytest.mark.parametrize("cut", [b"", b"\\.\n", b'{"table": "posts"}\n', b"[]\n"])
def test_rows_that_end_too_early_are_no_backup(cut: bytes) -> None:
    head = b'{"table": "posts", "columns": ["id"]}\n'
    content = head + b"1\n" + b"\\.\n"
    assert counted_rows([content]) == {"posts": 1}
    for broken in (head + b"1\n" + cut.replace(b"\\.\n", b""), head + b"1", content + cut + b"x"):
        with pytest.raises(UsageError):
            counted_rows([broken])


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    filled.open_ledger()
    for number in range(40):
        filled.add(f"{number} " * 50)
    _, content = _content(tmp_path)
    path = tmp_path / "copy.sqlite3"
    path.write_bytes(content)
    assert rows_of_file(path)["deliveries"] == 40
    damaged = bytearray(content)
    for at in range(len(damaged) // 2, len(damaged), 97):
        damaged[at] ^= 0xFF
    for broken in (bytes(damaged), content[: len(content) // 2], b"no database at all" * 100):
        path.write_bytes(broken)
        with pytest.raises(UsageError, match="The database is damaged"):
            rows_of_file(path)


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_row_that_hangs_on_nothing_is_damage_too(tmp_path: Path) -> None:
    filled.open_ledger()
    filled.add()
    _, content = _content(tmp_path)
    path = tmp_path / "copy.sqlite3"
    path.write_bytes(content)
    with sqlite3.connect(path) as file:
        file.execute("DELETE FROM posts")
    file.close()
    with pytest.raises(UsageError, match="The database is damaged"):
        rows_of_file(path)


def test_the_ledger_is_one_of_the_tables() -> None:
    assert ledger.TABLE in tables()
    assert "deliveries" in tables()
