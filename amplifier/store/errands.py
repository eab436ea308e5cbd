"""Errands: secret addresses, of which only the digest is kept; made, found, taken, done and revoked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.db.models import Case, Exists, F, OuterRef, Value, When

from amplifier.campaign.delivery import HoldReason, Receipt
from amplifier.campaign.errand import (
    HANDS_WANTED,
    LINK_GIVEN,
    LINK_REFUSED,
    LOOKED_FOR,
    TOKEN,
    Ask,
    Errand,
    ErrandKind,
    told_together,
)
from amplifier.campaign.notice import Draft
from amplifier.store import ledger, notices
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, events_of, last_written, of_delivery, write_events
from amplifier.store.models import ErrandRow
from amplifier.store.operate.notes import TWICE, mark_twice

SUBJECT = SERVICE = "service"
# The kind stands in the statement itself: SQLite uses the partial index only then.
STOP_LINKS = "SELECT digest, id FROM errands WHERE kind = 'stop' AND revoked_at IS NULL ORDER BY id"


@whole
def make_errand(
    *, kind: ErrandKind, token: str, now: datetime, actor: str, person: str = "", delivery: int | None = None
) -> Errand:
    """Keep a new secret address, by its digest. `token` is 32 random bytes, url-safe (43 characters)."""
    row = ErrandRow.objects.create(kind=kind, digest=digest_of(token), delivery_id=delivery, person=person, made_at=now)
    about = of_delivery(delivery) if delivery is not None else SUBJECT
    write_events([Event(now, actor, about, f"errand: {kind}", detail=person)])
    return _errand(row)


@reading
def find_errand(kind: ErrandKind, token: str) -> Errand | None:
    """The errand behind this address; None if there is none, or it was revoked."""
    if not TOKEN.fullmatch(token):
        return None
    row = ErrandRow.objects.filter(kind=kind, digest=digest_of(token), revoked_at__isnull=True).first()
    return _errand(row) if row else None


@reading
def find_together(kind: ErrandKind, token: str) -> Mapping[str, Errand]:
    """The errands that somebody was asked for in one notice with this one, by their tokens, in their order."""
    if not TOKEN.fullmatch(token):
        return {}
    tokens = {digest_of(one): one for one in told_together(token)}
    rows = ErrandRow.objects.filter(kind=kind, digest__in=list(tokens), revoked_at__isnull=True).order_by("id")
    return {tokens[row.digest]: _errand(row) for row in rows}


@reading
def errands(*, kind: ErrandKind, deliveries: Collection[int] | None = None) -> tuple[Errand, ...]:
    """All that were made and not revoked, of one kind (and of these deliveries), oldest first."""
    rows = ErrandRow.objects.filter(kind=kind, revoked_at__isnull=True)
    if deliveries is not None:
        rows = rows.filter(delivery_id__in=list(deliveries))
    return tuple(_errand(row) for row in rows.order_by("id"))


@reading
def stop_links() -> Mapping[str, int]:
    """The numbers of all stop links in use, by their digests, oldest first."""
    return {digest: int(number) for digest, number in execute(STOP_LINKS)}


@reading
def wanted_since(deliveries: Collection[int]) -> Mapping[int, datetime]:
    """Since when hands are wanted for these: a person's "send it" begins a new round of asking, a new time does not."""
    found = last_written([of_delivery(number) for number in deliveries], HANDS_WANTED)
    return {number: found[of_delivery(number)] for number in deliveries if of_delivery(number) in found}


@whole
def revoke_errands(*, kind: ErrandKind, actor: str, now: datetime) -> int:
    """From now on no address of this kind that was given out leads anywhere. How many there were."""
    rows = ErrandRow.objects.filter(kind=kind, revoked_at__isnull=True)
    number = rows.update(revoked_at=now)
    if number:
        write_events([Event(now, actor, SUBJECT, f"errands revoked: {kind}", detail=str(number))])
    return number


@whole
def ask(asks: Sequence[Ask], draft: Draft, *, token: str, link: str, now: datetime) -> bool:
    """Ask one person to post these by hand: their errands and the notice that has the first one's link, all or none.

    False if somebody was asked for one of them meanwhile. `link` is sealed: it has the token.
    """
    ledger.lock()
    for one in asks:
        if ErrandRow.objects.filter(kind=ErrandKind.HAND_OFF, delivery_id=one.delivery).count() != one.number:
            return False
    kind = ErrandKind.HAND_OFF
    for one, each in zip(asks, told_together(token)[: len(asks)], strict=True):
        make_errand(kind=kind, token=each, now=now, actor=SERVICE, person=one.person, delivery=one.delivery)
    return notices.add(draft, recipient=asks[0].person, link=link, now=now)


@whole
def take_errand(errand: Errand, *, actor: str, now: datetime) -> bool:
    """Whoever was asked is on it. False if somebody else was asked meanwhile, or it is done."""
    later = ErrandRow.objects.filter(kind=errand.kind, delivery_id=errand.delivery, id__gt=errand.id)
    rows = ErrandRow.objects.select_for_update().filter(id=errand.id, done_at__isnull=True, revoked_at__isnull=True)
    if later.exists() or not rows.filter(taken_at__isnull=True).update(taken_at=now):
        return False
    _tell(errand, "taken", actor, now)
    return True


@whole
def close_errands(ids: Collection[int], *, now: datetime) -> None:
    """There is nothing left to do about these; their pages go on saying what happened."""
    ErrandRow.objects.filter(id__in=list(ids), done_at__isnull=True).update(done_at=now)


@reading
def open_errands() -> tuple[Errand, ...]:
    """What people were asked to post by hand and is not done, oldest first."""
    rows = ErrandRow.objects.filter(kind=ErrandKind.HAND_OFF, done_at__isnull=True, revoked_at__isnull=True)
    return tuple(_errand(row) for row in rows.order_by("id"))


@whole
def give_link(errand: Errand, receipt: Receipt, *, actor: str, now: datetime) -> None:
    """Somebody pasted the link of what they posted; the worker is to look at it before it counts, however late."""
    ErrandRow.objects.filter(id=errand.id).update(done_at=None)
    _tell(errand, LINK_GIVEN, actor, now, f"{receipt.remote_id} {receipt.url}")


def was_asked() -> Exists:
    """For a query of deliveries: whether anybody was ever asked to post one by hand."""
    return Exists(ErrandRow.objects.filter(delivery_id=OuterRef("pk"), kind=ErrandKind.HAND_OFF))


def reason_if_missed() -> Case:
    """For an update of deliveries that are missed: whoever was asked to post one by hand may have done so."""
    return Case(When(was_asked(), then=Value(str(HoldReason.HAND_OFF))), default=F("reason"))


@reading
def awaits_a_look(delivery: int) -> bool:
    """Whether a link was pasted for this delivery that nobody has looked at yet: it may well be out."""
    words = (LINK_GIVEN, LINK_REFUSED, LOOKED_FOR)
    told = [one.kind for one in events_of(of_delivery(delivery)) if one.kind in words]
    return told[-1:] == [LINK_GIVEN]


@whole
def refuse_link(errand: Errand, why: str, *, now: datetime) -> None:
    """The link that was given does not count; the sentence is for whoever gave it."""
    _tell(errand, LINK_REFUSED, SERVICE, now, why)


@whole
def note_second(errand: Errand, receipt: Receipt, *, actor: str, now: datetime) -> None:
    """Somebody posted by hand what was out already: an alert."""
    if errand.delivery is not None:
        mark_twice(errand.delivery, receipt.url, now=now)
    _tell(errand, TWICE, actor, now, f"{receipt.remote_id} {receipt.url}")


def _tell(errand: Errand, kind: str, actor: str, now: datetime, detail: str = "") -> None:
    if errand.delivery is not None:
        write_events([Event(now, actor, of_delivery(errand.delivery), kind, detail=detail)])


def digest_of(token: str) -> str:
    """What is kept of a secret address."""
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
