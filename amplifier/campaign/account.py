"""Which account is which: its identity on its network, whatever it is called in settings.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

import idna

from amplifier.networks import OF_A_SERVER

NO_HANDLE = "handle.invalid"  # what Bluesky says as long as a handle's domain does not lead back to its account


class Identity(NamedTuple):
    """Who an account is: network, server (only where handles belong to one: its host), and handle, in one form."""

    network: str
    server: str
    handle: str

    @property
    def name(self) -> str:
        """The identity as one string, of which keys are made: the same in every install."""
        return " ".join(filter(None, self))

    @property
    def shown(self) -> str:
        """As people write it: @handle, with its server where it has one."""
        return f"@{self.handle}@{self.server}" if self.server else f"@{self.handle}"


def identity(network: str, handle: str, api: str = "") -> Identity:
    """The identity in its normal form: small letters, no @, and of the server's address (`api`) its host alone."""
    server = _host(api) if network in OF_A_SERVER else ""
    return Identity(network, server, handle.strip().lstrip("@").lower())


def _host(address: str) -> str:
    """The host of an address in small letters, international names as they go over the wire; empty if there is none."""
    try:
        host = (urlsplit(address if "//" in address else f"//{address}").hostname or "").rstrip(".")
    except ValueError:  # settings refuse it; an old ledger may have it
        return ""
    try:
        return idna.encode(host, uts46=True).decode()  # as requests does: straße is not strasse
    except UnicodeError:
        return host


class Listed(NamedTuple):
    """An account as settings.yaml lists it. `asked`: its network can be asked who it is; `pool`: what shares a limit.

    The accounts of one pool wait together where a network says that the whole app must wait.
    """

    label: str
    network: str
    handle: str
    api: str = ""
    asked: bool = True

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return identity(self.network, self.handle, self.api)

    @property
    def pool(self) -> str:
        """The network, and the server if one is named."""
        return f"{self.network} {self.api}".strip()


class LoggedIn(NamedTuple):
    """Who a network says that an account's keys log in to: its own id, the handle there, the profile's address."""

    remote_id: str
    handle: str = ""
    url: str = ""


@dataclass(frozen=True)
class KnownAccount:
    """An account as the ledger has it. `remote_id` and `url` are empty until its network has told them."""

    number: int
    identity: Identity
    label: str
    remote_id: str
    url: str = ""
    is_listed: bool = True


@dataclass(frozen=True)
class AccountMatch:
    """Which row a listed account has: its `number` (None: a new one), and whether it may only begin once it is proven.

    `is_doubtful`: it may be an account that is known by another row than its handle says, or by another name of its
    server. It has a row of its own until its network has said who it is, and nothing goes out before.
    """

    listed: Listed
    number: int | None
    is_doubtful: bool = False


def matches(listed: Sequence[Listed], known: Sequence[KnownAccount]) -> tuple[AccountMatch, ...]:
    """Which row each listed account has: the one of its identity, or of its label where that row lacks an identity.

    A name in settings.yaml is a label: changing it changes no account. But a handle may pass from one account to
    another, so where labels and handles do not fit together as they did, all of that network that changed are decided
    by what the network says, and none by its handle.
    """
    rows = [_row_of(one, known) for one in listed]
    doubtful = {
        label for network in {one.network for one in listed} for label in _doubtful(network, listed, rows, known)
    }
    said_before = {row.identity.network for row in known}
    return tuple(
        AccountMatch(one, None, is_doubtful=one.label in doubtful or (one.asked and one.network in said_before))
        if row is None or one.label in doubtful
        else AccountMatch(one, row.number)
        for one, row in zip(listed, rows, strict=True)
    )


def _row_of(one: Listed, known: Sequence[KnownAccount]) -> KnownAccount | None:
    """The row that has its identity: one that is listed before others, then one that is proven, then the newest."""
    named = [row for row in known if row.identity.handle and row.identity == one.identity]
    if named:
        return max(named, key=lambda row: (row.is_listed, bool(row.remote_id), row.number))
    lacking = (row for row in known if not row.identity.handle and row.identity.network == one.network)
    return next((row for row in lacking if row.label == one.label), None)


def _doubtful(
    network: str, listed: Sequence[Listed], rows: Sequence[KnownAccount | None], known: Sequence[KnownAccount]
) -> set[str]:
    """The labels of this network whose handle alone does not say which account they are.

    Whoever kept label and handle is out of the question. The others are clear if there is no account that they could
    be, or if nothing but a label changed, and to one that nobody had. Nobody can be asked where that is not granted.
    """
    here = [(one, row) for one, row in zip(listed, rows, strict=True) if one.network == network]
    changed = [(one, row) for one, row in here if row is None or not row.is_listed or row.label != one.label]
    settled = {row.number for one, row in here if row is not None and (one, row) not in changed}
    there = [row for row in known if row.identity.network == network]
    if not any(row.number not in settled and row.identity.handle for row in there):
        return set()
    if all(row is not None and _is_plain(one, row, there) for one, row in changed):
        return set()
    return {one.label for one, _ in changed if one.asked}


def _is_plain(one: Listed, row: KnownAccount, there: Sequence[KnownAccount]) -> bool:
    """Whether this is the row's account under another label, or one that comes back and was never proven."""
    is_back = not row.is_listed and bool(row.remote_id)
    return not is_back and not any(other.label == one.label for other in there if other.number != row.number)


class Access(StrEnum):
    """Whether an account lets us in, as far as we know."""

    OK = "ok"
    LOST = "lost"  # its network does not let us in
    UNPROVEN = "unproven"  # its keys may be somebody else's: it is asked before anything is sent
    UNKNOWN = "unknown"  # it has not answered yet


class LoginProof(StrEnum):
    """What follows from what a network says of an account's keys."""

    SAME = "same"  # they are this account's
    KNOWN = "known"  # they are of an account that has a row already, which is not listed any more
    TWICE = "twice"  # they are of an account that is listed under another label, too
    EXCHANGED = "exchanged"  # the handle has passed to another of our accounts, whose keys these are
    STRANGER = "stranger"  # they are somebody else's
    ANEW = "anew"  # the handle belongs to an account that is not the one that had it


def is_called_so(who: Identity, told: LoggedIn) -> bool:
    """Whether its network calls an account as settings.yaml does; also where it names no handle.

    On Bluesky an account may be listed by its DID, and may lack a valid handle for a while.
    """
    handle = identity(who.network, told.handle).handle
    if who.network in OF_A_SERVER:  # some servers name themselves behind it
        return handle.partition("@")[0] in ("", who.handle.partition("@")[0])
    by_did = who.network == "bluesky" and (handle == NO_HANDLE or who.handle == told.remote_id.lower())
    return by_did or handle in ("", who.handle)


def is_same_account(row: KnownAccount, server: str, told: LoggedIn) -> bool:
    """Whether the network speaks of this row's account: by the id that it has there.

    A server may be reached under more than one name; then the profile's address tells, as the server itself writes it.
    """
    if not told.remote_id or row.remote_id != told.remote_id:
        return False
    return row.identity.server == server or bool(told.url and _plain(row.url) == _plain(told.url))


def _plain(url: str) -> str:
    return url.rstrip("/").lower()


def proof(row: KnownAccount, told: LoggedIn, other: KnownAccount | None) -> LoginProof:
    """Whose the keys of this row's account are. `other` is another row of the account that the network tells of.

    The id decides: where that stays, a changed handle changes nothing. Of two rows of one account the older speaks.
    """
    if told.remote_id and row.remote_id == told.remote_id:
        is_second = other is not None and other.is_listed and other.number < row.number
        return LoginProof.TWICE if is_second else LoginProof.SAME
    if not is_called_so(row.identity, told):
        return LoginProof.STRANGER
    if row.remote_id and told.remote_id:
        return LoginProof.ANEW if other is None else LoginProof.EXCHANGED
    if other is None:
        return LoginProof.SAME
    return LoginProof.TWICE if other.is_listed else LoginProof.KNOWN


def former(label: str, was: Identity) -> str:
    """What an account is called whose label now means another one."""
    return f"{label} ({was.shown})"


def renamed(labels: Mapping[int, str], wanted: Mapping[int, str], identities: Mapping[int, Identity]) -> dict[int, str]:
    """The labels that change (row to label): those that are wanted, and whoever has one of them unmeant.

    Each label is one row's alone, also where a second one was displaced from the same label and handle.
    """
    taken = set(wanted.values())
    changes = {row: label for row, label in wanted.items() if labels.get(row) != label}
    used = taken | {label for row, label in labels.items() if row not in changes}
    for row, label in labels.items():
        if row not in wanted and label in taken:
            name = former(label, identities[row])
            changes[row] = name if name not in used else f"{name} {row}"
            used.add(changes[row])
    return changes
