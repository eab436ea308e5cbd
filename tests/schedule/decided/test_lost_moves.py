"""A milestone that people moved keeps its hour, or somebody is told, whatever the files call it later."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.plan import Decision, DecisionKind, Distance
from amplifier.errors import ScheduleError, UsageError
from amplifier.schedule.decided.change import decide_move, prepare_move
from amplifier.schedule.decided.lost_moves import forget_move, lost_moves, lost_now, refuse_lost
from amplifier.schedule.files import sources
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.schedule.program import Program, read_program
from amplifier.store import decisions, delivery_views, heartbeats
from tests.schedule.test_words_of_people import LATER, SOON, TWO_WAYS, WITH_EVE, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
RENAMED = WITH_EVE.replace("debate", "plenary")
LINE = 3  # of the milestone in the file


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    found.move(LATER)
    found.time += timedelta(seconds=1)
    return found


def write(desk: Desk, schedule: str, words: str = TWO_WAYS) -> Program:
    desk.home.write("templates/lab23/soon.j2", words)
    desk.home.write("schedules/small.yaml", schedule)
    desk.planner.refresh()
    return read_program(sources(desk.home.path), desk.settings)


def due() -> datetime:
    return next(row.due_at for row in delivery_views.views(post=SOON))


def told(desk: Desk) -> list[str]:
    program = read_program(sources(desk.home.path), desk.settings)
    lost = lost_moves(program, decisions.decisions(), now=desk.time)
    return [str(one.problem("Liverpool")) for one in lost]


def test_a_milestone_with_another_name_at_the_hour_that_nobody_wants_any_more_is_refused(desk: Desk) -> None:
    moved = due()
    program = write(desk, RENAMED, TWO_WAYS.replace("debate", "plenary"))
    assert due() == moved, "the last good version holds"
    (problem,) = json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail)
    assert (problem["path"], problem["line"], problem["rule"]) == ("schedules/small.yaml", LINE, "lost_move")
    assert problem["message"] == (
        "cli:jo moved debate to Mon 9 Oct 15:20 Liverpool, and the plan has no milestone debate any more: "
        "by the files nothing is moved."
    )
    assert problem["hint"] == "If debate is plenary now, write its new time: plenary: 2023-10-09 15:20"
    with pytest.raises(ScheduleError):
        refuse_lost(program, decisions.decisions(), now=desk.time)
    desk.hire()
    assert due() == moved, "also after a restart"


def test_what_the_hint_says_is_taken(desk: Desk) -> None:
    moved = due()
    write(desk, RENAMED.replace("14:40", "15:20"), TWO_WAYS.replace("debate", "plenary"))
    assert json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail) == []
    assert (due(), told(desk)) == (moved, [])


def test_one_that_is_given_up_is_told_with_the_name_that_is_most_like_it_and_stops_nothing(desk: Desk) -> None:
    later = RENAMED.replace("plenary", "debates").replace("14:40", "16:00")
    write(desk, later, TWO_WAYS.replace("debate", "debates"))
    assert due() == datetime.fromisoformat("2023-10-09T15:00:00+01:00"), "whoever gave it a new time knew"
    (said,) = told(desk)
    assert said.startswith(f"schedules/small.yaml:{LINE}: cli:jo moved debate to Mon 9 Oct 15:20 Liverpool, and")
    assert "If debate is debates now, write its new time: debates: 2023-10-09 15:20" in said


def test_one_that_is_gone_is_told_until_its_time_has_passed(desk: Desk) -> None:
    fixed = WITH_EVE.replace("milestones:\n  debate: 2023-10-09 14:40\n", "").replace("debate - 1h", "2023-10-09 13:40")
    fixed = fixed.replace("until: debate", "until: 2023-10-09 14:40")
    write(desk, fixed, "---\nask: watch\n---\n== one\nThe delegates speak.\n== two\nCome and hear what all say.\n")
    (said,) = told(desk)
    assert said.startswith("schedules/: cli:jo moved debate")
    assert due() == datetime.fromisoformat("2023-10-09T13:40:00+01:00")
    desk.time = datetime.fromisoformat(LATER)
    assert told(desk) == []


def test_a_milestone_that_was_there_before_is_no_heir(desk: Desk) -> None:
    both = WITH_EVE.replace("slots:\n", "  vote: 2023-10-09 14:40\nslots:\n", 1)
    write(desk, both)
    desk.move("2023-10-09T15:30:00+01:00")
    desk.time += timedelta(seconds=1)
    program = write(
        desk,
        both.replace("  debate: 2023-10-09 14:40\n", "").replace("debate", "vote"),
        TWO_WAYS.replace("debate", "vote"),
    )
    refuse_lost(program, decisions.decisions(), now=desk.time)
    assert len(told(desk)) == 1


def rename(desk: Desk) -> None:
    write(desk, RENAMED.replace("14:40", "16:00"), TWO_WAYS.replace("debate", "plenary"))


def test_whoever_moves_the_new_one_has_said_when_it_is(desk: Desk) -> None:
    rename(desk)
    assert len(told(desk)) == 1
    move = prepare_move(desk.program, "plenary", Distance(timedelta(minutes=5)), now=desk.time)
    decide_move(move, actor="cli:jo", reason="", now=desk.time)
    assert told(desk) == []


def test_one_that_is_forgotten_is_told_no_more_and_moves_nothing_if_its_name_comes_back(desk: Desk) -> None:
    rename(desk)
    (said,) = told(desk)
    assert said.endswith("If that is meant: amplifier milestone forget debate")
    decision = forget_move(desk.program, "debate", actor="cli:jo", reason="No vote.", now=desk.time)
    assert (decision.kind, decision.subject) == (DecisionKind.MOVE_FORGOTTEN, "debate")
    assert told(desk) == []
    assert lost_now(desk.settings, now=desk.time) == []
    with pytest.raises(UsageError, match=r"No move of debate was lost"):
        forget_move(desk.program, "debate", actor="cli:jo", reason="", now=desk.time)
    write(desk, WITH_EVE, TWO_WAYS)
    assert due() == datetime.fromisoformat("2023-10-09T13:40:00+01:00"), "the file's own hour"
    with pytest.raises(UsageError, match=r"debate is in the plan. Move it instead"):
        forget_move(desk.program, "debate", actor="cli:jo", reason="", now=desk.time)


@pytest.mark.parametrize("meanwhile", ["forgotten", "moved", "in the files"])
def test_what_changed_while_somebody_thought_is_not_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    rename(desk)
    program, keep = desk.program, decisions.keep_decision

    def later(**told: Any) -> Decision:
        """Somebody else was quicker."""
        monkeypatch.setattr(decisions, "keep_decision", keep)
        if meanwhile == "forgotten":
            forget_move(program, "debate", actor="cli:al", reason="", now=desk.time)
        elif meanwhile == "moved":
            move = prepare_move(program, "plenary", Distance(timedelta(minutes=5)), now=desk.time)
            decide_move(move, actor="cli:al", reason="", now=desk.time)
        else:
            write(desk, WITH_EVE, TWO_WAYS)
        return keep(**told)

    monkeypatch.setattr(decisions, "keep_decision", later)
    with pytest.raises(UsageError, match=r"so there is nothing to forget|has changed meanwhile"):
        forget_move(program, "debate", actor="cli:jo", reason="", now=desk.time)
    forgotten = [one for one in decisions.decisions() if one.kind is DecisionKind.MOVE_FORGOTTEN]
    assert [one.actor for one in forgotten] == ["cli:al"] * (meanwhile == "forgotten")


def test_a_move_after_one_was_forgotten_counts(desk: Desk) -> None:
    rename(desk)
    forget_move(desk.program, "debate", actor="cli:jo", reason="", now=desk.time)
    write(desk, WITH_EVE, TWO_WAYS)
    desk.move(LATER)
    assert due() == datetime.fromisoformat("2023-10-09T14:20:00+01:00")
    desk.time += timedelta(seconds=1)
    rename(desk)
    assert len(told(desk)) == 1


def test_a_file_that_was_refused_is_taken_once_people_have_moved_it_back(desk: Desk) -> None:
    write(desk, RENAMED, TWO_WAYS.replace("debate", "plenary"))
    assert json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail)
    desk.move("2023-10-09T14:40:00+01:00")
    assert json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail) == []
    assert [one.name for one in desk.program.plan.milestones] == ["plenary"]


def test_a_heir_that_people_have_moved_themselves_is_none_of_our_business(desk: Desk) -> None:
    program = read_program(
        {
            **sources(desk.home.path),
            "schedules/small.yaml": RENAMED,
            "templates/lab23/soon.j2": TWO_WAYS.replace("debate", "plenary"),
        },
        desk.settings,
    )
    (lost,) = lost_moves(program, decisions.decisions(), now=desk.time)
    assert lost.heir
    decisions.keep_decision(
        kind=lost.decision.kind,
        subject="plenary",
        value="2023-10-09T16:00:00+01:00",
        replaced="2023-10-09T14:40:00+01:00",
        actor="cli:jo",
        reason="",
        now=desk.time,
    )
    refuse_lost(program, decisions.decisions(), now=desk.time)
