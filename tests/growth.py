"""How much longer something takes with four times as much of it: about 4 where it is linear, 16 where it is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LINEAR = 10  # what is less is no square
TRIES = 100
LEAST_S = 0.002  # shorter is not measured well, and harms nobody


def growth(run: Callable[[Any], object], unit: Any, count: int = 2000) -> float:
    """The work for `unit` four times `count` times, by that for `count` times; on whatever machine.

    A machine under load makes a run dearer and never cheaper, so the cheapest run of each, in this thread's own time,
    comes ever closer to the work itself: both are run in turn until it is seen that the work is linear, and what is
    still no line after a hundred tries is none.
    """
    once, four_times = unit * count, unit * (4 * count)
    short = long = float("inf")
    for _ in range(TRIES):
        short, long = min(short, _took(run, once)), min(long, _took(run, four_times))
        if long < LINEAR * max(short, LEAST_S):
            break
    return long / max(short, LEAST_S)


def _took(run: Callable[[Any], object], given: Any) -> float:
    begun = time.thread_time()
    run(given)
    return time.thread_time() - begun
