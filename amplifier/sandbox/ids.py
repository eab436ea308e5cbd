"""How each network numbers things: snowflakes, TIDs, DIDs, CIDs and short links. Everything from its arguments."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import libipld

from amplifier.sandbox.nouns import SERVER, Network

_X_EPOCH_MS = 1_288_834_974_657
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def position_at(network: Network, ms: int) -> int:
    """The smallest position a post of this instant may have: X and Mastodon count in snowflakes, Bluesky in ms."""
    match network:
        case Network.X:
            return max(0, ms - _X_EPOCH_MS) << 22
        case Network.MASTODON:
            return ms << 16
        case Network.BLUESKY:
            return ms


def account_id(network: Network, handle: str) -> str:
    """The network's id for an account: the same for the same handle in every world."""
    digest = hashlib.sha256(f"{network}:{handle.lower()}".encode()).digest()
    match network:
        case Network.BLUESKY:
            return "did:plc:" + base64.b32encode(digest[:15]).decode().lower()
        case Network.X:
            return str(10**9 + int.from_bytes(digest[:6]) % (9 * 10**9))
        case Network.MASTODON:
            return str(109_000_000_000_000_000 + int.from_bytes(digest[:7]) % 10**15)


def tid(ms: int, clock: int = 0) -> str:
    """A record key that sorts by time (atproto.com/specs/tid)."""
    number = ms * 1000 << 10 | clock & 1023
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def is_tid(text: str) -> bool:
    """Whether a record key has the form the post collection demands."""
    return _TID.fullmatch(text) is not None


def cid(record: Any) -> str:
    """The content id of a record: CIDv1, dag-cbor, SHA-256, base32. Equal records have equal ids."""
    raw = b"\x01\x71\x12\x20" + hashlib.sha256(libipld.encode_dag_cbor(record)).digest()
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def short_link(url: str) -> str:
    """X's wrapping of a link: always 23 characters, the same for the same link."""
    number = int.from_bytes(hashlib.sha256(url.encode()).digest()[:8])
    letters = ""
    for _ in range(10):
        number, digit = divmod(number, 62)
        letters += _LETTERS[digit]
    return f"https://t.co/{letters}"


def mastodon_uri(handle: str, number: str) -> str:
    """The address that a Mastodon post has on every server."""
    name, _, server = handle.partition("@")
    return f"https://{server or SERVER}/users/{name}/statuses/{number}"
