"""What a person has to take note of: it stands with its delivery until one has, whatever comes after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.delivery import State
from amplifier.campaign.event_kinds import EventKind
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow


@dataclass(frozen=True)
class Second:
    """A second post that a delivery may have made: where it is, and when we learned of it."""

    delivery: int
    url: str
    at: datetime


def mark_twice(delivery: int, url: str, *, now: datetime) -> None:
    """This delivery may be out twice; called inside the transaction that writes why."""
    DeliveryRow.objects.filter(id=delivery).update(twice=url, twice_at=now)


@reading
def perhaps_twice() -> tuple[Second, ...]:
    """What may be out twice, and nobody has taken note of yet; the oldest first."""
    rows = DeliveryRow.objects.filter(twice__isnull=False).order_by("twice_at", "id")
    return tuple(Second(pk, url or "", at) for pk, url, at in rows.values_list("id", "twice", "twice_at") if at)


@reading
def noted(deliveries: Collection[int]) -> frozenset[int]:
    """Those of these of which somebody took note when they had been missed, and nothing has become of them since."""
    rows = DeliveryRow.objects.filter(id__in=list(deliveries), state=State.MISSED, noted_at__isnull=False)
    return frozenset(rows.values_list("id", flat=True))


@reading
def unnoted_missed() -> tuple[int, ...]:
    """The deliveries that were missed and nobody has taken note of, by number; served by an index of these alone."""
    rows = DeliveryRow.objects.filter(state=State.MISSED, noted_at__isnull=True).order_by("id")
    return tuple(rows.values_list("id", flat=True))


@whole
def take_note_of_missed(deliveries: Collection[int], *, actor: str, now: datetime) -> int:
    """Somebody has seen that these were missed; how many posts of them were, and nobody had yet."""
    rows = DeliveryRow.objects.filter(id__in=list(deliveries), state=State.MISSED, noted_at__isnull=True)
    found = dict(rows.order_by("id").values_list("id", "post_id"))
    rows.update(noted_at=now)
    write_events([Event(now, actor, of_delivery(number), EventKind.SEEN) for number in found])
    return len(set(found.values()))


@whole
def take_note(delivery: int, *, actor: str, now: datetime, why: str = "") -> None:
    """Somebody has seen it: that it was missed, or may be out twice."""
    rows = DeliveryRow.objects.filter(id=delivery)
    rows.filter(state=State.MISSED).update(noted_at=now)
    rows.update(twice=None, twice_at=None)
    write_events([Event(now, actor, of_delivery(delivery), EventKind.SEEN, detail=why)])
