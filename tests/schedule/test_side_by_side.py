"""One text that cannot be compared with the others: it waits, or is told of, and the others go out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.compose import sameness
from amplifier.errors import TemplateError
from amplifier.operate.health import plan_problems
from amplifier.schedule import files, program
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.schedule.program import post_name, read_program
from amplifier.schedule.truth.review import review
from amplifier.store import decisions, heartbeats
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.web.console.health import _files
from tests.schedule.test_names_that_change import CHAIR, LUNCH, Names
from tests.schedule.test_words_of_people import EVE, HELD, LATER, SOON, WAITS, Desk

pytestmark = pytest.mark.usefixtures("any_ledger")
NOON = datetime.fromisoformat("2023-10-06T12:00:00+01:00")
OTHERWISE = """\
---
ask: watch
---
== plain
They speak at {{ milestones.debate | clock }}.
== other
Come to the hall when delegates debate on {{ milestones.debate | weekday }}, bring a friend.
"""
YARD = "---\nask: watch\n---\n== plain\nSoup in the yard.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def told() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail or "[]")
    return found


def cannot_be_compared(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def near(one: str, other: str, *, whole: Any = sameness.nearly_the_same, **rest: Any) -> bool:
        if words in one or words in other:
            raise KeyError(words)
        return bool(whole(one, other, **rest))

    monkeypatch.setattr(sameness, "nearly_the_same", near)


def move_unseen(to: str) -> None:
    """A move that nobody looked at before."""
    kind, by = DecisionKind.MILESTONE_MOVED, "cli:jo"
    decisions.keep_decision(kind=kind, subject="debate", value=to, replaced="", actor=by, reason="", now=NOON)


def is_out(slot: str) -> None:
    DeliveryRow.objects.filter(post__slot=slot).update(state="sent", remote_state="live", sent_at=NOON)


@pytest.mark.parametrize(
    "fact", [["milestone.debate", "at some time"], ["milestone.debate", "2023-10-09"], ["day", "a day"]]
)
def test_what_is_out_and_states_what_cannot_be_read_stops_no_move_and_is_told_until_it_can_be(
    desk: Desk, fact: list[str]
) -> None:
    desk.edit(EVE, "We start at 14:40, be there", "x")
    is_out("soon")
    PostRow.objects.filter(slot="soon").update(facts=[fact])
    move_unseen(LATER)
    desk.planner.refresh()
    assert desk.state(EVE) == HELD
    (problem,) = told()
    assert problem["rule"] == "post_failed"
    assert problem["message"].startswith("soon/once is out, or may be, and cannot be compared with what is so (")
    assert [one.short for one in _files(plan_problems(heartbeats.heartbeats()), planned=True)] == [
        "A post cannot be compared."
    ]
    assert review(desk.program, now=desk.time).untrue == ()
    rows = list(DeliveryRow.objects.filter(post__slot="soon").values_list("id", flat=True))
    assert (SOON, "x") in desk.planner.untrue(rows), "nobody passes on what may be untrue"
    PostRow.objects.filter(slot="soon").update(facts=[])
    move_unseen("2023-10-09T14:40:00+01:00")
    desk.planner.refresh()
    assert desk.state(EVE) == WAITS
    assert told() == []


def test_an_own_post_that_cannot_be_compared_stops_no_move_and_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.edit(EVE, "We start at 14:40, be there", "x")
    own = desk.send_later("And to the yard", NOON, "x")
    cannot_be_compared("yard", monkeypatch)
    move_unseen(LATER)
    desk.planner.refresh()
    assert desk.state(EVE) == HELD
    (problem,) = told()
    assert problem["message"].startswith(f"{post_name(own)} cannot be compared with what else is said")
    monkeypatch.undo()
    desk.hire()
    assert told() == []


def test_files_that_change_are_taken_beside_an_own_post_that_cannot_be_compared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send_later("And to the yard", NOON, "x")
    cannot_be_compared("yard", monkeypatch)
    desk.home.write("templates/lab23/soon.j2", OTHERWISE)
    desk.planner.refresh()
    assert DeliveryRow.objects.filter(post__slot="eve", text__contains="speak at").exists()


def test_a_post_of_the_plan_that_cannot_be_compared_waits_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.edit(EVE, "Soup in the yard", "x")
    cannot_be_compared("yard", monkeypatch)
    move_unseen(LATER)
    desk.planner.refresh()
    state, reason, why = desk.state(EVE)
    assert (state, reason) == ("held", "unwritten")
    assert "eve/once cannot be worked out (KeyError): it waits." in why
    assert desk.state(SOON) == WAITS
    assert DeliveryRow.objects.filter(post__slot="soon", text__contains="15:20").exists()


def test_a_file_with_words_that_cannot_be_compared_is_refused_with_its_line_and_all_else_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.home.write("templates/lab23/soon.j2", YARD)
    cannot_be_compared("yard", monkeypatch)
    with pytest.raises(TemplateError) as caught:
        read_program(files.sources(desk.home.path), desk.settings)
    assert {(one.path, one.rule) for one in caught.value.problems} == {("schedules/small.yaml", "post_failed")}
    move_unseen(LATER)
    desk.planner.refresh()
    assert {one["rule"] for one in told()} == {"post_failed"}
    assert DeliveryRow.objects.filter(post__slot="soon", text__contains="15:20").exists()


def test_what_is_out_in_words_that_cannot_be_compared_keeps_no_renamed_slot_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(tmp_path)
    names.slots(("lunch", "lunch", "2023-10-06 12:00"), ("chair", "chair", "2023-10-06 18:00"))
    assert names.at("12:00") == [LUNCH]
    cannot_be_compared(LUNCH, monkeypatch)
    names.time += timedelta(minutes=1)
    names.slots(("seat", "chair", "2023-10-06 18:00"))
    assert names.at("18:00") == [CHAIR]


def test_words_to_go_out_that_cannot_be_compared_with_what_is_out_wait_as_its_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(tmp_path)
    names.slots(("lunch", "lunch", "2023-10-06 12:00"))
    assert names.at("12:00") == [LUNCH]
    cannot_be_compared(CHAIR, monkeypatch)
    monkeypatch.setattr(program, "same", lambda *_: ([], []))
    monkeypatch.setattr(program, "Judge", lambda _: SimpleNamespace(is_near=lambda *_: True))  # the files are taken
    names.slots(("seat", "chair", "2023-10-06 18:00"))
    assert names.stands("seat") == ("held", "copy")


def test_what_is_the_machines_fault_is_no_posts_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def near(*_: Any, **__: Any) -> bool:
        raise OSError("no memory")

    desk.send_later("And to the yard", NOON, "x")
    monkeypatch.setattr(sameness, "nearly_the_same", near)
    move_unseen(LATER)
    with pytest.raises(OSError, match="no memory"):
        desk.planner.refresh()
