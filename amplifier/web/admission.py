"""What opens the console beside being at home: a secret of this run, shown once in an address and then in a cookie."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from string import punctuation
from urllib.parse import quote, quote_from_bytes

from amplifier.web.door import HOST, is_at_home, is_loopback

PARAMETER = b"token="
WALL_HOST = "localhost"  # under this name the console is never open: its cookie would go to the wall's port too
# Chromium and Firefox send a Strict cookie along with the redirect of a link in a terminal or mail program, which no
# site is behind, but not where another site had the link, such as a terminal in a browser.
ELSEWHERE = b"cross-site"
Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Admission:
    """Who comes into the console of a server bound to this address and port. Without a token nobody does."""

    host: str
    port: int
    token: str = field(repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name. Cookies know no ports, so it carries the port: two installs may be open at once."""
        return f"amplifier_console_{self.port}"

    def is_near(self, client: str, version: str, headers: Headers) -> bool:
        """Whether a request comes from this very computer, which is not enough: a proxy on it may have passed it on."""
        return is_at_home(bound=self.host, client=client, version=version, headers=headers)

    def is_known(self, headers: Headers) -> bool:
        """Whether a request carries the cookie, which no proxy adds by itself."""
        name = self.cookie.encode()
        lines = (value.split(b";") for key, value in headers if key == b"cookie")
        said = (part.strip().partition(b"=") for parts in lines for part in parts)
        return any(self._is_token(value) for key, _, value in said if key == name)

    def is_shown(self, query: bytes) -> bool:
        """Whether an address carries the token."""
        return any(self._is_token(part.removeprefix(PARAMETER)) for part in query.split(b"&") if _is_ours(part))

    def leads_on(self, method: str, query: bytes, headers: Headers) -> bool:
        """Whether a secret is to leave the address: one of this run, or any where the console is open already."""
        return method in ("GET", "HEAD") and has_token(query) and (self.is_shown(query) or self.is_known(headers))

    def elsewhere(self, headers: Headers) -> str:
        """Where the console is, for whoever asks for it by the name that belongs to the wall; else empty.

        The port is the one that was asked: a tunnel of one's own may begin at another.
        """
        hosts = (HOST.fullmatch(value.decode("latin-1")) for name, value in headers if name == b"host")
        asked = next((one for one in hosts if one and one["name"].lower() == WALL_HOST), None)
        return base_of(self.host, int(asked["port"] or self.port)) if asked else ""

    def cookie_header(self) -> bytes:
        """What gives a browser the cookie: for this session, for requests from our own pages, unseen by scripts."""
        return f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict".encode()

    def with_token(self, page: str) -> str:
        """This page's path with the secret that opens it."""
        return f"{page}{'&' if '?' in page else '?'}{PARAMETER.decode()}{self.token}"

    def _is_token(self, given: bytes) -> bool:
        return bool(self.token) and hmac.compare_digest(given, self.token.encode())


def has_token(query: bytes) -> bool:
    """Whether an address carries a token, whichever."""
    return any(_is_ours(part) for part in query.split(b"&"))


def without_token(path: str, query: bytes) -> str:
    """The same address on this server, as a browser may be sent to it, without any token."""
    kept = b"&".join(part for part in query.split(b"&") if not _is_ours(part))
    page = quote("/" + path.lstrip("/"), errors="replace")
    return f"{page}?{quote_from_bytes(kept, safe=punctuation)}" if kept else page


def came_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that a page of another site led here; then a redirect would lose the cookie."""
    return any(name == b"sec-fetch-site" and value == ELSEWHERE for name, value in headers)


def address_of(host: str, port: int, token: str, path: str = "/") -> str:
    """The address that opens the console at this page."""
    mark = "&" if "?" in path else "?"
    return f"{base_of(host, port)}{path}{mark}{PARAMETER.decode()}{token}"


def base_of(host: str, port: int) -> str:
    """Where a server that listens there is reached from this computer."""
    return f"http://{host_of(host)}:{port}"


def host_of(host: str) -> str:
    """How a browser names this address in an address of the web."""
    return f"[{host}]" if ":" in host else host


def has_console(host: str) -> bool:
    """Whether a server that listens there serves the console at all."""
    return is_loopback(host)


def _is_ours(part: bytes) -> bool:
    return part.startswith(PARAMETER)
