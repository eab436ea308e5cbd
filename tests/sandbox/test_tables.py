from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.sandbox import tables


def test_a_second_process_is_refused_while_the_first_is_there(tmp_path: Path) -> None:
    first = tables.connect(tmp_path / "deep" / "world.db")
    with pytest.raises(tables.WorldError, match="in use"):
        tables.connect(tmp_path / "deep" / "world.db")
    first.close()
    tables.connect(tmp_path / "deep" / "world.db").close()


def test_the_world_is_one_file(tmp_path: Path) -> None:
    file = tables.connect(tmp_path / "world.db")
    file.execute("INSERT INTO kept VALUES ('a', '1')")
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["world.db"]


def test_a_file_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tables.connect(tmp_path / "world.db")
    file.execute(f"PRAGMA user_version = {tables.VERSION + 1}")
    file.close()
    with pytest.raises(tables.WorldError, match="begin anew with --fresh"):
        tables.connect(tmp_path / "world.db")
    tables.connect(tmp_path / "other.db").close()


def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "world.db").write_bytes(b"no database" * 1000)
    with pytest.raises(tables.WorldError, match="begin anew with --fresh"):
        tables.connect(tmp_path / "world.db")
