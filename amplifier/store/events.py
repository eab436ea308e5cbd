"""What happened, append-only: written with the change it tells of, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from amplifier.store.models import EventRow
from amplifier.store.transaction import reading, stamp

INSERT = """INSERT INTO events (at, actor, subject, kind, "before", "after", fence, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""


@dataclass(frozen=True)
class Event:
    """One thing that happened to a subject (`delivery:12`), by an actor (`service`, `cli:name`, a person)."""

    at: datetime
    actor: str
    subject: str
    kind: str
    before: str = ""
    after: str = ""
    fence: int = 0
    detail: str = ""


def of_delivery(number: int) -> str:
    """How events name a delivery."""
    return f"delivery:{number}"


def write_events(events: Iterable[Event]) -> None:
    """Add these; called inside the transaction of the change itself."""
    rows = [
        [stamp(one.at), one.actor, one.subject, one.kind, str(one.before), str(one.after), one.fence, one.detail]
        for one in events
    ]
    if rows:  # a statement of ours: through the ORM this was a third of what sending a post cost the ledger
        with connection.cursor() as cursor:
            cursor.executemany(INSERT, rows)


@reading
def events_of(subject: str) -> tuple[Event, ...]:
    """The history of one subject, oldest first."""
    return tuple(_event(row) for row in EventRow.objects.filter(subject=subject).order_by("id"))


def _event(row: EventRow) -> Event:
    return Event(
        at=row.at,
        actor=row.actor,
        subject=row.subject,
        kind=row.kind,
        before=row.before,
        after=row.after,
        fence=row.fence,
        detail=row.detail,
    )
