"""Which account is which: its identity on its network, whatever it is called in settings.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from amplifier.networks import OF_A_SERVER


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
        return host.encode("idna").decode()
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


@dataclass(frozen=True)
class Known:
    """An account as the ledger has it. `remote_id` is empty until its network has told it."""

    number: int
    identity: Identity
    label: str
    remote_id: str


@dataclass(frozen=True)
class Match:
    """Which row a listed account has: its `number` (None: a new one), and whether it may only begin once it is proven.

    `is_doubtful`: an account of the same network that is not listed any more may be this very one under another handle;
    nothing goes out until its network has said who it is.
    """

    listed: Listed
    number: int | None
    is_doubtful: bool = False


def matches(listed: Sequence[Listed], known: Sequence[Known]) -> tuple[Match, ...]:
    """Which row each listed account has: the one of its identity, or of its label where that row lacks an identity.

    A name in settings.yaml is a label: changing it changes no account, and giving it to somebody else makes a new one.
    """
    by_identity = {one.identity: one for one in known if one.identity.handle}
    unnamed = {(one.identity.network, one.label): one for one in known if not one.identity.handle}
    wanted = {one.identity for one in listed}
    gone = [one for one in known if one.remote_id and one.identity not in wanted]
    found = []
    for one in listed:
        row = by_identity.get(one.identity) or unnamed.get((one.network, one.label))
        rivals = [each for each in gone if each.identity[:2] == one.identity[:2]]
        found.append(Match(one, row.number if row else None, is_doubtful=row is None and one.asked and bool(rivals)))
    return tuple(found)


def former(label: str, was: Identity) -> str:
    """What an account is called whose label now means another one."""
    return f"{label} ({was.shown})"


def renamed(labels: Mapping[int, str], wanted: Mapping[int, str], identities: Mapping[int, Identity]) -> dict[int, str]:
    """The labels that change (row to label): those that are wanted, and whoever has one of them unmeant."""
    taken = set(wanted.values())
    changes = {row: label for row, label in wanted.items() if labels.get(row) != label}
    for row, label in labels.items():
        if row not in wanted and label in taken:
            changes[row] = former(label, identities[row])
    return changes
