"""A decision stays with the hour that people saw, whatever number that hour has by now."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.plan import Decision, DecisionKind, Every, Hours, Plan, Slot
from amplifier.schedule.naming.meant import day_of, meant, nearest
from amplifier.schedule.occurrences import hours_of
from tests.schedule.paper import OPENED

DAY = "2023-10-09"


def plan(*times: str) -> Plan:
    clocks = tuple(map(time.fromisoformat, times))
    every = Every("day", clocks, tuple(range(1, 32)), tuple(range(1, 13)), tuple(range(7)), None, None)
    slot = Slot("stall", "lab23/stall", "rotate", every, (), None, "", "schedules/a.yaml", 1)
    return Plan("lab23", "Europe/London", (), (slot,))


def hours(*times: str) -> Hours:
    return {f"{DAY}#{number}": f"{DAY}T{at}" for number, at in enumerate(times, 1)}


def about(number: int, *times: str) -> Decision:
    kept = hours(*times)
    return Decision(1, DecisionKind.SLOT_SKIPPED, f"stall/{DAY}#{number}", "", "", "cli:jo", "", OPENED, hours=kept)


def now(made: list[Decision], *times: str) -> list[str]:
    found = list(meant(made, plan(*times)))
    assert list(meant(found, plan(*times))) == found, "what was looked at once stays as it is"
    return [one.subject.removeprefix(f"stall/{DAY}") for one in found]


TWO = ("10:00", "11:00")


@pytest.mark.parametrize(
    ("number", "times", "becomes"),
    [
        (1, TWO, "#1"),
        (1, ("09:00", "10:00", "11:00"), "#2"),
        (2, ("09:00", "10:00", "11:00"), "#3"),
        (2, ("11:00",), "#1"),
        (1, ("11:00",), "T10:00"),  # it was taken out: nobody left out the other one
        (1, ("10:30", "11:00"), "#1"),
        (1, ("09:00", "10:30", "11:00"), "#2"),
        (2, ("08:00", "10:00", "11:30"), "#3"),
        (2, ("12:00", "13:00"), "#2"),
        (1, ("11:00", "12:00"), "#2"),
        (1, ("10:30",), "#1"),
        (2, ("10:30",), "T11:00"),
    ],
)
def test_a_decision_is_about_its_hour_or_the_one_that_came_in_place_of_it(
    number: int, times: tuple[str, ...], becomes: str
) -> None:
    assert now([about(number, *TWO)], *times) == [becomes]


@pytest.mark.parametrize(
    ("before", "after", "become"),
    [
        (("10:00", "10:20"), ("10:10", "15:00", "16:00"), ["#1", "#2"]),
        (("10:00", "10:20"), ("08:00", "09:50", "10:19", "16:00"), ["#2", "#3"]),
        (("10:00", "10:20"), ("08:00", "09:00", "10:10"), ["#2", "#3"]),
        (("10:00", "10:20", "10:40"), ("10:21", "10:22", "10:23", "20:00"), ["#1", "#2", "#3"]),
    ],
)
def test_one_new_hour_comes_in_place_of_one_alone(
    before: tuple[str, ...], after: tuple[str, ...], become: list[str]
) -> None:
    assert now([about(number, *before) for number in range(1, len(before) + 1)], *after) == become


clocks = st.sets(st.times().map(lambda at: f"{at:%H:%M}"), min_size=1, max_size=6).map(sorted)


@given(clocks, clocks)
def test_two_hours_never_become_one_post(before: list[str], after: list[str]) -> None:
    found = now([about(number, *before) for number in range(1, len(before) + 1)], *after)
    assert len(found) == len(set(found))
    for wall, name in zip(before, found, strict=True):
        assert wall not in after or name == f"#{after.index(wall) + 1}", "an hour that stays keeps what was decided"


@given(clocks, clocks)
def test_of_all_new_hours_the_nearest_ones_come_in_place(gone: list[str], new: list[str]) -> None:
    few, many = sorted((gone, new), key=len)
    walls, others = ([f"{DAY}T{at}" for at in these] for these in (few, many))

    def apart(places: Iterable[int]) -> float:
        pairs = zip(walls, places, strict=True)
        return sum(
            abs((datetime.fromisoformat(a) - datetime.fromisoformat(others[b])).total_seconds()) for a, b in pairs
        )

    found = nearest(walls, others)
    assert apart(found) == min(apart(one) for one in itertools.combinations(range(len(others)), len(walls)))


def test_a_later_decision_tells_what_the_hours_were_by_then() -> None:
    before, after = about(1, *TWO), about(3, *TWO, "12:00")
    assert now([before], "11:00", "12:00") == ["#2"]
    assert now([before, after], "11:00", "12:00") == ["T10:00", "#2"]
    assert now([before, about(2, "10:30", "11:00")], "09:00", "10:30", "11:00") == ["#2", "#3"]


def test_without_its_hours_a_decision_goes_by_its_number() -> None:
    assert now([about(1)], "09:00", *TWO) == ["#1"]


def test_the_hours_of_a_slot_that_is_gone_were_taken_out() -> None:
    other = Decision(1, DecisionKind.SLOT_SKIPPED, f"gone/{DAY}#1", "", "", "cli:jo", "", OPENED, hours=hours(*TWO))
    (found,) = meant([other], plan("09:00"))
    assert (found.subject, found.hours) == (f"gone/{DAY}T10:00", {})


def test_a_day_without_hours_in_between_ends_what_was_decided_about_the_hour_before() -> None:
    left = about(1, "09:00")
    gone = replace(left, subject=f"stall/{DAY}T09:00", hours={})
    assert now([left, gone]) == ["T09:00", "T09:00"]
    assert now([left, gone], "15:00") == ["T09:00", "T09:00"], "no hour that is new later is in place of it"
    assert now([left, gone], "09:00", "15:00") == ["#1", "#1"], "and its own is left out when it is back"
    assert now([left, gone], "08:00", "09:00") == ["#2", "#2"]


def test_of_other_hours_a_time_without_hours_tells_nothing() -> None:
    gone = replace(about(1), subject=f"stall/{DAY}T16:00", hours={})
    assert now([about(1, "09:00"), gone], "10:00") == ["#1", "T16:00"]


def test_that_it_was_said_once_in_between_ends_it_too() -> None:
    once = replace(about(1), subject="stall/once", hours={"once": f"{DAY}T09:00"})
    left = about(1, "09:00")
    assert [one.subject for one in meant([left, once], plan("15:00"))] == [f"stall/{DAY}T09:00", "stall/once"]


def test_an_hour_that_clocks_jump_over_is_the_one_that_people_see() -> None:
    jumped, seen = date(2023, 3, 26), {"2023-03-26#1": "2023-03-26T02:30"}
    assert hours_of(plan("01:30"), "stall", jumped) == seen
    one = Decision(1, DecisionKind.SLOT_SKIPPED, "stall/2023-03-26#1", "", "", "cli:jo", "", OPENED, hours=seen)
    (found,) = meant([one], plan("00:30", "01:30"))
    assert found.subject == "stall/2023-03-26#2"


@pytest.mark.parametrize("name", ["stall/once", "stall", "own/20231009-120000-ab", "own/x#1", ""])
def test_only_a_post_of_a_recurring_slot_has_a_day(name: str) -> None:
    assert day_of(name) is None
    assert day_of(f"stall/{DAY}#1") == date(2023, 10, 9)
