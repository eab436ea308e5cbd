"""How everything is, looked up once: which sign of an account counts first, and what makes all of it good or not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.account import Access
from amplifier.errors import Problem
from amplifier.install import Install
from amplifier.operate.health import PARTS, AccountHealth, account_health, look
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.settings import load
from amplifier.store import heartbeats
from amplifier.store.identity import accounts
from amplifier.store.identity.accounts import AccountState
from tests.store import filled
from tests.store.filled import NOW

REPOSITORY = Path(__file__).parents[2]
WELL = AccountState("x", "x", "us", "1", "", Access.OK, "", None, NOW)


@pytest.mark.parametrize(
    ("state", "is_unread", "health"),
    [
        (None, False, AccountHealth.UNKNOWN),
        (replace(WELL, access=Access.UNKNOWN), True, AccountHealth.UNKNOWN),
        (replace(WELL, access=Access.LOST, detail="Gone.", failures=3), True, AccountHealth.LOST),
        (replace(WELL, closed_until=NOW + timedelta(seconds=1), detail="Wait."), False, AccountHealth.RESTING),
        (replace(WELL, closed_until=NOW), False, AccountHealth.CONNECTED),
        (replace(WELL, detail="503", failures=2), True, AccountHealth.UNWELL),
        (replace(WELL, failures=1), True, AccountHealth.FAILING),
        (replace(WELL, called="others"), True, AccountHealth.UNREAD),
        (replace(WELL, called="others"), False, AccountHealth.RENAMED),
        (WELL, False, AccountHealth.CONNECTED),
    ],
)
def test_the_gravest_sign_of_an_account_counts(
    state: AccountState | None,
    is_unread: bool,  # noqa: FBT001  a column of the table
    health: AccountHealth,
) -> None:
    assert account_health(state, is_unread, NOW) is health


@pytest.fixture
def install(sqlite_ledger: None, tmp_path: Path) -> Install:  # noqa: ARG001  the ledger that it looks at
    filled.open_ledger()
    found = Install(REPOSITORY, tmp_path, load(REPOSITORY), "k" * 40)
    for name in PARTS:
        heartbeats.beat(name, now=NOW, detail=found.settings.digest)
    return found


def test_where_every_part_is_at_work_and_nothing_is_wrong_all_is_good(install: Install) -> None:
    found = look(install, now=NOW)
    assert found.is_good
    assert found.alive == {"worker": True, "listener": True}
    assert (found.silent, found.settings_differ, found.problems, found.lost) == ({}, False, (), ())


def test_a_part_that_is_silent_is_told_with_how_long(install: Install) -> None:
    heartbeats.beat("worker", now=NOW + timedelta(hours=1), detail=install.settings.digest)
    found = look(install, now=NOW + timedelta(hours=1))
    assert not found.is_good
    assert found.alive == {"worker": True, "listener": False}
    assert found.silent == {"listener": timedelta(hours=1)}


def test_a_lost_account_and_a_mistake_in_a_file_need_a_person(install: Install) -> None:
    accounts.account_trouble("x", lost=True, detail="Gone.", now=NOW)
    assert [one.name for one in look(install, now=NOW).lost] == ["x"]
    assert not look(install, now=NOW).is_good

    accounts.account_is_ok("x", remote_id="1", url="", text_limit=None, now=NOW)
    problem = Problem("schedules/lab23.yaml", 7, "rule", "There is no milestone debat.")
    heartbeats.beat(PLAN_BEAT, now=NOW, detail=json.dumps([problem.as_json()]))
    assert look(install, now=NOW).problems == (problem,)
    assert not look(install, now=NOW).is_good


def test_a_process_with_other_settings_than_the_file_is_told_as_long_as_it_lives(install: Install) -> None:
    heartbeats.beat("worker", now=NOW, detail="another")
    assert look(install, now=NOW).settings_differ
    assert not look(install, now=NOW + timedelta(hours=1)).settings_differ
