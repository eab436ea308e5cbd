"""Understands where a person wants us to listen: one form for every spelling of an address, or a sentence why not."""

from __future__ import annotations

import errno
import re
import socket
from ipaddress import IPv6Address, ip_address

from amplifier.errors import UsageError

HINT = "For this computer alone: --host 127.0.0.1   For everybody who can reach it: --host 0.0.0.0"
SHORT = re.compile(r"[\da-fx.]+", re.ASCII | re.IGNORECASE)  # 0, 127.1, 0x7f.1: addresses as old tools write them


def address_from(text: str) -> str:
    """The address that this text means: `127.1`, `[::1]`, `LOCALHOST` and a host's name become the one it stands for.

    Raises UsageError where it means none, or one at which nobody can be served although the system would take it.
    """
    return _served(_address(text))


def _address(text: str) -> str:
    words = text.strip()
    bare = words[1:-1] if words.startswith("[") and words.endswith("]") else words
    if SHORT.fullmatch(bare):
        try:
            return socket.inet_ntoa(socket.inet_aton(bare))
        except OSError:
            pass  # a name may be made of such letters
    try:
        found = ip_address(bare)
    except ValueError:
        return _of_name(words)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def _of_name(name: str) -> str:
    """The address of this name, the older kind first: most of what connects to it does so."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM) if name else []
    except (OSError, UnicodeError):
        found = []
    addresses = sorted(
        (bool(_why_not(str(at[0]))), family != socket.AF_INET, str(at[0])) for family, _, _, _, at in found
    )
    if not addresses:
        raise UsageError(
            f"“{name}” is neither an address nor a name that this computer knows, so nobody can listen there.\n{HINT}"
        )
    return addresses[0][-1]


def _served(address: str) -> str:
    if why := _why_not(address):
        raise UsageError(f"{address} is {why}, so nobody can be served there.\n{HINT}")
    return address


def _why_not(address: str) -> str:
    """Why nobody can be served at this address; empty if there is no reason in the address itself."""
    found = ip_address(address)
    if found.is_multicast:
        return "the address of a group (multicast)"
    if isinstance(found, IPv6Address):
        is_of_a_link = found.is_link_local or found.scope_id
        return "an address within one link of a network" if is_of_a_link else ""
    return "the address of everybody on a network (broadcast)" if _is_broadcast(address) else ""


def _is_broadcast(address: str) -> bool:
    """Whether the system, which knows the networks here, takes it for one; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        return trial.connect_ex((address, 9)) == errno.EACCES
