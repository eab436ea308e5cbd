"""Money: what was reserved before each call to a paid network, so that a month never costs more than was agreed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from amplifier.store import ledger
from amplifier.store.models import SpendRow
from amplifier.store.transaction import reading, whole


@whole
def reserve(
    account: str, kind: str, micros: int, *, budget: int | None, now: datetime, delivery: int | None = None
) -> bool:
    """Put the worst case (millionths of a US dollar) aside before the call. False if the budget has not so much left.

    What costs nothing is always allowed. Without a budget (None) what was spent is noted and nothing is refused.
    """
    if micros <= 0:
        return True
    if not affords(micros, budget=budget, now=now):
        return False
    month = month_of(now)
    SpendRow.objects.create(month=month, account=account, kind=kind, delivery=delivery, micros=micros, at=now)
    return True


@whole
def affords(micros: int, *, budget: int | None, now: datetime) -> bool:
    """Whether the month's budget has so much left; until the transaction ends nobody else spends it."""
    if budget is None or micros <= 0:
        return True
    ledger.lock()
    return _sum(month_of(now)) + micros <= budget


@whole
def settle(account: str, kind: str, micros: int, *, now: datetime, delivery: int | None = None) -> None:
    """Correct a reservation once it is known what the call cost: `micros` may be negative, what was not spent."""
    if micros:
        SpendRow.objects.create(
            month=month_of(now), account=account, kind=kind, delivery=delivery, micros=micros, at=now
        )


def give_back(delivery: int, *, now: datetime) -> None:
    """The delivery's last call certainly published nothing, so that it cost nothing; called inside a transaction."""
    last = SpendRow.objects.filter(delivery=delivery, micros__gt=0).order_by("-id").first()
    if last is not None:
        SpendRow.objects.create(
            month=last.month, account=last.account, kind=last.kind, delivery=delivery, micros=-last.micros, at=now
        )


@reading
def spent(now: datetime) -> int:
    """What this calendar month (UTC) has cost so far, reservations included, in millionths of a US dollar."""
    return _sum(month_of(now))


@reading
def spent_by_kind(now: datetime) -> dict[str, int]:
    """The same by what it was spent on."""
    rows = SpendRow.objects.filter(month=month_of(now)).values_list("kind").annotate(sum=Sum("micros"))
    return {kind: int(total) for kind, total in rows}


def month_of(now: datetime) -> str:
    """The calendar month in which the network bills, such as 2023-10 (UTC)."""
    return f"{now:%Y-%m}"


def _sum(month: str) -> int:
    return int(SpendRow.objects.filter(month=month).aggregate(sum=Sum("micros"))["sum"] or 0)
