"""The stop links in use, by their digests, in a file beside STOP: whoever has one stops also without a database."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

FILE = "stop-links"
LONGEST = 1_000_000  # bytes of it that are read: some ten thousand links
LINE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,18})", re.ASCII)


def write_down(var: Path, links: Mapping[str, int]) -> None:
    """Put these in the place of what the file said: a link's number by its digest. Nobody else can read it.

    Raises OSError; then what stood there before stands there still.
    """
    descriptor, name = tempfile.mkstemp(dir=var, prefix=f".{FILE}-")  # for this user alone
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{digest} {number}\n" for digest, number in links.items())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(var / FILE)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def written(var: Path) -> Mapping[str, int] | None:
    """What the file says; None if there is none that can be read."""
    try:
        with (var / FILE).open("rb") as file:
            lines = file.read(LONGEST).decode("ascii", errors="replace").splitlines()
    except OSError:
        return None
    return {found[1]: int(found[2]) for found in map(LINE.fullmatch, lines) if found}


def version(var: Path) -> tuple[int, int]:
    """What changes whenever the file is written anew; one look at the folder."""
    try:
        found = (var / FILE).stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)
