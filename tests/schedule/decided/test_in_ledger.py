"""How a post of the plan stands: what is out by any of its names is out, and what is over is no choice any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.changes import ExistingDelivery
from amplifier.campaign.delivery import DropReason, State
from amplifier.campaign.post import PostId
from amplifier.schedule.decided.in_ledger import InLedger, in_ledger
from amplifier.schedule.naming.known import told
from amplifier.store import decisions
from tests.schedule.test_names_that_change import Names

POST = PostId("lab23", "stall", "once")


def stands(*states: tuple[str, State, str]) -> InLedger:
    made = (
        ExistingDelivery(n, account, state, reason, "", frozen=False)
        for n, (account, state, reason) in enumerate(states)
    )
    return InLedger(POST, tuple(made))


def test_what_is_out_by_one_name_waits_by_no_other() -> None:
    both = stands(("x", State.SENT, ""), ("x", State.HELD, "copy"), ("bluesky", State.QUEUED, ""))
    assert (both.out, both.waits) == (("x",), ("bluesky",))
    assert not both.may_go_out("x")
    assert both.may_go_out("bluesky")
    assert both.may_go_out("mastodon"), "it has nothing there yet"
    assert not both.is_settled


def test_what_a_person_left_out_is_settled_and_what_the_plan_left_out_is_not() -> None:
    assert stands(("x", State.DROPPED, "left out"), ("bluesky", State.MISSED, "")).is_settled
    assert not stands(("x", State.DROPPED, DropReason.UNPLANNED)).is_settled
    assert not stands().is_settled
    assert stands(("x", State.SENT, ""), ("bluesky", State.MISSED, "")).is_over
    assert not stands(("x", State.SENT, ""), ("bluesky", State.DROPPED, DropReason.UNPLANNED)).is_over


@pytest.mark.usefixtures("sqlite_ledger")
def test_each_is_called_as_the_ledger_calls_it(tmp_path: Path) -> None:
    names = Names(tmp_path)
    more = "    too_late_after: 30m\n"
    names.slots(("stall", "lunch", "day at 09:00, 12:00, 17:00"), ("hi", "hello", "2023-10-06 18:00"), more=more)
    names.at("09:00")
    names.slots(("stall", "lunch", "day at 09:00, 10:00, 12:00, 17:00"), ("hi", "hello", "2023-10-06 18:00"), more=more)
    of = [PostId("lab23", "stall", f"2023-10-06#{n}") for n in range(1, 5)] + [PostId("lab23", "hi", "once")]
    found = in_ledger(names.program, of, decisions.decisions())
    assert [found[one].name.occurrence for one in of] == [f"2023-10-06#{n}" for n in (1, 4, 2, 3)] + ["once"]
    assert [bool(found[one].out) for one in of] == [True, False, False, False, False]
    assert [told(names.program, one).split(" ")[0] for one in of] == [
        f"{found[one].name.slot}/{found[one].name.occurrence}" for one in of
    ]
