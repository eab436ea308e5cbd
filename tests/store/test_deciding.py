"""Decisions come into the ledger by one at a time, whoever writes them: a person, the planner, the service."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from amplifier.campaign.plan import DecisionKind
from amplifier.store import deciding, decisions
from amplifier.store.identity import accounts
from amplifier.store.identity.numbered import decide_same
from amplifier.store.models import DecisionRow
from tests.store import filled
from tests.store.filled import NOW
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("any_ledger")
SOURCE = Path(deciding.__file__).parents[1]
CREATES = ("create", "bulk_create", "get_or_create", "update_or_create", "save")


def test_nothing_but_the_one_that_has_the_ledger_to_itself_writes_a_decision_down() -> None:
    found = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if writes_decisions(path.read_text())}
    assert found == {"store/deciding.py"}


@pytest.mark.parametrize(
    "code",
    [
        "DecisionRow.objects.create(kind=1)",
        "models.DecisionRow.objects.bulk_create([])",
        "DecisionRow(kind=1).save()",
        "DecisionRow.objects.filter(id=1).get_or_create(kind=1)",
        'execute("INSERT INTO decisions (id) VALUES (1)")',
    ],
)
def test_whoever_would_write_one_down_beside_it_is_seen(code: str) -> None:
    assert writes_decisions(code)


def writes_decisions(code: str) -> bool:
    return any(_writes(node) for node in ast.walk(ast.parse(code)))


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and "insert into decisions" in node.value.lower()
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    makes = called.rpartition(".")[2] in CREATES and "DecisionRow" in called
    return makes or called.rpartition(".")[2] == "DecisionRow"


def decide(subject: str = "vote/once", value: str = "", check: Callable[[], None] = lambda: None) -> None:
    kind = DecisionKind.WORDS_REPLACED if value else DecisionKind.SLOT_SKIPPED
    decisions.keep_decision(
        kind=kind, subject=subject, value=value, replaced="", actor="a", reason="", now=NOW, check=check
    )


def meanwhile(other: Callable[[], object], seen: list[int]) -> tuple[Callable[[], None], Thread]:
    """What looks before deciding, while somebody else is at it in another thread; what it saw goes into `seen`."""

    def run() -> None:
        try:
            other()
        finally:
            connection.close()

    thread = Thread(target=run)

    def look() -> None:
        thread.start()
        thread.join(0.5)  # it tries to decide now, and has to wait
        seen.append(decisions.newest_decision())

    return look, thread


def test_while_somebody_looks_before_deciding_the_service_makes_no_two_accounts_one() -> None:
    filled.open_ledger()
    older, newer = filled.number("x"), filled.also("x-two", "x", "second")
    seen: list[int] = []
    look, thread = meanwhile(lambda: decide_same(older, newer, why="", now=NOW), seen)
    decide(check=look)
    thread.join(HANG_S)
    assert seen == [0]
    assert [one.kind for one in decisions.decisions()] == [DecisionKind.SLOT_SKIPPED, DecisionKind.SAME_ACCOUNT]


def test_what_somebody_decides_about_an_account_while_it_turns_out_to_be_another_is_not_lost() -> None:
    """Whether anything was decided about it is asked when nobody can decide any more."""
    filled.open_ledger()
    well("x")
    filled.know([("us", "x", "new-handle"), ("bluesky", "bluesky", "bluesky-handle")])
    seen: list[int] = []
    look, thread = meanwhile(lambda: well("us"), seen)
    decide(value='{"us": "Other words"}', check=look)
    thread.join(HANG_S)
    assert DecisionRow.objects.values_list("kind", flat=True).last() == DecisionKind.SAME_ACCOUNT
    assert decisions.decisions()[0].value == '{"us": "Other words"}'


def well(name: str) -> bool:
    return accounts.account_is_ok(name, remote_id="77", handle="", url="https://x.com/us", text_limit=0, now=NOW)
