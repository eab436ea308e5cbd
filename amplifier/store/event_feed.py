"""What happened since somebody last asked: events beyond a cursor, none lost and none told twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from amplifier.campaign.delivery import State
from amplifier.campaign.notice import FeedEvent
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import instant, is_postgres, reading, stamp
from amplifier.store.events import of_delivery

AFTER = """SELECT id, at, actor, subject, kind, "before", "after", detail FROM events
WHERE id > %s ORDER BY id LIMIT %s"""
LAST_BEFORE = "SELECT COALESCE(MAX(id), 0) FROM events WHERE at < %s"
# Whether this doubt was told of before: an event of it lies between the one that brought it and this one.
AGAIN = """SELECT COUNT(*) FROM events e WHERE e.subject = %s AND e.id < %s AND e."before" = 'unsure'
  AND e."after" = 'unsure' AND e.kind <> 'overtaken'
  AND e.id > (SELECT COALESCE(MAX(b.id), 0) FROM events b WHERE b.subject = e.subject AND b.id < %s
              AND b."after" = 'unsure' AND b."before" <> 'unsure')"""
DELIVERY = of_delivery(0).removesuffix("0")


@reading
def events_after(cursor: int, *, limit: int) -> tuple[FeedEvent, ...]:
    """The events beyond this one, oldest first."""
    return tuple(_event(row) for row in execute(AFTER, [cursor, limit]))


@reading
def last_before(at: datetime) -> int:
    """The number of the last event before this instant; 0 if there is none."""
    return int(execute(LAST_BEFORE, [stamp(at)])[0][0])


def hold_writers() -> None:
    """Until the transaction ends nobody writes an event, so that none with a lower number can still turn up.

    PostgreSQL numbers events before they are committed; on SQLite a writer is alone anyway.
    """
    if is_postgres():
        execute("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")


def _event(row: tuple[Any, ...]) -> FeedEvent:
    number, at, actor, subject, kind, before, after, detail = row
    about = subject.removeprefix(DELIVERY) if subject.startswith(DELIVERY) else "0"
    again = before == after == State.UNSURE and _again(subject, number)
    return FeedEvent(number, instant(at), actor, subject, kind, before, after, detail, int(about), again)


def _again(subject: str, number: int) -> bool:
    return bool(execute(AGAIN, [subject, number, number])[0][0])
