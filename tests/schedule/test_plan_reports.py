"""The planner says what is wrong with the files, and when it cannot do its work at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.store import heartbeats
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
BREAK = "CREATE TRIGGER broken BEFORE INSERT ON posts BEGIN SELECT RAISE(ABORT, 'no more posts'); END"
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
