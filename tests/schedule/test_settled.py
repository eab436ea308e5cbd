"""What comes into the files when its time is long over: nobody has missed what no plan had, on a real ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.schedule.planner import Planner
from amplifier.store import deliveries, delivery_views
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TEXTS = ("Bring warm shoes to the hall.", "Our stall has coffee.", "Ask your branch for a motion.", "Sign the letter.")
MORE = "    too_late_after: 30m\n    from: 2023-10-06 08:00\n"
STALL, NEW = ("stall", "stall", "day at 10:00"), ("stall", "stall", "day at 09:00, 10:00")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    """A stall has spoken at ten for three days; it is a quarter past twelve on the fourth."""
    made = Names(tmp_path)
    texts = "\n".join(f"== w{number}\n{text}" for number, text in enumerate(TEXTS))
    made.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{texts}\n")
    made.slots(STALL, more=MORE)
    live_on(made)
    return made


def live_on(names: Names) -> None:
    """Three days pass as they do while the service runs, and the fourth until noon."""
    for day in (6, 7, 8, 9):
        names.at("10:00", day)
        names.at("12:15", day)
        deliveries.miss_overdue(now=names.time)


def missed() -> list[str]:
    return sorted(f"{row.wall_time[8:]} {row.identity.account}" for row in delivery_views.views(states=[State.MISSED]))


def test_an_hour_that_is_new_was_missed_on_no_day_that_is_over(names: Names) -> None:
    names.slots(NEW, more=MORE)
    assert missed() == ["09T09:00 bluesky"], "today's hour alone, which is told as ever"
    assert not names.planner.refresh()
    assert len(names.at("09:00", 10)) == 1


def test_a_slot_that_is_new_was_missed_on_no_day_that_is_over(names: Names) -> None:
    names.slots(STALL, ("table", "hello", "day at 11:00"), more=MORE)
    assert missed() == ["09T11:00 bluesky"]


def test_a_file_that_is_new_was_missed_on_no_day_that_is_over(names: Names) -> None:
    slots = names.file(("table", "hello", "day at 11:00"), more=MORE).split("slots:\n")[1]
    slots += names.file(("note", "lunch", "2023-10-07 12:00"), more="").split("slots:\n")[1]
    names.home.write("schedules/more.yaml", f"campaign: lab23\nslots:\n{slots}")
    names.planner.refresh()
    assert missed() == ["09T11:00 bluesky"]


def test_other_days_of_a_slot_were_missed_on_none_that_is_over(names: Names) -> None:
    names.slots(("stall", "stall", "saturday, sunday, monday at 08:30"), more=MORE)
    assert missed() == ["09T08:30 bluesky"]


def test_an_account_that_is_new_to_a_slot_has_missed_nothing_of_what_is_over(names: Names) -> None:
    names.home.write("schedules/small.yaml", names.file(STALL, more=MORE).replace("[bluesky]", "[bluesky, mastodon]"))
    names.planner.refresh()
    assert missed() == ["09T10:00 mastodon"]


def test_an_hour_that_was_taken_out_in_time_and_comes_back_was_missed_on_no_day_between(tmp_path: Path) -> None:
    names = Names(tmp_path)
    texts = "\n".join(f"== w{number}\n{text}" for number, text in enumerate(TEXTS))
    names.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{texts}\n")
    names.slots(NEW, more=MORE)
    names.slots(STALL, more=MORE)
    live_on(names)
    names.slots(NEW, more=MORE)
    assert missed() == ["09T09:00 bluesky"]


def test_a_name_without_its_former_one_has_missed_nothing_that_is_over(names: Names) -> None:
    names.slots(("table", "stall", "day at 10:00"), more=MORE)
    assert missed() == ["09T10:00 bluesky"]


def test_what_came_into_the_files_while_the_service_was_off_is_told_as_missed(names: Names) -> None:
    """Nobody knows whether it was in time: somebody may have counted on it."""
    text = names.file(NEW, more=MORE)
    names.home.write("schedules/small.yaml", text)
    names.time = datetime.fromisoformat("2023-10-11T12:15:00+01:00")
    deliveries.miss_overdue(now=names.time)
    Planner(names.home.path, names.settings, now=lambda: names.time).refresh()
    assert missed() == ["10T09:00 bluesky", "10T10:00 bluesky", "11T09:00 bluesky", "11T10:00 bluesky"]


def test_what_was_in_the_plan_all_along_is_missed_however_long_the_service_was_off(names: Names) -> None:
    names.time += timedelta(days=2)
    deliveries.miss_overdue(now=names.time)
    Planner(names.home.path, names.settings, now=lambda: names.time).refresh()
    assert missed() == ["10T10:00 bluesky", "11T10:00 bluesky"]
