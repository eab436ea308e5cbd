"""How much longer something takes with four times as much of it: about 4 where it is linear, 16 where it is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LINEAR = 10  # what is less is no square
TIMES = 3  # the best of so many, in this thread's own time: others on the machine have no say
LEAST_S = 0.002  # shorter is not measured well, and harms nobody


def growth(run: Callable[[Any], object], unit: Any, count: int = 2000) -> float:
    """The time for `unit` four times `count` times, by that for `count` times."""
    return _took(run, unit * (4 * count)) / max(_took(run, unit * count), LEAST_S)


def _took(run: Callable[[Any], object], given: Any) -> float:
    best = float("inf")
    for _ in range(TIMES):
        begun = time.thread_time()
        run(given)
        best = min(best, time.thread_time() - begun)
    return best
