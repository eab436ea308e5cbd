from __future__ import annotations

import gzip
import math
import time
import zlib
from collections.abc import Iterator

import pytest

from amplifier.platforms import bounds
from amplifier.platforms.bounds import MIB, TooLargeError, UnreadableError, left, shorter, unpacked, within

WORDS = b'{"text": "Polls close at 17:00"}' * 100


def pieces(body: bytes, size: int = 7) -> Iterator[bytes]:
    return (body[begun : begun + size] for begun in range(0, len(body), size))


def raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (WORDS, ""),
        (WORDS, "identity"),
        (gzip.compress(WORDS), "gzip"),
        (gzip.compress(WORDS), " X-GZip "),
        (gzip.compress(WORDS[:50]) + gzip.compress(WORDS[50:]), "gzip"),
        (zlib.compress(WORDS), "deflate"),
        (raw(WORDS), "deflate"),
    ],
)
def test_a_body_is_unpacked_as_its_server_says(body: bytes, coding: str) -> None:
    assert unpacked(pieces(body), coding) == WORDS


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_what_nobody_asked_for_is_not_unpacked(coding: str) -> None:
    with pytest.raises(UnreadableError):
        unpacked([gzip.compress(WORDS)], coding)


@pytest.mark.parametrize("body", [gzip.compress(WORDS)[:-12], b"\x1f\x8b no", WORDS])
def test_a_body_that_is_cut_off_or_is_no_gzip_is_none(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        unpacked(pieces(body), "gzip")


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_a_body_that_is_too_large_is_left_as_soon_as_that_is_known(coding: str) -> None:
    met = []

    def endless() -> Iterator[bytes]:
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        while True:
            met.append(1)
            white = b" " * MIB
            yield white if not coding else packer.compress(white) + packer.flush(zlib.Z_SYNC_FLUSH)

    with pytest.raises(TooLargeError, match="larger than 3 MB"):
        unpacked(endless(), coding, 3 * MIB)
    assert len(met) == 4


def test_one_small_piece_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of 16 kB may hold 16 MB; never more than the limit is unpacked at once."""
    largest = []

    class Watched:
        def __init__(self, wbits: int) -> None:
            self._real = zlib_object(wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            largest.append(most)
            return self._real.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    zlib_object = zlib.decompressobj
    monkeypatch.setattr(bounds.zlib, "decompressobj", Watched)
    with pytest.raises(TooLargeError):
        unpacked([gzip.compress(b" " * 5 * MIB)], "gzip", MIB)
    assert largest
    assert max(largest) <= MIB + 1


def test_without_a_deadline_one_waits_as_long_as_was_said() -> None:
    assert (left(), shorter(20.0), shorter(None)) == (math.inf, 20.0, None)


def test_inside_another_deadline_the_earlier_one_counts() -> None:
    with within(1000):
        with within(10_000):
            assert 900 < left() <= 1000
        with within(10):
            assert left() <= 10
            assert (shorter(0.0), shorter(1000.0) <= 10) == (0.0, True)
        assert left() > 900
    assert left() == math.inf


def test_when_time_is_up_nobody_waits_any_more() -> None:
    with within(0.001):
        time.sleep(0.01)
        assert left() == 0
        with pytest.raises(TimeoutError):
            shorter(20.0)
