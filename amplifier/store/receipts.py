"""Receipts: which posts are ours, what a late one means, and how full an account's day is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F

from amplifier.campaign.delivery import CLOSED_BY_A_RECEIPT, Receipt, RemoteState, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.pace import full_until as full_until_window
from amplifier.campaign.pace import latest
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import instant, reading, stamp, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.identity import accounts, rests
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.notes import mark_twice

SERVICE = "service"
FULL = """SELECT sent_at FROM deliveries WHERE account_id = %s AND sent_at IS NOT NULL AND sent_at > %s
ORDER BY sent_at DESC LIMIT 1 OFFSET %s"""


@whole
def keep_late_receipt(delivery: int, receipt: Receipt, *, fence: int, now: datetime) -> None:
    """A receipt under a stale fence is never thrown away.

    It closes a row that is not on its way once more, whatever was thought of it meanwhile. If the row has another
    receipt, or may be about to get one, that is an alert: the post may be out twice.
    """
    row = DeliveryRow.objects.select_for_update().get(id=delivery)
    kind, after = EventKind.LATE_RECEIPT, row.state
    if row.state in CLOSED_BY_A_RECEIPT and not is_taken(row.account_id, receipt, row.pk):
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
            remote_state=RemoteState.LIVE,
        )
    elif row.state == State.SENDING or row.remote_id not in (None, receipt.remote_id):
        kind = EventKind.PERHAPS_TWICE
        mark_twice(delivery, receipt.url, now=now)
    write_events(
        [
            Event(
                now, SERVICE, of_delivery(delivery), kind, row.state, after, fence, f"{receipt.remote_id} {receipt.url}"
            )
        ]
    )


@reading
def remote_ids(account: str, *, since: datetime) -> frozenset[str]:
    """The posts of this account that deliveries own already, of those that went out since then."""
    rows = DeliveryRow.objects.filter(account__label=account, remote_id__isnull=False, sent_at__gte=since)
    return frozenset(pk for pk in rows.values_list("remote_id", flat=True) if pk)


def full_until(account: int, caps: Collection[tuple[int, int]], *, now: datetime) -> datetime | None:
    """Until when this account's day is full: None while every cap leaves room for one more.

    Each cap is (count, seconds): never more than so many posts within so many seconds. Called inside the transaction
    that begins a post.
    """
    return latest(*(_full(account, most, window_s, now) for most, window_s in caps))


def rests_while_full(account: str, caps: Collection[tuple[int, int]], *, now: datetime) -> bool:
    """Whether this account's day is full, however its posts got there: then it rests until there is room.

    `account` is its label. Called inside the transaction that begins a post.
    """
    number = accounts.number_of(account) if caps else 0
    until = full_until(number, caps, now=now) if caps else None
    if until is not None:
        rests.make_wait(number, until=until, posts_only=True)
    return until is not None


def _full(account: int, most: int, window_s: int, now: datetime) -> datetime | None:
    rows = execute(FULL, [account, stamp(now - timedelta(seconds=window_s)), most - 1])
    return full_until_window(instant(rows[0][0]) if rows else None, window_s)


@reading
def belongs_to_another(delivery: int, receipt: Receipt) -> bool:
    """Whether another delivery of the same account owns this post."""
    row = DeliveryRow.objects.filter(id=delivery).values_list("account_id", flat=True).first()
    return row is not None and is_taken(row, receipt, delivery)


def is_taken(account: int, receipt: Receipt, delivery: int) -> bool:
    """Whether another delivery owns this post; called inside a transaction."""
    return DeliveryRow.objects.filter(account_id=account, remote_id=receipt.remote_id).exclude(id=delivery).exists()


def target_of(row: DeliveryRow) -> str:
    """The post that this edit or deletion is about: named, or the one that the delivery it waits for published."""
    if row.target or row.waits_for is None:
        return row.target
    found = DeliveryRow.objects.filter(id=row.waits_for).values_list("remote_id", flat=True).first()
    return found or ""
