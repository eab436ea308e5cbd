"""Output that breaks nothing: marks that a terminal cannot show become plain, and what takes no output ends no command.

A command may have sent a post before it prints a line. So no character and no full disk may end it between the two; why
something could not be written is kept here, and told once at the end.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PLAIN = "amplifier.plain"  # the name of our way with characters that an encoding does not have
MARKS = {
    "\u2713": "+",
    "\u2715": "x",
    "\u00d7": "x",
    "\u25f7": "o",
    "\u2016": "=",
    "\u25b2": "!",
    "\u25cf": "*",
    "\u2022": "*",
    "\u00b7": "-",
    "\u2192": ">",
    "\u2190": "<",
    "\u2014": "-",
    "\u2013": "-",
    "\u2026": "...",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u00a3": "GBP ",
    "\u20ac": "EUR ",
}
GONE = (errno.EPIPE, errno.EBADF)  # whoever read has had enough, or there never was anybody


class Streams(Protocol):
    """What became of the output: the reason why some of it could not be written, or nothing."""

    def problem(self) -> str:
        """Why standard output is not whole, such as “No space left on device”; empty where nobody missed anything."""


class _Raw(io.RawIOBase):
    """A descriptor that takes whatever it is given; the first reason why not is kept, and nothing is tried after it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: WriteableBuffer, /) -> int:
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and self.error is None:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # a terminal that another program made so
                select.select((), (self._descriptor,), ())
            except OSError as error:
                self.error = error
        return size

    def problem(self) -> str:
        if self.error is None or self.error.errno in GONE:
            return ""
        return self.error.strerror or str(self.error)


@contextlib.contextmanager
def unbreakable() -> Iterator[Streams]:
    """While this lasts, nothing that is printed raises an error, whatever takes the output and in which encoding.

    Where something else took the place of the process's own streams, as in tests, it stays.
    """
    _fill()
    out, err = sys.stdout, sys.stderr
    raws = _Raw(1), _Raw(2)
    if out is sys.__stdout__:
        sys.stdout = _over(out, raws[0])
    if err is sys.__stderr__:
        sys.stderr = _over(err, raws[1])
    try:
        yield raws[0]
    finally:
        for ours, before in ((sys.stdout, out), (sys.stderr, err)):
            if ours is not before and ours is not None:
                ours.flush()
        sys.stdout, sys.stderr = out, err


def can_write(marks: str, stream: TextIO) -> bool:
    """Whether these characters can be written there as they are."""
    try:
        marks.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _fill() -> None:
    """What the process began without leads nowhere: else the next file it opens, the database, took that number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  as long as the process


def _over(stream: TextIO | None, raw: _Raw) -> TextIO:
    """The same stream in the same encoding, on a descriptor that takes everything. None: the process began without."""
    if stream is not None:
        stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(stream, "encoding", "utf-8"),
        errors=PLAIN,
        line_buffering=getattr(stream, "line_buffering", True),
        write_through=getattr(stream, "write_through", False),
    )


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the encoding does not have: a plain mark, else their number in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(MARKS.get(one) or ascii(one)[1:-1] for one in found), error.end


codecs.register_error(PLAIN, _plain)
