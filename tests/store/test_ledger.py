"""Whose the ledger is, and how a new one begins."""

from __future__ import annotations

import pytest
from django.db import connection

from amplifier.errors import UsageError
from amplifier.store import ledger
from amplifier.store.holding import stops
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")


def open_it(mode: str = "live", campaign: str = "lab23", stopped: str = "New.") -> ledger.LedgerState:
    return ledger.open_ledger(mode=mode, campaign=campaign, now=NOW, stopped=stopped)


def test_a_new_ledger_begins_as_it_is_told_to() -> None:
    assert ledger.ledger() is None
    made = open_it()
    assert made == ledger.LedgerState("live", "lab23", NOW, "")
    assert ledger.ledger() == made
    (stop,) = stops.stops()
    assert (stop.scope, stop.reason, stop.actor, stop.at) == ("all", "New.", "service", NOW)


def test_a_new_ledger_that_may_send_begins_without_a_stop() -> None:
    open_it(mode="rehearsal", stopped="")
    assert stops.stops() == ()


def test_a_ledger_opened_again_is_the_same_and_stays_as_it_was() -> None:
    open_it()
    stops.lift(actor="cli:ola", now=NOW)
    again = ledger.open_ledger(mode="live", campaign="lab23", now=after(99), stopped="New.")
    assert (again.opened_at, stops.stops()) == (NOW, ())


def test_a_ledger_refuses_the_other_mode() -> None:
    open_it()
    with pytest.raises(UsageError, match="belongs to mode “live”"):
        open_it(mode="rehearsal")


def test_a_ledger_refuses_another_campaign_and_says_what_to_do() -> None:
    open_it()
    with pytest.raises(UsageError, match="amplifier up --var var/other"):
        open_it(campaign="other")
    state = ledger.ledger()
    assert state is not None
    assert state.campaign == "lab23"


def test_the_first_stage_of_a_rehearsal_stays() -> None:
    open_it(mode="rehearsal", stopped="")
    assert ledger.keep_stage("first") == "first"
    assert ledger.keep_stage("second") == "first"


def test_a_command_before_the_first_start_is_told_to_start_first() -> None:
    assert ledger.is_ready()
    with pytest.raises(UsageError, match="amplifier up"):
        ledger.must_be_ready()
    open_it()
    ledger.must_be_ready()


def test_a_database_without_tables_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert not ledger.is_ready()
    with pytest.raises(UsageError, match="amplifier up"):
        ledger.must_be_ready()
