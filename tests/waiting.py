"""How long tests wait for what must come: so long that only what hangs takes longer, on however slow a machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

HANG_S = 150.0


def until(is_so: Callable[[], object], what: str = "it did not become so", *, every: float = 0.01) -> None:
    """Wait until this is so. AssertionError if that hangs."""
    hangs = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < hangs, what
        time.sleep(every)


def all_answered() -> None:
    """Whatever was asked with a deadline has ended: it would go on in the database of the next test."""
    for thread in threading.enumerate():
        if thread.name == "asked with a deadline":
            thread.join(HANG_S)
            assert not thread.is_alive(), "it still asks"
