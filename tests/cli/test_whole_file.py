from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from amplifier.cli import whole_file as module
from amplifier.cli.whole_file import whole_file
from amplifier.errors import UsageError
from tests.test_no_file import make


def test_the_file_appears_with_all_that_was_written_and_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    with whole_file(path, mode=0o600) as file:
        file.write(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_in_the_middle_leaves_what_stood_there_before(tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot be written: No space left on device\. Nothing was left there\."):  # noqa: SIM117
        with whole_file(tmp_path / "sheet.html") as file:
            file.write(b"all of it")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["no such folder/sheet.html", ".", "/dev/full/sheet.html"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError), whole_file(tmp_path / name) as file:
        file.write(b"never")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["a pipe", "a socket"])
def test_what_is_no_ordinary_file_is_refused_and_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "sheet.html"
    make(path, kind)
    before = path.lstat()
    with pytest.raises(UsageError, match=f"is {kind}, and not a file"), whole_file(path) as file:
        file.write(b"never")
    assert os.path.samestat(path.lstat(), before)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_refused_and_stays_with_what_it_leads_to(tmp_path: Path) -> None:
    path, there = tmp_path / "sheet.html", tmp_path / "there"
    there.write_bytes(b"before")
    path.symlink_to(there)
    with pytest.raises(UsageError, match=r"is a link\. Name the file itself\."), whole_file(path) as file:
        file.write(b"never")
    assert path.is_symlink()
    assert there.read_bytes() == b"before"
