"""What of a delivery counts as there, or perhaps there: also what people are at this moment."""

from __future__ import annotations

import pytest

from amplifier.campaign.changes import ExistingDelivery
from amplifier.campaign.delivery import OUT, State
from amplifier.campaign.hold_reasons import HoldReason


@pytest.mark.parametrize("state", list(State))
def test_what_is_sent_or_on_its_way_is_out_and_what_waits_is_not(state: State) -> None:
    assert ExistingDelivery(1, "x", state, "", "Words", frozen=False).is_out == (state in OUT)


@pytest.mark.parametrize("reason", list(HoldReason))
def test_what_hands_are_asked_to_post_may_be_out_and_nothing_else_that_is_held(reason: HoldReason) -> None:
    held = ExistingDelivery(1, "x", State.HELD, reason, "Words", frozen=False)
    assert held.is_out == held.is_being_posted_by_hand == (reason is HoldReason.HAND_OFF)
    late = ExistingDelivery(1, "x", State.MISSED, reason, "Words", frozen=False)
    assert (late.is_out, late.is_being_posted_by_hand) == (False, False)
