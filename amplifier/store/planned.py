"""Deliveries as the plan has them: read for reconcile, added and moved, all in the planner's one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import F, Q

from amplifier.campaign.changes import ExistingDelivery, NewDelivery, Step
from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryId, State, Verb, idempotency_key, record_key
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding.unseen import FORWARD, LOOK
from amplifier.store.identity.accounts import account_rows
from amplifier.store.models import DeliveryRow
from amplifier.store.published_facts import is_again
from amplifier.store.secret_links import was_asked


def existing_by_post(
    campaign: str, *, lock: bool, among: Collection[int] | None = None
) -> dict[int, list[ExistingDelivery]]:
    """What reconcile needs of every delivery, by post; `lock` keeps them as they are until its transaction ends.

    `among`: of these posts alone.
    """
    found: dict[int, list[ExistingDelivery]] = {}
    rows = (
        DeliveryRow.objects.filter(post__campaign=campaign, revision=0, verb=Verb.PUBLISH)
        .select_related("account", "post")
        .order_by("id")
    )
    rows = rows if among is None else rows.filter(post_id__in=list(among))
    rows = rows.select_for_update(of=("self",)) if lock else rows
    for row in rows.annotate(frozen=Q(request__isnull=False), asked=was_asked()).defer("request"):
        found.setdefault(row.post_id, []).append(
            ExistingDelivery(
                row.pk,
                row.account.label,
                State(row.state),
                row.reason,
                row.text,
                frozen=row.frozen,
                out_at=row.sent_at
                or row.first_sent_at
                or row.unseen_since
                or (row.run_at if row.asked or _is_handed(row) else None),
                detail=row.detail,
                again_until=row.too_late_at if is_again(row) else None,
                asked=row.asked,
                too_late_at=row.too_late_at,
            )
        )
    return found


def _is_handed(row: DeliveryRow) -> bool:
    return row.state == State.HELD and row.reason == HoldReason.HAND_OFF


def begun(post_row: int) -> list[int]:
    """On which accounts (numbers) a post's first words are out, or may be; called inside the planner's transaction."""
    rows = DeliveryRow.objects.filter(post_id=post_row, revision=0, verb=Verb.PUBLISH)
    return list(rows.filter(state__in=[State.SENT, *ON_ITS_WAY]).order_by("id").values_list("account_id", flat=True))


def add(  # noqa: PLR0913  everything a row is born with
    post_row: int,
    post: PostId,
    new: Sequence[NewDelivery],
    *,
    run_at: datetime,
    too_late_at: datetime,
    first_day: date,
    actor: str,
    now: datetime,
) -> list[int]:
    """Add deliveries to a post, each with its keys; called inside the transaction that adds the post."""
    rows = []
    accounts = account_rows(delivery.words.account for delivery in new)
    for delivery in new:
        account = accounts[delivery.words.account]
        identity = DeliveryId(post, account.label)
        by_record = account.network == "bluesky"
        key = (
            record_key(identity, account.origin, first_day) if by_record else idempotency_key(identity, account.origin)
        )
        rows.append(
            DeliveryRow.objects.create(
                post_id=post_row,
                account=account,
                platform=account.network,
                text=delivery.words.text,
                language=delivery.words.language,
                imprint=delivery.words.imprint,
                key=key,
                state=delivery.state,
                reason=delivery.reason,
                detail=delivery.detail,
                run_at=run_at,
                too_late_at=too_late_at,
            )
        )
    write_events(
        Event(now, actor, of_delivery(row.pk), EventKind.PLANNED, after=row.state, detail=row.reason) for row in rows
    )
    return [row.pk for row in rows]


def move_on_their_way(post_row: int, *, too_late_at: datetime) -> None:
    """What of this post is under way or in doubt keeps its state; should it come back, the post's new time holds."""
    rows = DeliveryRow.objects.filter(post_id=post_row, revision=0, verb=Verb.PUBLISH, state__in=list(ON_ITS_WAY))
    rows.update(too_late_at=too_late_at)


def take_steps(steps: Iterable[Step], *, actor: str, now: datetime) -> None:
    """Write reconcile's steps. The fence rises, so that a claim made before them ends in nothing.

    What is on its way keeps its fence, and with it its receipt; only the reason is noted. What may be out unseen goes
    on by a look alone, whatever the step says.
    """
    events = []
    for step in steps:
        changes: dict[str, object] = {"state": step.after, "reason": step.reason}
        if step.before not in ON_ITS_WAY:
            changes |= {"fence": F("fence") + 1, "lease_until": None}
            changes |= {} if step.detail is None else {"detail": step.detail}
        if step.after is State.MISSED:  # for the first time, or once more: nobody has seen that yet
            changes["noted_at"] = None
        if step.run_at is not None:
            changes |= {"run_at": step.run_at, "too_late_at": step.too_late_at}
        if step.words is not None:
            words = step.words
            changes |= {"text": words.text, "language": words.language, "imprint": words.imprint}
        rows, after = DeliveryRow.objects.filter(id=step.id, state=step.before), step.after
        if after in FORWARD and after != step.before and rows.filter(unseen_since__isnull=False).exists():
            after = State.UNSURE
            changes |= LOOK | {"run_at": now}
        if rows.update(**changes):
            events.append(Event(now, actor, of_delivery(step.id), step.kind, step.before, after, detail=step.reason))
    write_events(events)
