from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.plan import Decision, DecisionKind, Distance, Milestone, Plan
from amplifier.schedule.milestones import effective, moved

ZONE = "Europe/London"
LONDON = ZoneInfo(ZONE)
DEBATE = Milestone("debate", datetime(2023, 10, 10, 14, 40, tzinfo=LONDON), 4)
VOTE = Milestone("vote", datetime(2023, 10, 10, 15, 40, tzinfo=LONDON), 5)
PLAN = Plan("lab23", ZONE, (DEBATE, VOTE), ())


def decision(number: int, subject: str, value: str, kind: DecisionKind = DecisionKind.MILESTONE_MOVED) -> Decision:
    return Decision(
        number, kind, subject, value, "", "cli:ola", "the agenda slipped", datetime(2023, 10, 10, tzinfo=UTC)
    )


def test_without_decisions_the_files_hold() -> None:
    assert effective(PLAN, ()) == PLAN


def test_a_moved_milestone_stands_where_people_put_it_and_the_others_stay() -> None:
    found = effective(PLAN, [decision(1, "debate", "2023-10-10T15:20:00+01:00")])
    assert [milestone.at.strftime("%H:%M") for milestone in found.milestones] == ["15:20", "15:40"]
    assert found.milestones[0].line == DEBATE.line


def test_of_several_moves_the_last_holds() -> None:
    moves = [decision(1, "debate", "2023-10-10T15:20:00+01:00"), decision(2, "debate", "2023-10-10T13:00:00+00:00")]
    assert effective(PLAN, moves).milestones[0].at == datetime(2023, 10, 10, 14, tzinfo=LONDON)
    assert effective(PLAN, moves).milestones[0].at.tzinfo == LONDON


def test_a_move_of_a_milestone_that_is_no_longer_in_the_files_changes_nothing() -> None:
    assert effective(PLAN, [decision(1, "gone", "2023-10-10T15:20:00+01:00")]) == PLAN


@pytest.mark.parametrize("kind", [DecisionKind.SLOT_SKIPPED, DecisionKind.WORDS_REPLACED])
def test_other_decisions_move_no_milestone(kind: DecisionKind) -> None:
    assert effective(PLAN, [decision(1, "debate", '{"x": "words"}', kind)]) == PLAN


def test_a_move_is_elapsed_time_also_over_the_night_when_clocks_go_back() -> None:
    late = Milestone("vote", datetime(2023, 10, 28, 23, 30, tzinfo=LONDON), 1)
    assert moved(late, Distance(timedelta(hours=3))).isoformat() == "2023-10-29T01:30:00+00:00"
    assert moved(late, Distance(timedelta(hours=2))).isoformat() == "2023-10-29T01:30:00+01:00"


@given(st.integers(-600, 600))
def test_what_is_moved_and_decided_is_what_becomes_effective(minutes: int) -> None:
    at = moved(DEBATE, Distance(timedelta(minutes=minutes)))
    found = effective(PLAN, [decision(1, "debate", at.isoformat())]).milestones[0]
    assert found.at.astimezone(UTC) - DEBATE.at.astimezone(UTC) == timedelta(minutes=minutes)
