"""Whoever watches over us is called only after an item went round: kill any part of the round, and nobody calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

import pytest
from django.db import DatabaseError, connection

from amplifier.notify.watchdog import NO_ACCOUNT, NOT_WORKED, Watch, Watchdog, is_well
from amplifier.store import heartbeats
from amplifier.store.identity import accounts
from tests.notify.messenger_server import Messenger, messenger
from tests.store import filled

HOLD = timedelta(minutes=12)
pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@dataclass
class Round:
    """A watchdog whose worker ticks in the pauses, as long as it lives."""

    there: Messenger
    time: datetime = filled.NOW
    is_alive: bool = True

    def __post_init__(self) -> None:
        address = f"http://127.0.0.1:{self.there.port}/hush"
        self.holds: dict[str, timedelta | None] = dict.fromkeys(filled.PLATFORMS, HOLD)
        self.watchdog = self.made(address, pause=self.pause)
        self.worker = self.made(address)

    def made(self, address: str = "", pause: Callable[[float], None] = sleep) -> Watchdog:
        watch = Watch(address, 60) if address else None
        return Watchdog(watch, now=lambda: self.time, answers_hold=lambda: self.holds, pause=pause)

    def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        if self.is_alive:
            self.worker.work()

    def well(self, *names: str) -> None:
        for name in names:
            accounts.account_is_ok(name, remote_id="1", url="", text_limit=0, now=self.time)


@pytest.fixture
def watched() -> Iterator[Round]:
    filled.open_ledger()
    with messenger() as there:
        made = Round(there)
        made.well("x", "bluesky", "mastodon")
        yield made


def test_an_item_that_went_round_is_called_for(watched: Round) -> None:
    for number in range(1, 4):
        assert watched.watchdog.call() == ""
        assert len(watched.there.paths) == number
    assert heartbeats.heartbeats()["pulse worked"].detail == "3"


def test_a_dead_worker_is_not_called_for(watched: Round) -> None:
    assert watched.watchdog.call() == ""
    watched.is_alive = False
    assert watched.watchdog.call() == NOT_WORKED
    assert len(watched.there.paths) == 1


def test_a_database_that_cannot_be_written_is_not_called_for(watched: Round) -> None:
    with connection.cursor() as db:
        db.execute("PRAGMA query_only = ON")
    try:
        with pytest.raises(DatabaseError):
            watched.watchdog.call()
    finally:
        with connection.cursor() as db:
            db.execute("PRAGMA query_only = OFF")
    assert watched.there.paths == []


def lose(watched: Round) -> None:
    for name in filled.PLATFORMS:
        accounts.account_trouble(name, lost=True, detail="Revoked.", now=watched.time)


def fail(watched: Round) -> None:
    for name in filled.PLATFORMS:
        accounts.account_trouble(name, lost=False, detail="No answer.", now=watched.time)


def grow_old(watched: Round) -> None:
    watched.time += timedelta(minutes=13)


@pytest.mark.parametrize("what", [lose, fail, grow_old])
def test_accounts_that_let_nobody_in_are_not_called_for(watched: Round, what: Callable[[Round], None]) -> None:
    what(watched)
    assert watched.watchdog.call() == NO_ACCOUNT
    assert watched.there.paths == []
    watched.well("mastodon")
    assert watched.watchdog.call() == ""


def test_a_watch_that_refuses_or_is_not_there_is_told_and_its_address_is_not(
    watched: Round, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    watched.there.answers = [500]
    assert watched.watchdog.call() == "It answered 500."
    assert "pulse called" not in heartbeats.heartbeats()
    watched.watchdog = watched.made("http://127.0.0.1:9/hush", watched.pause)
    assert watched.watchdog.call() == "It could not be reached (ConnectionError)."
    assert "hush" not in caplog.text


def test_the_tick_looks_once_a_second_and_not_at_all_where_nobody_watches(watched: Round) -> None:
    heartbeats.beat("pulse asked", now=watched.time, detail="1")
    watched.worker.work()
    heartbeats.beat("pulse asked", now=watched.time, detail="2")
    watched.time += timedelta(seconds=0.2)
    watched.worker.work()
    assert heartbeats.heartbeats()["pulse worked"].detail == "1"
    watched.time += timedelta(seconds=1)
    watched.made().work()
    assert heartbeats.heartbeats()["pulse worked"].detail == "1"
    watched.worker.work()
    assert heartbeats.heartbeats()["pulse worked"].detail == "2"


def test_an_account_is_well_that_let_us_in_not_longer_ago_than_that_holds(watched: Round) -> None:
    (state,) = [one for one in accounts.account_states() if one.name == "x"]
    for hold in (HOLD, timedelta(days=1)):
        assert is_well(state, watched.time, hold)
        assert is_well(state, watched.time + hold - timedelta(seconds=1), hold)
        assert not is_well(state, watched.time + hold, hold)


def test_an_account_that_is_asked_once_a_day_is_called_for_all_day(watched: Round) -> None:
    watched.holds = {"x": timedelta(days=1, minutes=2)}
    for _ in range(24):
        watched.time += timedelta(hours=1)
        assert watched.watchdog.call() == ""
    watched.time += timedelta(minutes=3)
    assert watched.watchdog.call() == NO_ACCOUNT


def test_where_no_account_may_be_asked_the_round_is_enough_and_still_must_come_home(watched: Round) -> None:
    watched.holds = {}
    watched.time += timedelta(days=9)
    assert watched.watchdog.call() == ""
    watched.is_alive = False
    assert watched.watchdog.call() == NOT_WORKED


def test_without_money_to_ask_an_account_it_is_called_for_unless_it_is_lost(watched: Round) -> None:
    watched.holds = {"x": None}
    watched.time += timedelta(days=9)
    assert watched.watchdog.call() == ""
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=watched.time)
    assert watched.watchdog.call() == NO_ACCOUNT
    watched.holds = {"x": None, "bluesky": HOLD}
    assert watched.watchdog.call() == NO_ACCOUNT
    watched.well("bluesky")
    assert watched.watchdog.call() == ""
