"""Who is there on the three networks: an account exists from the moment it logs in or first speaks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from amplifier.sandbox import ids, tables
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network, PretendAccount

CAMPAIGN = "Labour Campaign for Free Movement"
NAMES = {"labfreemvmt": CAMPAIGN, "labfreemvmt.example": CAMPAIGN}


class People:
    """The accounts, in the world's file and under its lock."""

    def __init__(self, file: sqlite3.Connection, lock: threading.RLock, touch: Callable[[], None]) -> None:
        self._file = file
        self._lock = lock
        self._touch = touch
        self._accounts: dict[tuple[Network, str], PretendAccount] = {}

    def account(self, network: Network, handle: str, name: str = "") -> PretendAccount:
        """The account with this handle (as `words.handle_on` writes it), made now if there is none."""
        with self._lock:
            found = self.known(network, handle)
            if found is not None:
                return found
            wanted = (
                network,
                handle,
                NAMES.get(handle.partition("@")[0]) or name or handle,
                ids.account_id(network, handle),
                now_ms(),
            )
            self._file.execute(
                "INSERT INTO accounts (network, handle, name, remote_id, since_ms) VALUES (?, ?, ?, ?, ?)", wanted
            )
            self._touch()
            return self._account("network = ? AND handle = ?", network, handle)  # type: ignore[return-value]

    def known(self, network: Network, handle: str) -> PretendAccount | None:
        """The account with this handle, if it exists."""
        cached = self._accounts.get((network, handle))
        return cached or self._account("network = ? AND handle = ?", network, handle)

    def by_id(self, network: Network, remote_id: str) -> PretendAccount | None:
        """The account with this id of the network's own."""
        return self._account("network = ? AND remote_id = ?", network, remote_id)

    def publishers(self) -> list[PretendAccount]:
        """The accounts that have posted through the API."""
        query = f"SELECT {tables.ACCOUNT} FROM accounts WHERE key IN (SELECT author FROM posts WHERE ours = 1)"  # noqa: S608 - our own column names
        with self._lock:
            return [tables.account(row) for row in self._file.execute(query)]

    def _account(self, where: str, *values: str) -> PretendAccount | None:
        with self._lock:
            query = f"SELECT {tables.ACCOUNT} FROM accounts WHERE {where}"  # noqa: S608 - our own column names
            row = self._file.execute(query, values).fetchone()
            if row is None:
                return None
            found = tables.account(row)
            self._accounts[found.network, found.handle] = found
            return found
