"""The planner says what is wrong with the files, and when it cannot do its work at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from amplifier.errors import DatabaseTrouble, Problem
from amplifier.schedule.plan_reports import PLAN_BEAT, PlanReports
from amplifier.store import heartbeats
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
BREAK = "CREATE TRIGGER broken BEFORE INSERT ON posts BEGIN SELECT RAISE(ABORT, 'no more posts'); END"
LATE = Problem("", 0, "post_failed", "It cannot be worked out.")
LUNCH = ("lunch", "lunch", "2023-10-06 12:00")


def told() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail)
    return found


def ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_keeps_the_plan_from_being_carried_out_is_told_until_it_is_over(tmp_path: Path) -> None:
    names = Names(tmp_path)
    ask(BREAK)
    for _ in range(2):
        with pytest.raises(DatabaseError):
            names.slots(LUNCH)
        (problem,) = told()
        assert (problem["rule"], problem["path"]) == ("plan_failed", "")
        assert problem["message"] == (
            "The planner fails (IntegrityError): what was changed or decided since is not carried out."
        )
    ask("DROP TRIGGER broken")
    names.planner.refresh()
    assert told() == []


def fails_once(monkeypatch: pytest.MonkeyPatch, report: Callable[[], object]) -> None:
    """The database is busy the next time that something is reported."""

    def busy(*_: Any, **__: Any) -> None:
        raise DatabaseTrouble("locked")

    with monkeypatch.context() as once:
        once.setattr(heartbeats, "beat", busy)
        with pytest.raises(DatabaseTrouble):
            report()


@pytest.fixture
def reports(tmp_path: Path) -> PlanReports:
    names = Names(tmp_path)
    found = PlanReports(lambda: names.time)
    found.files([])
    return found


def test_a_failure_that_is_over_is_taken_back_although_the_database_was_busy_then(
    reports: PlanReports, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyError), reports.watching():
        raise KeyError
    assert [one["rule"] for one in told()] == ["plan_failed"]

    def goes_well() -> None:
        with reports.watching():
            pass

    fails_once(monkeypatch, goes_well)
    goes_well()
    assert told() == []


@pytest.mark.parametrize("first", [[], [LATE]])
def test_what_is_said_of_posts_is_written_down_although_the_database_was_busy_then(
    reports: PlanReports, monkeypatch: pytest.MonkeyPatch, first: list[Problem]
) -> None:
    then = [] if first else [LATE]
    reports.posts("beside", first)
    fails_once(monkeypatch, lambda: reports.posts("beside", then))
    reports.posts("beside", then)
    assert [one["message"] for one in told()] == [one.message for one in then]
