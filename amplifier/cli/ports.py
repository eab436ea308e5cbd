"""Which ports `up` serves on: those that were asked for, or the next free ones; and whether somebody answers."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from amplifier.errors import UsageError
from amplifier.place import LAST_PORT, claim

FURTHER = 100  # ports beyond the usual one that are tried


@dataclass(frozen=True)
class Wanted:
    """A port by the option that sets it: the one that was asked for, if one was, and the usual one."""

    option: str
    what: str
    asked: int | None
    usual: int


class Ports:
    """The ports of one `up`, kept from every other `up` of this computer until it ends."""

    def __init__(self) -> None:
        self._kept: list[socket.socket] = []

    def take(self, wanted: tuple[Wanted, ...], *, told: Callable[[str], None]) -> dict[str, int]:
        """The port for each option; `told` where it is not the usual one.

        A usual one that is taken gives way to the next free. Raises UsageError where one that was asked for is taken.
        """
        refuse_taken({one.option: one.asked for one in wanted if one.asked is not None})
        found = {one.option: one.asked for one in wanted if one.asked is not None}
        for one in wanted:
            if one.asked is not None:
                if not self._keep(one.asked):
                    raise UsageError(_refusal(one.option, one.asked, "is taken by another program"))
                continue
            port = next(filter(lambda port: self._is_ours(port, found), _from(one.usual)), None)
            if port is None:
                raise UsageError(_refusal(one.option, one.usual, "and those after it are taken"))
            found[one.option] = port
            if port != one.usual:
                told(f"Port {one.usual} is taken by another program: {one.what} {port}.")
        return found

    def close(self) -> None:
        """Let others have them."""
        for one in self._kept:
            one.close()

    def _is_ours(self, port: int, found: Mapping[str, int]) -> bool:
        return port not in found.values() and not why_not(port) and self._keep(port)

    def _keep(self, port: int) -> bool:
        """Whether no other `up` has chosen it, whose servers have not begun yet."""
        kept = claim(f"port-{port}")
        self._kept += [kept] if kept else []
        return kept is not None or sys.platform != "linux"


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Raises UsageError for a port (by the option that sets it) that is not free on this machine, or is used twice."""
    for option, port in ports.items():
        if list(ports.values()).count(port) > 1:
            raise UsageError(_refusal(option, port, "cannot serve two"))
        if why := why_not(port):
            raise UsageError(_refusal(option, port, why))


def why_not(port: int) -> str:
    """Why nobody can serve on this port of 127.0.0.1; empty if one can."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            return "is taken by another program" if is_taken else f"cannot be used ({error.strerror})"
    return ""


def _refusal(option: str, port: int, why: str) -> str:
    return f"Port {port} {why}. Choose another: amplifier up {option} {port + 1 if port < LAST_PORT else port - 1}"


def _from(port: int) -> range:
    return range(port, min(port + FURTHER, LAST_PORT) + 1)


def answers(port: int) -> bool:
    """Whether a web server answers there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True
