"""A server that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    connection: int = 0  # the client's port: the same for requests on one connection


@dataclass(frozen=True)
class Said:
    """One answer. `body` that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Stub:
    """Answers by method and path (`"GET /2/users/me"`); an answer may be a function of the request."""

    def __init__(self, answers: dict[str, Said | Callable[[Asked], Said]]) -> None:
        self.answers = answers
        self.otherwise = Said(404, {"error": "no such thing"})
        self.asked: list[Asked] = []
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = Asked(
                    self.command,
                    parts.path,
                    parse_qsl(parts.query),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                    self.client_address[1],
                )
                stub.asked.append(asked)
                said = stub.answers.get(f"{self.command} {parts.path}", stub.otherwise)
                said = said(asked) if callable(said) else said
                content = said.content()
                self.send_response(said.status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(content))} | said.headers
                for name, value in headers.items():
                    self.send_header(name, value)
                with contextlib.suppress(ConnectionError):  # whoever asked has had enough
                    self.end_headers()
                    self.wfile.write(content)

            do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the standard library's names

            def log_message(self, *_: Any) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]
