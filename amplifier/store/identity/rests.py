"""Until when an account waits: its gap, its rests after failures, what its network asks; and which may send now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q

from amplifier.campaign.pace import FAILURES_BEFORE_REST, rest_after
from amplifier.store.database.statement import execute, marks
from amplifier.store.database.transaction import is_postgres, stamp, whole
from amplifier.store.models import AccountRow

OPEN = """SELECT id, label, next_allowed_at IS NULL OR next_allowed_at <= %s FROM accounts
WHERE health NOT IN ('lost', 'unproven') AND (closed_until IS NULL OR closed_until <= %s)"""
RELIEVE = "UPDATE accounts SET failures = 0 WHERE failures > 0 AND id IN ({})"


def make_wait(number: int, *, until: datetime, app_wide: bool = False, posts_only: bool = False) -> None:
    """Nothing goes to this account before `until`, or to any account on its network if the whole app must wait.

    `posts_only`: no new post; it is our own gap or ceiling, which must not keep a correction or a deletion waiting.
    Called inside the transaction that records why.
    """
    rows = AccountRow.objects.filter(id=number)
    if app_wide:
        rows = AccountRow.objects.filter(pool__in=rows.values("pool"))
    rows.filter(Q(next_allowed_at__isnull=True) | Q(next_allowed_at__lt=until)).update(next_allowed_at=until)
    if not posts_only:
        rows.filter(Q(closed_until__isnull=True) | Q(closed_until__lt=until)).update(closed_until=until)


@whole
def shorten_waits(by: timedelta, *, now: datetime) -> None:
    """Our clock was set back by so much: what is to wait waits no longer for it. A wait is a length, not an hour."""
    for wait in ("next_allowed_at", "closed_until"):
        AccountRow.objects.filter(**{f"{wait}__gt": now}).update(**{wait: F(wait) - by})


def strain(number: int, *, strain_s: float, now: datetime) -> None:
    """A call to this account failed: after a few in a row it rests, and its network where two accounts fare alike.

    Called inside the transaction that records the failure.
    """
    AccountRow.objects.filter(id=number).update(failures=F("failures") + 1)
    row = AccountRow.objects.get(id=number)
    rest = rest_after(row.failures, strain_s)
    if rest:
        alike = AccountRow.objects.filter(pool=row.pool, failures__gte=FAILURES_BEFORE_REST).count()
        make_wait(number, until=now + timedelta(seconds=rest), app_wide=alike > 1)


def relieve(rows: Collection[int]) -> None:
    """A call to each of these accounts went well; called inside the transaction that records it."""
    if rows:
        execute(RELIEVE.format(marks(rows)), list(rows))


def lock_open(now: datetime, among: Collection[str] | None = None) -> dict[int, tuple[str, bool]]:
    """The accounts (of these labels; None: of all) that may send now, locked until the transaction ends, by number.

    Each with its label and whether a new post may go out, too; else only what changes or deletes one. On PostgreSQL an
    account that another worker is looking at is left out; on SQLite the writer is alone anyway.
    """
    words = [stamp(now), stamp(now)]
    statement = OPEN
    if among is not None:
        if not among:
            return {}
        statement += f" AND label IN ({marks(among)})"
        words += among
    statement += " ORDER BY label"
    if is_postgres():
        statement += " FOR UPDATE SKIP LOCKED"
    return {number: (label, bool(may_post)) for number, label, may_post in execute(statement, words)}
