"""Ask something that may hang, and wait no longer than so many seconds for it."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What `ask` gives, or its own error. Raises TimeoutError after so many seconds.

    Its thread may then still be at work; it keeps nobody from ending.
    """
    answer: SimpleQueue[tuple[T] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answer.put((ask(),))
        except Exception as error:  # noqa: BLE001  carried over to whoever asked
            answer.put(error)

    Thread(target=run, name="asked with a deadline", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no answer within {seconds:g} seconds") from None
    if isinstance(found, Exception):
        raise found
    return found[0]
