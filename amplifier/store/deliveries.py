"""Deliveries: planned, claimed under a fence, begun before the call, recorded after. A verb is a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from amplifier.campaign.changes import ExistingDelivery, NewDelivery, Step
from amplifier.campaign.delivery import (
    DeliveryId,
    Due,
    HoldReason,
    Receipt,
    State,
    Transition,
    idempotency_key,
    record_key,
)
from amplifier.campaign.post import PostId
from amplifier.store import accounts, ledger
from amplifier.store.events import Event, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.transaction import is_postgres, reading, whole

SERVICE = "service"


def subject(delivery: int) -> str:
    """How events name a delivery."""
    return f"delivery:{delivery}"


def existing_by_post(campaign: str) -> dict[int, list[ExistingDelivery]]:
    """What reconcile needs of every delivery; called inside its transaction."""
    found: dict[int, list[ExistingDelivery]] = {}
    rows = DeliveryRow.objects.filter(post__campaign=campaign, revision=0).order_by("id")
    for row in rows.only("id", "post_id", "account", "state", "reason", "text", "attempts"):
        found.setdefault(row.post_id, []).append(
            ExistingDelivery(row.pk, row.account, State(row.state), row.reason, row.text, attempted=row.attempts > 0)
        )
    return found


def add(  # noqa: PLR0913  everything a row is born with
    post_row: int,
    post: PostId,
    new: Sequence[NewDelivery],
    *,
    run_at: datetime,
    too_late_at: datetime,
    ink_platforms: Mapping[str, str],
    first_day: date,
    actor: str,
    now: datetime,
) -> list[int]:
    """Add deliveries to a post, each with its keys; called inside the transaction that adds the post."""
    rows = []
    for delivery in new:
        account = delivery.words.account
        identity = DeliveryId(post, account)
        platform = ink_platforms[account]
        key = record_key(identity, first_day) if platform == "bluesky" else idempotency_key(identity)
        rows.append(
            DeliveryRow.objects.create(
                post_id=post_row,
                account=account,
                platform=platform,
                text=delivery.words.text,
                language=delivery.words.language,
                key=key,
                state=delivery.state,
                reason=delivery.reason,
                run_at=run_at,
                too_late_at=too_late_at,
            )
        )
    write_events(Event(now, actor, subject(row.pk), "planned", after=row.state, detail=row.reason) for row in rows)
    return [row.pk for row in rows]


def take_steps(steps: Iterable[Step], *, actor: str, now: datetime) -> None:
    """Write reconcile's steps. The fence rises, so that a claim made before them ends in nothing."""
    events = []
    for step in steps:
        changes: dict[str, object] = {
            "state": step.after,
            "reason": step.reason,
            "fence": F("fence") + 1,
            "lease_until": None,
        }
        if step.run_at is not None:
            changes |= {"run_at": step.run_at, "too_late_at": step.too_late_at}
        if step.words is not None:
            changes |= {"text": step.words.text, "language": step.words.language}
        if DeliveryRow.objects.filter(id=step.id, state=step.before).update(**changes):
            events.append(Event(now, actor, subject(step.id), step.kind, step.before, step.after, detail=step.reason))
    write_events(events)


@reading
def is_anything_due(now: datetime) -> bool:
    """Whether any delivery could take a step now: one look at an index, so that an idle tick writes nothing."""
    due = Q(state__in=[State.QUEUED, State.UNSURE], run_at__lte=now)
    silent = Q(state=State.SENDING, lease_until__lt=now)
    return DeliveryRow.objects.filter(due | silent).exists()


@whole
def claim(*, now: datetime, lease_until: datetime, limit: int) -> list[Due]:
    """Take due deliveries into a worker's hands: at most one an account, none while the ledger is stopped.

    They stay queued; only `begin` makes them `sending`. A claim whose lease runs out is void.
    """
    if ledger.is_stopped():
        return []
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    busy = DeliveryRow.objects.filter(Q(state=State.SENDING) | Q(state=State.QUEUED, lease_until__gte=now)).values(
        "account"
    )
    in_doubt = DeliveryRow.objects.filter(state=State.UNSURE).values_list("account", "text")
    rows = (
        DeliveryRow.objects.filter(free, state=State.QUEUED, run_at__lte=now, too_late_at__gt=now)
        .filter(account__in=accounts.lock_open(now))
        .exclude(account__in=busy)
    )
    for account, text in in_doubt:
        rows = rows.exclude(account=account, text=text)
    first = Window(RowNumber(), partition_by="account", order_by=["run_at", "id"])
    ids = list(rows.annotate(place=first).filter(place=1).order_by("run_at", "id").values_list("id", flat=True)[:limit])
    return _take(ids, State.QUEUED, lease_until)


@whole
def claim_unsure(*, now: datetime, lease_until: datetime, limit: int) -> list[Due]:
    """Take deliveries that it is time to look for."""
    rows = DeliveryRow.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now), state=State.UNSURE, run_at__lte=now
    ).order_by("run_at", "id")
    return _take(_locked_ids(rows, limit), State.UNSURE, lease_until)


@whole
def begin(due: Due, *, request: bytes, now: datetime, lease_until: datetime) -> bool:
    """Write the intent before the call: bytes, `sending`, event. False if the claim is no longer ours."""
    changed = DeliveryRow.objects.filter(
        id=due.id, fence=due.fence, state=State.QUEUED, too_late_at__gt=now, lease_until__gte=now
    ).update(
        state=State.SENDING,
        reason="",
        request=request,
        attempts=F("attempts") + 1,
        looks=0,
        lease_until=lease_until,
        first_sent_at=due.first_sent_at or now,
    )
    if changed:
        write_events([Event(now, SERVICE, subject(due.id), "sending", State.QUEUED, State.SENDING, due.fence)])
    return bool(changed)


@whole
def record(transitions: Sequence[Transition], *, now: datetime, actor: str = SERVICE) -> list[Transition]:
    """Write each step whose fence still holds, with its event; the stale ones come back."""
    return [step for step in transitions if not _write(step, now=now, actor=actor)]


@whole
def keep_late_receipt(delivery: int, receipt: Receipt, *, fence: int, now: datetime) -> None:
    """A receipt under a stale fence is never thrown away.

    It closes a row that is unsure, or queued or held for another attempt; if the row has another receipt, that is
    an alert: the post may be out twice.
    """
    row = DeliveryRow.objects.get(id=delivery)
    kind, after = "late receipt", row.state
    if row.state in (State.UNSURE, State.QUEUED, State.HELD) and not _is_taken(row.account, receipt, row.pk):
        after = State.SENT
        DeliveryRow.objects.filter(id=delivery, state=row.state).update(
            state=after,
            reason="",
            detail="",
            fence=F("fence") + 1,
            lease_until=None,
            remote_id=receipt.remote_id,
            url=receipt.url,
            sent_at=now,
        )
    elif row.remote_id not in (None, receipt.remote_id):
        kind = "perhaps twice"
    write_events(
        [Event(now, SERVICE, subject(delivery), kind, row.state, after, fence, f"{receipt.remote_id} {receipt.url}")]
    )


@whole
def expire_leases(*, now: datetime, look_at: datetime) -> int:
    """Deliveries whose worker fell silent while sending become unsure, to be looked for at `look_at`."""
    ids = _locked_ids(DeliveryRow.objects.filter(state=State.SENDING, lease_until__lt=now), 1000)
    DeliveryRow.objects.filter(id__in=ids, state=State.SENDING).update(
        state=State.UNSURE,
        detail="The worker stopped while it was sending.",
        run_at=look_at,
        fence=F("fence") + 1,
        lease_until=None,
    )
    write_events(Event(now, SERVICE, subject(pk), "worker fell silent", State.SENDING, State.UNSURE) for pk in ids)
    return len(ids)


@whole
def miss_overdue(*, now: datetime) -> int:
    """Queued deliveries whose last moment has passed are missed: an old truth may be wrong by now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    ids = _locked_ids(DeliveryRow.objects.filter(free, state=State.QUEUED, too_late_at__lte=now), 1000)
    DeliveryRow.objects.filter(id__in=ids, state=State.QUEUED).update(
        state=State.MISSED, fence=F("fence") + 1, lease_until=None
    )
    write_events(Event(now, SERVICE, subject(pk), "missed", State.QUEUED, State.MISSED) for pk in ids)
    return len(ids)


@reading
def remote_ids(account: str) -> frozenset[str]:
    """The posts of this account that deliveries own already."""
    rows = DeliveryRow.objects.filter(account=account, remote_id__isnull=False).values_list("remote_id", flat=True)
    return frozenset(pk for pk in rows if pk)


def _locked_ids(rows: QuerySet[DeliveryRow], limit: int) -> list[int]:
    from_rows = rows.select_for_update(skip_locked=True) if is_postgres() else rows
    return list(from_rows.values_list("id", flat=True)[:limit])


def _take(ids: list[int], state: State, lease_until: datetime) -> list[Due]:
    DeliveryRow.objects.filter(id__in=ids, state=state).update(fence=F("fence") + 1, lease_until=lease_until)
    rows = DeliveryRow.objects.filter(id__in=ids, state=state, lease_until=lease_until).select_related("post")
    return [_due(row) for row in rows.order_by("run_at", "id")]


def _due(row: DeliveryRow) -> Due:
    post = PostId(row.post.campaign, row.post.slot, row.post.occurrence)
    return Due(
        id=row.pk,
        identity=DeliveryId(post, row.account, row.part, row.revision),
        text=row.text,
        language=row.language,
        key=row.key,
        request=bytes(row.request) if row.request is not None else None,
        state=State(row.state),
        reason=row.reason,
        fence=row.fence,
        attempts=row.attempts,
        looks=row.looks,
        due_at=row.post.due_at,
        too_late_at=row.too_late_at,
        first_sent_at=row.first_sent_at,
    )


def _is_taken(account: str, receipt: Receipt, delivery: int) -> bool:
    return DeliveryRow.objects.filter(account=account, remote_id=receipt.remote_id).exclude(id=delivery).exists()


def _write(step: Transition, *, now: datetime, actor: str) -> bool:
    rows = DeliveryRow.objects.filter(id=step.id, fence=step.fence, state=step.before)
    row = rows.only("account").first()
    if row is None:
        return False
    after, reason, detail = step.after, step.reason, step.detail
    changes: dict[str, object] = {"looks": step.looks, "lease_until": None}
    if step.receipt is not None:
        if _is_taken(row.account, step.receipt, step.id):
            after, reason = State.HELD, HoldReason.DUPLICATE
            detail = f"The post {step.receipt.url} belongs to another delivery already."
        else:
            changes |= {"remote_id": step.receipt.remote_id, "url": step.receipt.url, "sent_at": now}
    if step.run_at is not None:
        changes["run_at"] = step.run_at
    changed = rows.update(state=after, reason=reason, detail=detail, **changes)
    if not changed:
        return False
    if step.account_until is not None:
        accounts.make_wait(row.account, until=step.account_until)
    if step.account_lost:
        accounts.lose_account(row.account, detail=step.account_lost, now=now)
    write_events([Event(now, actor, subject(step.id), step.kind, step.before, after, step.fence, detail)])
    return True
