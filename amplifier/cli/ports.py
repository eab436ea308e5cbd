"""Which ports our processes serve on: those that were asked for, or free ones; and who is there, where they cannot."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from amplifier.errors import UsageError
from amplifier.place import LAST_PORT, claim
from amplifier.taken_port import PortTaken

FURTHER = 100  # ports beyond the usual one that are tried
TRIES = 20  # any free ones, of which others may have chosen some a moment ago
BY_OURS, BY_OTHERS = "is taken by another Amplifier", "is taken by another program"
HERE = frozenset({"127.0.0.1", "localhost", "0.0.0.0", "::"})  # noqa: S104  the addresses whose ports are 127.0.0.1's too


@dataclass(frozen=True)
class Wanted:
    """A port by the option that sets it: what it is for, the one that was asked for, if one was, and the usual one."""

    option: str
    what: str
    asked: int | None
    usual: int


class Ports:
    """The ports of one run, kept from every other run of this computer until it ends."""

    def __init__(self) -> None:
        self._kept: list[socket.socket] = []

    def take(self, wanted: tuple[Wanted, ...], *, told: Callable[[str], None]) -> dict[str, int]:
        """The port for each option; `told`, with the reason, where it is not the usual one.

        A usual one that is taken gives way to the next free. Raises UsageError where one that was asked for is taken.
        """
        asked = frozenset(one.asked for one in wanted if one.asked)
        found: dict[str, int] = {}
        names: dict[int, str] = {}
        for one in sorted(wanted, key=lambda one: one.asked is None):  # what somebody asked for comes first
            port, why = self._chosen(one, names)
            if not port:
                raise UsageError(refusal(f"up {one.option}", one.asked or one.usual, why, {*names, *asked}))
            if why:
                told(f"Port {one.usual} {why}: {one.what} are on {port}.")
            found[one.option], names[port] = port, one.what
        return found

    def any_free(self) -> int:
        """One that nobody uses or has chosen. Raises UsageError where this computer has none."""
        for _ in range(TRIES):
            port = free_port()
            if not self._why_not(port, {}):
                return port
        raise UsageError("This computer has no free port just now. End something that serves on it, and try again.")

    def close(self) -> None:
        """Let others have them."""
        for one in self._kept:
            one.close()

    def _chosen(self, one: Wanted, names: Mapping[int, str]) -> tuple[int, str]:
        """The port for it, and why it is not the usual one; 0 and why there is none."""
        if one.asked:
            why = self._why_not(one.asked, names)
            return (0, why) if why else (one.asked, "")
        first = ""
        for port in _from(one.usual):
            why = self._why_not(port, names)
            if not why:
                return port, first
            first = first or why
        return 0, "and those after it are taken"

    def _why_not(self, port: int, names: Mapping[int, str]) -> str:
        """Why this run cannot have it, with what it uses itself; empty if it can, and has it from now on."""
        if port in names:
            return f"is for {names[port]}"
        if why := why_not(port):
            return why
        kept = claim(f"port-{port}")
        self._kept += [kept] if kept else []
        return "" if kept or sys.platform != "linux" else BY_OURS  # another run has chosen it, and has yet to begin


def why_not(port: int) -> str:
    """Why nobody can serve on this port of 127.0.0.1; empty if one can."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            return _by_whom(port) if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return ""


@contextlib.contextmanager
def serving_on(host: str, port: int) -> Iterator[None]:
    """Have this port to ourselves among Amplifiers, so that whoever finds it taken can tell that it is one of them.

    Raises PortTaken where another serves there, or is about to.
    """
    made = claim(_name(port) if host in HERE else f"{_name(port)}-{host}")
    if made is None and sys.platform == "linux":
        raise PortTaken(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    try:
        yield
    finally:
        if made:
            made.close()


def cannot_serve(command: str, host: str, port: int, error: PortTaken, *, alone: bool) -> UsageError:
    """What to tell where a server of ours could not have its port: who has it, and what to do."""
    is_taken = error.errno == errno.EADDRINUSE and host in HERE
    why = _by_whom(port) if is_taken else f"cannot be used on {host} ({error.strerror or error})"
    if alone:
        return UsageError(refusal(f"{command} --port", port, why))
    return UsageError(f"Port {port} {why}, since it was chosen. Start again: then another is chosen, or told.")


def refusal(words: str, port: int, why: str, mine: Collection[int] = ()) -> str:
    """That this port cannot be had, and the command with one that can: not one of `mine`, which are for other parts."""
    above = (other for other in _from(port) if other != port and other not in mine and not why_not(other))
    other = next(above, port + 1 if port < LAST_PORT else port - 1)
    return f"Port {port} {why}. Choose another: amplifier {words} {other}"


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


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


def _by_whom(port: int) -> str:
    """Who serves there, as far as this system tells."""
    if sys.platform != "linux":
        return "is taken"
    free = claim(_name(port))
    if free:
        free.close()
    return BY_OTHERS if free else BY_OURS


def _name(port: int) -> str:
    return f"serves-{port}"


def _from(port: int) -> range:
    return range(port, min(port + FURTHER, LAST_PORT) + 1)
