"""Which post of the plan people mean where the ledger has other numbers for its hours, and what the ledger calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.post import OWN, PostId
from amplifier.errors import UsageError
from amplifier.schedule.ahead import still_to_come
from amplifier.schedule.change import find_post
from amplifier.schedule.known import by_time, row_of
from amplifier.schedule.rewording import decide_words
from amplifier.schedule.skipping import skipped_ahead
from amplifier.store import journeys
from tests.schedule.test_hours_that_change import DAY, OTHER, coming, home, hours, number, skip, take_in
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return home(tmp_path)


def out_and_shifted(names: Names) -> None:
    """10:00 is out when an hour before it comes into the file: rows go by their times from then on."""
    hours(names, "10:00", "11:00", "12:00", "13:00")
    assert len(names.at("10:00")) == 1
    hours(names, "09:00", "10:00", "11:00", "12:00", "13:00")
    assert coming() == ["11:00", "12:00", "13:00"]
    assert [row.identity.post for row in journeys.coming(limit=3)] == [number(2), number(3), number(4)]


def test_a_name_that_means_two_hours_is_asked_about_and_their_times_are_enough(names: Names) -> None:
    out_and_shifted(names)
    with pytest.raises(UsageError) as caught:
        find_post(names.program, f"stall/{DAY}#3")
    assert str(caught.value) == (
        f"“stall/{DAY}#3” is the post of 12:00 as it waits, and that of 11:00 in the plan, since hours changed on a "
        f"day of which something was out. Which one?\n  stall/{DAY}T12:00\n  stall/{DAY}T11:00"
    )
    skip(names, f"stall/{DAY}T12:00")
    assert coming() == ["11:00", "13:00"]
    assert [one.wall_time for one in skipped_ahead(names.program, now=names.time)] == [f"{DAY}T12:00"]


def test_of_two_hours_that_a_name_means_the_one_that_is_out_is_none_to_leave_out(names: Names) -> None:
    out_and_shifted(names)
    skip(names, f"stall/{DAY}#2")  # 10:00 in the plan, which is out
    assert coming() == ["12:00", "13:00"]
    skip(names, f"stall/{DAY}#5")
    assert coming() == ["12:00"], "the plan's own number, where the ledger has none"


def test_what_a_page_shows_is_what_its_button_leaves_out_and_takes_in(names: Names) -> None:
    out_and_shifted(names)
    row = journeys.coming(limit=3)[1]
    assert row.wall_time == f"{DAY}T12:00"
    skip(names, by_time(row.identity.post, row.wall_time))
    assert coming() == ["11:00", "13:00"]
    (shown,) = skipped_ahead(names.program, now=names.time)
    take_in(names, by_time(shown.post, shown.wall_time))
    assert coming() == ["11:00", "12:00", "13:00"]


def test_what_has_begun_is_looked_for_under_the_name_that_the_ledger_has(names: Names) -> None:
    out_and_shifted(names)
    assert row_of(names.program, number(2)) == number(1)
    there = still_to_come(names.program, number(2))
    assert there is not None
    assert there.words == ()
    with pytest.raises(UsageError, match="sent already"):
        skip(names, f"stall/{DAY}T10:00")
    decide_words(names.program, number(4), {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    texts = {row.wall_time[11:]: row.text for row in journeys.coming(limit=3)}
    assert [at for at, text in texts.items() if OTHER in text] == ["12:00"]


def test_a_post_that_is_said_once_and_a_persons_own_have_one_name() -> None:
    assert by_time(PostId("lab23", "soon", "once"), f"{DAY}T10:00") == "soon/once"
    assert by_time(PostId("lab23", OWN, f"{DAY}#1"), f"{DAY}T10:00") == f"own/{DAY}#1"
    assert by_time(number(1), f"{DAY}T10:00") == f"stall/{DAY}T10:00"
