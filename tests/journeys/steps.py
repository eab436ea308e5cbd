"""The named steps of a delivery, from the claim to the late receipt: whoever asks is told of each passage."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any

from amplifier.deliver import batch_writer, confirm, worker
from amplifier.platforms.port import Platform
from amplifier.store import claims, deliveries, receipts
from amplifier.store.holding import holds

Told = Callable[[str], None]  # the step's name, with "before" or "after"

# What is passed on the way, and where its name is looked up when it is called.
STEPS: dict[str, tuple[Any, str]] = {
    "asking what is due": (claims, "is_anything_due"),
    "expiring leases": (deliveries, "expire_leases"),
    "missing what is overdue": (deliveries, "miss_overdue"),
    "holding what is blocked": (holds, "hold_blocked"),
    "parking what nobody sees": (holds, "park_unseen"),
    "claiming doubts": (claims, "claim_unsure"),
    "claiming": (claims, "claim"),
    "claiming, in the transaction": (claims, "claim_for"),
    "claiming the next, in the transaction": (deliveries, "claim_for"),
    "sending": (worker.Worker, "_send"),
    "asking to begin": (batch_writer.BatchWriter, "may_begin"),
    "one writing": (deliveries, "turn"),
    "the intent, in the transaction": (deliveries, "_begin"),
    "the result, in the transaction": (deliveries, "_write"),
    "its events, in the transaction": (deliveries, "write_events"),
    "deciding": (worker, "after_attempt"),
    "finishing": (batch_writer.BatchWriter, "finish"),
    "looking": (worker, "confirm"),
    "asking whose posts are known": (receipts, "remote_ids"),
    "deciding after a look": (confirm, "after_look"),
    "recording a look": (deliveries, "record"),
    "insisting": (batch_writer.BatchWriter, "insist"),
    "keeping a late receipt": (receipts, "keep_late_receipt"),
}
CALLS = ("prepare", "publish", "find")  # of the adapter


def watch(platforms: Iterable[Platform], told: Told) -> None:
    """From now on `told` hears of every passage, before it and after it, and of every line of the log."""
    for name, (owner, attribute) in STEPS.items():
        setattr(owner, attribute, _watched(getattr(owner, attribute), name, told))
    for kind in {type(platform) for platform in platforms}:
        for attribute in CALLS:
            setattr(kind, attribute, _watched(getattr(kind, attribute), attribute, told))
    logging.getLogger("amplifier.deliver").addHandler(_Line(told))
    logging.getLogger("amplifier.deliver").setLevel(logging.INFO)


def _watched(work: Callable[..., Any], name: str, told: Told) -> Callable[..., Any]:
    @functools.wraps(work)
    def run(*args: Any, **kwargs: Any) -> Any:
        told(f"before {name}")
        found = work(*args, **kwargs)
        told(f"after {name}")
        return found

    return run


class _Line(logging.Handler):
    """Tells of lines in the log, by their first words."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told(f"the line “{record.msg.partition(' delivery=')[0]}”")
