"""What everybody may see: kit, imprint and health, answered with bytes from memory. No cookie, no database."""

from __future__ import annotations

import gzip
import hashlib
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from django.utils.http import parse_etags

from amplifier.errors import DatabaseTrouble
from amplifier.money.cost import by_hand
from amplifier.settings import Settings
from amplifier.sharekit.page import ASSETS, asset, imprint_page
from amplifier.store import kits
from amplifier.store.database.ready import Readiness, readiness
from amplifier.web.failures import NOT_NOW

log = logging.getLogger("amplifier.web")
Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]
REFRESH_S = 0.5
HEALTH = "/healthz"
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)
A_MINUTE = b"public, max-age=60, stale-while-revalidate=600"
FOR_EVER = b"public, max-age=31536000, immutable"
NEVER = b"no-store"


@dataclass(frozen=True)
class Body:
    """An answer, ready: its bytes, the same compressed, its media type, and the digest that names its content."""

    content: bytes
    packed: bytes
    kind: bytes
    digest: bytes

    @property
    def etag(self) -> bytes:
        """Weak, since the same tag stands for the bytes and for the same compressed, here or by a proxy."""
        return b'W/"' + self.digest[:32] + b'"'


def body(content: bytes, kind: str) -> Body:
    """Make an answer ready once, so that no request has to."""
    digest = hashlib.sha256(content).hexdigest()
    return Body(content, gzip.compress(content, 6, mtime=0), kind.encode(), digest.encode())


class PublicPages:
    """Serves `/k/<campaign>`, `/k/static/<file>`, `/imprint` and `/healthz`; kits are renewed in the background.

    Until the database has its tables it asks nothing of it but that, and `/healthz` says so; then it calls `when_ready`
    once.
    """

    def __init__(self, settings: Settings, *, when_ready: Callable[[], None] = lambda: None) -> None:
        self._is_ready, self._when_ready = False, when_ready
        self._kits: Mapping[str, Body] = {}
        self._digests: Mapping[str, str] = {}
        self._files = {name: body(*found) for name in ASSETS if (found := asset(name))}
        self._imprint = body(imprint_page(settings, by_hand=by_hand(settings)), "text/html; charset=utf-8")
        self._alive = body(b"alive\n", "text/plain; charset=utf-8")
        self._unready = body(b"not ready\n", "text/plain; charset=utf-8")
        self._missing = body(b"There is nothing here.\n", "text/plain; charset=utf-8")
        self._failed = body(f"{NOT_NOW}\n".encode(), "text/plain; charset=utf-8")
        self._leading_on = body(b"<!doctype html><title>Amplifier</title>\n", "text/html; charset=utf-8")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_fresh, name="kits", daemon=True)

    def start(self) -> None:
        """Load the kits, and keep them fresh from now on."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Renew nothing more."""
        self._stopping.set()

    def refresh(self) -> None:
        """Take over kits that were published since. If the database cannot be read, what is there stays."""
        try:
            if not self._is_ready:
                if readiness() is not Readiness.READY:
                    return
                self._is_ready = True
                self._when_ready()
            digests = kits.kit_digests()
            if digests != self._digests:
                published = kits.kits()
                self._kits = {name: body(kit.html, "text/html; charset=utf-8") for name, kit in published.items()}
                self._digests = {name: kit.digest for name, kit in published.items()}
        except (DatabaseError, DatabaseTrouble) as error:
            log.warning("kits cannot be read", exc_info=error)

    async def serve(self, scope: Scope, send: Send) -> None:
        """Answer a request for a public page."""
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(scope, send, 405, self._missing, (b"allow", b"GET, HEAD"), (b"cache-control", NEVER))
            return
        if scope["path"] == HEALTH and not self._is_ready:
            await _answer(scope, send, 503, self._unready, (b"cache-control", NEVER))
            return
        found = self._find(scope["path"])
        if found is None:
            await self.not_found(scope, send)
            return
        caching = NEVER if found is self._alive else A_MINUTE
        if scope["query_string"] == found.digest[:8]:  # an address that changes with its content
            caching = FOR_EVER
        status = _status(scope, found.etag)
        if status == 412:  # no cache may give one reader's refusal to another
            caching = NEVER
        extra = ((b"etag", found.etag), (b"cache-control", caching), (b"vary", b"accept-encoding"))
        await _answer(scope, send, status, found if status == 200 else None, *extra)

    async def not_found(self, scope: Scope, send: Send) -> None:
        """Say that there is nothing here, which is all that a stranger learns."""
        await _answer(scope, send, 404, self._missing, (b"cache-control", NEVER))

    async def lead_on(self, scope: Scope, send: Send, to: str, *, cookie: bytes | None, redirect: bool) -> None:
        """Send a browser on to this address, with a cookie; a page that leads on does it where a redirect would not."""
        where, status = to.encode(), 303 if redirect else 200
        extra = (b"location", where) if redirect else (b"refresh", b"0; url=" + where)
        given = ((b"set-cookie", cookie),) if cookie else ()
        await _answer(scope, send, status, self._leading_on, extra, *given, (b"cache-control", NEVER))

    async def fail(self, scope: Scope, send: Send, *, status: int = 500) -> None:
        """Say that something went wrong here, and not what."""
        await _answer(scope, send, status, self._failed, (b"cache-control", NEVER), (b"connection", b"close"))

    async def refuse(self, scope: Scope, send: Send) -> None:
        """Say that what was sent is too long, or came too slowly."""
        await _answer(scope, send, 413, self._missing, (b"cache-control", NEVER), (b"connection", b"close"))

    def _find(self, path: str) -> Body | None:
        if path == HEALTH:
            return self._alive
        if path == "/imprint":
            return self._imprint
        name = path.removeprefix("/k/")
        if name.startswith("static/"):
            return self._files.get(name.removeprefix("static/"))
        return self._kits.get(name.removesuffix("/"))

    def _keep_fresh(self) -> None:
        while not self._stopping.wait(REFRESH_S):
            self.refresh()


async def _answer(scope: Scope, send: Send, status: int, content: Body | None, *extra: Header) -> None:
    headers = [*HEADERS, *extra]
    data = b""
    if content is not None:
        packed = status == 200 and _takes_gzip(_said(scope, b"accept-encoding").lower())
        data = content.packed if packed else content.content
        headers += [(b"content-type", content.kind), (b"content-length", str(len(data)).encode())]
        headers += [(b"content-encoding", b"gzip")] if packed else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else data})


def _status(scope: Scope, etag: bytes) -> int:
    """What a reader gets of what is there, by what it says that it has: RFC 9110, 13.1.1, 13.1.2 and 13.2.2.

    `*` is whatever there is. `If-Match` asks for the very same bytes, which no tag of ours promises, since it is weak.
    """
    only_if = parse_etags(_said(scope, b"if-match").decode("latin-1"))
    if only_if and only_if != ["*"]:
        return 412
    has = parse_etags(_said(scope, b"if-none-match").decode("latin-1"))
    ours = etag.decode().removeprefix("W/")
    return 304 if has == ["*"] or ours in [one.removeprefix("W/") for one in has] else 200


def _said(scope: Scope, header: bytes) -> bytes:
    """What the client says in this header, all of its lines as one."""
    return b",".join(value for name, value in scope["headers"] if name == header)


def _takes_gzip(accepted: bytes) -> bool:
    """Whether gzip is among the encodings that a client takes; `q=0` says that it is not."""
    words = (word.partition(b";q=") for word in accepted.replace(b" ", b"").split(b","))
    return any(name == b"gzip" and (weight or b"1").strip(b"0.") for name, _, weight in words)
