"""What everybody may see: kit, imprint and health, answered with bytes from memory. No cookie, no database."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from amplifier.settings import Settings
from amplifier.sharekit.publish import asset, imprint_page
from amplifier.store import kits

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
REFRESH_S = 0.5
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)


@dataclass(frozen=True)
class Body:
    """An answer, ready: its bytes, the same compressed, and what names its content."""

    content: bytes
    packed: bytes
    kind: str
    etag: bytes


def body(content: bytes, kind: str) -> Body:
    """Make an answer ready once, so that no request has to."""
    digest = hashlib.sha256(content).hexdigest()[:32]
    return Body(content, gzip.compress(content, 6, mtime=0), kind, f'"{digest}"'.encode())


class PublicPages:
    """Serves `/k/<campaign>`, `/k/static/<file>`, `/imprint` and `/healthz`; kits are renewed in the background."""

    def __init__(self, settings: Settings) -> None:
        self._kits: dict[str, tuple[str, Body]] = {}
        self._imprint = body(imprint_page(settings), "text/html; charset=utf-8")
        self._alive = body(b"alive\n", "text/plain; charset=utf-8")
        self._missing = body(b"There is nothing here.\n", "text/plain; charset=utf-8")
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
        """Take over kits that were published since."""
        digests = kits.kit_digests()
        if digests != {name: digest for name, (digest, _) in self._kits.items()}:
            self._kits = {
                kit.campaign: (kit.digest, body(kit.html, "text/html; charset=utf-8")) for kit in kits.kits().values()
            }

    async def serve(self, scope: MutableMapping[str, Any], send: Send) -> None:
        """Answer a request for a public page."""
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, self._missing, [(b"allow", b"GET, HEAD")])
            return
        found = self._find(scope["path"])
        if found is None:
            await self.not_found(send)
            return
        asked = dict(scope["headers"])
        caching = b"no-store" if found is self._alive else b"public, max-age=60, stale-while-revalidate=600"
        extra = [(b"etag", found.etag), (b"cache-control", caching), (b"vary", b"accept-encoding")]
        if asked.get(b"if-none-match") == found.etag:
            await _answer(send, 304, None, extra)
            return
        packed = b"gzip" in asked.get(b"accept-encoding", b"")
        await _answer(send, 200, found, extra, packed=packed, head=scope["method"] == "HEAD")

    async def not_found(self, send: Send) -> None:
        """Say that there is nothing here, which is all that a stranger learns."""
        await _answer(send, 404, self._missing, [(b"cache-control", b"no-store")])

    def _find(self, path: str) -> Body | None:
        if path == "/healthz":
            return self._alive
        if path == "/imprint":
            return self._imprint
        name = path.removeprefix("/k/")
        if name.startswith("static/"):
            found = asset(name.removeprefix("static/"))
            return body(*found) if found else None
        kit = self._kits.get(name.rstrip("/"))
        return kit[1] if kit else None

    def _keep_fresh(self) -> None:
        while not self._stopping.wait(REFRESH_S):
            self.refresh()


async def _answer(
    send: Send,
    status: int,
    content: Body | None,
    extra: Iterable[tuple[bytes, bytes]] = (),
    *,
    packed: bool = False,
    head: bool = False,
) -> None:
    headers = [*HEADERS, *extra]
    data = b""
    if content is not None:
        data = content.packed if packed else content.content
        headers += [(b"content-type", content.kind.encode()), (b"content-length", str(len(data)).encode())]
        if packed:
            headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else data})
