"""Which row an account has, and whose its keys are: here rows get their labels, are put in doubt and become one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from amplifier.campaign.account import (
    Access,
    AccountMatch,
    Identity,
    KnownAccount,
    Listed,
    LoggedIn,
    LoginProof,
    former,
    is_same_account,
    renamed,
)
from amplifier.campaign.event_kinds import EventKind
from amplifier.store.database.transaction import whole
from amplifier.store.events import Event, write_events
from amplifier.store.identity.same_account import hand_over
from amplifier.store.models import AccountRow

SERVICE = "service"
NEW = "new: "  # what a row is called until it has its label
WHO = "The network has not said yet whether this is an account that was listed here under another name."


def new_row(match: AccountMatch) -> AccountRow:
    """A row for a listed account that has none, or none that is sure. It has no label yet."""
    one = match.listed
    who = one.identity
    return AccountRow.objects.create(
        network=who.network,
        server=who.server,
        handle=who.handle,
        origin=who.name,
        label=f"{NEW}{who.name}",
        pool=one.pool,
        health=Access.UNPROVEN if match.is_doubtful else Access.UNKNOWN,
        detail=WHO if match.is_doubtful else "",
    )


def call_rows(rows: Mapping[int, AccountRow], numbers: Mapping[int, Listed]) -> None:
    """Give every row its label. Labels may change places, so those that change have none for a moment."""
    labels = {number: row.label for number, row in rows.items()}
    identities = {number: known(row).identity for number, row in rows.items()}
    changes = renamed(labels, {number: one.label for number, one in numbers.items()}, identities)
    for number in changes:
        AccountRow.objects.filter(id=number).update(label=f"{NEW}{number}")
    for number, label in changes.items():
        AccountRow.objects.filter(id=number).update(label=label)


def other_row(row: AccountRow, told: LoggedIn) -> AccountRow | None:
    """Another row of the account that the network speaks of: one that is listed before one that is not."""
    if not told.remote_id:
        return None
    rows = AccountRow.objects.filter(network=row.network, remote_id=told.remote_id).exclude(id=row.pk)
    same = [one for one in rows.order_by("-is_listed", "id") if is_same_account(known(one), row.server, told)]
    return same[0] if same else None


def put_in_doubt(row: AccountRow, *, now: datetime) -> None:
    """What was said under this label stays with the account that said it; the label waits to hear whose it is."""
    match = AccountMatch(Listed(row.label, row.network, row.handle, row.server), None, is_doubtful=True)
    label, labels = row.label, {one.pk: one.label for one in AccountRow.objects.all()}
    AccountRow.objects.filter(id=row.pk).update(is_listed=False)
    new = new_row(match)
    AccountRow.objects.filter(id=new.pk).update(pool=row.pool)
    aside = renamed(labels, {new.pk: label}, {pk: known(row).identity for pk in labels})[row.pk]
    AccountRow.objects.filter(id=row.pk).update(label=aside)
    AccountRow.objects.filter(id=new.pk).update(label=label)
    write_events(
        [Event(now, SERVICE, f"account:{label}", EventKind.ACCOUNT_IN_DOUBT, row.health, Access.UNPROVEN, detail=WHO)]
    )


def told_identity(row: AccountRow, told: LoggedIn) -> Identity:
    """Who it is as its network calls it."""
    return known(row).identity._replace(handle=told.handle.strip().lstrip("@").lower())


def why_not(found: LoginProof, row: AccountRow, told: LoggedIn, other: AccountRow | None) -> str:
    """Whose the keys are, and what to do; one sentence after another."""
    ours, theirs = known(row).identity.shown, told_identity(row, told).shown
    if found is LoginProof.TWICE and other is not None:
        same = f"Its keys log in to the same account as those of {other.label}: all would be said twice there."
        return f"{same} Check the keys, or list it once only."
    if found is LoginProof.ANEW:
        return (
            f"{ours} is another account now than the one that was known here, so nothing goes out. If that is meant, "
            "take it out of settings.yaml, start, put it back and start again: it then begins as a new account."
        )
    also = f", which is listed here as {other.label}" if other is not None and other.is_listed else ""
    return (
        f"Its keys log in to {theirs}{also}, and settings.yaml says {ours}, so nothing goes out. Put in the keys of "
        f"{ours}, or the handle that belongs to these, and start again."
    )


def under_a_new_handle(older: AccountRow, newer: AccountRow, *, now: datetime) -> AccountRow:
    """The network says that a new row is an account that is known: it keeps its row, and gets its new handle and label.

    Keys are still made of what it was first called.
    """
    was, who = known(older).identity, known(newer).identity
    label = newer.label
    detail = f"{was.shown} is {who.shown} now" if who != was else f"{who.shown} is the account that was known"
    if hand_over(older.pk, newer.pk, why=detail, now=now):
        newer.delete()
    else:
        AccountRow.objects.filter(id=newer.pk).update(
            label=f"{former(label, was)} {newer.pk}", handle="", is_listed=False
        )
    AccountRow.objects.filter(id=older.pk).update(
        server=who.server, handle=who.handle, label=label, is_listed=True, pool=newer.pool
    )
    if who != was:
        write_events([Event(now, SERVICE, f"account:{label}", EventKind.ANOTHER_HANDLE, detail=detail)])
    return AccountRow.objects.get(id=older.pk)


@whole
def prove(number: int, *, remote_id: str, url: str) -> None:
    """An account that never said who it is turns out to be this one: what it posted is the keys' own."""
    AccountRow.objects.filter(id=number, remote_id="").update(remote_id=remote_id, url=url)


def known(row: AccountRow) -> KnownAccount:
    """The row as whoever decides about it sees it."""
    who = Identity(row.network, row.server, row.handle)
    return KnownAccount(row.pk, who, row.label, row.remote_id, row.url, row.is_listed)
