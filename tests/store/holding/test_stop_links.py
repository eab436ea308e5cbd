"""The stop links in a file: whole or as before, for this user alone, and never more than what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from amplifier.store.holding.stop_links import FILE, version, write_down, written

LINKS = {"a" * 64: 1, "b" * 64: 12}


def test_what_is_written_down_is_read_and_is_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_down(tmp_path, LINKS)
    finally:
        os.umask(before)
    assert written(tmp_path) == LINKS
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_none_in_use_is_not_the_same_as_no_file(tmp_path: Path) -> None:
    assert written(tmp_path) is None
    write_down(tmp_path, {})
    assert written(tmp_path) == {}


@pytest.mark.parametrize("spoilt", [b"\xff\xfe\x00", b"a 1\n", b"<html>", b"A" * 64 + b" 1\n", b"a" * 64 + b" -1\n"])
def test_what_is_no_link_is_none(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / FILE).write_bytes(spoilt + b"\n" + b"c" * 64 + b" 7\n")
    assert written(tmp_path) == {"c" * 64: 7}


def test_a_folder_that_takes_nothing_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_down(tmp_path, LINKS)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_down(tmp_path, {})
    assert written(tmp_path) == LINKS
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_it_shows_when_it_was_written_anew(tmp_path: Path) -> None:
    seen = [version(tmp_path)]
    for links in (LINKS, {}):
        write_down(tmp_path, links)
        seen.append(version(tmp_path))
    assert len(set(seen)) == 3
