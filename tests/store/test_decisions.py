"""What people decided, in the order in which they did."""

from __future__ import annotations

import pytest

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.store import decisions
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")


def test_a_decision_is_kept_with_who_why_and_what_it_replaced() -> None:
    made = decisions.keep_decision(
        kind=DecisionKind.MILESTONE_MOVED,
        subject="debate",
        value="2023-10-10T15:20:00+01:00",
        replaced="2023-10-10T14:40:00+01:00",
        actor="cli:ola",
        reason="the agenda slipped",
        now=NOW,
    )
    assert made == Decision(
        made.id,
        DecisionKind.MILESTONE_MOVED,
        "debate",
        "2023-10-10T15:20:00+01:00",
        "2023-10-10T14:40:00+01:00",
        "cli:ola",
        "the agenda slipped",
        NOW,
    )
    assert decisions.decisions() == (made,)


def test_decisions_are_read_in_the_order_in_which_they_were_made_whatever_their_clocks_said() -> None:
    assert decisions.newest_decision() == 0
    made = [
        decisions.keep_decision(
            kind=DecisionKind.SLOT_SKIPPED, subject=name, value="", replaced="", actor="a", reason="", now=after(-place)
        )
        for place, name in enumerate(["a/once", "b/once"])
    ]
    assert list(decisions.decisions()) == made
    assert decisions.newest_decision() == made[-1].id
