"""What of a move is past: told before anybody agrees, refused where it passed while they thought about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amplifier.campaign.plan import Milestone, Plan
from amplifier.errors import UsageError
from amplifier.schedule.decided.change import Move, Shift
from amplifier.schedule.decided.meanwhile import how_many, must_lie_ahead_still, past
from amplifier.schedule.program import Program
from amplifier.schedule.stage import LIVE, make
from tests.schedule import homes

NOON = datetime.fromisoformat("2023-10-10T12:00:00+01:00")
HOUR = timedelta(hours=1)
DEBATE = Milestone("debate", NOON + 3 * HOUR, 1)
MOVE = Move(
    DEBATE,
    NOON + 2 * HOUR,
    (Shift("soon/once", NOON + 2 * HOUR, NOON + HOUR), Shift("begins/once", NOON + 3 * HOUR, NOON + 2 * HOUR)),
    (),
    Program(Plan(campaign="lab23", zone="Europe/London", milestones=(DEBATE,), slots=()), {}, homes.settings()),
)


def test_the_posts_whose_time_would_have_passed_are_named() -> None:
    assert past(MOVE, here=NOON) == ()
    assert past(MOVE, here=NOON + HOUR) == ("soon/once",)


def test_what_is_past_is_counted_where_it_is_not_listed() -> None:
    passed = past(MOVE, here=NOON + HOUR)
    assert how_many(MOVE.shifts, passed) == "2 more, 1 of them past: missed if it is too late by then"
    assert how_many(MOVE.shifts[1:], passed) == "1 more"


@pytest.mark.parametrize(
    ("shown", "now", "what"),
    [(0, 60, "soon/once"), (61, 120, "debate"), (0, 180, "debate")],
)
def test_what_passes_while_somebody_thinks_is_refused(shown: int, now: int, what: str) -> None:
    with pytest.raises(UsageError, match=f"The new time of {what} has passed since you were asked"):
        must_lie_ahead_still(MOVE, LIVE, shown=NOON + timedelta(minutes=shown), now=NOON + timedelta(minutes=now))


@pytest.mark.parametrize(("shown", "now"), [(0, 59), (61, 119), (121, 500)])
def test_what_still_lies_ahead_or_was_past_when_it_was_shown_moves(shown: int, now: int) -> None:
    must_lie_ahead_still(MOVE, LIVE, shown=NOON + timedelta(minutes=shown), now=NOON + timedelta(minutes=now))


def test_in_a_rehearsal_the_campaigns_own_time_counts() -> None:
    began = NOON + timedelta(days=900)
    stage = make([NOON - HOUR, NOON + 4 * HOUR], began, 60)
    with pytest.raises(UsageError, match="The new time of debate"):
        must_lie_ahead_still(MOVE, stage, shown=began, now=began + timedelta(seconds=59))
