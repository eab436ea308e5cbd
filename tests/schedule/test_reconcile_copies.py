"""Near copies on X: held before their time, and going on as soon as the plan makes them none."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.schedule.reconcile import reconcile
from tests.schedule.paper import OPENED, Paper, at, wanted

S = State
WHY = "vote/once and call/once say nearly the same on x within 7 days."
COPY = {(wanted().id, "x"): WHY}


def planned(now: float = 50) -> Paper:
    paper = Paper(now=at(0))
    paper.follow([wanted()])
    paper.now = at(now)
    return paper


def test_what_has_become_a_near_copy_is_held_with_the_reason_and_once() -> None:
    paper = planned()
    paper.copies = COPY
    changes = paper.follow([wanted()])
    assert paper.stands() == (S.HELD, HoldReason.NEAR_COPY)
    assert [(step.kind, step.detail) for step in changes.steps] == [("near copy", WHY)]
    assert not paper.changes([wanted()])


def test_a_near_copy_is_born_held() -> None:
    (add,) = reconcile([wanted()], [], now=at(0), opened_at=OPENED, copies=COPY).adds
    (new,) = add.deliveries
    assert (new.state, new.reason, new.detail) == (S.HELD, HoldReason.NEAR_COPY, WHY)
    other = {(wanted().id, "bluesky"): WHY}
    assert reconcile([wanted()], [], now=at(0), opened_at=OPENED, copies=other).adds[0].deliveries[0].state is S.QUEUED


@pytest.mark.parametrize(
    ("plan", "copies", "after"),
    [
        (wanted(), {}, S.QUEUED),  # the other one of the two moved away, or was left out
        (wanted(words={"x": "Other words"}), {}, S.QUEUED),
        (wanted(words={"x": "Other words"}), COPY, S.HELD),
        (wanted(minutes=70), {}, S.QUEUED),
        (wanted(minutes=70), COPY, S.HELD),
        (wanted(minutes=20), COPY, S.MISSED),
    ],
)
def test_it_goes_on_when_it_is_none_any_more(plan: object, copies: dict[object, str], after: State) -> None:
    paper = planned()
    paper.copies = COPY
    paper.follow([wanted()])
    paper.copies = copies  # type: ignore[assignment]
    paper.follow([plan])  # type: ignore[list-item]
    assert paper.stands()[0] is after
    assert not paper.changes([plan])  # type: ignore[list-item]


def test_one_whose_time_has_come_waits_for_a_person() -> None:
    paper = planned()
    paper.copies = COPY
    paper.follow([wanted()])
    paper.copies, paper.now = {}, at(61)
    paper.follow([wanted()])
    assert paper.stands() == (S.HELD, HoldReason.OVERTAKEN)
    assert paper.rows[1].detail.endswith("Send it now, or leave it.")
