"""Secret links: secret addresses, of which only the digest is kept; made, found, taken, done and revoked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When

from amplifier.campaign.delivery import Receipt
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft
from amplifier.campaign.secret_link import (
    TOKEN,
    HandOffRequest,
    LinkKind,
    PastedLink,
    SecretLink,
    told_together,
)
from amplifier.store import ledger, notices
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import SecretLinkRow
from amplifier.store.operate.notes import mark_twice

SUBJECT = SERVICE = "service"
# The kind stands in the statement itself: SQLite uses the partial index only then.
MADE = {LinkKind.HAND_OFF: EventKind.HAND_OFF_LINK_MADE, LinkKind.STOP: EventKind.STOP_LINK_MADE}
REVOKED = {LinkKind.HAND_OFF: EventKind.HAND_OFF_LINKS_REVOKED, LinkKind.STOP: EventKind.STOP_LINKS_REVOKED}
STOP_LINKS = "SELECT digest, id FROM errands WHERE kind = 'stop' AND revoked_at IS NULL ORDER BY id"


@whole
def make_secret_link(
    *, kind: LinkKind, token: str, now: datetime, actor: str, person: str = "", delivery: int | None = None
) -> SecretLink:
    """Keep a new secret address, by its digest. `token` is 32 random bytes, url-safe (43 characters)."""
    row = SecretLinkRow.objects.create(
        kind=kind, digest=digest_of(token), delivery_id=delivery, person=person, made_at=now
    )
    about = of_delivery(delivery) if delivery is not None else SUBJECT
    write_events([Event(now, actor, about, MADE[kind], detail=person)])
    return _secret_link(row)


@reading
def find_secret_link(kind: LinkKind, token: str) -> SecretLink | None:
    """The secret link behind this address; None if there is none, or it was revoked."""
    if not TOKEN.fullmatch(token):
        return None
    row = SecretLinkRow.objects.filter(kind=kind, digest=digest_of(token), revoked_at__isnull=True).first()
    return _secret_link(row) if row else None


@reading
def find_together(kind: LinkKind, token: str) -> Mapping[str, SecretLink]:
    """The secret links that somebody was asked for in one notice with this one, by their tokens, in their order."""
    if not TOKEN.fullmatch(token):
        return {}
    tokens = {digest_of(one): one for one in told_together(token)}
    rows = SecretLinkRow.objects.filter(kind=kind, digest__in=list(tokens), revoked_at__isnull=True).order_by("id")
    return {tokens[row.digest]: _secret_link(row) for row in rows}


@reading
def secret_links(*, kind: LinkKind, deliveries: Collection[int] | None = None) -> tuple[SecretLink, ...]:
    """All that were made and not revoked, of one kind (and of these deliveries), oldest first."""
    rows = SecretLinkRow.objects.filter(kind=kind, revoked_at__isnull=True)
    if deliveries is not None:
        rows = rows.filter(delivery_id__in=list(deliveries))
    return tuple(_secret_link(row) for row in rows.order_by("id"))


@reading
def stop_links() -> Mapping[str, int]:
    """The numbers of all stop links in use, by their digests, oldest first."""
    return {digest: int(number) for digest, number in execute(STOP_LINKS)}


def forget_refused(delivery: int) -> None:
    """Hands are wanted for it anew, so that a refusal of before counts no more; called inside a transaction."""
    if not awaits_a_look(delivery):
        SecretLinkRow.objects.filter(delivery_id=delivery).update(refused="")


@whole
def revoke_secret_links(*, kind: LinkKind, actor: str, now: datetime) -> int:
    """From now on no address of this kind that was given out leads anywhere. How many there were."""
    rows = SecretLinkRow.objects.filter(kind=kind, revoked_at__isnull=True)
    number = rows.update(revoked_at=now)
    if number:
        write_events([Event(now, actor, SUBJECT, REVOKED[kind], detail=str(number))])
    return number


@whole
def ask(asks: Sequence[HandOffRequest], draft: Draft, *, token: str, link: str, now: datetime) -> bool:
    """Ask one person to post these by hand: their links and the notice that has the first one's address, all or none.

    False if somebody was asked for one of them meanwhile. `link` is sealed: it has the token.
    """
    ledger.lock()
    for one in asks:
        if SecretLinkRow.objects.filter(kind=LinkKind.HAND_OFF, delivery_id=one.delivery).count() != one.number:
            return False
    kind = LinkKind.HAND_OFF
    for one, each in zip(asks, told_together(token)[: len(asks)], strict=True):
        make_secret_link(kind=kind, token=each, now=now, actor=SERVICE, person=one.person, delivery=one.delivery)
    return notices.add(draft, recipient=asks[0].person, link=link, now=now)


@whole
def take_secret_link(secret_link: SecretLink, *, actor: str, now: datetime) -> bool:
    """Whoever was asked is on it. False if somebody else was asked meanwhile, or it is done."""
    later = SecretLinkRow.objects.filter(kind=secret_link.kind, delivery_id=secret_link.delivery, id__gt=secret_link.id)
    rows = SecretLinkRow.objects.select_for_update().filter(
        id=secret_link.id, done_at__isnull=True, revoked_at__isnull=True
    )
    if later.exists() or not rows.filter(taken_at__isnull=True).update(taken_at=now):
        return False
    _tell(secret_link, EventKind.TAKEN_ON, actor, now)
    return True


@whole
def close_secret_links(ids: Collection[int], *, now: datetime) -> None:
    """There is nothing left to do about these; their pages go on saying what happened."""
    SecretLinkRow.objects.filter(id__in=list(ids), done_at__isnull=True).update(done_at=now)


@reading
def open_secret_links() -> tuple[SecretLink, ...]:
    """What people were asked to post by hand and is not done, oldest first."""
    rows = SecretLinkRow.objects.filter(kind=LinkKind.HAND_OFF, done_at__isnull=True, revoked_at__isnull=True)
    return tuple(_secret_link(row) for row in rows.order_by("id"))


@whole
def give_link(secret_link: SecretLink, receipt: Receipt, *, now: datetime) -> None:
    """Somebody pasted the link of what they posted; the worker is to look at it before it counts, however late."""
    SecretLinkRow.objects.filter(id=secret_link.id).update(
        done_at=None, pasted_id=receipt.remote_id, pasted_url=receipt.url, pasted_at=now, refused=""
    )
    _tell(secret_link, EventKind.LINK_GIVEN, pasted_by(secret_link.person), now, f"{receipt.remote_id} {receipt.url}")


def was_asked() -> Exists:
    """For a query of deliveries: whether anybody was ever asked to post one by hand."""
    return Exists(SecretLinkRow.objects.filter(delivery_id=OuterRef("pk"), kind=LinkKind.HAND_OFF))


def reason_if_missed() -> Case:
    """For an update of deliveries that are missed: whoever was asked to post one by hand may have done so."""
    return Case(When(was_asked(), then=Value(str(HoldReason.HAND_OFF))), default=F("reason"))


@reading
def awaits_a_look(delivery: int) -> bool:
    """Whether a link was pasted for this delivery that nobody has looked at yet: it may well be out."""
    return _pasted(delivery).exists()


@reading
def pasted_link(delivery: int) -> PastedLink:
    """The newest link that waits for a look; where none does, why the last one was refused."""
    row = _pasted(delivery).order_by("-pasted_at", "-id").first()
    if row is not None:
        return PastedLink(row.pk, Receipt(row.pasted_id, row.pasted_url), pasted_by(row.person))
    row = SecretLinkRow.objects.filter(delivery_id=delivery).exclude(refused="").order_by("-pasted_at", "-id").first()
    return PastedLink(row.pk, by=pasted_by(row.person), refused=row.refused) if row else PastedLink()


@reading
def pasted_by_others(delivery: int, adopted: Receipt, *, by: str) -> tuple[PastedLink, ...]:
    """Links to other posts than the one that was adopted, which other people than `by` pasted; a person's newest."""
    found: dict[str, PastedLink] = {}
    for row in _pasted(delivery).order_by("pasted_at", "id"):
        who = pasted_by(row.person)
        found[who] = PastedLink(row.pk, Receipt(row.pasted_id, row.pasted_url), who)
    return tuple(
        one for one in found.values() if one.by != by and one.pending and one.pending.remote_id != adopted.remote_id
    )


def pasted_by(person: str) -> str:
    """How events name whoever has a secret link of this person's."""
    return f"hand:{person}"


def forget_pasted(deliveries: Collection[int]) -> None:
    """Whatever was pasted for these counts no more: they are looked for. Called inside a transaction."""
    rows = SecretLinkRow.objects.filter(delivery_id__in=list(deliveries))
    rows.exclude(pasted_id="", refused="").update(pasted_id="", pasted_url="", refused="")


@whole
def refuse_link(secret_link: SecretLink, pasted: PastedLink, why: str, *, now: datetime) -> None:
    """The link that was pasted does not count; the sentence is for whoever pasted it.

    Where they have pasted another one meanwhile, that is looked at next.
    """
    there = pasted.pending.remote_id if pasted.pending else ""
    rows = SecretLinkRow.objects.filter(id=pasted.id, pasted_id=there)
    rows.update(pasted_id="", pasted_url="", refused=why)
    _tell(secret_link, EventKind.LINK_REFUSED, SERVICE, now, why)


@whole
def note_second(secret_link: SecretLink, receipt: Receipt, *, actor: str, now: datetime) -> None:
    """Somebody posted by hand what was out already: an alert."""
    if secret_link.delivery is not None:
        mark_twice(secret_link.delivery, receipt.url, now=now)
    _tell(secret_link, EventKind.PERHAPS_TWICE, actor, now, f"{receipt.remote_id} {receipt.url}")


def _tell(secret_link: SecretLink, kind: EventKind, actor: str, now: datetime, detail: str = "") -> None:
    if secret_link.delivery is not None:
        write_events([Event(now, actor, of_delivery(secret_link.delivery), kind, detail=detail)])


def digest_of(token: str) -> str:
    """What is kept of a secret address."""
    return sha256(token.encode()).hexdigest()


def _pasted(delivery: int) -> QuerySet[SecretLinkRow]:
    return SecretLinkRow.objects.filter(delivery_id=delivery).exclude(pasted_id="")


def _secret_link(row: SecretLinkRow) -> SecretLink:
    return SecretLink(
        id=row.pk,
        kind=LinkKind(row.kind),
        delivery=row.delivery_id,
        person=row.person,
        made_at=row.made_at,
        taken_at=row.taken_at,
        done_at=row.done_at,
        revoked_at=row.revoked_at,
    )
