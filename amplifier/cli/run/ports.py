"""Which ports our processes serve on: those that were asked for, or free ones; and who is there, where they cannot."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import chain

from amplifier.errors import UsageError
from amplifier.install import LAST_PORT, claim, claimed
from amplifier.taken_port import NOT_OURS, PortTaken

WEB_PORT = 8000
HOST = "127.0.0.1"  # where our processes serve if nobody says otherwise
FURTHER = 100  # ports beyond the usual one that are tried
TRIES = 20  # any free ones, of which others may have chosen some a moment ago
BY_OURS, BY_OTHERS = "is taken by another Amplifier", "is taken by another program"
ALL = frozenset({"0.0.0.0", "::"})  # noqa: S104  the addresses whose ports are those of all others too
HERE = frozenset({HOST, *ALL})
CHOSEN = re.compile(r"(?:port|serves)-(\d+)(?:-|$)", re.ASCII)  # the names under which running Amplifiers remember them


@dataclass(frozen=True)
class WantedPort:
    """A port by the option that sets it: what it is for, the one that was asked for, if one was, and the usual one."""

    option: str
    what: str
    asked: int | None
    usual: int


class Ports:
    """The ports of one run, kept from every other run of this computer until it ends."""

    def __init__(self) -> None:
        self._kept: list[socket.socket] = []

    def take(self, wanted: tuple[WantedPort, ...], *, told: Callable[[str], None]) -> dict[str, int]:
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

    def _chosen(self, one: WantedPort, names: Mapping[int, str]) -> tuple[int, str]:
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


def why_not(port: int, host: str = HOST) -> str:
    """Why nobody can serve on this port of this address; empty if one can."""
    try:
        with socket.socket(_family(host)) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        return _by_whom(port, host) if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return ""


@contextlib.contextmanager
def serving_on(host: str, port: int, *, alone: bool = False) -> Iterator[None]:
    """Have this port to ourselves among Amplifiers, so that whoever finds it taken can tell that it is one of them.

    `alone`: no `up` has chosen it for us. Raises PortTaken where another serves there, or is about to.
    """
    with contextlib.ExitStack() as made:
        for name in _names(host, port, chosen=alone):
            one = claim(name)
            if one is None and sys.platform == "linux":
                raise PortTaken(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            if one:
                made.enter_context(one)
        yield


def cannot_serve(
    command: str, host: str, port: int, error: PortTaken, *, alone: bool, mine: Collection[int] = ()
) -> UsageError:
    """What to tell where a server of ours could not have its port: who has it, and what to do."""
    if error.errno in NOT_OURS:
        return UsageError(
            f"{host} is no address of this computer, so nobody can serve there.\n"
            f"For this computer alone: amplifier {command} --host {HOST}"
        )
    if error.errno == errno.EADDRINUSE:
        why = _by_whom(port, host, chosen=alone)
        why = why if host in HERE else f"of {host} {why}"
    else:
        why = f"cannot be used on {host} ({error.strerror or error})"
    if alone:
        return UsageError(refusal(f"{at_address(command, host)} --port", port, why, mine, host))
    return UsageError(f"Port {port} {why}, since it was chosen. Start again: then another is chosen, or told.")


def at_address(command: str, host: str) -> str:
    """The command as it is given to serve at this address: the usual one is not said."""
    return command if host == HOST else f"{command} --host {host}"


def refusal(words: str, port: int, why: str, mine: Collection[int] = (), host: str = HOST) -> str:
    """That this port cannot be had, and the command with one that can be had now, at the same address.

    Not one of `mine`, which are for other parts, and none that another Amplifier of this computer serves on or is to.
    """
    others = {*mine, *(int(found[1]) for found in map(CHOSEN.match, claimed()) if found)}
    near = chain(_from(port), range(port - 1, max(port - FURTHER, 0), -1))
    any_free = (free_port(host) for _ in range(TRIES))
    free = (one for one in chain(near, any_free) if one != port and one not in others and not why_not(one, host))
    try:
        other = next(free, 0)
    except OSError:  # not even a free one can be had there
        other = 0
    if other:
        return f"Port {port} {why}. Choose another: amplifier {words} {other}"
    return f"Port {port} {why}, and no free one was found. End something that serves on this computer, and try again."


def free_port(host: str = HOST) -> int:
    """A port of this address that nobody uses now."""
    with socket.socket(_family(host)) as trial:
        trial.bind((host, 0))
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


def _by_whom(port: int, host: str = HOST, *, chosen: bool = False) -> str:
    """Who serves there, as far as this system tells; `chosen`: or who is about to."""
    if sys.platform != "linux":
        return "is taken"
    with contextlib.ExitStack() as free:
        for name in dict.fromkeys([*_names(host, port, chosen=chosen), f"serves-{port}-all"]):
            one = claim(name)
            if one is None:
                return BY_OURS
            free.enter_context(one)
    return BY_OTHERS


def _names(host: str, port: int, *, chosen: bool) -> list[str]:
    """Under which names a server of ours has this port: whoever wants it of the same address wants one of them, too."""
    names = [f"serves-{port}" if host in HERE else f"serves-{port}-{host}"]
    names += [f"serves-{port}-all"] if host in ALL else []
    return [*names, f"port-{port}"] if chosen and host in HERE else names


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _from(port: int) -> range:
    return range(port, min(port + FURTHER, LAST_PORT) + 1)
