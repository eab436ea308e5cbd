"""What goes wrong on demand: which request a fault is for (decided here), and how it acts on the socket."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from amplifier.sandbox.notes import Notes
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.wire import Answer, Operation

ANY = "*"


class Kind(StrEnum):
    """How a fault shows."""

    STATUS = "status"
    DELAY = "delay"
    HANG = "hang"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    HALF = "half"
    IGNORE_KEY = "ignore_key"
    REPLAY_500 = "replay_500"
    LAG = "lag"


# These three change what a face answers; the others act on the connection.
HABITS = frozenset({Kind.IGNORE_KEY, Kind.REPLAY_500, Kind.LAG})
SILENCES = frozenset({Kind.STATUS, Kind.HANG, Kind.CUT_BEFORE, Kind.CUT_AFTER, Kind.HALF})


@dataclass(frozen=True)
class Fault:
    """A fault in force. `times` is how often it will still strike (None: always); `seconds` is a range.

    `reset`: in how many seconds the headers of a 429 say that the budget begins anew; None sends no such headers.
    """

    id: int
    network: str
    operation: str
    kind: Kind
    status: int = 503
    seconds: tuple[float, float] = (0.0, 0.0)
    times: int | None = None
    stored: bool = False
    reset: float | None = None

    def strikes(self, network: Network, operation: Operation) -> bool:
        """Whether it is meant for such a request."""
        return self.network in {ANY, network} and self.operation in {ANY, operation}

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


class Line(Protocol):
    """The connection a fault acts on."""

    def send(self, answer: Answer) -> None:
        """Send the whole answer and keep the connection."""

    def send_half(self, answer: Answer) -> None:
        """Send the first half of the bytes and close."""

    def close(self) -> None:
        """Close without sending anything."""

    def reset(self) -> None:
        """Close with a reset (RST)."""

    def wait(self, seconds: float) -> None:
        """Let time pass; ends early when the server stops."""

    def hold(self, seconds: float) -> None:
        """Say nothing for so long; ends early when the client gives up or the server stops."""


def from_json(found: Any, number: int) -> Fault:
    """A fault from what the control door was given. Raises ValueError with a sentence if it makes no sense."""
    if not isinstance(found, dict):
        raise ValueError("a fault is a JSON object")  # noqa: TRY004 - answered with 400, as every bad value
    unknown = set(found) - {"id", "network", "operation", "kind", "status", "seconds", "times", "stored", "reset"}
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    kind = Kind(found.get("kind", ""))
    network = str(found.get("network", ANY))
    operation = str(found.get("operation", ANY))
    if network != ANY:
        Network(network)
    if operation != ANY:
        Operation(operation)
    times = found.get("times", 1 if kind not in HABITS else None)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times is a whole number of at least 1, or null for always")
    return Fault(
        id=number,
        network=network,
        operation=operation,
        kind=kind,
        status=int(found.get("status", 503)),
        seconds=_range(found.get("seconds", 0)),
        times=times,
        stored=bool(found.get("stored", False)),
        reset=None if found.get("reset") is None else float(found["reset"]),
    )


class Faults:
    """The faults in force, kept in the world's notes so that a restart does not mend anything."""

    def __init__(self, notes: Notes, seed: int = 23) -> None:
        self._notes = notes
        self._lock = notes.lock  # one lock for both, since keeping a fault writes to the file
        self._silent: Counter[Network] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - guards no secret
        kept = notes.kept("faults") or {"next": 1, "list": []}
        self._next: int = kept["next"]
        self._faults = [from_json(found, found["id"]) for found in kept["list"]]

    def add(self, found: Any) -> Fault:
        """Put a fault in force. Raises ValueError with a sentence if it makes no sense."""
        with self._lock:
            fault = from_json(found, self._next)
            self._next += 1
            self._faults.append(fault)
            self._keep()
            return fault

    def all(self) -> list[Fault]:
        """The faults in force, oldest first."""
        with self._lock:
            return list(self._faults)

    def remove(self, number: int | None = None) -> int:
        """End one fault or, without a number, all of them; how many ended."""
        with self._lock:
            left = [] if number is None else [fault for fault in self._faults if fault.id != number]
            ended = len(self._faults) - len(left)
            self._faults = left
            self._keep()
            return ended

    def take(self, network: Network | None, operation: Operation, kinds: frozenset[Kind] | None = None) -> Fault | None:
        """The first fault for such a request, used up by one; without `kinds` only those that act on the connection."""
        if not self._faults or network is None:
            return None
        with self._lock:
            for place, fault in enumerate(self._faults):
                wanted = fault.kind in kinds if kinds is not None else fault.kind not in HABITS
                if wanted and fault.strikes(network, operation):
                    self._use(place, fault)
                    return fault
        return None

    def is_silent(self, network: Network) -> bool:
        """Whether publishing on this network goes wrong as things stand."""
        return self._silent[network] > 0 or any(
            f.kind in SILENCES and f.strikes(network, Operation.PUBLISH) for f in self.all()
        )

    @contextmanager
    def silence(self, network: Network) -> Iterator[None]:
        """While this lasts, the network does not answer somebody."""
        self._count(network, 1)
        try:
            yield
        finally:
            self._count(network, -1)

    def seconds(self, fault: Fault) -> float:
        """How long this time."""
        with self._lock:
            return self._random.uniform(*fault.seconds)

    def _count(self, network: Network, more: int) -> None:
        with self._lock:
            self._silent[network] += more
            self._notes.touch()

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times == 1:
            del self._faults[place]
        else:
            self._faults[place] = replace(fault, times=fault.times - 1)
        self._keep()

    def _keep(self) -> None:
        self._notes.keep("faults", {"next": self._next, "list": [fault.as_json() for fault in self._faults]})


def carry_out(
    fault: Fault, seconds: float, line: Line, *, serve: Callable[[], Answer], fail: Callable[[int], Answer]
) -> None:
    """Let a fault act on a connection. `serve` does what was asked; `fail` is the network's way to say a status."""
    match fault.kind:
        case Kind.STATUS:
            if fault.stored:
                serve()
            line.wait(seconds)
            line.send(fail(fault.status))
        case Kind.HANG:
            serve()
            line.hold(seconds)
            line.close()
        case Kind.CUT_BEFORE:
            line.wait(seconds)
            line.close()
        case Kind.CUT_AFTER:
            serve()
            line.wait(seconds)
            line.reset()
        case Kind.HALF:
            answer = serve()
            line.wait(seconds)
            line.send_half(answer)
        case _:
            line.wait(seconds)
            line.send(serve())


def _range(found: Any) -> tuple[float, float]:
    low, high = found if isinstance(found, list | tuple) else (found, found)
    if not 0 <= float(low) <= float(high) <= 3600:
        raise ValueError("seconds is a number or a pair [from, to], between 0 and 3600")
    return float(low), float(high)
