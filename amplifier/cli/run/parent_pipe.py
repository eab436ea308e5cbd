"""A child's end of the pipe to its supervisor: when the supervisor is gone, however it went, the child ends too."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable

VARIABLE = "AMPLIFIER_LIFELINE"
READY = "AMPLIFIER_READY"
LAST_SECONDS = 4.0


def hold_on() -> bool:
    """Watch the parent pipe: at its end ask this process to stop, and insist after 4 s. False if there is none."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor:
        threading.Thread(target=_watch, args=(int(descriptor),), name="parent pipe", daemon=True).start()
    return bool(descriptor)


def say_ready(part: str, told: object = None) -> None:
    """Let the supervisor know, if there is one, that this part is at work, and what there is to tell (for JSON)."""
    descriptor = os.environ.pop(READY, "")
    if descriptor:
        os.write(int(descriptor), json.dumps([part, told]).encode() + b"\n")
        os.close(int(descriptor))


def end_when_told() -> Callable[[], None]:
    """From now on SIGTERM and Ctrl-C end this process within 4 s, whatever it does; what comes back waits for them."""
    reader, writer = os.pipe()

    def told(_number: int, _frame: object) -> None:
        insist()
        os.write(writer, b".")  # takes no lock that the interrupted code may hold, as an Event would

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)

    def wait() -> None:
        os.read(reader, 1)

    return wait


def insist() -> None:
    """End this process 4 s from now, whatever it does then."""
    if not signal.getitimer(signal.ITIMER_REAL)[0]:  # pressing Ctrl-C again must not win time
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)  # nobody handles SIGALRM, so the system itself ends us


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    insist()
    os.kill(os.getpid(), signal.SIGTERM)
