"""Money: what was reserved before each call to a paid network, so that a month never costs more than was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.money import NOTHING, LookReserve, is_low
from amplifier.store import ledger
from amplifier.store.database.statement import execute, marks
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, was_written, write_events
from amplifier.store.identity.accounts import number_of
from amplifier.store.models import SpendRow

SERVICE = "service"
ON_THESE = "account_id IN (SELECT id FROM accounts WHERE label IN ({0}))"
UNDER_WAY = f"""SELECT
  (SELECT COUNT(*) FROM deliveries WHERE state = 'unsure' AND {ON_THESE})
  + (SELECT COUNT(*) FROM deliveries WHERE lease_until IS NOT NULL AND state = 'sending' AND {ON_THESE})"""  # noqa: S608  our own statement


@whole
def reserve(  # noqa: PLR0913  a row of the table, and what must be left behind it
    account: str,
    kind: str,
    micros: int,
    *,
    budget: int | None,
    now: datetime,
    delivery: int | None = None,
    keep: int = 0,
    look_reserve: LookReserve = NOTHING,
) -> bool:
    """Put the worst case (millionths of a US dollar) aside before the call. False if the budget has not so much left.

    What costs nothing is always allowed. Without a budget (None) what was spent is noted and nothing is refused.
    Behind it `keep` must be left, and what the posts under way may still need.
    """
    if micros <= 0:
        return True
    if not affords(micros, budget=budget, now=now, keep=keep, look_reserve=look_reserve):
        return False
    month = month_of(now)
    SpendRow.objects.create(
        month=month, account_id=number_of(account), kind=kind, delivery=delivery, micros=micros, at=now
    )
    if delivery is not None:  # what a read costs is known when it is answered, mostly less than was reserved
        _tell_if_low(budget, now)
    return True


@whole
def affords(
    micros: int, *, budget: int | None, now: datetime, keep: int = 0, look_reserve: LookReserve = NOTHING
) -> bool:
    """Whether the month's budget has so much left; until the transaction ends nobody else spends it."""
    if budget is None or micros <= 0:
        return True
    ledger.lock()
    needed = micros + keep + (look_reserve.micros * _under_way(look_reserve.accounts) if look_reserve.micros else 0)
    return _sum(month_of(now)) + needed <= budget


@whole
def settle(
    account: str,
    kind: str,
    micros: int,
    *,
    now: datetime,
    delivery: int | None = None,
    budget: int | None = None,
) -> None:
    """Correct a reservation made at `now` once it is known what the call cost: negative is what was not spent."""
    if micros:
        SpendRow.objects.create(
            month=month_of(now), account_id=number_of(account), kind=kind, delivery=delivery, micros=micros, at=now
        )
    if budget is not None:
        ledger.lock()
        _tell_if_low(budget, now)


def give_back(delivery: int, *, now: datetime) -> None:
    """The delivery's last call certainly published nothing, so that it cost nothing; called inside a transaction."""
    last = SpendRow.objects.filter(delivery=delivery, micros__gt=0).order_by("-id").first()
    if last is not None:
        SpendRow.objects.create(
            month=last.month, account_id=last.account_id, kind=last.kind, delivery=delivery, micros=-last.micros, at=now
        )


def tell_spent(now: datetime) -> None:
    """A post found no money: an event, once a month; called inside the transaction that holds the post."""
    _tell_once(EventKind.BUDGET_SPENT, now)


@reading
def spent(now: datetime) -> int:
    """What this calendar month (UTC) has cost so far, reservations included, in millionths of a US dollar."""
    return _sum(month_of(now))


@reading
def spent_by_month() -> dict[str, int]:
    """The same for every month in which anything was spent."""
    rows = SpendRow.objects.values_list("month").annotate(sum=Sum("micros"))
    return {month: int(total) for month, total in rows}


@reading
def reserved_for_looks(look_reserve: LookReserve) -> int:
    """What looking at the posts that are under way now may still cost at worst."""
    return look_reserve.micros * _under_way(look_reserve.accounts)


@reading
def spent_by_kind(now: datetime) -> dict[str, int]:
    """The same by what it was spent on."""
    rows = SpendRow.objects.filter(month=month_of(now)).values_list("kind").annotate(sum=Sum("micros"))
    return {kind: int(total) for kind, total in rows}


def month_of(now: datetime) -> str:
    """The calendar month in which the network bills, such as 2023-10 (UTC)."""
    return f"{now:%Y-%m}"


def _tell_if_low(budget: int | None, now: datetime) -> None:
    if budget is not None and is_low(_sum(month_of(now)), budget):
        _tell_once(EventKind.BUDGET_LOW, now)


def _tell_once(kind: EventKind, now: datetime) -> None:
    subject = f"budget:{month_of(now)}"
    if not was_written(subject, kind):
        write_events([Event(now, SERVICE, subject, kind)])


def _under_way(accounts: Sequence[str]) -> int:
    """How many deliveries of these accounts are being sent, or are in doubt."""
    if not accounts:
        return 0
    return int(execute(UNDER_WAY.format(marks(accounts)), [*accounts, *accounts])[0][0])


def _sum(month: str) -> int:
    return int(SpendRow.objects.filter(month=month).aggregate(sum=Sum("micros"))["sum"] or 0)
