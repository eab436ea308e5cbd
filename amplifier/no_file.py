"""What has a file's name and is no file: a folder, a pipe, a link to nothing; said before anybody waits."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def instead_of_file(path: Path) -> str:
    """What is there instead of a file, such as "a pipe"; empty if there is a file, or nothing, or nobody can tell."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "a link that leads round in a circle"
        return "a link to nothing" if error.errno == errno.ENOENT and path.is_symlink() else ""
    return next((what for is_it, what in KINDS if is_it(mode)), "")
