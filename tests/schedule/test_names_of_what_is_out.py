"""What is out under a former name, or several times under one, is found, left alone and told as what it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.plan import Distance
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided.ahead import find_gone_out
from amplifier.schedule.decided.change import decide_move, prepare_move
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.review import find_untrue, review, said_today
from amplifier.store import decisions
from tests.schedule.left import leave
from tests.schedule.test_hours_that_change import DAY, home, hours, number
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
INSTEAD = "To leave it out: amplifier skip"
MORE = f"    too_late_after: 30m\n    from: {DAY} 08:00\n"
WAS_STALL, WAS_DUSK = f"{MORE}    was: stall\n", "    too_late_after: 6h\n    was: dusk\n"
DUSK = PostId("lab23", "dusk", "once")
STATING = """\
---
ask: stall
---
== one
The debate is at {{ milestones.debate | clock }}, come to the stall.
== two
At {{ milestones.debate | clock }} we debate; leaflets here before.
== three
Songs and soup until the doors open at {{ milestones.debate | clock }}.
"""


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return home(tmp_path)


@pytest.fixture
def stating(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    made.home.write("templates/lab23/stall.j2", STATING)
    return made


def renamed_first(names: Names, *times: str) -> None:
    """09:00 is out, the slot gets another name, and its `was:` is written afterwards."""
    hours(names, *times)
    assert names.at("09:00")
    hours(names, *times, name="booth")
    hours(names, *times, name="booth", more="    was: stall\n")


def move(names: Names) -> None:
    found = prepare_move(names.program, "debate", Distance(timedelta(minutes=40)), now=names.time)
    decide_move(found, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


def untrue(names: Names) -> list[str]:
    return [post_name(one.stated.post) for one in review(names.program, now=names.time).untrue]


def leave_all(names: Names) -> None:
    for name in untrue(names):
        post = find_untrue(names.program, name, now=names.time)
        leave(names.program, post, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


def test_of_two_that_are_out_it_asks_which_with_their_hours(names: Names) -> None:
    hours(names, "09:00", "11:00", "13:00")
    assert names.at("09:00")
    assert find_gone_out(names.program, "stall", instead=INSTEAD) == number(1)
    assert names.at("11:00")
    with pytest.raises(UsageError) as asked:
        find_gone_out(names.program, "stall", instead=INSTEAD)
    assert str(asked.value) == (
        "“stall” has gone out more than once. Which one?\n"
        f"  stall/{DAY}#2 (Fri 6 Oct 11:00)\n  stall/{DAY}#1 (Fri 6 Oct 09:00)"
    )


def test_of_two_that_are_untrue_none_that_waits_is_left_in_their_place(stating: Names) -> None:
    stating.slots(("stall", "stall", "day at 09:00, 11:00, 13:00"), more=f"{MORE}    until: 2023-10-07\n")
    stating.at("09:00")
    stating.at("11:00")
    move(stating)
    with pytest.raises(UsageError, match=r"(?s)says more than once what is no longer so.*#2 \(Fri 6 Oct 11:0") as asked:
        find_untrue(stating.program, "stall", now=stating.time)
    assert "13:00" not in str(asked.value)


@pytest.mark.parametrize("name", [f"booth/{DAY}T09:00", f"booth/{DAY}#1", "booth", f"stall/{DAY}T09:00", "stall"])
def test_what_is_out_under_its_former_name_is_found_by_both(names: Names, name: str) -> None:
    renamed_first(names, "09:00", "11:00")
    assert find_gone_out(names.program, name, instead=INSTEAD) == number(1)


@pytest.mark.parametrize("name", [f"stall/{DAY}T09:00", f"stall/{DAY}#1", "stall", "booth"])
def test_what_has_its_new_name_is_found_by_the_former_one(names: Names, name: str) -> None:
    hours(names, "09:00", "11:00")
    assert names.at("09:00")
    hours(names, "09:00", "11:00", name="booth", more="    was: stall\n")
    assert find_gone_out(names.program, name, instead=INSTEAD) == number(1, "booth")


def test_what_comes_under_a_new_name_has_not_gone_out(names: Names) -> None:
    renamed_first(names, "09:00", "11:00")
    with pytest.raises(UsageError, match=f"^booth/{DAY}T11:00 has not gone out yet. {INSTEAD} booth/{DAY}T11:00$"):
        find_gone_out(names.program, f"booth/{DAY}T11:00", instead=INSTEAD)


@pytest.mark.parametrize("name", ["dusk", "night", "night/once"])
def test_what_is_said_once_is_found_under_both_names(stating: Names, name: str) -> None:
    stating.slots(("dusk", "stall", f"{DAY} 09:00"))
    assert stating.at("09:00")
    stating.slots(("night", "stall", f"{DAY} 09:00"))
    stating.slots(("night", "stall", f"{DAY} 09:00"), more=WAS_DUSK)
    assert find_gone_out(stating.program, name, instead=INSTEAD) == DUSK
    assert said_today(stating.program, DUSK), "a correction begins with what the plan would say"


def test_a_move_tells_what_is_out_under_its_former_name_as_out(stating: Names) -> None:
    stating.slots(("dusk", "hello", "debate - 77h"))
    assert stating.at("09:40")
    stating.slots(("night", "hello", "debate - 77h"))
    stating.slots(("night", "hello", "debate - 77h"), more=WAS_DUSK)
    found = prepare_move(stating.program, "debate", Distance(timedelta(hours=5)), now=stating.time)
    assert (found.shifts, found.sent) == ((), ("night/once",))


def test_what_is_said_once_and_left_stays_so_under_its_former_name(stating: Names) -> None:
    stating.slots(("dusk", "stall", f"{DAY} 09:00"))
    assert stating.at("09:00")
    stating.slots(("night", "stall", f"{DAY} 09:00"))
    stating.slots(("night", "stall", f"{DAY} 09:00"), more=WAS_DUSK)
    move(stating)
    assert untrue(stating) == ["dusk/once"]
    leave_all(stating)
    assert untrue(stating) == []
    stating.slots(("night", "stall", f"{DAY} 09:00"))
    assert untrue(stating) == [], "and when its was: is taken out again"


@pytest.mark.parametrize("times", ["09:00, 10:00", "08:30, 09:00, 10:00", "10:00"])
def test_what_recurs_and_is_left_stays_so_under_its_former_name(stating: Names, times: str) -> None:
    stating.slots(("stall", "stall", "day at 09:00, 10:00"), more=MORE)
    assert stating.at("09:00")
    stating.slots(("booth", "stall", "day at 09:00, 10:00"), more=MORE)
    stating.slots(("booth", "stall", f"day at {times}"), more=WAS_STALL)
    move(stating)
    assert untrue(stating) == [f"stall/{DAY}#1"]
    leave_all(stating)
    assert untrue(stating) == []
    made = decisions.decisions()
    stating.planner.refresh()
    assert decisions.decisions() == made
    stating.slots(("booth", "stall", f"day at {times}"), more=MORE)
    assert untrue(stating) == []
