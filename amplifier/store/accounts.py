"""The run-time half of the accounts: health, and until when each must wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from amplifier.campaign.pace import PATIENCE, rest_after
from amplifier.policy import TextLimit
from amplifier.store.events import Event, was_written, write_events
from amplifier.store.models import AccountRow
from amplifier.store.statement import execute, marks
from amplifier.store.told import LIMITS, as_told
from amplifier.store.transaction import is_postgres, reading, stamp, whole

SERVICE = "service"
OK, LOST, UNKNOWN = "ok", "lost", "unknown"
LOST_NOW, LOST_AGAIN = "account lost", "account lost again"
TELL_AGAIN = timedelta(days=1)
LOST_ONES = "SELECT name, detail FROM accounts WHERE health = %s"
OPEN = """SELECT name, next_allowed_at IS NULL OR next_allowed_at <= %s FROM accounts
WHERE health <> 'lost' AND (closed_until IS NULL OR closed_until <= %s)"""
RELIEVE = "UPDATE accounts SET failures = 0 WHERE failures > 0 AND name IN ({})"


@dataclass(frozen=True)
class AccountState:
    """How an account is: `health` is ok, lost (we are not let in) or unknown (not asked yet).

    No new post goes to it before `next_allowed_at`, and nothing at all before `closed_until`.
    """

    name: str
    platform: str
    handle: str
    remote_id: str
    url: str
    health: str
    detail: str
    next_allowed_at: datetime | None
    checked_at: datetime | None
    failures: int = 0
    closed_until: datetime | None = None


@whole
def know_accounts(
    accounts: Iterable[tuple[str, str, str]], *, networks: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Make sure that each (name, platform, handle) has its row; a removed account leaves its row.

    Somebody else under the same name has to show anew who they are: those names, each with the handle it had before.
    `networks` names, for each account, what it shares with its neighbours: platform and server.
    """
    replaced: dict[str, str] = {}
    for name, platform, handle in accounts:
        row, _ = AccountRow.objects.get_or_create(name=name, defaults={"platform": platform, "handle": handle})
        if (row.platform, row.handle) != (platform, handle):
            replaced[name] = row.handle
            AccountRow.objects.filter(name=name).delete()
            AccountRow.objects.create(name=name, platform=platform, handle=handle)
        AccountRow.objects.filter(name=name).update(network=(networks or {}).get(name, platform))
    return replaced


@reading
def account_states() -> tuple[AccountState, ...]:
    """All accounts, by name."""
    return tuple(_state(row) for row in AccountRow.objects.order_by("name"))


@reading
def lost_accounts() -> dict[str, str]:
    """The accounts that do not let us in any more, each with the network's words."""
    return dict(execute(LOST_ONES, [LOST]))


@reading
def text_limits() -> dict[str, TextLimit]:
    """How long a post may be and how that is counted, for each account whose server said so."""
    return {name: as_told(limit, counts) for name, limit, counts in execute(LIMITS)}


@whole
def account_is_ok(
    name: str, *, remote_id: str, url: str, text_limit: int | None, now: datetime, counts: str | None = ""
) -> None:
    """The network let us in. `text_limit` is how long a post may be on this server, `counts` how that is counted.

    The limit is 0 where it does not say. None, where it could not be asked now, leaves either as it was.
    """
    if AccountRow.objects.filter(name=name, health=LOST).exists():
        write_events([Event(now, SERVICE, f"account:{name}", "account is back", LOST, OK)])
    said = {"text_limit": text_limit, "counts": counts}
    told: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    AccountRow.objects.filter(name=name).update(
        health=OK, detail="", remote_id=remote_id, url=url, checked_at=now, **told
    )


@whole
def account_trouble(name: str, *, lost: bool, detail: str, now: datetime) -> None:
    """The network did not let us in (`lost`), or could not be asked."""
    if lost:
        lose_account(name, detail=detail, now=now)
    else:
        AccountRow.objects.filter(name=name).update(detail=detail, checked_at=now)


def lose_account(name: str, *, detail: str, now: datetime, refused: bool = False) -> None:
    """Pause the account, and write down when that began; called inside the transaction that records why.

    `refused`: a call was refused, whatever the account's own question after itself was answered. It may be so each time
    it is believed again: until a call goes well that is one loss, told once a day.
    """
    row = AccountRow.objects.filter(name=name).exclude(health=LOST).first()
    if row is not None:
        subject = f"account:{name}"
        known = refused and row.failures > 0 and was_written(subject, LOST_NOW, since=now - TELL_AGAIN)
        write_events([Event(now, SERVICE, subject, LOST_AGAIN if known else LOST_NOW, row.health, LOST, detail=detail)])
        if refused:
            AccountRow.objects.filter(name=name).update(failures=F("failures") + 1)
    AccountRow.objects.filter(name=name).update(health=LOST, detail=detail, checked_at=now)


def make_wait(name: str, *, until: datetime, app_wide: bool = False, posts_only: bool = False) -> None:
    """Nothing goes to this account before `until`, or to any account on its network if the whole app must wait.

    `posts_only`: no new post; it is our own gap or ceiling, which must not keep a correction or a deletion waiting.
    Called inside the transaction that records why.
    """
    rows = AccountRow.objects.filter(name=name)
    if app_wide:
        rows = AccountRow.objects.filter(network__in=rows.values("network"))
    rows.filter(Q(next_allowed_at__isnull=True) | Q(next_allowed_at__lt=until)).update(next_allowed_at=until)
    if not posts_only:
        rows.filter(Q(closed_until__isnull=True) | Q(closed_until__lt=until)).update(closed_until=until)


@whole
def shorten_waits(by: timedelta, *, now: datetime) -> None:
    """Our clock was set back by so much: what is to wait waits no longer for it. A wait is a length, not an hour."""
    for wait in ("next_allowed_at", "closed_until"):
        AccountRow.objects.filter(**{f"{wait}__gt": now}).update(**{wait: F(wait) - by})


def strain(name: str, *, strain_s: float, now: datetime) -> None:
    """A call to this account failed: after a few in a row it rests, and its network where two accounts fare alike.

    Called inside the transaction that records the failure.
    """
    AccountRow.objects.filter(name=name).update(failures=F("failures") + 1)
    row = AccountRow.objects.get(name=name)
    rest = rest_after(row.failures, strain_s)
    if rest:
        alike = AccountRow.objects.filter(network=row.network, failures__gte=PATIENCE).count()
        make_wait(name, until=now + timedelta(seconds=rest), app_wide=alike > 1)


def relieve(names: Collection[str]) -> None:
    """A call to each of these accounts went well; called inside the transaction that records it."""
    if names:
        execute(RELIEVE.format(marks(names)), list(names))


def lock_open(now: datetime, among: Collection[str] | None = None) -> dict[str, bool]:
    """The accounts (of these; None: of all) that may send now, locked until the transaction ends, by name.

    Each with whether a new post may go out, too; else only what changes or deletes one. On PostgreSQL an account that
    another worker is looking at is left out; on SQLite the writer is alone anyway.
    """
    words = [stamp(now), stamp(now)]
    statement = OPEN
    if among is not None:
        if not among:
            return {}
        statement += f" AND name IN ({marks(among)})"
        words += among
    statement += " ORDER BY name"
    if is_postgres():
        statement += " FOR UPDATE SKIP LOCKED"
    return {name: bool(may_post) for name, may_post in execute(statement, words)}


def _state(row: AccountRow) -> AccountState:
    return AccountState(
        name=row.name,
        platform=row.platform,
        handle=row.handle,
        remote_id=row.remote_id,
        url=row.url,
        health=row.health,
        detail=row.detail,
        next_allowed_at=row.next_allowed_at,
        checked_at=row.checked_at,
        failures=row.failures,
        closed_until=row.closed_until,
    )
