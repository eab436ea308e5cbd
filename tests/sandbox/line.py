"""One post over a bare line, without any SDK's kindness, and the faults it is to meet."""

from __future__ import annotations

import http.client
import socket
from typing import Any

from tests.waiting import HANG_S


def publish(base: str, text: str = "Hello", timeout: float = HANG_S) -> http.client.HTTPResponse:
    """One post over a connection of its own, without any SDK's kindness."""
    line = http.client.HTTPConnection(base.removeprefix("http://"), timeout=timeout)
    headers = {"Authorization": "Bearer pretend-a", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/api/v1/statuses", f"status={text}", headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def sent(base: str) -> socket.socket:
    """A line on which one post has been sent and nothing been read."""
    host, _, port = base.removeprefix("http://").partition(":")
    line = socket.create_connection((host, int(port)), timeout=HANG_S)
    head = "POST /api/v1/statuses HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer pretend-a\r\n"
    line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nstatus=a".encode())
    return line


def fault(door: Any, kind: str, **more: Any) -> int:
    number: int = door.post("faults", **{"network": "mastodon", "operation": "publish", "kind": kind, **more})["id"]
    return number
