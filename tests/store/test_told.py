from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.account import Identity
from amplifier.policy import Counts, TextLimit
from amplifier.store.identity import accounts
from amplifier.store.told import as_told, limits_in
from tests.store import filled
from tests.store.filled import NOW


@pytest.mark.usefixtures("sqlite_ledger")
def test_what_servers_told_is_read_from_the_file_itself() -> None:
    filled.know([("mastodon", "mastodon", "us", "https://social.example"), ("x", "x", "us")])
    accounts.account_is_ok("mastodon", remote_id="1", url="", text_limit=5000, counts="codepoints", now=NOW)
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)

    who = Identity("mastodon", "social.example", "us")
    file = Path(connection.settings_dict["NAME"])

    assert limits_in(file) == accounts.text_limits() == {who: TextLimit(5000, Counts.CODE_POINTS)}


def test_where_there_is_no_such_file_nothing_is_known_and_nothing_is_made(tmp_path: Path) -> None:
    assert limits_in(None) == {}
    assert limits_in(tmp_path / "ledger.sqlite3") == {}
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_another_version_or_a_damaged_one_tells_nothing(tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite3"
    with sqlite3.connect(older) as file:
        file.execute("CREATE TABLE accounts (name TEXT, text_limit INTEGER)")
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"no database at all")

    assert limits_in(older) == limits_in(damaged) == {}


@pytest.mark.parametrize(
    ("counts", "cost"),
    [("links 100", 100), ("links", None), ("links many", None), ("links ٣", None), ("links -5", None)],
)
def test_what_a_link_counts_is_a_number_or_nothing(counts: str, cost: int | None) -> None:
    assert as_told(500, counts) == TextLimit(500, None, cost)


@pytest.mark.parametrize(
    ("counts", "known"), [("codepoints", Counts.CODE_POINTS), ("", None), ("in some later version's way", None)]
)
def test_a_way_to_count_that_this_version_does_not_know_counts_as_none(counts: str, known: Counts | None) -> None:
    assert as_told(500, counts) == TextLimit(500, known)
