"""Who asks, as far as anybody can tell: the other end of the connection, or whom a proxy that we trust names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from amplifier.field_types import Network

Ip = IPv4Address | IPv6Address
HEADER = b"x-forwarded-for"
MOST_PROXIES = 20  # in a row; whoever writes more into the header writes them for us
HOUSEHOLD = 64  # bits: how many of an IPv6 address its owner's network has alone; the rest they choose freely


def client_of(peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]) -> str:
    """One name for whoever asks. `peer` is the other end of the connection, `trusted` where our own proxies are.

    Each proxy adds the address that it was asked from at the end of X-Forwarded-For; so it is read from there, and only
    as far as those who wrote it are trusted.
    """
    found = _address(peer)
    if found is None:
        return peer
    said = b",".join(value for name, value in headers if name == HEADER).decode("latin-1")
    for word in reversed(said.rsplit(",", MOST_PROXIES)[-MOST_PROXIES:]):
        named = _address(word)
        if named is None or not _is_in(found, trusted):
            break
        found = named
    return _name(found)


def _is_in(address: Ip, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _name(address: Ip) -> str:
    if address.version == 4:
        return str(address)
    return str(ip_network((address.packed, HOUSEHOLD), strict=False))


def _address(word: str) -> Ip | None:
    """The address that is written here, as it is, in brackets or with a port, as some proxies do."""
    text = word.strip()
    host, port = text.rpartition(":")[::2]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif host.count(".") == 3 and port.isdecimal():
        text = host
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
