"""Corrections, queued whole or not at all: what waits of earlier ones gives way, and the words before are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from amplifier.campaign.correction import (
    Change,
    Stand,
    Way,
    facts_kept,
    stand,
)
from amplifier.campaign.delivery import (
    DeliveryId,
    DropReason,
    State,
    Verb,
    idempotency_key,
    record_key,
)
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.post import Fact, PostId
from amplifier.errors import UsageError
from amplifier.store import delivery_views, ledger, own_hour
from amplifier.store.database.transaction import whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.identity import fact_names
from amplifier.store.models import DeliveryRow
from amplifier.store.secret_links import awaits_a_look

IN_TIME = timedelta(days=1)  # a correction is worth sending that much later; then a person decides anew


@dataclass(frozen=True)
class Hand:
    """Who changes a post, why and when; `first_day` is the campaign's, for keys."""

    actor: str
    reason: str
    now: datetime
    first_day: date


def is_change(row: DeliveryRow) -> bool:
    """Whether it corrects or deletes what is out: the time of the post itself means nothing for it."""
    return row.verb != Verb.PUBLISH or row.revision > 0


def last_moment(row: DeliveryRow, now: datetime) -> datetime:
    """Until when it is worth sending what a person wants sent now."""
    return now + (IN_TIME if is_change(row) else timedelta(seconds=row.post.too_late_s))


@whole
def correct(
    post: PostId, changes: Sequence[Change], hand: Hand, *, first: Callable[[], None] = lambda: None
) -> list[int]:
    """Queue these corrections, all or none: what still waits of earlier ones gives way. The numbers of the deliveries.

    Raises UsageError where the post has changed since the corrections were decided, or what `first` raises: asked when
    nobody else can decide anything, nor add a post.
    """
    ledger.lock()
    first()
    made: list[int] = []
    for change in changes:
        found = locked(post, change.account)
        if found is None or found.newest != change.newest or found.is_changing or _target(found) != change.target:
            raise UsageError(changed_meanwhile(change.account))
        give_way(found, hand)
        made += _queued(found, change, hand)
    return made


def changed_meanwhile(account: str) -> str:
    """What somebody is told who agreed to something that is no longer there."""
    return f"The post has changed on {account} meanwhile. Nothing was done; look at it again."


def locked(post: PostId, account: str) -> Stand | None:
    """How the post stands on this account, locked until the transaction ends."""
    rows = DeliveryRow.objects.filter(
        post__campaign=post.campaign, post__slot=post.slot, post__occurrence=post.occurrence, account__label=account
    )
    list(rows.select_for_update().values_list("id", flat=True))
    found = [row for row in delivery_views.views(post=post) if row.identity.account == account]
    return stand(found) if found else None


def _target(found: Stand) -> str:
    return found.out.receipt.remote_id if found.out and found.out.receipt else ""


def give_way(found: Stand, hand: Hand) -> None:
    """What waits of earlier corrections is dropped. Raises UsageError where the last of them may be out after all."""
    for row in found.waiting:
        if row.identity.verb is Verb.PUBLISH and (row.frozen or row.unseen_since):
            raise UsageError(
                f"The last correction on {found.account} may be out after all. Look at the profile, or withdraw it."
            )
        if awaits_a_look(row.id):
            raise UsageError(
                f"Somebody has pasted the link of the last correction on {found.account}, and we are looking at it. "
                "Wait a minute, then look at the post again. Nothing was done."
            )
        drop(row.id, hand, DropReason.REPLACED)


def drop(delivery: int, hand: Hand, why: DropReason) -> None:
    """It does not happen any more; called inside a transaction."""
    row = DeliveryRow.objects.get(id=delivery)
    move(row, State.DROPPED, EventKind(why), hand.actor, hand.now, reason=why, detail=hand.reason)


def _queued(found: Stand, change: Change, hand: Hand) -> list[int]:
    before, words, revision = found.text, change.words, change.newest + 1
    model = DeliveryRow.objects.select_related("post", "account").get(id=found.rows[0].id)
    if change.facts or words:
        as_kept = fact_names.kept()
        stated = [Fact(as_kept(fact.name), fact.value) for fact in change.facts]
        kept = facts_kept(model.post.facts, stated, accounts=[model.account_id], revision=revision)
        model.post.facts = kept
        model.post.save(update_fields=["facts"])
    made: list[int] = []
    first: int | None = None
    if change.way in (Way.REPOST, Way.DELETE):
        first = add_row(model, Verb.DELETE, revision, hand, target=change.target, kind=EventKind.TO_BE_DELETED)
        made.append(first)
    if words is not None:
        verb = Verb.EDIT if change.way is Way.EDIT else Verb.PUBLISH
        text = {"text": words.text, "language": words.language, "imprint": words.imprint}
        target = change.target if verb is Verb.EDIT else ""
        made.append(
            add_row(
                model, verb, revision, hand, target=target, fields=text, waits_for=first, kind=EventKind.TO_BE_CORRECTED
            )
        )
    if found.out:
        told = f"{hand.reason}\nwas: {before}\nnow: {words.text if words else ''}".strip()
        write_events([Event(hand.now, hand.actor, of_delivery(found.out.id), EventKind.TO_BE_CORRECTED, detail=told)])
    return made


def add_row(  # noqa: PLR0913  what a row is born with
    model: DeliveryRow,
    verb: Verb,
    revision: int,
    hand: Hand,
    *,
    kind: EventKind,
    target: str = "",
    waits_for: int | None = None,
    fields: Mapping[str, str] | None = None,
) -> int:
    """A delivery beside this one, of the same post on the same account."""
    post, account = model.post, model.account
    identity = DeliveryId(PostId(post.campaign, post.slot, post.occurrence), account.label, model.part, revision, verb)
    origin, by_record = account.origin, model.platform == "bluesky" and verb is Verb.PUBLISH
    row = DeliveryRow.objects.create(
        post=post,
        account=account,
        platform=model.platform,
        part=model.part,
        verb=verb,
        revision=revision,
        target=target,
        waits_for=waits_for,
        key=record_key(identity, origin, hand.first_day) if by_record else idempotency_key(identity, origin),
        state=State.QUEUED,
        run_at=hand.now,
        too_late_at=hand.now + IN_TIME,
        went_out=own_hour.handed_on(model),
        **(fields or {"text": "", "language": model.language}),
    )
    write_events([Event(hand.now, hand.actor, of_delivery(row.pk), kind, after=State.QUEUED, detail=hand.reason)])
    return row.pk


def move(  # noqa: PLR0913  what is written down about a step
    row: DeliveryRow,
    after: State,
    kind: EventKind,
    actor: str,
    now: datetime,
    *,
    reason: str = "",
    detail: str = "",
    fields: Mapping[str, object] | None = None,
) -> None:
    """One step of a delivery that a person or the tidying takes; called inside its transaction."""
    changes: dict[str, object] = {"state": after, "reason": reason, "detail": detail, "lease_until": None}
    changes["noted_at"] = None  # something has become of it since somebody took note
    DeliveryRow.objects.filter(id=row.pk).update(fence=F("fence") + 1, **changes, **(fields or {}))
    write_events([Event(now, actor, of_delivery(row.pk), kind, row.state, after, detail=detail)])
