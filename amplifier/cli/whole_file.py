"""A file that is there whole or not at all: written beside its place, flushed to disk, and moved there in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from amplifier.errors import UsageError
from amplifier.no_file import instead_of_file


def file_name(text: str) -> Path:
    """An option's file. Raises UsageError for a folder's name, whether the folder is there or not."""
    if text.endswith(os.sep):
        raise UsageError(f"{text} is a folder. Name the file in it.")
    return Path(text)


@contextlib.contextmanager
def whole_file(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Write this file; it appears, in place of the one before, only when all of it is on the disk.

    Raises UsageError with the reason if it cannot be written (no folder, no right, a full disk, or what has that name
    is no ordinary file); then nothing is left behind, and what stood there before stands there still.
    """
    path = path.absolute()
    if is_folder(path):
        raise UsageError(f"{path} is a folder. Name the file in it.")
    if path.is_symlink():  # such as /dev/stdout: the link would go, and what it leads to would stay as it is
        raise UsageError(f"{path} is a link. Name the file itself. Nothing was written.")
    if what := instead_of_file(path):
        raise UsageError(f"{path} is {what}, and not a file. Name a file. Nothing was written.")
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}-", suffix=".part")
    except OSError as error:
        raise _refused(path, error) from None
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        beside.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise _refused(path, error) from None
    finally:
        beside.unlink(missing_ok=True)


def is_folder(path: Path) -> bool:
    """Whether it is one. Raises UsageError where nothing can be of this name, such as one that is too long."""
    try:
        return path.is_dir()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}. Nothing was written.") from None


def _refused(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror or error}. Nothing was left there.")


def _sync(folder: Path) -> None:
    """Let the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
