"""How a fault acts: what it sends, when it cuts the line, and whether what was asked for is done all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from amplifier.sandbox.faults import REFUSALS, Fault, FaultKind
from amplifier.sandbox.wire import Reply

DRIPS = 30  # so many single bytes come, and then the end: longer than any client should wait, and never for ever


class Line(Protocol):
    """The connection a fault acts on."""

    def send(self, answer: Reply) -> None:
        """Send the whole answer and keep the connection."""

    def send_part(self, answer: Reply, share_of_head: float, share_of_body: float) -> None:
        """Send the first part of head and body, and close."""

    def drip(self, answer: Reply, seconds: float, most: int) -> None:
        """Send single bytes so far apart, at most so many, and close."""

    def close(self) -> None:
        """Close without sending anything."""

    def reset(self) -> None:
        """Close with a reset (RST)."""

    def wait(self, seconds: float) -> None:
        """Let time pass; ends early when the server stops."""

    def hold(self, seconds: float) -> None:
        """Say nothing for so long; ends early when the client gives up or the server stops."""


@dataclass(frozen=True)
class Asked:
    """A request that a fault strikes: how it is done, put off, refused, and how its answer is spoilt."""

    serve: Callable[[], Reply]
    put_off: Callable[[float], None]
    refuse: Callable[[], Reply]
    spoil: Callable[[Reply | None], Reply]


def carry_out(fault: Fault, seconds: float, line: Line, asked: Asked) -> None:
    """Let a fault act on a connection. `seconds` is how long this time."""
    match fault.kind:
        case FaultKind.RESET_UNREAD:
            line.reset()
        case FaultKind.STORES_LATER:
            asked.put_off(seconds)
            line.reset()
        case FaultKind.DELAY:
            line.wait(seconds)
            line.send(asked.serve())
        case _:
            _answer_badly(fault, seconds, line, asked)


def _answer_badly(fault: Fault, seconds: float, line: Line, asked: Asked) -> None:
    answer = asked.serve() if fault.stored else None
    if fault.kind is FaultKind.HANG:
        line.hold(seconds)
        line.close()
        return
    if fault.kind is FaultKind.DRIP:
        line.drip(answer or asked.spoil(None), seconds, DRIPS)
        return
    line.wait(seconds)
    match fault.kind:
        case kind if kind in REFUSALS:
            line.send(asked.refuse())
        case FaultKind.CUT_BEFORE:
            line.close()
        case FaultKind.CUT_AFTER:
            line.reset()
        case FaultKind.HALF:
            line.send_part(answer or asked.spoil(None), 1, 0.5)
        case FaultKind.HALF_HEAD:
            line.send_part(answer or asked.spoil(None), 0.5, 0)
        case _:
            line.send(asked.spoil(answer))
