"""What servers told of their own limits, as the ledger keeps it; to be read without Django too, by any command."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from amplifier.campaign.account import Identity
from amplifier.policy import LINKS, Counts, TextLimit

LIMITS = "SELECT network, server, handle, text_limit, counts FROM accounts WHERE text_limit > 0 OR counts <> ''"
LOCK_WAIT_S = 1.0


def as_told(limit: int, counts: str) -> TextLimit:
    """What stands in a row; a way to count that this version does not know counts as none."""
    way, _, cost = counts.partition(" ")
    link_cost = int(cost) if way == LINKS and cost.isascii() and cost.isdecimal() else None
    return TextLimit(limit, next((known for known in Counts if known.value == counts), None), link_cost)


def by_account(rows: Iterable[tuple[str, str, str, int, str]]) -> dict[Identity, TextLimit]:
    """What `LIMITS` found, by who each account is: its name may be another one's in settings that were just changed."""
    return {Identity(*who): as_told(limit, counts) for *who, limit, counts in rows}


def limits_in(database: Path | None) -> dict[Identity, TextLimit]:
    """The limits that stand in this file (SQLite), by account; changes nothing.

    None are known where there is no such file yet, or one of another version, or one that is busy just now.
    """
    if database is None or not database.exists():
        return {}
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=LOCK_WAIT_S)) as file:
            return by_account(file.execute(LIMITS))
    except sqlite3.Error:
        return {}
