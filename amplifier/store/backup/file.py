"""The file of a backup: a header that anybody can read, then the database in pieces, sealed and bound to the header."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from amplifier.errors import UsageError

FORMAT = 1
MAGIC = b"AMPLIFIER BACKUP\n"
PIECE = 1 << 20  # bytes
LONGEST_HEADER = 1 << 20
FRAME = struct.Struct(">?I")  # whether it is the last one, and its length
DAMAGED = "This backup is damaged or was changed: what is in it is not what was written. Use another one."


@dataclass(frozen=True)
class Header:
    """What a backup is of. `database` says in which form the rows are; `schema` lists the migrations they follow.

    `tables` counts the rows of each. `salt` (hex) is empty where nothing is encrypted.
    """

    mode: str
    campaign: str
    made_at: datetime
    database: str
    schema: tuple[str, ...]
    tables: Mapping[str, int]
    salt: str = ""
    format: int = FORMAT

    @property
    def is_sealed(self) -> bool:
        """Whether it takes a key to read it."""
        return bool(self.salt)

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(self.tables.values())


def new_salt() -> str:
    """What makes the key of one file its own."""
    return os.urandom(16).hex()


def write(file: BinaryIO, header: Header, pieces: Iterable[bytes], key: str) -> str:
    """Write a backup; its digest (SHA-256 in hex) over header and content. With a salt in the header it is sealed.

    Each piece is AES-256-GCM under a key of this file alone (HKDF-SHA256 of `key`), with its number and whether it is
    the last in its nonce, and the header beside it: nothing can be cut off, swapped or told to be something else.
    """
    words = _header_bytes(header)
    file.write(MAGIC + words)
    lock = _Lock(header, words, key)
    digest = hashlib.sha256(words)
    for piece in _cut(pieces):
        digest.update(piece)
        _write_frame(file, lock, piece, is_last=False)
    _write_frame(file, lock, digest.digest(), is_last=True)
    return digest.hexdigest()


def read_header(file: BinaryIO) -> Header:
    """The header, with the file left at the first piece. Raises UsageError if this is no backup that we understand."""
    return _parsed(_read_header_bytes(file))


def read(file: BinaryIO, key: str) -> Iterator[bytes]:
    """The content of a backup, from the file's beginning, in pieces of at most 1 MiB.

    Raises UsageError for a wrong key, and for a file that is damaged, cut short or changed. Only when it ends without
    an error is all of it what was written.
    """
    file.seek(0)
    words = _read_header_bytes(file)
    header = _parsed(words)
    lock = _Lock(header, words, key)
    digest = hashlib.sha256(words)
    is_last = False
    while not is_last:
        is_last, piece = _read_frame(file, lock)
        if not is_last:
            digest.update(piece)
            yield piece
        elif piece != digest.digest() or file.read(1):
            raise UsageError(DAMAGED)


def _header_bytes(header: Header) -> bytes:
    fields = asdict(header) | {"made_at": header.made_at.isoformat()}
    return json.dumps(fields, sort_keys=True).encode() + b"\n"


def _read_header_bytes(file: BinaryIO) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise UsageError("This is no backup of Amplifier's.")
    words = file.readline(LONGEST_HEADER)
    if not words.endswith(b"\n"):
        raise UsageError(DAMAGED)
    return words


def _parsed(words: bytes) -> Header:
    try:
        fields = json.loads(words)
        if fields["format"] != FORMAT:
            raise UsageError(
                f"This backup has form {fields['format']}, and this version reads form {FORMAT} only.\n"
                "Restore it with the version that made it."
            )
        made_at = datetime.fromisoformat(fields["made_at"])
        bytes.fromhex(fields["salt"])
        if not all(isinstance(rows, int) for rows in dict(fields["tables"]).values()):
            raise UsageError(DAMAGED)
        return Header(**{**fields, "made_at": made_at, "schema": tuple(fields["schema"])})
    except (ValueError, KeyError, TypeError):
        raise UsageError(DAMAGED) from None


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of 1 MiB, and the rest."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        while len(kept) >= PIECE:
            yield bytes(kept[:PIECE])
            del kept[:PIECE]
    if kept:
        yield bytes(kept)


def _write_frame(file: BinaryIO, lock: _Lock, piece: bytes, *, is_last: bool) -> None:
    body = lock.close(piece, is_last=is_last)
    file.write(FRAME.pack(is_last, len(body)) + body)


def _read_frame(file: BinaryIO, lock: _Lock) -> tuple[bool, bytes]:
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        raise UsageError(DAMAGED)
    is_last, length = FRAME.unpack(head)
    if length > PIECE + 16:
        raise UsageError(DAMAGED)
    body = file.read(length)
    if len(body) < length:
        raise UsageError(DAMAGED)
    return is_last, lock.open(body, is_last=is_last)


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Lock:
    """Seals and opens one file's pieces in their order; without a salt it lets them pass as they are."""

    def __init__(self, header: Header, words: bytes, key: str) -> None:
        self._cipher: _Cipher | None = None
        self._words = words
        self._number = 0
        if header.is_sealed:
            salt = bytes.fromhex(header.salt)
            derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"amplifier backup").derive(key.encode())
            self._cipher = AESGCM(derived)

    def close(self, piece: bytes, *, is_last: bool) -> bytes:
        nonce = self._nonce(is_last=is_last)
        return self._cipher.encrypt(nonce, piece, self._words) if self._cipher else piece

    def open(self, body: bytes, *, is_last: bool) -> bytes:
        is_first = self._number == 0
        nonce = self._nonce(is_last=is_last)
        if self._cipher is None:
            return body
        try:
            return self._cipher.decrypt(nonce, body, self._words)
        except InvalidTag:
            if is_first:
                raise UsageError(
                    "This backup was sealed with another key, or it was changed.\n"
                    "Set AMPLIFIER_BACKUP_KEY (or, for a live campaign without one, AMPLIFIER_KEY) as it was then."
                ) from None
            raise UsageError(DAMAGED) from None

    def _nonce(self, *, is_last: bool) -> bytes:
        self._number += 1
        return self._number.to_bytes(11) + bytes([is_last])
