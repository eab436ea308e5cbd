"""Understands where a person wants us to listen: one form for every spelling of an address, or a sentence why not."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv6Address, ip_address

from amplifier.errors import UsageError

SHORT = re.compile(r"[\da-fx.]+", re.ASCII | re.IGNORECASE)  # 0, 127.1, 0x7f.1: addresses as old tools write them


def address_from(text: str) -> str:
    """The address that this text means: `127.1`, `[::1]`, `LOCALHOST` and a host's name become the one it stands for.

    Raises UsageError where it means none.
    """
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
    addresses = sorted((family != socket.AF_INET, str(at[0])) for family, _, _, _, at in found)
    if not addresses:
        raise UsageError(
            f"“{name}” is neither an address nor a name that this computer knows, so nobody can listen there.\n"
            "For this computer alone: --host 127.0.0.1   For everybody who can reach it: --host 0.0.0.0"
        )
    return addresses[0][1]
