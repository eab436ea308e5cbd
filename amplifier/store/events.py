"""What happened, append-only: written with the change it tells of, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from amplifier.campaign.event_kinds import EventKind
from amplifier.store.database.statement import execute_many
from amplifier.store.database.transaction import reading, stamp, whole
from amplifier.store.models import EventRow

INSERT = """INSERT INTO events (at, actor, subject, kind, "before", "after", fence, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""


@dataclass(frozen=True)
class Event:
    """One thing that happened to a subject (`delivery:12`), by an actor (`service`, `cli:name`, a person)."""

    at: datetime
    actor: str
    subject: str
    kind: EventKind
    before: str = ""
    after: str = ""
    fence: int = 0
    detail: str = ""


def of_delivery(number: int) -> str:
    """How events name a delivery."""
    return f"delivery:{number}"


def of_facts(campaign: str) -> str:
    """How events name what a campaign's posts state."""
    return f"facts:{campaign}"


def write_events(events: Iterable[Event]) -> None:
    """Add these; called inside the transaction of the change itself."""
    rows = [
        [stamp(one.at), one.actor, one.subject, one.kind, str(one.before), str(one.after), one.fence, one.detail]
        for one in events
    ]
    if rows:  # a statement of ours: through the ORM this was a third of what sending a post cost the ledger
        execute_many(INSERT, rows)


@reading
def events_of(subject: str) -> tuple[Event, ...]:
    """The history of one subject, oldest first."""
    return tuple(_event(row) for row in EventRow.objects.filter(subject=subject).order_by("id"))


@reading
def was_written(subject: str, kind: EventKind, *, since: datetime | None = None) -> bool:
    """Whether there is an event of this kind about this subject (`since` then)."""
    rows = EventRow.objects.filter(subject=subject, kind=kind)
    return (rows if since is None else rows.filter(at__gte=since)).exists()


@reading
def last_written(subjects: Collection[str], *kinds: EventKind) -> dict[str, datetime]:
    """When an event of one of these kinds was last written about each of these; without those that have none."""
    of_these = EventRow.objects.filter(subject__in=list(subjects), kind__in=kinds)
    last = of_these.values("subject").annotate(last=Max("id")).values("last")
    return dict(EventRow.objects.filter(id__in=last).values_list("subject", "at"))


@whole
def note(event: Event) -> None:
    """Add an event that tells of no change."""
    write_events([event])


def _event(row: EventRow) -> Event:
    return Event(
        at=row.at,
        actor=row.actor,
        subject=row.subject,
        kind=EventKind(row.kind),
        before=row.before,
        after=row.after,
        fence=row.fence,
        detail=row.detail,
    )
