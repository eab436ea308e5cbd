"""The sandbox's one port: reads requests, finds who serves them, and writes answers or lets a fault have its way."""

from __future__ import annotations

import logging
import select
import socket
import socketserver
import sqlite3
import struct
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from amplifier.sandbox.acts import Asked, carry_out
from amplifier.sandbox.bluesky import face as bluesky
from amplifier.sandbox.control import Control
from amplifier.sandbox.faults import SILENCES, Fault, FaultKind, Faults
from amplifier.sandbox.limits import RateLimits
from amplifier.sandbox.mastodon import face as mastodon
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.pages import Pages, is_loopback, is_named, missing
from amplifier.sandbox.pretend_clock import CLOCK, PretendClock
from amplifier.sandbox.public import PretendPublic
from amplifier.sandbox.routes import Route, Routes, Serving
from amplifier.sandbox.spoilt import refusal, spoilt
from amplifier.sandbox.state import WallState
from amplifier.sandbox.wire import RefusedError, Reply, Request, say
from amplifier.sandbox.world import World
from amplifier.sandbox.x import face as x
from amplifier.taken_port import having_port

LARGEST_BODY = 1_000_000
IDLE_S = 75  # a connection on which nothing is asked is closed after this
BEAT_S = 15  # a comment in the live events, so that nobody takes silence for an end
BETWEEN_EVENTS_S = 0.25
STOP_S = 0.8
LOOK_S = 0.1  # how often a held line looks whether anybody is still there
LIVE = "/wall/live"

log = logging.getLogger(__name__)


class Sandbox:
    """A pretend X, Bluesky and Mastodon on one loopback port, with the world in one file."""

    def __init__(self, world: Path, *, port: int, token: str, host: str = "127.0.0.1") -> None:
        if not is_loopback(host):
            raise ValueError(f"the sandbox listens on this computer only, not on {host}")
        self.stopping = threading.Event()
        self.world = World(world)
        notes = self.world.notes
        self.clock = PretendClock(notes.kept("clock"))
        self.faults = Faults(notes)
        self.limits = RateLimits(enforced=(notes.kept("limits") or {"enforced": True})["enforced"])
        self.public = PretendPublic(self.world, self.clock)
        self.state = WallState(self.world, self.faults)
        control = Control(
            token=token,
            world=self.world,
            faults=self.faults,
            limits=self.limits,
            public=self.public,
            stopping=self.stopping,
        )
        kept = (self.world, self.faults, self.limits)
        parts: tuple[Serving, ...] = (
            x.X(*kept),
            bluesky.Bluesky(*kept),
            mastodon.Mastodon(*kept),
            control,
            Pages(self.world, self.faults, self.state, token=token),
        )
        self.routes = Routes([route for part in parts for route in part.routes()])
        try:
            self._server = _Server((host, port), self)
        except OSError:
            self.world.close()
            raise
        self._loop = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._stopped = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve, in a thread of its own."""
        self._loop.start()
        self.public.start()

    def serve_forever(self) -> None:
        """Serve until somebody calls `stop`, which a signal handler may do."""
        self.start()
        self._stopped.wait()

    def stop(self) -> None:
        """End every connection and thread and close the file; takes less than a second."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.world.touch()
        if self._loop.is_alive():
            self._server.shutdown()
        self.public.stop()
        self.clock.stop()
        self._server.end_connections(STOP_S)
        self._server.server_close()
        self.world.close()
        self._stopped.set()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        with having_port():
            super().__init__(address, _Connection)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        CLOCK.set(self.sandbox.clock)
        with self._lock:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(request, None)

    def handle_error(self, *_: Any) -> None:
        log.debug("connection ended early")

    def end_connections(self, seconds: float) -> None:
        """Shut every connection and wait for their threads."""
        until = monotonic() + seconds
        with self._lock:
            still = list(self._open.items())
        for connection, _ in still:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in still:
            thread.join(max(0.0, until - monotonic()))


class _Connection(BaseHTTPRequestHandler):
    """One connection, with one request after the other; also the line a fault acts on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_S
    server: _Server

    def handle_one_request(self) -> None:
        """Read one request and answer it."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self._serve()
        except (OSError, sqlite3.ProgrammingError):
            # The client has gone, or the sandbox is stopping and its file is closed.
            self.close_connection = True

    def _serve(self) -> None:
        sandbox = self.server.sandbox
        path = urlsplit(self.path).path.rstrip("/") or "/"
        if not is_named(self.headers.get_all("Host") or []):  # another site's name that was made to lead here
            self.close_connection = True
            self.send(say({"error": "These pretend networks answer on this computer alone, by its own name."}, 403))
            return
        if path == LIVE and self.command == "GET":
            self._live()
            return
        found = sandbox.routes.find(self.command, path)
        fault = sandbox.faults.take(found[0].network, found[0].operation) if found else None
        if fault is not None and fault.kind is FaultKind.RESET_UNREAD:
            self.reset()  # whoever sent it learns nothing of how far it came
            return
        request = self._read(path)
        if request is None:
            return
        if found is None:
            self.send(missing())
        elif self._moves(found[0], path):
            self.send(Reply(301, b"", headers={"Location": path}))
        elif fault is None or found[0].network is None:
            self.send(_answer(found[0], request, found[1]))
        else:
            self._strike(fault, found[0].network, lambda: _answer(found[0], request, found[1]))

    def _moves(self, route: Route, path: str) -> bool:
        """Whether the network's server sends everybody on who writes a slash behind this address."""
        slash = urlsplit(self.path).path != path and route.network is not None
        habit = frozenset({FaultKind.MOVES_SLASH})
        return slash and self.server.sandbox.faults.take(route.network, route.operation, habit) is not None

    def _read(self, path: str) -> Request | None:
        length = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding") or not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self.send(say({"error": "Send a body of at most a megabyte with its length."}, 413))
            return None
        query = tuple(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        return Request(self.command, path, query, self.headers, self.rfile.read(int(length)))

    def _strike(self, fault: Fault, network: Network, serve: Callable[[], Reply]) -> None:
        sandbox = self.server.sandbox
        asked = Asked(
            serve,
            put_off=lambda seconds: sandbox.clock.put_off(seconds, serve),
            refuse=lambda: refusal(fault, network),
            spoil=lambda answer: spoilt(fault, network, sandbox.world, answer),
        )
        with sandbox.faults.silence(network) if fault.kind in SILENCES else nullcontext():
            carry_out(fault, sandbox.faults.seconds(fault), self, asked)

    def _live(self) -> None:
        sandbox = self.server.sandbox
        self.close_connection = True
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            b"Connection: close\r\n\r\nretry: 1000\n\n"
        )
        shown = -1
        while not sandbox.stopping.is_set():
            with sandbox.world.changed:
                if sandbox.world.version == shown:
                    sandbox.world.changed.wait(BEAT_S)
                news = sandbox.world.version != shown
                shown = sandbox.world.version
            self.wfile.write(b"data: " + sandbox.state.as_json() + b"\n\n" if news else b": still here\n\n")
            sandbox.stopping.wait(BETWEEN_EVENTS_S)

    # The line a fault acts on

    def send(self, answer: Reply) -> None:
        """Send the whole answer and keep the connection, if the client wants to."""
        if answer.length is not None:  # it is a lie, and what is over would be taken for the next answer
            self.close_connection = True
        self.wfile.write(self._raw(answer, keep=not self.close_connection))

    def send_part(self, answer: Reply, share_of_head: float, share_of_body: float) -> None:
        """Send the first part of head and body, and close."""
        self.close_connection = True
        whole = self._raw(answer, keep=True)
        head = len(whole) - len(answer.body)
        self.wfile.write(whole[: int(head * share_of_head) + int(len(answer.body) * share_of_body)])

    def drip(self, answer: Reply, seconds: float, most: int) -> None:
        """Send single bytes so far apart, at most so many, and close."""
        self.close_connection = True
        for byte in self._raw(answer, keep=True)[:most]:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            self.wait(seconds)

    def _raw(self, answer: Reply, *, keep: bool) -> bytes:
        return answer.raw(date=self.date_time_string(now_ms() // 1000), keep=keep)

    def close(self) -> None:
        """Close without sending anything."""
        self.close_connection = True

    def reset(self) -> None:
        """Close with a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def wait(self, seconds: float) -> None:
        """Let time pass; ends early when the server stops."""
        if seconds:
            self.server.sandbox.stopping.wait(seconds)

    def hold(self, seconds: float) -> None:
        """Say nothing for so long; ends early when the client gives up or the server stops."""
        until = monotonic() + seconds
        line = select.poll()
        line.register(self.connection, select.POLLIN)
        while (left := until - monotonic()) > 0 and not self.server.sandbox.stopping.is_set():
            if line.poll(min(left, LOOK_S) * 1000):
                if not self.connection.recv(1, socket.MSG_PEEK):
                    return
                self.wait(min(left, LOOK_S))  # it sent more instead of leaving

    def log_message(self, *args: Any) -> None:
        """Say nothing: a client's bad request line is its own affair."""


def _answer(route: Route, request: Request, names: dict[str, str]) -> Reply:
    try:
        return route.serve(request, names)
    except RefusedError as refused:
        return refused.answer
    except (OSError, sqlite3.ProgrammingError):
        raise
    except sqlite3.OperationalError as error:
        log.warning("nothing can be kept path=%s: %s", route.path, error)
        return say({"error": "The sandbox cannot keep anything just now."}, 500)
    except Exception:
        log.exception("request failed path=%s", route.path)
        return say({"error": "The sandbox itself is at fault; its log says where."}, 500)
