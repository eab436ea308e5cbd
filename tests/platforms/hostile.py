"""A server that logs everybody in and then gives no end of an answer: it drips, or floods."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from functools import cache

ENTRANCES: dict[str, object] = {
    "/2/users/me": {"data": {"id": "1", "username": "labfreemvmt", "name": "L"}},
    "/xrpc/com.atproto.server.createSession": {
        "did": "did:plc:us",
        "handle": "labfreemvmt.example",
        "accessJwt": "a.b.c",
        "refreshJwt": "a.b.c",
    },
    "/api/v1/accounts/verify_credentials": {"id": "1", "acct": "labfreemvmt", "url": "https://social.example/@l"},
}
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIP_S = 0.05
MIB = 1024 * 1024

Way = Callable[[socket.socket], None]


def drips_its_head(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(sock)


def drips_its_body(sock: socket.socket) -> None:
    sock.sendall(GOOD + b"Content-Length: 1000000\r\n\r\n[")
    _drip(sock)


def drips_in_pieces(sock: socket.socket) -> None:
    sock.sendall(GOOD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n5;")
    _drip(sock)


def never_ends(sock: socket.socket) -> None:
    sock.sendall(GOOD + b"\r\n[")
    while True:
        sock.sendall(b" " * MIB)


def is_a_bomb(sock: socket.socket) -> None:
    packed = bomb()
    head = GOOD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    sock.sendall(head + packed)


WAYS: dict[str, Way] = {
    way.__name__: way for way in (drips_its_head, drips_its_body, drips_in_pieces, never_ends, is_a_bomb)
}


@cache
def bomb() -> bytes:
    """200 MB of white space in a list: 200 kB over the wire."""
    return gzip.compress(b"[" + b" " * (200 * MIB) + b"]", 6)


class Hostile:
    """Answers what is asked on the way in, unless it is told not to; everything else in its own way."""

    def __init__(self, way: Way, *, entrance: bool = True) -> None:
        self.name = way.__name__
        self._way = way
        self._entrance = entrance
        self._ended = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._ended.set()
        self._listening.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(sock,), daemon=True).start()

    def _answer(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            sock.settimeout(30)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = sock.recv(65536)
                if not piece:
                    return
                head += piece
            path = head.split(b" ", 2)[1].split(b"?")[0].decode()
            if self._entrance and path in ENTRANCES:
                body = json.dumps(ENTRANCES[path]).encode()
                sock.sendall(GOOD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                return
            self._way(sock)


def _drip(sock: socket.socket) -> None:
    while True:
        time.sleep(DRIP_S)
        sock.sendall(b" ")
