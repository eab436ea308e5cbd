"""A day, or a whole slot, that has no hour for a while: what people decided waits for its own; on a real ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import skipped_ahead
from amplifier.schedule.truth.given_up import given_up_wordings
from amplifier.store import decisions, delivery_views
from tests.schedule.test_hours_that_change import DAY, OTHER, coming, home, hours, number, skip, take_in
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
MORE = f"    too_late_after: 30m\n    from: {DAY} 08:00\n"
WAYS = ("another day", "gone", "once")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return home(tmp_path)


def without(names: Names, way: str) -> None:
    """The planner reads the slot without an hour on that day."""
    match way:
        case "another day":
            names.slots(("stall", "stall", "saturday at 09:00"), more=MORE)
        case "once":
            names.slots(("stall", "stall", "2023-10-08 12:00"))
        case _:
            names.slots(("other", "hello", "2023-10-08 12:00"))


def edit(names: Names) -> None:
    decide_words(names.program, number(1), {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


def edited() -> list[str]:
    return [row.wall_time[11:] for row in delivery_views.coming(limit=99) if OTHER in row.text]


@pytest.mark.parametrize("way", WAYS)
def test_an_hour_that_is_new_later_is_not_left_out(names: Names, way: str) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    without(names, way)
    made = decisions.decisions()
    assert [(one.subject, one.actor, one.reason) for one in made][1:] == [
        (f"stall/{DAY}T09:00", "service", "stall has this hour no more")
    ]
    names.planner.refresh()
    assert decisions.decisions() == made, "once"
    hours(names, "15:00")
    assert coming() == ["15:00"]
    assert skipped_ahead(names.program, now=names.time) == ()
    hours(names, "09:00", "15:00")
    assert coming() == ["15:00"], "it is left out where the hour comes back"


@pytest.mark.parametrize("way", WAYS)
def test_an_hour_that_is_new_later_says_nobodys_words_for_another(names: Names, way: str) -> None:
    hours(names, "09:00")
    edit(names)
    without(names, way)
    hours(names, "15:00")
    assert (coming(), edited()) == (["15:00"], [])
    hours(names, "09:00", "15:00")
    assert edited() == ["09:00"]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_back_at_the_same_hour_keeps_what_was_decided_and_changes_with_its_hour(names: Names, way: str) -> None:
    hours(names, "09:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    without(names, way)
    hours(names, "09:00", "11:00")
    assert coming() == ["11:00"]
    hours(names, "10:00", "11:00")
    assert coming() == ["11:00"], "it came in place of an hour that was left out"
    take_in(names, f"stall/{DAY}#1")
    assert coming() == ["10:00", "11:00"]
    without(names, way)
    hours(names, "10:00", "11:00")
    assert coming() == ["10:00", "11:00"]


@pytest.mark.parametrize("way", [None, *WAYS])
def test_words_that_were_given_up_are_offered_by_no_other_hour(names: Names, way: str | None) -> None:
    hours(names, "09:00", "11:00")
    edit(names)
    before = given_up_wordings(names.program, decisions.decisions(), ())
    assert len(before) == 1
    if way:
        without(names, way)
    hours(names, "11:00")  # and says by itself what 09:00 had said
    assert given_up_wordings(names.program, decisions.decisions(), ()) == before


def test_words_that_were_given_up_of_what_was_said_once_are_offered_by_no_hour(names: Names) -> None:
    names.slots(("stall", "stall", f"{DAY} 09:00"))
    decide_words(
        names.program, find_post(names.program, "stall"), {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time
    )
    names.planner.refresh()
    before = given_up_wordings(names.program, decisions.decisions(), ())
    assert len(before) == 1
    hours(names, "11:00")
    assert before <= given_up_wordings(names.program, decisions.decisions(), ())


def test_files_that_cannot_be_read_take_nothing_away(names: Names) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    made = decisions.decisions()
    path = names.home.path / "schedules/small.yaml"
    for text in ("", "slots: [", "campaign: lab23\nslots: []\n"):
        names.home.write("schedules/small.yaml", text)
        names.planner.refresh()
        assert decisions.decisions() == made, text
    path.unlink()
    names.planner.refresh()
    assert decisions.decisions() == made
    hours(names, "10:00")
    assert coming() == [], "10:00 came in place of what was left out"


def test_what_was_said_once_in_between_and_taken_in_again_leaves_no_later_hour_out(names: Names) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    names.slots(("stall", "stall", f"{DAY} 09:00"), more="    too_late_after: 30m\n")
    assert coming() == []
    take_in(names, "stall")
    hours(names, "15:00")
    assert coming() == ["15:00"]


def test_a_former_name_that_is_given_to_another_slot_leaves_out_its_own_hour_alone(names: Names) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "09:00", name="table", more="    was: stall\n")
    made = decisions.decisions()
    hours(names, "09:00", name="table")
    assert decisions.decisions() == made, "it went along, and is not written down again under the name that it had"
    hours(names, "15:00")
    assert coming() == ["15:00"]


def test_what_was_taken_in_under_a_new_name_stays_in_when_was_is_taken_out_and_written_again(names: Names) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "09:00", name="table", more="    was: stall\n")
    take_in(names, f"table/{DAY}#1")
    hours(names, "09:00", name="table")
    hours(names, "09:00", name="table", more="    was: stall\n")
    assert coming() == ["09:00"]


@pytest.mark.parametrize(("hour", "hint"), [("09:00", "write was: stall"), ("10:00", f"for booth/{DAY}T10:00, decide")])
def test_a_slot_that_may_be_the_one_that_is_gone_is_told(names: Names, hour: str, hint: str) -> None:
    hours(names, "09:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, hour, name="booth")
    for _ in range(2):
        ((rule, said),) = names.told()
        assert rule == "forgotten"
        assert said.startswith(f"stall/{DAY}T09:00 was left out by a decision, and the plan has no stall any more")
        assert hint in said
        names.planner.refresh()
