"""Stops: what holds sending back, who pulled the cord and why, and who let it go on."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.stop import ACCOUNT, EVERYTHING, Stop
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import instant, reading, whole
from amplifier.store.events import Event, write_events
from amplifier.store.identity import accounts
from amplifier.store.identity.numbered import mark
from amplifier.store.models import StopRow

SUBJECT = "service"
IN_FORCE = "SELECT id, scope, reason, actor, at, by_person FROM stops WHERE lifted_at IS NULL ORDER BY id"


@whole
def stop(*, reason: str, actor: str, now: datetime, scope: str = EVERYTHING, by_person: bool = False) -> Stop:
    """Nothing in this scope is sent from now on. Stopping what is stopped already changes nothing.

    `by_person`: the reason is a person's, and no note of the service.
    """
    kept = _by_number(scope)
    row = StopRow.objects.filter(scope=kept, lifted_at__isnull=True).first()
    if row is None:
        row = StopRow.objects.create(scope=kept, reason=reason, actor=actor, at=now, by_person=by_person)
        write_events([Event(now, actor, SUBJECT, EventKind.STOPPED, after=scope[:20], detail=f"{scope}: {reason}")])
    return _stop(row)


@whole
def lift(*, actor: str, now: datetime, scope: str = "") -> tuple[Stop, ...]:
    """End the stops of this scope, or with none given all of them; those that ended."""
    rows = StopRow.objects.filter(lifted_at__isnull=True)
    if scope:
        rows = rows.filter(scope__in=[scope, _by_number(scope)])
    ended = tuple(_stop(row) for row in rows.order_by("id"))
    StopRow.objects.filter(id__in=[one.id for one in ended]).update(lifted_at=now, lifted_by=actor)
    write_events(
        Event(now, actor, SUBJECT, EventKind.RESUMED, before=one.scope[:20], detail=one.scope) for one in ended
    )
    return ended


@reading
def stops(*, also: str = "", now: datetime | None = None) -> tuple[Stop, ...]:
    """The stops in force, oldest first. Also for use inside a transaction that depends on them.

    `also` is why everything is stopped by a flag outside the database; empty if none is set.
    """
    found = tuple(
        Stop(pk, _by_label(scope), why, who, instant(at), bool(by_person))
        for pk, scope, why, who, at, by_person in execute(IN_FORCE)
    )
    return (*found, Stop(0, EVERYTHING, also, "", now)) if also and now else found


def _by_number(scope: str) -> str:
    """A scope as it is kept: an account by its number, so that the stop holds whatever the account is called later."""
    label = scope.removeprefix(ACCOUNT)
    number = accounts.numbers().get(label) if scope.startswith(ACCOUNT) else None
    return f"{ACCOUNT}{mark(number)}" if number else scope


def _by_label(scope: str) -> str:
    """A scope as people and rules know it."""
    if not scope.startswith(ACCOUNT):
        return scope
    name = scope.removeprefix(ACCOUNT)
    return ACCOUNT + {mark(number): label for number, label in accounts.labels().items()}.get(name, name)


def _stop(row: StopRow) -> Stop:
    return Stop(row.pk, _by_label(row.scope), row.reason, row.actor, row.at, row.by_person)
