"""What a stranger sends, read before anybody waits for it: bounded in size and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
MOST = 10_000  # bytes: a form with one link
WITHIN_S = 10.0


async def read_whole(receive: Receive) -> bytes | None:
    """The whole body of a request; None if it is too long, comes too slowly, or whoever sends it has left."""
    try:
        async with asyncio.timeout(WITHIN_S):
            body: bytes = b""
            while True:
                message = await receive()
                chunk: bytes = message.get("body", b"")
                body += chunk
                if message["type"] != "http.request" or len(body) > MOST:
                    return None
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        return None
