"""Stops: what holds sending back, who pulled the cord and why, and who let it go on."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.stop import EVERYTHING, Stop
from amplifier.store.events import Event, write_events
from amplifier.store.models import StopRow
from amplifier.store.transaction import reading, whole

SUBJECT = "service"


@whole
def stop(*, reason: str, actor: str, now: datetime, scope: str = EVERYTHING) -> Stop:
    """Nothing in this scope is sent from now on. Stopping what is stopped already changes nothing."""
    row = StopRow.objects.filter(scope=scope, lifted_at__isnull=True).first()
    if row is None:
        row = StopRow.objects.create(scope=scope, reason=reason, actor=actor, at=now)
        write_events([Event(now, actor, SUBJECT, "stopped", after=scope[:20], detail=f"{scope}: {reason}")])
    return _stop(row)


@whole
def lift(*, actor: str, now: datetime, scope: str = "") -> tuple[Stop, ...]:
    """End the stops of this scope, or with none given all of them; those that ended."""
    rows = StopRow.objects.filter(lifted_at__isnull=True)
    if scope:
        rows = rows.filter(scope=scope)
    ended = tuple(_stop(row) for row in rows.order_by("id"))
    StopRow.objects.filter(id__in=[one.id for one in ended]).update(lifted_at=now, lifted_by=actor)
    write_events(Event(now, actor, SUBJECT, "resumed", before=one.scope[:20], detail=one.scope) for one in ended)
    return ended


@reading
def stops() -> tuple[Stop, ...]:
    """The stops in force, oldest first. Also for use inside a transaction that depends on them."""
    return tuple(_stop(row) for row in StopRow.objects.filter(lifted_at__isnull=True).order_by("id"))


def _stop(row: StopRow) -> Stop:
    return Stop(row.pk, row.scope, row.reason, row.actor, row.at)
