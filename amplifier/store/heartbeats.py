"""Who was alive when, and one word about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import instant, reading, stamp, whole
from amplifier.store.models import HeartbeatRow

# Parts show themselves every few seconds, for as long as the service runs.
BEAT = """INSERT INTO heartbeats (name, at, detail) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail"""
SILENT_AFTER = timedelta(seconds=15)


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of a part of the service."""

    name: str
    at: datetime
    detail: str


def is_alive(beat: Heartbeat | None, now: datetime) -> bool:
    """Whether this part has shown itself of late; one from the future (a clock set back) is as old as it is ahead."""
    return beat is not None and abs(now - beat.at) < SILENT_AFTER


@whole
def beat(name: str, *, now: datetime, detail: str = "") -> None:
    """This part is alive now."""
    execute(BEAT, [name, stamp(now), detail])


@whole
def withdraw(*names: str) -> None:
    """These parts have ended in good order: nobody need wait for their silence to be noticed."""
    HeartbeatRow.objects.filter(name__in=names).delete()


@reading
def heartbeats() -> dict[str, Heartbeat]:
    """The last beat of every part, by name."""
    return {
        name: Heartbeat(name, instant(at), detail)
        for name, at, detail in execute("SELECT name, at, detail FROM heartbeats")
    }
