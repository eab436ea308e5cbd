"""What listening could not understand: kept for a while, little of it, to be looked at and to be read once more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from amplifier.campaign.mention import LONGEST_RAW, LONGEST_REASON, Aside
from amplifier.store.database.transaction import reading
from amplifier.store.listening.heard import QuarantineRow
from amplifier.store.listening.sources import as_called, as_kept

MOST = 100  # of one source; the oldest go
LIFE = timedelta(days=14)
LONGEST_PLACE = 100


@dataclass(frozen=True)
class Kept:
    """An event in the quarantine: its number, its source, since when, and what came."""

    id: int
    source: str
    at: datetime
    aside: Aside


@dataclass(frozen=True)
class Pile:
    """How many events of one source are set aside, and since when the last one is.

    `is_full`: no more are kept, so that there may have been more.
    """

    source: str
    number: int
    last_at: datetime

    @property
    def is_full(self) -> bool:
        """Whether older ones had to go."""
        return self.number >= MOST


def keep(source: str, events: Iterable[Aside], *, reader: str, now: datetime) -> None:
    """Set these aside, each once, and let go of what is too old or too much; called inside a transaction.

    `reader` is the version of the code that could not understand them.
    """
    name = as_kept(source)
    rows = [
        QuarantineRow(
            source=name,
            place=_plain(event.place)[:LONGEST_PLACE],
            digest=hashlib.sha256(event.raw).hexdigest(),
            raw=event.raw[:LONGEST_RAW],
            reason=_plain(event.reason)[:LONGEST_REASON],
            reader=reader,
            at=now,
        )
        for event in events
    ]
    if rows:
        QuarantineRow.objects.bulk_create(rows, ignore_conflicts=True)
        kept = QuarantineRow.objects.filter(source=name).order_by("-id").values_list("id", flat=True)[:MOST]
        QuarantineRow.objects.filter(source=name, id__lt=min(kept)).delete()
    QuarantineRow.objects.filter(at__lt=now - LIFE).delete()


@reading
def to_read_again(source: str, *, reader: str) -> tuple[Kept, ...]:
    """What another version than `reader` could not understand, oldest first; not what is no longer whole."""
    rows = QuarantineRow.objects.filter(source=as_kept(source)).exclude(reader=reader).order_by("id")[:MOST]
    called = as_called()
    return tuple(kept for row in rows if len((kept := _kept(row, called)).aside.raw) < LONGEST_RAW)


def judged(*, understood: Sequence[int], still: Iterable[tuple[int, str]], reader: str) -> None:
    """What came of reading them again: gone, or kept with the reason of today; called inside a transaction."""
    QuarantineRow.objects.filter(id__in=understood).delete()
    for number, reason in still:
        QuarantineRow.objects.filter(id=number).update(reader=reader, reason=_plain(reason)[:LONGEST_REASON])


def kept_at(numbers: Iterable[int]) -> dict[int, datetime]:
    """Since when each of these is set aside; called inside a transaction."""
    return dict(QuarantineRow.objects.filter(id__in=list(numbers)).values_list("id", "at"))


def told_anew(source: str, places: Iterable[str]) -> None:
    """What stands at these places was understood by now, in newer words: what was set aside of it is over.

    Called inside a transaction.
    """
    named = {place for one in places if (place := _plain(one)[:LONGEST_PLACE])}
    if named:
        QuarantineRow.objects.filter(source=as_kept(source), place__in=list(named)).delete()


@reading
def piles() -> tuple[Pile, ...]:
    """How many there are, by source."""
    rows = QuarantineRow.objects.values("source").annotate(number=Count("id"), last=Max("at"))
    called = as_called()
    piles = (Pile(called(row["source"]), row["number"], row["last"]) for row in rows)
    return tuple(sorted(piles, key=lambda one: one.source))


@reading
def set_aside(*, limit: int = 50) -> tuple[Kept, ...]:
    """The newest of all sources, newest first."""
    called = as_called()
    return tuple(_kept(row, called) for row in QuarantineRow.objects.order_by("-id")[:limit])


def _kept(row: QuarantineRow, called: Callable[[str], str]) -> Kept:
    return Kept(row.pk, called(row.source), row.at, Aside(row.place, bytes(row.raw), row.reason))


def _plain(text: str) -> str:
    """What every database takes: no zero, no half characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
