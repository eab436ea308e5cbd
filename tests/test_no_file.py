"""What has a file's name and is no file is told from a file, from nothing, and from one another."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from amplifier.no_file import instead_of_file


def make(path: Path, kind: str) -> None:
    """Put something of this kind there instead of a file."""
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a link to nothing":
        path.symlink_to(path.with_name("nothing"))
    elif kind == "a link that leads round in a circle":
        path.symlink_to(path)
    else:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.fsencode(path))


@pytest.mark.parametrize(
    "kind", ["a folder", "a pipe", "a socket", "a link to nothing", "a link that leads round in a circle"]
)
def test_what_is_there_instead_is_named(tmp_path: Path, kind: str) -> None:
    make(tmp_path / "z.yaml", kind)
    assert instead_of_file(tmp_path / "z.yaml") == kind


def test_a_file_a_link_to_one_and_nothing_are_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert [instead_of_file(tmp_path / name) for name in ("a", "b", "c")] == ["", "", ""]
    assert instead_of_file(Path("/dev/null")) == "a device"
