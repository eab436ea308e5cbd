"""A messenger on this computer that answers as it is told, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import HANG_S


class Messenger:
    """Answers each call with the next of `answers` (the last one goes on); 0 hangs until the test is over."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers) or [200]
        self.calls: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.over = threading.Event()
        self.port = 0

    def address(self, path: str = "", *, secret: str = "anna:hush") -> str:
        """Apprise's address of it."""
        return f"json://{secret}@127.0.0.1:{self.port}/{path}"

    def take(self, path: str, body: bytes) -> int:
        self.paths.append(path)
        if body:
            self.calls.append(json.loads(body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer:
            self.over.wait(2 * HANG_S)
        return answer or 200


@contextmanager
def messenger(*answers: int) -> Iterator[Messenger]:
    """One that listens until the end of the block."""
    made = Messenger(*answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = made.take(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815  the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
