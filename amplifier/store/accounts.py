"""The run-time half of the accounts: health, and until when each must wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from amplifier.campaign.account import Identity, Known, Listed, Match, former, matches, renamed
from amplifier.campaign.pace import PATIENCE, rest_after
from amplifier.errors import UsageError
from amplifier.policy import TextLimit
from amplifier.store.events import Event, write_events
from amplifier.store.models import AccountRow
from amplifier.store.same_account import hand_over
from amplifier.store.statement import execute, marks
from amplifier.store.told import LIMITS, by_account
from amplifier.store.transaction import is_postgres, reading, stamp, whole

SERVICE = "service"
OK, LOST, UNKNOWN, UNPROVEN = "ok", "lost", "unknown", "unproven"
NEW = "new: "  # what a row is called until it has its label
LOST_NOW, LOST_AGAIN = "account lost", "account lost again"
TELL_AGAIN = timedelta(days=1)
LOST_ONES = "SELECT label, detail FROM accounts WHERE health = %s"
OPEN = """SELECT id, label, next_allowed_at IS NULL OR next_allowed_at <= %s FROM accounts
WHERE health NOT IN ('lost', 'unproven') AND (closed_until IS NULL OR closed_until <= %s)"""
RELIEVE = "UPDATE accounts SET failures = 0 WHERE failures > 0 AND id IN ({})"
MIXED_UP = "Its keys log in to the same account as those of {other}: all would be said twice there. Check the keys."
WHO = "The network has not said yet whether this is an account that was listed here under another handle."


@dataclass(frozen=True)
class AccountState:
    """How an account is: `health` is ok, lost (we are not let in), unproven (see `know_accounts`) or unknown.

    No new post goes to it before `next_allowed_at`, and nothing at all before `closed_until`. `name` is its label.
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
    server: str = ""
    is_listed: bool = True


@whole
def know_accounts(listed: Iterable[Listed]) -> dict[str, str]:
    """Bring the rows up to what settings.yaml lists: the same account is the same row, whatever it is called there.

    An account that is not listed any more keeps its row. Where it may be a listed one under another handle, that one
    is *unproven*: nothing goes out there until its network has said who it is (`account_is_ok`). Labels that were given
    to somebody else: each as it reads now, with the handle that it stands for.
    """
    wanted = tuple(listed)
    rows = {row.pk: row for row in AccountRow.objects.select_for_update().order_by("id")}
    found = matches(wanted, [_known(row) for row in rows.values()])
    numbers: dict[int, Listed] = {}
    for match in found:
        number = match.number if match.number is not None else _new(match).pk
        numbers[number] = match.listed
    _call(rows, numbers)
    for number, one in numbers.items():
        who = one.identity
        AccountRow.objects.filter(id=number).update(
            network=who.network, server=who.server, handle=who.handle, pool=one.pool, is_listed=True
        )
    AccountRow.objects.exclude(id__in=list(numbers)).update(is_listed=False)
    doubtful = {match.listed.identity[:2] for match in found if match.is_doubtful}
    displaced = AccountRow.objects.filter(id__in=list(rows)).exclude(id__in=list(numbers))
    return {
        row.label: row.handle
        for row in displaced
        if row.label != rows[row.pk].label and (row.network, row.server) not in doubtful
    }


def _new(match: Match) -> AccountRow:
    one = match.listed
    who = one.identity
    return AccountRow.objects.create(
        network=who.network,
        server=who.server,
        handle=who.handle,
        origin=who.name,
        label=f"{NEW}{who.name}",
        pool=one.pool,
        health=UNPROVEN if match.is_doubtful else UNKNOWN,
        detail=WHO if match.is_doubtful else "",
    )


def _call(rows: Mapping[int, AccountRow], numbers: Mapping[int, Listed]) -> None:
    """Give every row its label. Labels may change places, so those that change have none for a moment."""
    labels = {number: row.label for number, row in rows.items()}
    identities = {number: _known(row).identity for number, row in rows.items()}
    changes = renamed(labels, {number: one.label for number, one in numbers.items()}, identities)
    for number in changes:
        AccountRow.objects.filter(id=number).update(label=f"{NEW}{number}")
    for number, label in changes.items():
        AccountRow.objects.filter(id=number).update(label=label)


def numbers() -> dict[str, int]:
    """The number of each account by its label; a small table. Called inside a verb."""
    return dict(execute("SELECT label, id FROM accounts"))


def labels() -> dict[int, str]:
    """The label of each account by its number. Called inside a verb."""
    return dict(execute("SELECT id, label FROM accounts"))


def number_of(label: str) -> int:
    """The number of the account with this label; called inside a verb. Raises UsageError for one that is not known."""
    found = execute("SELECT id FROM accounts WHERE label = %s", [label])  # asked for each intent: past the ORM
    return int(found[0][0]) if found else account_rows([label])[label].pk


def account_rows(names: Iterable[str]) -> dict[str, AccountRow]:
    """The accounts with these labels, for rows that refer to them; called inside a verb. Raises UsageError as above."""
    wanted = set(names)
    found = {row.label: row for row in AccountRow.objects.filter(label__in=list(wanted))}
    for label in sorted(wanted - found.keys()):
        raise UsageError(
            f"settings.yaml lists {label}, and the service does not know it yet. Start it again: amplifier up"
        )
    return found


@reading
def identities() -> dict[str, Identity]:
    """Who each listed account is, by its label."""
    statement = "SELECT label, network, server, handle FROM accounts WHERE is_listed"
    return {label: Identity(network, server, handle) for label, network, server, handle in execute(statement)}


@reading
def account_states() -> tuple[AccountState, ...]:
    """All accounts, by name."""
    return tuple(_state(row) for row in AccountRow.objects.order_by("label"))


@reading
def lost_accounts() -> dict[str, str]:
    """The accounts that do not let us in any more, each with the network's words."""
    return dict(execute(LOST_ONES, [LOST]))


@reading
def text_limits() -> dict[Identity, TextLimit]:
    """How long a post may be and how that is counted, for each account whose server said so."""
    return by_account(execute(LIMITS))


@whole
def account_is_ok(
    name: str, *, remote_id: str, url: str, text_limit: int | None, now: datetime, counts: str | None = ""
) -> None:
    """The network let us in. `text_limit` is how long a post may be on this server, `counts` how that is counted.

    The limit is 0 where it does not say. None, where it could not be asked now, leaves either as it was.
    """
    row = AccountRow.objects.select_for_update().filter(label=name).first()
    if row is None:
        return
    same = AccountRow.objects.filter(network=row.network, server=row.server, remote_id=remote_id).exclude(id=row.pk)
    other = same.first() if remote_id else None
    if other is not None and other.is_listed:
        lose_account(row.pk, detail=MIXED_UP.format(other=other.label), now=now)
        return
    if other is not None and row.health == UNPROVEN:
        row = _under_a_new_handle(other, row, now=now)
    if row.health == LOST:
        write_events([Event(now, SERVICE, f"account:{name}", "account is back", LOST, OK)])
    said = {"text_limit": text_limit, "counts": counts}
    told: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    AccountRow.objects.filter(id=row.pk).update(
        health=OK, detail="", remote_id=remote_id, url=url, checked_at=now, **told
    )


def _under_a_new_handle(older: AccountRow, newer: AccountRow, *, now: datetime) -> AccountRow:
    """The network says that a new row is an account that is known: it keeps its row, and gets its new handle and label.

    Keys are still made of what it was first called.
    """
    detail = f"{_known(older).identity.shown} is {_known(newer).identity.shown} now"
    label, handle = newer.label, newer.handle
    if hand_over(older.pk, newer.pk, why=detail, now=now):
        newer.delete()
    else:
        was = former(label, _known(older).identity)
        AccountRow.objects.filter(id=newer.pk).update(label=was, handle="", is_listed=False)
    AccountRow.objects.filter(id=older.pk).update(handle=handle, label=label, is_listed=True, pool=newer.pool)
    write_events([Event(now, SERVICE, f"account:{label}", "another handle", detail=detail)])
    return AccountRow.objects.get(id=older.pk)


@whole
def account_trouble(name: str, *, lost: bool, detail: str, now: datetime) -> None:
    """The network did not let us in (`lost`), or could not be asked."""
    row = AccountRow.objects.filter(label=name).first()
    if row is None:
        return
    if lost:
        lose_account(row.pk, detail=detail, now=now)
    else:
        AccountRow.objects.filter(id=row.pk).update(detail=detail, checked_at=now)


def lose_account(number: int, *, detail: str, now: datetime, refused: bool = False) -> None:
    """Pause the account, and write down when that began; called inside the transaction that records why.

    `refused`: a call was refused, whatever the account's own question after itself was answered. It may be so each time
    it is believed again: until a call goes well that is one loss, told once a day.
    """
    row = AccountRow.objects.filter(id=number).exclude(health=LOST).first()
    if row is not None:
        subject = f"account:{row.label}"
        known = refused and row.failures > 0 and row.lost_told_at is not None and row.lost_told_at >= now - TELL_AGAIN
        write_events([Event(now, SERVICE, subject, LOST_AGAIN if known else LOST_NOW, row.health, LOST, detail=detail)])
        if refused:
            AccountRow.objects.filter(id=number).update(failures=F("failures") + 1)
        if not known:
            AccountRow.objects.filter(id=number).update(lost_told_at=now)
    AccountRow.objects.filter(id=number).update(health=LOST, detail=detail, checked_at=now)


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
        alike = AccountRow.objects.filter(pool=row.pool, failures__gte=PATIENCE).count()
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


def _known(row: AccountRow) -> Known:
    return Known(row.pk, Identity(row.network, row.server, row.handle), row.label, row.remote_id)


def _state(row: AccountRow) -> AccountState:
    return AccountState(
        name=row.label,
        platform=row.network,
        handle=row.handle,
        remote_id=row.remote_id,
        url=row.url,
        health=row.health,
        detail=row.detail,
        next_allowed_at=row.next_allowed_at,
        checked_at=row.checked_at,
        failures=row.failures,
        closed_until=row.closed_until,
        server=row.server,
        is_listed=row.is_listed,
    )
