"""Weather: faults of every kind, drawn at random from a seed, so that one call can make everything unreliable."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from amplifier.sandbox.wire import Operation

CALM, HEAVY = "calm", "heavy"
Drawn = dict[str, Any]  # a fault as the control door takes it, without network and operation


@dataclass(frozen=True)
class Chance:
    """A fault and how often it comes, beside the others of its table."""

    weight: int
    fault: Drawn


def _each(weight: int, *faults: Drawn) -> tuple[Chance, ...]:
    return tuple(Chance(weight, fault) for fault in faults)


def _status(*numbers: int, **more: Any) -> list[Drawn]:
    return [{"kind": "status", "status": number, **more} for number in numbers]


# What no server says of a good post is rare, since it ends a delivery. What ends an account (401, 402, 403) never
# comes: it would end the rest of the campaign with it.
REFUSALS = _each(
    1,
    *_status(400, 404, 413, 422),
    {"kind": "duplicate"},
)
SLOW_DOWN = _each(
    3,
    *_status(429, reset=2),
    *({"kind": "status", "status": 429, "reset": 2, "retry_after": form} for form in ("seconds", "date")),
    *_status(503, reset=2, retry_after="seconds"),
)
TROUBLE = _each(4, *_status(408, 409, 500, 502, 503, 504))
LINE = _each(
    4,
    {"kind": "delay", "seconds": [0.1, 0.8]},
    {"kind": "hang", "seconds": [1, 3]},
    {"kind": "hang", "seconds": [1, 3], "stored": False},
    {"kind": "reset_unread"},
    {"kind": "cut_before"},
    {"kind": "cut_before", "stored": True},
    {"kind": "cut_after"},
    {"kind": "cut_after", "stored": False},
    {"kind": "half"},
    {"kind": "half_head"},
    {"kind": "drip", "seconds": 0.05},
)
SHAPES = _each(
    2,
    *({"kind": kind} for kind in ("html", "empty", "list", "null", "no_id", "broken_gzip", "short_length", "junk")),
    *({"kind": kind} for kind in ("bad_utf8", "other_answer")),
    *({"kind": "redirect", "stored": stored} for stored in (False, True)),
)
WRITES = _each(
    4,
    *_status(500, 502, 503, 504, stored=True),
    {"kind": "stores_later", "seconds": [0.2, 1.0]},
)
OTHERS_ID = _each(2, {"kind": "other_id"})

TABLES: dict[Operation, tuple[Chance, ...]] = {
    Operation.PUBLISH: REFUSALS + SLOW_DOWN + TROUBLE + LINE + SHAPES + WRITES + OTHERS_ID,
    Operation.EDIT: SLOW_DOWN + TROUBLE + LINE + SHAPES + WRITES,
    Operation.DELETE: SLOW_DOWN + TROUBLE + LINE + SHAPES + WRITES,
    Operation.FIND: SLOW_DOWN + TROUBLE + LINE + SHAPES,
    Operation.READ: SLOW_DOWN + TROUBLE + LINE + SHAPES,
    Operation.MENTIONS: SLOW_DOWN + TROUBLE + LINE + SHAPES,
    Operation.LOGIN: SLOW_DOWN + TROUBLE + LINE,
    Operation.LOOK_UP: SLOW_DOWN + TROUBLE + LINE,
}
REAL_WAITS = frozenset({"delay", "hang", "drip"})  # the other kinds that wait do so on the sandbox's clock
# In which share of the requests something of the table strikes; and the habits of servers, each by its own chance.
SHARES = {HEAVY: 0.3, CALM: 0.0}
HABITS: dict[str, tuple[float, Drawn]] = {
    "ignore_key": (0.3, {"kind": "ignore_key", "times": 1}),
    "replay_500": (0.3, {"kind": "replay_500", "times": 1}),
    "lag": (0.3, {"kind": "lag", "seconds": [0.2, 1.0], "times": 1}),
}


class Sky:
    """One weather. The same seed and the same requests in the same order give the same faults.

    `waits` makes all waiting in real time so many times as long: 0 leaves none, for a clock that is set from outside.
    """

    def __init__(self, level: str, seed: int, waits: float = 1.0) -> None:
        if level not in SHARES:
            raise ValueError(f"the weather is {' or '.join(sorted(SHARES))}, not {level}")
        if not 0 <= waits <= 10:
            raise ValueError("waits lies between 0 and 10")
        self.level = level
        self.seed = seed
        self.waits = waits
        self._random = random.Random(seed)  # noqa: S311 - guards no secret

    def __bool__(self) -> bool:
        return self.level != CALM

    def draw(self, operation: Operation, habits: frozenset[str] | None) -> Drawn | None:
        """What befalls such a request: one of these habits of the server or, without any, a fault of the line."""
        if not self:
            return None
        if habits is not None:
            return next((fault for share, fault in self._of(habits) if self._random.random() < share), None)
        if self._random.random() >= SHARES[self.level]:
            return None
        table = TABLES[operation]
        drawn = self._random.choices(table, [chance.weight for chance in table])[0].fault
        return drawn if self.waits == 1 or drawn["kind"] not in REAL_WAITS else self._sped_up(drawn)

    def _sped_up(self, fault: Drawn) -> Drawn:
        seconds = fault["seconds"]
        low, high = seconds if isinstance(seconds, list) else (seconds, seconds)
        return {**fault, "seconds": [low * self.waits, high * self.waits]}

    def _of(self, habits: frozenset[str]) -> list[tuple[float, Drawn]]:
        return [HABITS[name] for name in sorted(habits) if name in HABITS]
