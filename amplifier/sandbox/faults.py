"""What goes wrong on demand: which request a fault is for. How it acts on the socket stands in `acts`."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from amplifier.sandbox.notes import Notes
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.weather import CALM, Sky
from amplifier.sandbox.wire import Operation

ANY = "*"


class FaultKind(StrEnum):
    """How a fault shows."""

    # Something else is answered than what was asked for.
    STATUS = "status"
    SUSPENDED = "suspended"
    DUPLICATE = "duplicate"
    REDIRECT = "redirect"
    BETWEEN = "between"
    GATEWAY = "gateway"
    # The line is not what it should be.
    DELAY = "delay"
    HANG = "hang"
    RESET_UNREAD = "reset_unread"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    STORES_LATER = "stores_later"
    HALF = "half"
    HALF_HEAD = "half_head"
    DRIP = "drip"
    # The answer is not what it should be.
    HTML = "html"
    EMPTY = "empty"
    LIST = "list"
    NULL = "null"
    NO_ID = "no_id"
    OTHER_ID = "other_id"
    OTHER_ANSWER = "other_answer"
    BROKEN_GZIP = "broken_gzip"
    SHORT_LENGTH = "short_length"
    JUNK = "junk"
    BAD_UTF8 = "bad_utf8"
    # The server has a habit.
    IGNORE_KEY = "ignore_key"
    REPLAY_500 = "replay_500"
    LAG = "lag"
    RENDERS = "renders"
    FORGETS_LANGUAGE = "forgets_language"
    COUNTS_ALL = "counts_all"
    MOVES_SLASH = "moves_slash"


# These change what a face answers; the others act on the connection.
HABITS = frozenset(
    {
        *(FaultKind.IGNORE_KEY, FaultKind.REPLAY_500, FaultKind.LAG),
        *(FaultKind.RENDERS, FaultKind.FORGETS_LANGUAGE, FaultKind.COUNTS_ALL, FaultKind.MOVES_SLASH),
    }
)
# With these the post is not stored unless the fault says so; with all others it is.
REFUSALS = frozenset(
    {
        FaultKind.STATUS,
        FaultKind.SUSPENDED,
        FaultKind.DUPLICATE,
        FaultKind.REDIRECT,
        FaultKind.BETWEEN,
        FaultKind.GATEWAY,
    }
)
NOT_STORING = REFUSALS | {FaultKind.CUT_BEFORE}
# While one of these is in force, the wall shows the network as silent.
SILENCES = frozenset(
    {
        *(FaultKind.STATUS, FaultKind.BETWEEN, FaultKind.GATEWAY),
        *(
            FaultKind.HANG,
            FaultKind.CUT_BEFORE,
            FaultKind.CUT_AFTER,
            FaultKind.HALF,
            FaultKind.RESET_UNREAD,
            FaultKind.DRIP,
        ),
    }
)


class RetryAfter(StrEnum):
    """The forms in which a server says when to come back (RFC 9110, 10.2.3), and two that nobody can mean."""

    SECONDS = "seconds"
    DATE = "date"
    ABSURD = "absurd"
    YEARS = "years"


@dataclass(frozen=True)
class Fault:
    """A fault in force. `times` is how often it will still strike (None: always); `seconds` is a range.

    `reset`: in how many seconds a 429 says that the budget begins anew, in the network's own headers or, where
    `retry_after` names a form, in that one alone; None sends no such headers. `chance`: in which share of the requests
    that it is meant for it strikes.
    """

    id: int
    network: str
    operation: str
    kind: FaultKind
    status: int = 503
    seconds: tuple[float, float] = (0.0, 0.0)
    times: int | None = None
    stored: bool = False
    reset: float | None = None
    retry_after: RetryAfter | None = None
    chance: float = 1.0

    def strikes(self, network: Network, operation: Operation) -> bool:
        """Whether it is meant for such a request."""
        return self.network in {ANY, network} and self.operation in {ANY, operation}

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


FIELDS = frozenset(Fault.__dataclass_fields__)


def from_json(found: Any, number: int) -> Fault:
    """A fault from what the control door was given. Raises ValueError with a sentence if it makes no sense."""
    if not isinstance(found, dict):
        raise ValueError("a fault is a JSON object")  # noqa: TRY004 - answered with 400, as every bad value
    unknown = set(found) - FIELDS
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    kind = FaultKind(found.get("kind", ""))
    network = str(found.get("network", ANY))
    operation = str(found.get("operation", ANY))
    if network != ANY:
        Network(network)
    if operation != ANY:
        Operation(operation)
    times = found.get("times", 1 if kind not in HABITS else None)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times is a whole number of at least 1, or null for always")
    chance = float(found.get("chance", 1))
    if not 0 < chance <= 1:
        raise ValueError("chance lies above 0 and is at most 1")
    return Fault(
        id=number,
        network=network,
        operation=operation,
        kind=kind,
        status=int(found.get("status", 503)),
        seconds=_range(found.get("seconds", 0)),
        times=times,
        stored=bool(found.get("stored", kind not in NOT_STORING)),
        reset=None if found.get("reset") is None else float(found["reset"]),
        retry_after=None if found.get("retry_after") is None else RetryAfter(found["retry_after"]),
        chance=chance,
    )


class Faults:
    """The faults in force, kept in the world's notes so that a restart does not mend anything.

    How often each kind has struck is kept in memory only.
    """

    def __init__(self, notes: Notes, seed: int = 23) -> None:
        self._notes = notes
        self._lock = notes.lock  # one lock for both, since keeping a fault writes to the file
        self._silent: Counter[Network] = Counter()
        self._struck: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - guards no secret
        kept = notes.kept("faults") or {"next": 1, "list": []}
        self._next: int = kept["next"]
        self._faults = [from_json(found, found["id"]) for found in kept["list"]]
        self._sky = Sky(**(notes.kept("weather") or {"level": CALM, "seed": 0}))

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

    def set_weather(self, level: str, seed: int, waits: float = 1.0) -> None:
        """Begin a weather anew from its seed, or end it. Raises ValueError for one that there is not."""
        with self._lock:
            self._sky = Sky(level, seed, waits)
            self._notes.keep("weather", {"level": level, "seed": seed, "waits": waits})

    def weather(self) -> dict[str, Any]:
        """The weather, and how often each kind has struck, also of single faults."""
        with self._lock:
            struck = dict(sorted(self._struck.items()))
            sky = {"level": self._sky.level, "seed": self._sky.seed, "waits": self._sky.waits}
            return {**sky, "struck": struck, "faults": sum(struck.values())}

    def take(
        self, network: Network | None, operation: Operation, kinds: frozenset[FaultKind] | None = None
    ) -> Fault | None:
        """The first fault for such a request, used up by one; without `kinds` only those that act on the connection."""
        if network is None or not (self._faults or self._sky):
            return None
        with self._lock:
            fault = self._taken(network, operation, kinds) or self._fallen(network, operation, kinds)
            if fault is not None:
                self._struck[fault.kind] += 1
            return fault

    def is_silent(self, network: Network) -> bool:
        """Whether publishing on this network goes wrong as things stand."""
        return self._silent[network] > 0 or any(
            f.kind in SILENCES and f.chance == 1 and f.strikes(network, Operation.PUBLISH) for f in self.all()
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

    def _taken(self, network: Network, operation: Operation, kinds: frozenset[FaultKind] | None) -> Fault | None:
        for place, fault in enumerate(self._faults):
            wanted = fault.kind in kinds if kinds is not None else fault.kind not in HABITS
            if wanted and fault.strikes(network, operation) and self._random.random() < fault.chance:
                self._use(place, fault)
                return fault
        return None

    def _fallen(self, network: Network, operation: Operation, kinds: frozenset[FaultKind] | None) -> Fault | None:
        habits = None if kinds is None else frozenset(kind.value for kind in kinds)
        drawn = self._sky.draw(operation, habits)
        return from_json({"network": network, "operation": operation, **drawn}, 0) if drawn else None

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


def _range(found: Any) -> tuple[float, float]:
    low, high = found if isinstance(found, list | tuple) else (found, found)
    if not 0 <= float(low) <= float(high) <= 3600:
        raise ValueError("seconds is a number or a pair [from, to], between 0 and 3600")
    return float(low), float(high)
