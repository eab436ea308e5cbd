"""What may have gone out since a backup that was restored: no road leads it on but by a look.

Whoever makes a delivery wait for its turn, or gives it up as too late, passes by here; and what is unseen is never
claimed, begun or handed to people (`store/claims`, `store/deliveries`, `store/holding/holds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.secret_links import forget_pasted

DETAIL = "The database was restored from an older backup, so this may be out already. Looking for it."
FORWARD = (State.QUEUED, State.MISSED)  # there somebody would take it for what was never out
LOOK: dict[str, object] = {"state": State.UNSURE, "reason": DoubtReason.RESTORED, "detail": DETAIL, "looks": 0}
MANY = 500  # ids in one statement


def may_go_on(ids: Iterable[int], *, actor: str, now: datetime) -> list[int]:
    """Those of these that may go on; what may be out unseen is looked for instead. Called inside a transaction."""
    numbers = list(ids)
    found = [
        (row.pk, row.state)
        for some in in_pieces(numbers)
        for row in DeliveryRow.objects.filter(id__in=some, unseen_since__isnull=False).only("id", "state")
    ]
    unseen = dict(found)
    for some in in_pieces(list(unseen)):
        DeliveryRow.objects.filter(id__in=some).update(run_at=now, fence=F("fence") + 1, lease_until=None, **LOOK)
        forget_pasted(some)
    write_events(
        Event(now, actor, of_delivery(number), EventKind.TO_BE_LOOKED_FOR, before, State.UNSURE, detail=DETAIL)
        for number, before in found
    )
    return [number for number in numbers if number not in unseen]


def in_pieces(numbers: list[int]) -> Iterator[list[int]]:
    """These ids, as many at a time as one statement takes."""
    for start in range(0, len(numbers), MANY):
        yield numbers[start : start + MANY]
