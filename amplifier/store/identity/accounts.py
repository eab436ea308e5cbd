"""The run-time half of the accounts: health, and until when each must wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from amplifier.campaign.account import Access, Identity, Listed, LoggedIn, LoginProof, is_called_so, matches, proof
from amplifier.campaign.event_kinds import EventKind
from amplifier.errors import UsageError
from amplifier.policy import TextLimit
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import reading, whole
from amplifier.store.deciding import be_alone
from amplifier.store.events import Event, write_events
from amplifier.store.identity.whose import (
    SERVICE,
    call_rows,
    known,
    new_row,
    other_row,
    put_in_doubt,
    told_identity,
    under_a_new_handle,
    why_not,
)
from amplifier.store.models import AccountRow
from amplifier.store.told import LIMITS, by_account

TELL_AGAIN = timedelta(days=1)
CLOSED = "SELECT label, detail FROM accounts WHERE health IN ('lost', 'unproven')"
LOST_ONES = "SELECT label, detail FROM accounts WHERE health = %s"
REMOTE_ID = "SELECT remote_id FROM accounts WHERE label = %s"
OTHER_KEYS = "It has other keys since the last start, and the network has not said yet whose they are."
LISTED = "SELECT label, id FROM accounts WHERE is_listed ORDER BY label"


@dataclass(frozen=True)
class AccountState:
    """How an account is: `access` is ok, lost (we are not let in), unproven (see `know_accounts`) or unknown.

    No new post goes to it before `next_allowed_at`, and nothing at all before `closed_until`. `name` is its label,
    `called` the handle that its network has for it, where that is not the one in settings.yaml.
    """

    name: str
    platform: str
    handle: str
    remote_id: str
    url: str
    access: Access
    detail: str
    next_allowed_at: datetime | None
    checked_at: datetime | None
    failures: int = 0
    closed_until: datetime | None = None
    server: str = ""
    is_listed: bool = True
    called: str = ""

    @property
    def out_of_date(self) -> str:
        """What settings.yaml has to catch up with: the account has another handle on its network; else empty."""
        if not self.called or self.access is not Access.OK:
            return ""
        now, was = (Identity(self.platform, self.server, handle).shown for handle in (self.called, self.handle))
        return f"It is called {now} there now, and settings.yaml still says {was}. Nothing stops; write the new one."


@whole
def know_accounts(listed: Iterable[Listed]) -> dict[str, str]:
    """Bring the rows up to what settings.yaml lists: the same account is the same row, whatever it is called there.

    An account that is not listed any more keeps its row. Where a listed one may be known by another row than its handle
    says, it is *unproven*, in a row of its own: nothing goes out there until its network has said who it is
    (`account_is_ok`). Labels that were given to somebody else: each as it reads now, with the handle it stands for.
    """
    be_alone()  # two parts that start at once would each make the rows
    wanted = tuple(listed)
    rows = {row.pk: row for row in AccountRow.objects.select_for_update().order_by("id")}
    found = matches(wanted, [known(row) for row in rows.values()])
    AccountRow.objects.exclude(id__in=[match.number for match in found if match.number]).update(is_listed=False)
    numbers = {match.number or new_row(match).pk: match.listed for match in found}
    call_rows(rows, numbers)
    for number, one in numbers.items():
        who = one.identity
        AccountRow.objects.filter(id=number).update(
            network=who.network, server=who.server, handle=who.handle, pool=one.pool, is_listed=True
        )
    doubtful = {match.listed.network for match in found if match.is_doubtful}
    displaced = AccountRow.objects.filter(id__in=list(rows)).exclude(id__in=list(numbers))
    return {
        row.label: row.handle for row in displaced if row.label != rows[row.pk].label and row.network not in doubtful
    }


def numbers() -> dict[str, int]:
    """The number of each account by its label; a small table. Called inside a verb."""
    return dict(execute("SELECT label, id FROM accounts"))


def labels() -> dict[int, str]:
    """The label of each account by its number. Called inside a verb."""
    return dict(execute("SELECT id, label FROM accounts"))


@reading
def listed_numbers() -> dict[str, int]:
    """The number of each listed account by its label; another one once it turns out to be one that was known."""
    return dict(execute(LISTED))


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


def must_be_called_so(wanted: Mapping[str, Identity]) -> None:
    """Raises UsageError where one of these labels stands for somebody else in the ledger: it would speak there.

    What is queued for a label goes out on the account that has it in the ledger, until a start has read settings.yaml.
    """
    there = identities()
    for label, who in wanted.items():
        if there.get(label, who) != who:
            raise UsageError(
                f"settings.yaml says that {label} is {who.shown}, and the service still knows it as "
                f"{there[label].shown}, so nothing was done.\n"
                "End the service and start it again (amplifier up); then give the command once more."
            )


@reading
def remote_id_of(label: str) -> str:
    """The network's own id of this account, as it was proven; empty as long as it was not."""
    found = execute(REMOTE_ID, [label])
    return str(found[0][0]) if found else ""


@reading
def account_states(among: Collection[str] | None = None) -> tuple[AccountState, ...]:
    """All accounts, or those with these labels, by name."""
    rows = AccountRow.objects.all() if among is None else AccountRow.objects.filter(label__in=list(among))
    return tuple(_state(row) for row in rows.order_by("label"))


@reading
def lost_accounts() -> dict[str, str]:
    """The accounts that do not let us in any more, each with the network's words."""
    return dict(execute(LOST_ONES, [Access.LOST]))


@reading
def closed_accounts() -> dict[str, str]:
    """The accounts on which nobody may post now, each with the reason: not let in, or not known to be who it seems."""
    return dict(execute(CLOSED))


@reading
def text_limits() -> dict[Identity, TextLimit]:
    """How long a post may be and how that is counted, for each account whose server said so."""
    return by_account(execute(LIMITS))


@whole
def account_is_ok(  # noqa: PLR0913  what a network says of an account
    name: str,
    *,
    remote_id: str,
    url: str,
    text_limit: int | None,
    now: datetime,
    counts: str | None = "",
    handle: str = "",
) -> bool:
    """The network let us in, and said whose the keys are. Whether they are this account's; if not, it is lost.

    `handle` is how the network calls it; empty where it does not say. `text_limit` is how long a post may be on this
    server, `counts` how that is counted. The limit is 0 where it does not say. None, where it could not be asked now,
    leaves either as it was.
    """
    be_alone()  # it may turn out to be another one, and what was decided about either is for both from then on
    row = AccountRow.objects.select_for_update().filter(label=name).first()
    if row is None:
        return False
    told = LoggedIn(remote_id, handle, url)
    other = other_row(row, told)
    found = proof(known(row), told, known(other) if other else None)
    if found is LoginProof.EXCHANGED and other is not None:
        for each in (row, other):
            if each.is_listed:
                put_in_doubt(each, now=now)
        row = AccountRow.objects.get(label=name)
        other.refresh_from_db()
        found = LoginProof.KNOWN
    if found in (LoginProof.TWICE, LoginProof.STRANGER, LoginProof.ANEW):
        lose_account(row.pk, detail=why_not(found, row, told, other), now=now)
        return False
    if found is LoginProof.KNOWN and other is not None:
        row = under_a_new_handle(other, row, now=now)
    if row.health == Access.LOST:
        write_events([Event(now, SERVICE, f"account:{name}", EventKind.ACCOUNT_BACK, Access.LOST, Access.OK)])
    said = {"text_limit": text_limit, "counts": counts, "remote_id": remote_id or None}
    changes: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    called = "" if is_called_so(known(row).identity, told) else told_identity(row, told).handle
    if called and called != row.called:
        what = f"its network calls it {told_identity(row, told).shown} now"
        write_events([Event(now, SERVICE, f"account:{name}", EventKind.ACCOUNT_RENAMED, detail=what)])
    AccountRow.objects.filter(id=row.pk).update(
        health=Access.OK, detail="", url=url, called=called, checked_at=now, **changes
    )
    return True


@whole
def doubt_keys(name: str, *, had_others: bool) -> None:
    """The account's keys may be somebody else's: it is asked at once, and sends nothing before.

    Where it was used with others before (`had_others`) that holds also for one that never said who it is.
    """
    found = AccountRow.objects.filter(label=name, health__in=[Access.OK, Access.UNKNOWN] if had_others else [Access.OK])
    found.update(health=Access.UNPROVEN, detail=OTHER_KEYS, checked_at=None)


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
    row = AccountRow.objects.filter(id=number).exclude(health=Access.LOST).first()
    if row is not None:
        subject = f"account:{row.label}"
        known = refused and row.failures > 0 and row.lost_told_at is not None and row.lost_told_at >= now - TELL_AGAIN
        write_events(
            [
                Event(
                    now,
                    SERVICE,
                    subject,
                    EventKind.ACCOUNT_LOST_AGAIN if known else EventKind.ACCOUNT_LOST,
                    row.health,
                    Access.LOST,
                    detail=detail,
                )
            ]
        )
        if refused:
            AccountRow.objects.filter(id=number).update(failures=F("failures") + 1)
        if not known:
            AccountRow.objects.filter(id=number).update(lost_told_at=now)
    AccountRow.objects.filter(id=number).update(health=Access.LOST, detail=detail, checked_at=now)


def _state(row: AccountRow) -> AccountState:
    return AccountState(
        name=row.label,
        platform=row.network,
        handle=row.handle,
        remote_id=row.remote_id,
        url=row.url,
        access=Access(row.health),
        detail=row.detail,
        next_allowed_at=row.next_allowed_at,
        checked_at=row.checked_at,
        failures=row.failures,
        closed_until=row.closed_until,
        server=row.server,
        is_listed=row.is_listed,
        called=row.called,
    )
