"""How long a network may keep a call waiting, and how much it may answer: whatever it does, somebody else is next."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MIB = 1024 * 1024
LARGEST = 32 * MIB  # after unpacking: forty posts, each as long as any server takes from another, with room to spare
CHUNK = 16 * 1024
CODINGS = "gzip, deflate"  # what we say that we can unpack, whatever else is installed here
EITHER_FORM = 47  # gzip or zlib, as its own first bytes tell (zlib.decompressobj)
RAW = -15  # without any: some servers call this deflate

_ends: ContextVar[float] = ContextVar("_ends", default=math.inf)


class TooLargeError(ValueError):
    """The answer is larger than any that makes sense; what there was of it is thrown away."""


class UnreadableError(ValueError):
    """The answer is packed in a way that nobody has asked for, or that cannot be unpacked."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever this thread asks of a network meanwhile ends after so many seconds, or earlier if that was said before.

    A time-out of a socket begins anew with each byte; this one does not.
    """
    before = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(before)


def left() -> float:
    """How many seconds there still are; 0 where time is up, infinity where nobody said how long."""
    return max(0.0, _ends.get() - time.monotonic())


def shorter(seconds: float | None) -> float | None:
    """How long to wait for the next byte: so long, or as long as there is. Raises TimeoutError where time is up."""
    rest = left()
    if not rest:
        raise TimeoutError("The answer did not come in time.")
    wait = min(rest, math.inf if seconds is None else seconds)
    return None if wait == math.inf else wait


def unpacked(chunks: Iterable[bytes], coding: str, most: int = LARGEST) -> bytes:
    """The body that these pieces are, unpacked. Raises TooLargeError as soon as there is more than `most`.

    `coding` is what the answer says of itself (Content-Encoding).
    """
    kind = coding.strip().lower()
    if kind in {"", "identity"}:
        return _joined(chunks, most)
    if kind not in {"gzip", "x-gzip", "deflate"}:
        raise UnreadableError("The answer is packed in a way that nobody asked for.")
    try:
        return _joined(_inflated(chunks, most), most)
    except zlib.error as error:
        raise UnreadableError("The answer cannot be unpacked.") from error


def _joined(chunks: Iterable[bytes], most: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        if len(found) + len(chunk) > most:
            raise TooLargeError(f"The answer is larger than {most // MIB} MB.")
        found += chunk
    return bytes(found)


def _inflated(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Never more than `most` and one byte at once, however well it was packed."""
    unpacker = None
    for chunk in chunks:
        rest = chunk
        while rest:
            if unpacker is None:
                unpacker = zlib.decompressobj(EITHER_FORM if _has_a_head(rest) else RAW)
            yield unpacker.decompress(rest, most + 1)
            rest = unpacker.unconsumed_tail
            if unpacker.eof:
                rest, unpacker = unpacker.unused_data.lstrip(b"\0"), None
    if unpacker is not None and not unpacker.eof:
        raise zlib.error("cut off")


def _has_a_head(data: bytes) -> bool:
    """Whether it begins as gzip or zlib does (RFC 1952, RFC 1950)."""
    return data[:1] in {b"\x1f", b"\x78"}
