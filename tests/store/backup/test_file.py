from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from amplifier.errors import UsageError
from amplifier.store.backup.file import FRAME, MAGIC, PIECE, Header, new_salt, read, read_header, write

KEY = "a key that is long enough for a test"
PLAIN = Header(
    mode="live",
    campaign="lab23",
    made_at=datetime(2023, 10, 10, 12, 0, tzinfo=UTC),
    database="sqlite",
    schema=("0001_ledger", "0002_append_only"),
    tables={"posts": 3, "deliveries": 9},
)
CONTENT = [b"one" * 700_000, b"", b"two", bytes(PIECE)]


def _file(*, sealed: bool = True, content: list[bytes] | None = None) -> io.BytesIO:
    file = io.BytesIO()
    header = replace(PLAIN, salt=new_salt()) if sealed else PLAIN
    write(file, header, CONTENT if content is None else content, KEY)
    file.seek(0)
    return file


def _frames(data: bytes) -> list[tuple[int, int]]:
    """Where each frame begins and ends."""
    at = data.index(b"\n", len(MAGIC)) + 1
    found = []
    while at < len(data):
        _, length = FRAME.unpack(data[at : at + FRAME.size])
        found.append((at, at + FRAME.size + length))
        at = found[-1][1]
    return found


@pytest.mark.parametrize("sealed", [True, False])
def test_what_was_written_comes_back(sealed: bool) -> None:  # noqa: FBT001
    file = _file(sealed=sealed)
    header = read_header(file)
    assert (header.is_sealed, header.rows, replace(header, salt="")) == (sealed, 12, PLAIN)
    pieces = list(read(file, KEY))
    assert b"".join(pieces) == b"".join(CONTENT)
    assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("sealed", [True, False])
def test_an_empty_database_is_a_backup_too(sealed: bool) -> None:  # noqa: FBT001
    assert list(read(_file(sealed=sealed, content=[]), KEY)) == []


def test_sealed_content_cannot_be_seen_and_no_two_files_are_alike() -> None:
    assert b"oneone" not in _file().getvalue()
    assert _file().getvalue() != _file().getvalue()
    assert b"oneone" in _file(sealed=False).getvalue()


def test_another_key_opens_nothing() -> None:
    with pytest.raises(UsageError, match="This backup was sealed with another key"):
        list(read(_file(), KEY + "."))


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("position", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_one_changed_bit_is_noticed_wherever_it_is(sealed: bool, position: float) -> None:  # noqa: FBT001
    data = bytearray(_file(sealed=sealed).getvalue())
    data[int((len(data) - 1) * position)] ^= 1
    with pytest.raises(UsageError):
        list(read(io.BytesIO(bytes(data)), KEY))


@pytest.mark.parametrize("sealed", [True, False])
def test_a_file_cut_short_is_noticed_also_between_two_pieces(sealed: bool) -> None:  # noqa: FBT001
    data = _file(sealed=sealed).getvalue()
    frames = _frames(data)
    for end in (5, len(MAGIC) + 10, frames[0][0], frames[0][1], frames[-1][0], frames[-1][0] + 2, len(data) - 1):
        with pytest.raises(UsageError):
            list(read(io.BytesIO(data[:end]), KEY))


@pytest.mark.parametrize("sealed", [True, False])
def test_pieces_left_out_swapped_or_added_are_noticed(sealed: bool) -> None:  # noqa: FBT001
    data = _file(sealed=sealed).getvalue()
    (start, one), (two, three) = _frames(data)[:2]
    first, second = data[start:one], data[two:three]
    last = data[_frames(data)[-1][0] :]
    for changed in (
        data[:start] + data[one:],
        data[:start] + second + first + data[three:],
        data[:one] + first + data[one:],
        data + b"x",
        data + last,
        data[:start] + last,
    ):
        with pytest.raises(UsageError):
            list(read(io.BytesIO(changed), KEY))


def test_the_header_cannot_be_told_to_say_something_else() -> None:
    data = _file().getvalue()
    assert data.count(b'"live"') == 1
    with pytest.raises(UsageError):
        list(read(io.BytesIO(data.replace(b'"live"', b'"life"')), KEY))
    with pytest.raises(UsageError):
        list(read(io.BytesIO(_file(sealed=False).getvalue().replace(b'"live"', b'"life"')), KEY))


def test_a_sealed_file_cannot_be_passed_off_as_one_without_a_key() -> None:
    file = _file()
    header = read_header(file)
    data = file.getvalue().replace(header.salt.encode(), b"")
    with pytest.raises(UsageError):
        list(read(io.BytesIO(data), KEY))


def test_another_form_and_other_files_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="This backup has form 2, and this version reads form 1 only"):
        read_header(io.BytesIO(_file().getvalue().replace(b'"format": 1', b'"format": 2')))
    for other in (b"", b"PK\x03\x04", b"SQLite format 3\x00"):
        with pytest.raises(UsageError, match="This is no backup of Amplifier's"):
            read_header(io.BytesIO(other))
    odd = _file(content=[]).getvalue()[len(MAGIC) :].replace(b'"posts": 3', b'"posts": "3"')
    for broken in (odd, b"{}\n", b"[]\n", b"null\n", b"{\n", b"\n", b'{"format": 1}\n', b"x" * 3_000_000):
        with pytest.raises(UsageError, match="damaged"):
            read_header(io.BytesIO(MAGIC + broken))


@given(some.binary())
def test_no_rubbish_is_taken_for_a_backup(rubbish: bytes) -> None:
    for data in (rubbish, MAGIC + rubbish, _file(content=[]).getvalue()[:-20] + rubbish):
        if data != _file(content=[]).getvalue():
            with pytest.raises(UsageError):
                list(read(io.BytesIO(data), KEY))
