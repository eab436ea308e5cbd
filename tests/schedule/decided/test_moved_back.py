"""What lay too far ahead for the ledger, and is moved into the past: it is told as missed, on a real ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.plan import DecisionKind
from amplifier.schedule.planner import Planner
from amplifier.schedule.reconcile import PASSED
from amplifier.settings import parse
from amplifier.store import delivery_views
from amplifier.store.decisions import keep_decision
from tests.schedule.homes import EXAMPLE
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
FAR = (("warm", "hello", "debate - 3d"), ("last", "lunch", "debate - 1d"), ("now", "chair", "debate"))
MORE = "    too_late_after: 30m\n"


@pytest.fixture
def names(tmp_path: Path) -> Names:
    """It is the seventh of October, and the debate is six weeks ahead."""
    made = Names(tmp_path)
    text = (EXAMPLE / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live", 1)
    made.settings = parse(text.replace("2023-09-24", "2023-09-01").replace("2023-10-11", "2023-12-24"))
    made.debate = "2023-11-20 14:40"
    made.hire()
    made.slots(*FAR, ("near", "hello", "2023-10-08 09:00"), more=MORE)
    made.time += timedelta(days=1)
    made.planner.refresh()
    made.time += timedelta(minutes=1)
    return made


def missed(names: Names) -> list[tuple[str, str, str]]:
    names.planner.refresh()
    rows = delivery_views.views(states=[State.MISSED])
    assert {row.detail for row in rows} <= {PASSED}
    return [(row.identity.post.slot, row.identity.account, row.wall_time) for row in rows]


GONE = [("warm", "bluesky", "2023-10-02T14:40"), ("last", "bluesky", "2023-10-04T14:40")]


def test_a_milestone_that_takes_what_lay_far_ahead_into_the_past_leaves_it_told_as_missed(names: Names) -> None:
    names.move("2023-10-05T14:40:00+01:00")
    assert missed(names) == [*GONE, ("now", "bluesky", "2023-10-05T14:40")]


def test_the_files_that_do_the_same_leave_it_told_as_well(names: Names) -> None:
    names.debate = "2023-10-05 14:40"
    names.slots(*FAR, more=MORE)
    assert missed(names) == [*GONE, ("now", "bluesky", "2023-10-05T14:40")]
    names.time += timedelta(days=3)
    assert not names.planner.refresh().adds, "it is told once"


def test_a_milestone_that_is_moved_to_before_the_ledger_was_opened_leaves_nothing_untold(names: Names) -> None:
    names.move("2023-09-20T14:40:00+01:00")
    assert [slot for slot, *_ in missed(names)] == ["warm", "last", "now"]


def test_what_is_renamed_and_moved_at_once_is_told_by_its_new_name(names: Names) -> None:
    text = names.file(("cold", "hello", "2023-10-02 14:40"), more="    was: warm\n" + MORE)
    names.home.write("schedules/small.yaml", text)
    assert missed(names) == [("cold", "bluesky", "2023-10-02T14:40")]


def test_what_moved_while_the_service_was_off_is_told_after_the_start(names: Names) -> None:
    names.time += timedelta(days=3)
    names.debate = "2023-10-05 14:40"
    names.home.write("schedules/small.yaml", names.file(*FAR, more=MORE))
    names.planner = Planner(names.home.path, names.settings, now=lambda: names.time)
    assert [row for row in missed(names) if row[0] != "near"] == [*GONE, ("now", "bluesky", "2023-10-05T14:40")]


def test_an_account_that_is_new_with_the_move_has_missed_nothing(names: Names) -> None:
    text = names.file(*FAR, more=MORE).replace("[bluesky]", "[bluesky, mastodon]", 1)
    names.home.write("schedules/small.yaml", text.replace("2023-11-20", "2023-10-05"))
    assert missed(names) == [*GONE, ("now", "bluesky", "2023-10-05T14:40")]


def test_what_a_person_had_left_out_before_the_move_nobody_waits_for(names: Names) -> None:
    keep_decision(
        kind=DecisionKind.SLOT_SKIPPED,
        subject="last/once",
        value="",
        replaced="",
        actor="cli:jo",
        reason="",
        now=names.time,
    )
    names.planner.refresh()
    names.time += timedelta(minutes=1)
    names.move("2023-10-05T14:40:00+01:00")
    assert [slot for slot, *_ in missed(names)] == ["warm", "now"]


def test_what_is_new_in_the_files_beside_it_was_missed_by_nobody(names: Names) -> None:
    text = names.file(*FAR, ("old", "hello", "2023-10-03 10:00"), ("days", "lunch", "day at 08:00"), more=MORE)
    text = text.replace("2023-11-20", "2023-10-05").replace("day at 08:00", "day at 08:00\n    from: 2023-10-03")
    names.home.write("schedules/small.yaml", text)
    told = missed(names)
    assert [slot for slot, *_ in told if slot in ("old", "days")] == []
    assert len(told) == 3


def test_a_post_whose_moment_is_moved_far_ahead_and_back_waits_as_ever(names: Names) -> None:
    names.move("2023-10-20T14:40:00+01:00")
    names.time += timedelta(minutes=1)
    names.move("2023-12-01T14:40:00+01:00")
    assert missed(names) == []
    assert datetime.fromisoformat("2023-12-01T13:40:00+00:00") in {
        row.due_at for row in delivery_views.views(states=[State.QUEUED])
    }
