"""Who may come in: the console only from this computer, until there is a log-in; the kit is for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

PUBLIC = ("/k/", "/imprint", "/healthz")
# A proxy in front speaks for somebody else; its word is not taken for who that is.
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")


def is_public(path: str) -> bool:
    """Whether everybody may ask for this path."""
    return path in PUBLIC or path.startswith("/k/")


def is_at_home(*, bound: str, client: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request comes from this very computer: server bound to loopback, client and Host header too."""
    said = list(headers)
    hosts = [value.decode("latin-1") for name, value in said if name == b"host"]
    if any(name in FORWARDED for name, _ in said) or len(hosts) != 1:
        return False
    host = urlsplit(f"//{hosts[0]}").hostname or ""
    return is_loopback(bound) and is_loopback(client) and is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether this name or address is the computer itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
