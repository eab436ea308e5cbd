"""Who may come in: the console only from this computer, until there is a log-in; kit and secret links from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

PUBLIC = ("/k/", "/imprint", "/healthz")
# A secret link: its kind, and a secret. Nothing longer, and nothing below it, is let through to Django.
SECRET_LINK = re.compile(r"/(?:h|stop)/[A-Za-z0-9_-]{1,100}", re.ASCII)
# A proxy in front speaks for somebody else; its word is not taken for who that is.
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"via")
BROWSERS = "1.1"  # the version of HTTP that browsers speak to us
# Exactly a name or address and perhaps a port. What a URL parser would forgive (a user, a path, a tab) is no host.
HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?", re.ASCII | re.IGNORECASE)


def is_public(path: str) -> bool:
    """Whether everybody may ask for this path."""
    return path in PUBLIC or path.startswith("/k/")


def is_secret_link(path: str) -> bool:
    """Whether this path may be a secret address, which is its own proof wherever it is used."""
    return SECRET_LINK.fullmatch(path) is not None


def is_stop(path: str) -> bool:
    """Whether this secret link's path may stop everything."""
    return path.startswith("/stop/")


def is_at_home(*, bound: str, client: str, version: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request comes from this very computer: server bound to loopback, client and Host header too.

    `version` is HTTP's: a proxy that was given no thought, such as nginx as it comes, speaks 1.0, says our own address
    as the host, and does not say for whom it asks.
    """
    said = list(headers)
    hosts = [value.decode("latin-1") for name, value in said if name == b"host"]
    if version != BROWSERS or len(hosts) != 1 or any(name in FORWARDED for name, _ in said):
        return False
    host = HOST.fullmatch(hosts[0])
    return host is not None and all(is_loopback(one) for one in (bound, client, host["name"].strip("[]").lower()))


def is_loopback(host: str) -> bool:
    """Whether this name or address is the computer itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
