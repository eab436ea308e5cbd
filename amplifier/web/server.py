"""Granian inside this process: an embedded server stops in half a second, also with an open stream."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from amplifier.taken_port import having_port

# Whoever has connected must ask within this, and so must whoever keeps a connection for the next request; a header that
# trickles in gets no more. Browsers connect again by themselves.
HEADER_WITHIN_S = 10.0
LONGEST_HEADER = 65_536  # bytes: what one connection may make us keep, while there may be ten thousand
WAITING = 4096  # connections that the system keeps until we take them; it may cut that to its own limit
OS_ERROR = re.compile(r"\(os error (\d+)\)")  # how the server says what the system refused
STOP_WITHIN_S = 2.0  # for requests under way; the supervisor gives 4 s in all


def serve(
    app: Callable[..., Any], *, host: str, port: int, connections: int, serving: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or Ctrl-C, and end the process then. Comes back only if serving failed.

    Raises PortTaken where nobody can serve there.
    `connections` are held at once at most; who comes then waits to be let in. `serving` is called as soon as the
    port is ours.
    """
    must_be_free(host, port)
    asyncio.run(_serve(app, host=host, port=port, connections=connections, serving=serving))


def must_be_free(host: str, port: int) -> None:
    """Raises PortTaken where anybody serves there, or nobody can.

    The server itself shares a port with any other program of this user that shares it too, and each would get some of
    what is asked of the other.
    """
    with having_port(), socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((host, port))


async def _serve(
    app: Callable[..., Any], *, host: str, port: int, connections: int, serving: Callable[[], None]
) -> None:
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # what stands in front speaks 1.1 to us; a second protocol would be a second way in
        http1_settings=HTTP1Settings(header_read_timeout=int(HEADER_WITHIN_S * 1000), max_buffer_size=LONGEST_HEADER),
        websockets=False,
        backlog=WAITING,
        backpressure=connections,
        log_enabled=False,
    )
    server.on_startup(serving)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    task = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        try:
            task.result()
        except RuntimeError as error:
            if not (found := OS_ERROR.search(str(error))):
                raise
            with having_port():
                raise OSError(int(found[1]), os.strerror(int(found[1]))) from None
        return
    stop: Callable[[], None] = server.stop
    stop()
    await asyncio.wait({task}, timeout=STOP_WITHIN_S)
    sys.stdout.flush()
    sys.stderr.flush()
    # granian's own threads may still answer; one that meets a closed loop or an interpreter on its way out panics
    os._exit(0)
