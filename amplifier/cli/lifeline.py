"""A child's end of the pipe to its supervisor: when the supervisor is gone, however it went, the child ends too."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

VARIABLE = "AMPLIFIER_LIFELINE"
LAST_SECONDS = 4.0


def hold_on() -> bool:
    """Watch the lifeline: at its end ask this process to stop, and insist after 4 s. False if there is none."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor:
        threading.Thread(target=_watch, args=(int(descriptor),), name="lifeline", daemon=True).start()
    return bool(descriptor)


def when_told_to_stop(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM or Ctrl-C, and end the process 4 s later whatever it does."""

    def told(_number: int, _frame: object) -> None:
        _insist()
        stop()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    _insist()
    os.kill(os.getpid(), signal.SIGTERM)


def _insist() -> None:
    timer = threading.Timer(LAST_SECONDS, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
