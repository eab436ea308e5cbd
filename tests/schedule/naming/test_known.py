"""Which post of the plan people mean where the ledger has other numbers for its hours, and what the ledger calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.post import OWN, PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided.ahead import find_gone_out, still_to_come
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import skipped_ahead
from amplifier.schedule.naming.known import by_time, in_ledger, names_to_tell, row_of, told
from amplifier.store import delivery_views
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
    assert [row.identity.post for row in delivery_views.coming(limit=3)] == [number(2), number(3), number(4)]


def test_a_number_means_the_hour_that_the_ledger_has_under_it_and_a_time_its_own(names: Names) -> None:
    out_and_shifted(names)
    assert find_post(names.program, f"stall/{DAY}#3") == number(4), "12:00, as it waits; the plan's third is 11:00"
    assert told(names.program, number(4)) == f"stall/{DAY}#3 (Fri 6 Oct 12:00)"
    skip(names, f"stall/{DAY}T11:00")
    assert coming() == ["12:00", "13:00"]
    skip(names, f"stall/{DAY}#3")
    assert coming() == ["13:00"]
    assert [one.wall_time[11:] for one in skipped_ahead(names.program, now=names.time)] == ["11:00", "12:00"]
    take_in(names, f"stall/{DAY}#3")
    assert coming() == ["12:00", "13:00"]


def test_what_is_out_is_refused_by_the_ledgers_number_with_its_hour(names: Names) -> None:
    out_and_shifted(names)
    for name in (f"stall/{DAY}#1", f"stall/{DAY}T10:00"):
        with pytest.raises(UsageError, match=rf"^stall/{DAY}#1 \(Fri 6 Oct 10:00\) is sent already"):
            skip(names, name)
    with pytest.raises(UsageError, match=rf"^stall/{DAY}#5 \(Fri 6 Oct 09:00\) is missed already"):
        skip(names, f"stall/{DAY}#5")
    assert coming() == ["11:00", "12:00", "13:00"]


def test_a_post_that_is_out_is_found_by_its_time_as_well_and_one_that_comes_is_named_by_it(names: Names) -> None:
    out_and_shifted(names)
    assert find_gone_out(names.program, f"stall/{DAY}T10:00", instead="…") == number(1)
    assert in_ledger("lab23", f"stall/{DAY}T12:00") == f"stall/{DAY}#3"
    for name in (f"stall/{DAY}#3", f"stall/{DAY}T12:00"):
        with pytest.raises(UsageError, match=f"^stall/{DAY}T12:00 has not gone out yet. Other: stall/{DAY}T12:00$"):
            find_gone_out(names.program, name, instead="Other:")


def test_the_names_to_tell_are_the_ledgers_under_a_former_name_too(names: Names) -> None:
    hours(names, "10:00", "11:00", "12:00")
    assert len(names.at("10:00")) == 1
    hours(names, "09:00", "10:00", "11:00", "12:00", name="table", more="    was: stall\n")
    of = [number(place, "table") for place in (1, 2, 3, 4)]
    told_names = names_to_tell(names.program, of)
    rows = {row.identity.post: row.wall_time[11:] for row in delivery_views.views() if row.wall_time.startswith(DAY)}
    assert [rows[told_names.get(one, one)] for one in of] == ["09:00", "10:00", "11:00", "12:00"]
    for one in of:
        name = told_names.get(one, one)
        assert find_post(names.program, f"{name.slot}/{name.occurrence}") == one


def test_what_a_page_shows_is_what_its_button_leaves_out_and_takes_in(names: Names) -> None:
    out_and_shifted(names)
    row = delivery_views.coming(limit=3)[1]
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
    texts = {row.wall_time[11:]: row.text for row in delivery_views.coming(limit=3)}
    assert [at for at, text in texts.items() if OTHER in text] == ["12:00"]


def test_a_post_that_is_said_once_and_a_persons_own_have_one_name() -> None:
    assert by_time(PostId("lab23", "soon", "once"), f"{DAY}T10:00") == "soon/once"
    assert by_time(PostId("lab23", OWN, f"{DAY}#1"), f"{DAY}T10:00") == f"own/{DAY}#1"
    assert by_time(number(1), f"{DAY}T10:00") == f"stall/{DAY}T10:00"
