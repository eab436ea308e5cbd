"""Hours of a day that change when a person or the clock has settled one of them already, on a real ledger."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from amplifier.campaign.post import PostId
from amplifier.operate.override import leave_out
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_plan_words, decide_words, prepare_plan_words
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.schedule.naming.known import name_to_tell
from amplifier.store import decisions, deliveries, delivery_views
from amplifier.store.holding import holds, stops
from tests.schedule.test_names_that_change import COPY, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
DAY = "2023-10-06"
TEXTS = (
    "Breakfast is ready at the blue tent outside.",
    "A delegate asks about visas at our stall now.",
    "Lunch and leaflets: who carries a box with us to the hall?",
    "Songs at sunset by the river Mersey.",
    "Nurses from abroad tell their story upstairs.",
    "Our lawyer explains the motion in five minutes.",
)
THREE = ("10:00", "11:00", "12:00")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    texts = "\n".join(f"== w{number}\n{text}" for number, text in enumerate(TEXTS))
    made.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{texts}\n")
    return made


def hours(names: Names, *times: str, name: str = "stall", was: str = "") -> None:
    more = f"    from: {DAY} 08:00\n    until: 2023-10-07\n    too_late_after: 30m\n"
    more += f"    was: {was}\n" if was else ""
    names.slots((name, "stall", f"day at {', '.join(times)}"), more=more)


def clock(names: Names, at: str) -> None:
    names.time = datetime.fromisoformat(f"{DAY}T{at}:00+01:00")


def settled_at_ten(names: Names, how: str) -> None:
    """Posts at ten and eleven; that of ten was held by a stop, and a person says no to it."""
    hours(names, "10:00", "11:00")
    stops.stop(scope="account:bluesky", actor="cli:jo", reason="rain", now=names.time)
    clock(names, "10:02")
    names.planner.refresh()
    holds.hold_blocked(now=names.time)
    row = next(one.id for one in delivery_views.views() if one.wall_time == f"{DAY}T10:00")
    if how == "left out":
        leave_out(row, names.program.settings, actor="cli:jo", now=names.time)
    else:
        holds.keep_back([row], actor="cli:jo", now=names.time)
    stops.lift(actor="cli:jo", now=names.time, scope="account:bluesky")


@pytest.mark.parametrize("how", ["left out", "kept back"])
@pytest.mark.parametrize("after", [("10:00", "11:00"), ("09:00", "10:00", "11:00"), ("09:00", "09:30", "10:00")])
def test_what_a_person_said_no_to_stays_in_whatever_the_hours(names: Names, how: str, after: tuple[str, ...]) -> None:
    settled_at_ten(names, how)
    hours(names, *after)
    assert names.at("10:05") == []


@pytest.mark.parametrize("how", ["left out", "kept back"])
@pytest.mark.parametrize("after", [("10:00", "11:00"), ("11:00",), ("09:00", "10:00", "11:00")])
def test_what_nobody_said_no_to_goes_out_whatever_the_hours(names: Names, how: str, after: tuple[str, ...]) -> None:
    settled_at_ten(names, how)
    hours(names, *after)
    assert len(names.at("11:00")) == 1


@pytest.mark.parametrize("after", [("08:30", "11:00"), ("11:00",), ("08:00", "08:30", "11:00")])
def test_an_hour_that_was_missed_holds_no_other(names: Names, after: tuple[str, ...]) -> None:
    hours(names, "08:30", "11:00")
    clock(names, "10:00")
    deliveries.miss_overdue(now=names.time)
    hours(names, *after)
    assert len(names.at("11:00")) == 1


@pytest.mark.parametrize("after", [THREE, ("11:00", "12:00", "13:00"), ("09:00", "12:00", "13:00"), ("13:00",)])
def test_a_former_name_that_is_written_late_and_with_other_hours_breaks_no_plan(
    names: Names, after: tuple[str, ...]
) -> None:
    hours(names, *THREE)
    clock(names, "09:05")
    hours(names, *THREE, name="table")
    assert len(names.at("10:00")) == 1
    clock(names, "10:05")
    hours(names, *after, name="table", was="stall")
    last = after[-1]
    decide_skip(
        names.program,
        find_post(names.program, f"table/{DAY}T{last}"),
        actor="cli:jo",
        reason="",
        now=names.time,
    )
    assert names.at("10:06") == []
    assert not decisions.is_behind(), "what is decided since then is carried out"
    assert names.at(last) == []


@pytest.mark.parametrize("after", [THREE, ("09:00", *THREE), ("10:00", "12:00"), ("09:00", "10:00")])
def test_what_is_out_by_the_former_name_is_not_said_again_by_the_new_one(names: Names, after: tuple[str, ...]) -> None:
    hours(names, *THREE)
    assert len(names.at("10:00")) == 1
    clock(names, "10:05")
    hours(names, *THREE, name="table")
    hours(names, *after, name="table", was="stall")
    assert names.at("10:08") == []


def test_what_a_person_left_out_by_the_former_name_stays_in_by_the_new_one(names: Names) -> None:
    settled_at_ten(names, "left out")
    hours(names, "10:00", "11:00", name="table")
    hours(names, "10:00", "11:00", name="table", was="stall")
    assert names.at("10:05") == []
    assert len(names.at("11:00")) == 1


@pytest.mark.parametrize(
    "after", [("09:00", "10:00", "10:30", "11:00"), ("09:00", "10:00", "11:00"), ("10:30", "11:00")]
)
def test_what_is_out_is_not_said_again_beside_an_hour_that_was_left_out(names: Names, after: tuple[str, ...]) -> None:
    hours(names, "09:00", "10:30", "11:00")
    decide_skip(
        names.program, find_post(names.program, f"stall/{DAY}T10:30"), actor="cli:jo", reason="", now=names.time
    )
    names.planner.refresh()
    assert [len(names.at(at)) for at in ("09:00", "10:30", "11:00")] == [1, 0, 1]
    clock(names, "11:05")
    hours(names, *after)
    assert names.at("11:06") == []


def given_words_and_the_plans_again(names: Names, post: PostId) -> list[tuple[str, str]]:
    """How it stands as a copy, then with a person's words, then with the plan's again."""

    def stands() -> tuple[str, str]:
        (row,) = delivery_views.views(post=name_to_tell(names.program, post))
        return row.state.value, row.reason

    found = [stands()]
    other = {"bluesky": "Umbrellas are to be had from the porter."}
    decide_words(names.program, post, other, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    found.append(stands())
    back = prepare_plan_words(names.program, post, now=names.time)
    decide_plan_words(names.program, back, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    return [*found, stands()]


def test_a_repeat_that_got_other_words_and_then_the_plans_again_is_a_copy_as_before(names: Names) -> None:
    hours(names, "10:00", "15:00")
    assert len(names.at("10:00")) == 1
    hours(names, "11:00", "15:00")
    post = find_post(names.program, f"stall/{DAY}T11:00")
    assert given_words_and_the_plans_again(names, post) == [COPY, ("queued", ""), COPY]
    assert names.at("11:00") == []


def test_so_is_what_is_out_by_a_former_name(names: Names) -> None:
    names.slots(("a", "lunch", f"{DAY} 09:00"))
    assert len(names.at("09:00")) == 1
    names.slots(("b", "lunch", f"{DAY} 12:00"))
    assert given_words_and_the_plans_again(names, find_post(names.program, "b")) == [COPY, ("queued", ""), COPY]
    assert names.at("12:00") == []


def test_what_the_plan_says_twice_goes_out_twice_also_after_other_words(names: Names) -> None:
    hours(names, "10:00", "15:00")
    names.slots(("a", "lunch", f"{DAY} 09:00"), ("b", "lunch", f"{DAY} 12:00"))
    assert len(names.at("09:00")) == 1
    stands = given_words_and_the_plans_again(names, find_post(names.program, "b"))
    assert stands == [("queued", "")] * 3
    assert len(names.at("12:00")) == 1
