"""Where listening stands, source by source; a source is an account and what is listened to (`x:mentions`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amplifier.store.heard import SourceRow
from amplifier.store.transaction import reading, whole


@dataclass(frozen=True)
class SourceState:
    """A source's cursor, its last good contact, and what is wrong with it (empty: nothing)."""

    name: str
    cursor: str
    good_at: datetime | None
    problem: str


@reading
def source_states() -> dict[str, SourceState]:
    """All sources, by name."""
    return {
        row.name: SourceState(name=row.name, cursor=row.cursor, good_at=row.good_at, problem=row.problem)
        for row in SourceRow.objects.order_by("name")
    }


@reading
def cursor_of(name: str) -> str:
    """Where this source stands; empty before its first answer."""
    row = SourceRow.objects.filter(name=name).first()
    return row.cursor if row else ""


@reading
def last_good(name: str) -> datetime | None:
    """When this source was last read well; None before its first answer."""
    return SourceRow.objects.filter(name=name).values_list("good_at", flat=True).first()


@whole
def source_trouble(name: str, *, problem: str) -> None:
    """The source could not be read; its cursor stays."""
    SourceRow.objects.update_or_create(name=name, defaults={"problem": problem})


def advance(name: str, *, cursor: str, now: datetime) -> None:
    """Move the cursor; called inside the transaction that keeps the mentions before it."""
    SourceRow.objects.update_or_create(name=name, defaults={"cursor": cursor, "good_at": now, "problem": ""})
