"""Errands: secret addresses, of which only the digest is kept; made, found, taken, done and revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from amplifier.campaign.errand import TOKEN, Errand, ErrandKind
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import ErrandRow
from amplifier.store.transaction import reading, whole

SUBJECT = "service"


@whole
def make_errand(
    *, kind: ErrandKind, token: str, now: datetime, actor: str, person: str = "", delivery: int | None = None
) -> Errand:
    """Keep a new secret address, by its digest. `token` is 32 random bytes, url-safe (43 characters)."""
    row = ErrandRow.objects.create(kind=kind, digest=_digest(token), delivery_id=delivery, person=person, made_at=now)
    about = of_delivery(delivery) if delivery is not None else SUBJECT
    write_events([Event(now, actor, about, f"errand: {kind}", detail=person)])
    return _errand(row)


@reading
def find_errand(kind: ErrandKind, token: str) -> Errand | None:
    """The errand behind this address; None if there is none, or it was revoked."""
    if not TOKEN.fullmatch(token):
        return None
    row = ErrandRow.objects.filter(kind=kind, digest=_digest(token), revoked_at__isnull=True).first()
    return _errand(row) if row else None


@reading
def errands(*, kind: ErrandKind, deliveries: Collection[int] | None = None) -> tuple[Errand, ...]:
    """All that were made and not revoked, of one kind (and of these deliveries), oldest first."""
    rows = ErrandRow.objects.filter(kind=kind, revoked_at__isnull=True)
    if deliveries is not None:
        rows = rows.filter(delivery_id__in=list(deliveries))
    return tuple(_errand(row) for row in rows.order_by("id"))


@whole
def revoke_errands(*, kind: ErrandKind, actor: str, now: datetime) -> int:
    """From now on no address of this kind that was given out leads anywhere. How many there were."""
    rows = ErrandRow.objects.filter(kind=kind, revoked_at__isnull=True)
    number = rows.update(revoked_at=now)
    if number:
        write_events([Event(now, actor, SUBJECT, f"errands revoked: {kind}", detail=str(number))])
    return number


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _errand(row: ErrandRow) -> Errand:
    return Errand(
        id=row.pk,
        kind=ErrandKind(row.kind),
        delivery=row.delivery_id,
        person=row.person,
        made_at=row.made_at,
        taken_at=row.taken_at,
        done_at=row.done_at,
        revoked_at=row.revoked_at,
    )
