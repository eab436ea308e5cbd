"""A moment that a template has written out is compared with what was so when it stood there first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import EVE, LATER, SOON, WAITS, WITH_EVE, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
PLAIN = (
    "---\nask: watch\n---\n== plain\nThe debate is at 14:40.\n== other\nThe delegates speak from twenty to three on.\n"
)
HELD = (State.HELD, HoldReason.UNTRUE, "templates/lab23/soon.j2 says “14:40”, the plan says 15:20 (debate).")
FILE_FOLLOWS = WITH_EVE.replace("14:40", "15:20")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    say(found, PLAIN)
    return found


def say(desk: Desk, template: str) -> None:
    desk.time += timedelta(seconds=1)
    desk.home.write("templates/lab23/soon.j2", template)
    desk.planner.refresh()


def plan(desk: Desk, schedule: str) -> None:
    desk.time += timedelta(seconds=1)
    desk.home.write("schedules/small.yaml", schedule)
    desk.planner.refresh()


def test_a_file_that_is_brought_into_line_with_the_decision_frees_no_old_words(desk: Desk) -> None:
    desk.move(LATER)
    assert desk.state(EVE) == HELD
    plan(desk, FILE_FOLLOWS)
    assert desk.state(EVE) == HELD
    assert desk.state(SOON)[1] == HoldReason.UNTRUE
    desk.hire()
    assert desk.state(EVE) == HELD, "nor does a restart"


def test_other_words_another_decision_or_a_person_free_it(desk: Desk) -> None:
    desk.move(LATER)
    plan(desk, FILE_FOLLOWS)
    say(desk, PLAIN.replace("14:40", "15:20"))
    assert desk.state(EVE) == WAITS
    say(desk, PLAIN)
    assert desk.state(EVE) == HELD, "the old words have come back"
    leave(desk.program, EVE, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert desk.state(EVE) == WAITS
    assert desk.state(SOON)[1] == HoldReason.UNTRUE
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(SOON) == WAITS


def test_a_wording_that_has_another_name_or_file_since_is_the_same(desk: Desk) -> None:
    desk.move(LATER)
    desk.time += timedelta(seconds=1)
    (desk.home.path / "templates/lab23/soon.j2").unlink()
    desk.home.write("templates/lab23/shortly.j2", PLAIN.replace("== plain", "== simply"))
    plan(desk, FILE_FOLLOWS.replace("lab23/soon", "lab23/shortly"))
    assert desk.state(EVE)[1] == HoldReason.UNTRUE


def test_words_that_were_put_right_after_one_move_are_held_by_the_next(desk: Desk) -> None:
    desk.move(LATER)
    say(desk, PLAIN.replace("14:40", "15:20"))
    assert desk.state(EVE) == WAITS
    desk.time += timedelta(seconds=1)
    desk.move("2023-10-09T16:00:00+01:00")
    said = "templates/lab23/soon.j2 says “15:20”, the plan says 16:00 (debate)."
    assert desk.state(EVE)[2] == said


def test_an_hour_that_is_new_since_the_move_is_another(desk: Desk) -> None:
    say(desk, PLAIN.replace("14:40", "{{ milestones.debate | clock }}"))
    desk.move(LATER)
    plan(desk, FILE_FOLLOWS)
    say(desk, PLAIN.replace("The debate is at 14:40", "Lunch is at 14:40"))
    assert desk.state(EVE) == WAITS


def test_what_moves_forth_and_back_is_as_it_was(desk: Desk) -> None:
    desk.move("2023-10-10T14:40:00+01:00")
    assert desk.state(EVE)[1] == HoldReason.UNTRUE, "an hour alone is that of its day"
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(EVE) == desk.state(SOON) == WAITS


def test_a_weekday_that_is_written_out_is_another_a_week_later(desk: Desk) -> None:
    campaign = desk.settings.campaign
    longer = campaign.model_copy(update={"last_day": campaign.last_day + timedelta(days=14)})
    desk.settings = desk.settings.model_copy(update={"campaign": longer})
    say(desk, PLAIN.replace("at 14:40", "on Monday"))
    desk.hire()
    desk.move("2023-10-16T14:40:00+01:00")
    assert desk.state(EVE)[2] == "templates/lab23/soon.j2 says “Monday”, the plan says Mon 16 Oct 14:40 (debate)."
