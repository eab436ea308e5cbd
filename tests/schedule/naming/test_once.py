"""A slot that is said once becomes a recurring one, or the other way round, and keeps what people decided about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.plan import At, Decision, DecisionKind, Distance, Milestone, Plan, Slot
from amplifier.operate import override
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.naming.once import same_hour, with_its_hour
from amplifier.store import decisions, deliveries, delivery_views
from amplifier.store.holding import holds, stops
from tests.schedule.paper import OPENED
from tests.schedule.test_names_that_change import LUNCH, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
DAY = "2023-10-06"
EVERY, ONCE = "day at 10:00", f"{DAY} 10:00"
BOTH = [(EVERY, ONCE), (ONCE, EVERY), ("day at 09:00, 10:00", ONCE), (ONCE, "day at 09:00, 10:00")]


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names(tmp_path)


def stall(names: Names, when: str, name: str = "stall", was: str = "") -> None:
    more = "    too_late_after: 30m\n"
    more += f"    from: {DAY} 08:00\n    until: 2023-10-07\n" if " at " in when else ""
    names.slots((name, "lunch", when), more=more + (f"    was: {was}\n" if was else ""))


def ten(when: str, name: str = "stall") -> str:
    return f"{name}/{DAY}T10:00" if " at " in when else name


def skip(names: Names, name: str) -> None:
    decide_skip(names.program, find_post(names.program, name), actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


@pytest.mark.parametrize(("before", "after"), BOTH)
def test_a_skip_holds_for_the_same_hour(names: Names, before: str, after: str) -> None:
    stall(names, before)
    skip(names, ten(before))
    stall(names, after)
    assert names.told() == []
    made = decisions.decisions()
    assert made[-1].reason.startswith("stall/")
    names.planner.refresh()
    assert decisions.decisions() == made
    assert names.at("10:00") == []


@pytest.mark.parametrize(("before", "after"), BOTH[:2])
def test_given_words_hold_for_the_same_hour_and_there_and_back(names: Names, before: str, after: str) -> None:
    stall(names, before)
    post = find_post(names.program, ten(before))
    decide_words(names.program, post, {"bluesky": "Thank you all"}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    for when in (after, before, after):
        stall(names, when)
    assert names.at("10:00") == ["Thank you all"]


@pytest.mark.parametrize(("before", "after"), BOTH[:2])
def test_what_was_taken_in_again_after_the_change_stays_so_where_it_is_changed_back(
    names: Names, before: str, after: str
) -> None:
    stall(names, before)
    skip(names, ten(before))
    stall(names, after)
    left = find_left_out(names.program, ten(after), now=names.time)
    taken = prepare_unskip(names.program, left, now=names.time)
    decide_unskip(names.program, taken, actor="cli:jo", reason="", now=names.time)
    stall(names, before)
    assert names.at("10:00") == [LUNCH]


@pytest.mark.parametrize(("before", "after"), BOTH[:2])
def test_a_slot_that_is_renamed_at_once_keeps_it_too(names: Names, before: str, after: str) -> None:
    stall(names, before)
    skip(names, ten(before))
    stall(names, after, "table", "stall")
    assert names.at("10:00") == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (EVERY, f"{DAY} 10:30", f"stall/{DAY}T10:00 was left out by a decision, and stall is said once now"),
        (ONCE, "day at 10:30", "stall/once was left out by a decision, and stall recurs now"),
    ],
)
def test_what_cannot_be_followed_is_told(names: Names, before: str, after: str, said: str) -> None:
    stall(names, before)
    skip(names, ten(before))
    stall(names, after)
    ((rule, told),) = names.told()
    assert rule == "forgotten"
    assert told.startswith(f"{said}, at another time: that holds no longer. If it is to hold for stall/")


def test_what_was_decided_about_another_day_is_no_news(names: Names) -> None:
    names.slots(("stall", "lunch", EVERY), more=f"    from: {DAY} 08:00\n    until: 2023-10-08\n")
    skip(names, "stall/2023-10-07#1")
    stall(names, ONCE)
    assert names.told() == []
    assert names.at("10:00") == [LUNCH]


def test_what_hangs_on_a_milestone_is_looked_for_where_that_was_moved() -> None:
    slot = Slot("stall", "lab23/stall", "rotate", At("debate", Distance(), None), (), None, "", "a.yaml", 1)
    plan = Plan("lab23", "UTC", (Milestone("debate", OPENED, 1),), (slot,))
    moved = OPENED.replace(hour=9)
    move = Decision(1, DecisionKind.MILESTONE_MOVED, "debate", moved.isoformat(), "", "cli:jo", "", OPENED)
    name = "2023-10-10#1"
    left = Decision(
        2, DecisionKind.SLOT_SKIPPED, f"stall/{name}", "", "", "cli:jo", "", OPENED, hours={name: "2023-10-10T09:00"}
    )
    assert [one.subject for one in same_hour([move, left], plan)] == ["debate", "stall/once"]
    assert [one.subject for one in same_hour([left], plan)] == ["stall/2023-10-10T09:00"]
    assert with_its_hour([left], plan, {"stall": "2023-10-10T08:00"}.__getitem__) == (left,), "it is said once still"


STATES = ["out", "left out", "kept back", "missed"]


@pytest.mark.parametrize("becomes", STATES)
@pytest.mark.parametrize(("before", "after"), BOTH)
def test_what_belongs_to_its_hour_stays_with_it(names: Names, before: str, after: str, becomes: str) -> None:
    """Said, left out, kept back or missed by one kind of slot, the post of this hour is not said by the other kind."""
    stall(names, before)
    names.time = datetime.fromisoformat(f"{DAY}T10:00:05+01:00")
    (row,) = [one for one in delivery_views.views() if one.wall_time == f"{DAY}T10:00"]
    match becomes:
        case "out":
            assert names.at("10:00") == [LUNCH]
        case "left out":
            stops.stop(actor="cli:jo", reason="x", now=names.time)
            holds.hold_blocked(now=names.time)
            override.leave_out(row.id, names.settings, actor="cli:jo", now=names.time, why="not today")
            stops.lift(actor="cli:jo", now=names.time)
        case "kept back":
            stops.stop(actor="cli:jo", reason="x", now=names.time)
            holds.hold_blocked(now=names.time)
            stops.lift(actor="cli:jo", now=names.time)
            holds.keep_back([row.id], actor="cli:jo", now=names.time)
        case "missed":
            names.time += timedelta(minutes=31)
            deliveries.miss_overdue(now=names.time)
    names.planner.refresh()
    for when in (after, before, after):
        names.time += timedelta(seconds=90)
        stall(names, when)
        assert names.told() == []
    assert names.at("10:20" if becomes != "missed" else "10:50") == []
    (same,) = [one for one in delivery_views.views() if one.wall_time == f"{DAY}T10:00"]
    assert same.id == row.id
