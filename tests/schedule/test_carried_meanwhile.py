"""What somebody decides while the planner carries decisions along is never overwritten, on a real ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.naming import carried
from amplifier.store import decisions
from tests.schedule.test_names_that_change import NOON, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
DAY = "2023-10-06"
LATE = "    too_late_after: 6h\n"


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names(tmp_path)


def stall(names: Names, *times: str) -> None:
    more = f"    too_late_after: 30m\n    from: {DAY} 08:00\n    until: 2023-10-07\n"
    names.slots(("stall", "lunch", f"day at {', '.join(times)}"), more=more)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Somebody does this when the planner has read the decisions, and has not written any yet."""
    lacking, acts = carried._lacking, [act]

    def read(*given: Any) -> Iterator[Any]:
        found = list(lacking(*given))
        if acts:
            acts.pop()()
        return iter(found)

    monkeypatch.setattr(carried, "_lacking", read)


def skip(names: Names, name: str, actor: str = "cli:jo") -> None:
    decide_skip(names.program, find_post(names.program, name), actor=actor, reason="", now=names.time)


def test_a_skip_while_the_planner_carries_decisions_along_holds(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    stall(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#2")
    names.planner.refresh()
    left = find_left_out(names.program, f"stall/{DAY}#2", now=names.time)
    taken = prepare_unskip(names.program, left, now=names.time)
    decide_unskip(names.program, taken, actor="cli:jo", reason="", now=names.time)
    meanwhile(monkeypatch, lambda: skip(names, f"stall/{DAY}T11:00", "cli:bo"))
    stall(names, "09:30", "10:00", "11:00")
    names.at("10:00")
    assert names.at("11:00") == []


def test_words_while_the_planner_carries_decisions_along_hold(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(name: str, text: str) -> None:
        post = find_post(names.program, name)
        decide_words(names.program, post, {"bluesky": text}, actor="cli:jo", reason="", now=names.time)

    stall(names, "10:00", "11:00")
    give(f"stall/{DAY}#2", "First words of a person")
    meanwhile(monkeypatch, lambda: give(f"stall/{DAY}T11:00", "The hall is closed today"))
    stall(names, "09:30", "10:00", "11:00")
    names.at("10:00")
    assert names.at("11:00") == ["The hall is closed today"]


def test_what_is_decided_by_the_former_name_while_the_planner_carries_it_along_holds(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.slots(("won", "lunch", NOON), more=LATE)
    won = find_post(names.program, "won")
    decide_words(names.program, won, {"bluesky": "Thank you all"}, actor="cli:jo", reason="", now=names.time)
    kind, value = DecisionKind.WORDS_REPLACED, json.dumps({"bluesky": "Thank you both"})

    def again() -> None:
        told: dict[str, Any] = {"subject": "won/once", "value": value, "replaced": "", "actor": "cli:bo", "reason": ""}
        decisions.keep_decision(kind=kind, **told, now=names.time)

    meanwhile(monkeypatch, again)
    names.slots(("we-won", "lunch", NOON), more=f"{LATE}    was: won\n")
    assert names.at("12:00") == ["Thank you both"]


def test_between_two_decisions_that_are_carried_along_somebody_may_decide(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    skip(names, f"stall/{DAY}#2")
    names.planner.refresh()
    keep, calls = decisions.keep_decision, []

    def after_the_first(**given: Any) -> Any:
        calls.append(given["subject"])
        if len(calls) == 2:
            gone = DecisionKind.SLOT_SKIPPED
            hours = {f"{DAY}#1": f"{DAY}T09:30", f"{DAY}#2": f"{DAY}T10:00", f"{DAY}#3": f"{DAY}T11:00"}
            keep(
                kind=gone,
                subject=f"stall/{DAY}#3",
                value="{}",
                replaced="",
                actor="cli:bo",
                reason="",
                now=names.time,
                hours=hours,
            )
        return keep(**given)

    monkeypatch.setattr(decisions, "keep_decision", after_the_first)
    stall(names, "09:30", "10:00", "11:00")
    assert calls == [f"stall/{DAY}#2", f"stall/{DAY}#3"], "what bo took in is not left out once more"
    assert len(names.at("11:00")) == 1
