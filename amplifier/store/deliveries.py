"""Deliveries on their way: claimed under a fence, begun before the call, recorded after. A verb is a transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from amplifier.campaign.delivery import (
    CLOSED_BY_A_RECEIPT,
    ON_ITS_WAY,
    DeliveryId,
    Due,
    HoldReason,
    Receipt,
    State,
    Transition,
)
from amplifier.campaign.post import PostId
from amplifier.store import accounts, ledger
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.transaction import is_postgres, reading, whole

SERVICE = "service"
CHANGED_MEANWHILE = "The plan changed while it was on its way, and it is not out."


@reading
def is_anything_due(now: datetime) -> bool:
    """Whether any delivery could take a step now: one look at an index, so that an idle tick writes nothing."""
    due = Q(state__in=[State.QUEUED, State.UNSURE], run_at__lte=now)
    overdue = Q(state=State.QUEUED, too_late_at__lte=now)
    silent = Q(state=State.SENDING, lease_until__lt=now)
    return DeliveryRow.objects.filter(due | overdue | silent).exists()


@whole
def claim(*, now: datetime, lease_until: datetime, limit: int, served: Collection[str] | None = None) -> list[Due]:
    """Take due deliveries into a worker's hands: at most one an account, none while the ledger is stopped.

    They stay queued; only `begin` makes them `sending`. A claim whose lease runs out is void. `served` are the accounts
    that this worker can reach; None means all.
    """
    if ledger.is_stopped():
        return []
    busy = DeliveryRow.objects.filter(Q(state=State.SENDING) | Q(state=State.QUEUED, lease_until__gte=now)).values(
        "account"
    )
    in_doubt = DeliveryRow.objects.filter(state=State.UNSURE).values_list("account", "text")
    rows = (
        DeliveryRow.objects.filter(_free(now), state=State.QUEUED, run_at__lte=now, too_late_at__gt=now)
        .filter(account__in=accounts.lock_open(now))
        .exclude(account__in=busy)
    )
    for account, text in in_doubt:
        rows = rows.exclude(account=account, text=text)
    return _take(_first_of_each_account(rows, served), lease_until, limit)


@whole
def claim_unsure(
    *, now: datetime, lease_until: datetime, limit: int, served: Collection[str] | None = None
) -> list[Due]:
    """Take deliveries that it is time to look for: at most one an account, so that looking keeps no post waiting."""
    looking = DeliveryRow.objects.filter(state=State.UNSURE, lease_until__gte=now).values("account")
    rows = DeliveryRow.objects.filter(_free(now), state=State.UNSURE, run_at__lte=now).exclude(account__in=looking)
    return _take(_first_of_each_account(rows, served), lease_until, limit)


@whole
def begin(due: Due, *, request: bytes, now: datetime, lease_until: datetime) -> bool:
    """Write the intent before the call: bytes, `sending`, event. False if we may not, or not any more."""
    if ledger.is_stopped():
        return False
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
        write_events([Event(now, SERVICE, of_delivery(due.id), "sending", State.QUEUED, State.SENDING, due.fence)])
    return bool(changed)


@whole
def record(transitions: Sequence[Transition], *, now: datetime, actor: str = SERVICE) -> list[Transition]:
    """Write each step whose fence still holds, with its event; the stale ones come back."""
    return [step for step in transitions if not _write(step, now=now, actor=actor)]


@whole
def keep_late_receipt(delivery: int, receipt: Receipt, *, fence: int, now: datetime) -> None:
    """A receipt under a stale fence is never thrown away.

    It closes a row that is not on its way once more, whatever was thought of it meanwhile. If the row has another
    receipt, or may be about to get one, that is an alert: the post may be out twice.
    """
    row = DeliveryRow.objects.select_for_update().get(id=delivery)
    kind, after = "late receipt", row.state
    if row.state in CLOSED_BY_A_RECEIPT and not _is_taken(row.account, receipt, row.pk):
        after = State.SENT
        DeliveryRow.objects.filter(id=delivery).update(
            state=after,
            reason="",
            detail="",
            fence=F("fence") + 1,
            lease_until=None,
            remote_id=receipt.remote_id,
            url=receipt.url,
            sent_at=now,
        )
    elif row.state == State.SENDING or row.remote_id not in (None, receipt.remote_id):
        kind = "perhaps twice"
    write_events(
        [
            Event(
                now, SERVICE, of_delivery(delivery), kind, row.state, after, fence, f"{receipt.remote_id} {receipt.url}"
            )
        ]
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
    write_events(Event(now, SERVICE, of_delivery(pk), "worker fell silent", State.SENDING, State.UNSURE) for pk in ids)
    return len(ids)


@whole
def miss_overdue(*, now: datetime) -> int:
    """Queued deliveries whose last moment has passed are missed: an old truth may be wrong by now."""
    ids = _locked_ids(DeliveryRow.objects.filter(_free(now), state=State.QUEUED, too_late_at__lte=now), 1000)
    DeliveryRow.objects.filter(id__in=ids, state=State.QUEUED).update(
        state=State.MISSED, fence=F("fence") + 1, lease_until=None
    )
    write_events(Event(now, SERVICE, of_delivery(pk), "missed", State.QUEUED, State.MISSED) for pk in ids)
    return len(ids)


@reading
def remote_ids(account: str) -> frozenset[str]:
    """The posts of this account that deliveries own already."""
    rows = DeliveryRow.objects.filter(account=account, remote_id__isnull=False).values_list("remote_id", flat=True)
    return frozenset(pk for pk in rows if pk)


def _locked_ids(rows: QuerySet[DeliveryRow], limit: int) -> list[int]:
    from_rows = rows.select_for_update(skip_locked=True) if is_postgres() else rows
    return list(from_rows.values_list("id", flat=True)[:limit])


def _free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lt=now)


def _first_of_each_account(rows: QuerySet[DeliveryRow], served: Collection[str] | None) -> QuerySet[DeliveryRow]:
    """The one of these that each account is to deal with next, oldest first."""
    if served is not None:
        rows = rows.filter(account__in=served)
    first = Window(RowNumber(), partition_by="account", order_by=["run_at", "id"])
    ids = list(rows.annotate(place=first).filter(place=1).values_list("id", flat=True))
    # asked again by number: rows under a window cannot be locked, and a row that changed since must not be taken
    return rows.filter(id__in=ids).order_by("run_at", "id")


def _take(rows: QuerySet[DeliveryRow], lease_until: datetime, limit: int) -> list[Due]:
    ids = _locked_ids(rows, limit)
    DeliveryRow.objects.filter(id__in=ids).update(fence=F("fence") + 1, lease_until=lease_until)
    taken = DeliveryRow.objects.filter(id__in=ids).select_related("post").order_by("run_at", "id")
    return [_due(row) for row in taken]


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
    row = DeliveryRow.objects.select_for_update().filter(id=step.id, fence=step.fence, state=step.before).first()
    if row is None:
        return False
    after, reason, detail = _settled(step, row)
    changes: dict[str, object] = {"looks": step.looks, "lease_until": None}
    if step.certainly_not_out:
        changes["request"] = None
    if step.run_at is not None:
        changes["run_at"] = step.run_at
    if after is State.QUEUED:  # its post may have moved while it was on its way
        late = row.post.due_at + timedelta(seconds=row.post.too_late_s)
        changes |= {"run_at": max(step.run_at or now, row.post.due_at), "too_late_at": late}
    if after is State.SENT and step.receipt is not None:
        changes |= {"remote_id": step.receipt.remote_id, "url": step.receipt.url, "sent_at": now}
    DeliveryRow.objects.filter(id=step.id).update(state=after, reason=reason, detail=detail, **changes)
    if step.account_until is not None:
        accounts.make_wait(row.account, until=step.account_until)
    if step.account_lost:
        accounts.lose_account(row.account, detail=step.account_lost, now=now)
    write_events([Event(now, actor, of_delivery(step.id), step.kind, step.before, after, step.fence, detail)])
    return True


def _settled(step: Transition, row: DeliveryRow) -> tuple[State, str, str]:
    """State, reason and detail as they must be, for all that the step could not know."""
    if step.receipt is not None and _is_taken(row.account, step.receipt, step.id):
        detail = f"The post {step.receipt.url} belongs to another delivery already."
        return State.HELD, HoldReason.DUPLICATE, detail
    if step.before in ON_ITS_WAY and row.reason == HoldReason.OVERTAKEN:
        if step.after is State.QUEUED:
            return State.HELD, HoldReason.OVERTAKEN, f"{CHANGED_MEANWHILE} {step.detail}".rstrip()
        if step.after is State.UNSURE and step.reason != HoldReason.DUPLICATE:
            return State.UNSURE, HoldReason.OVERTAKEN, step.detail
    return step.after, step.reason, step.detail
