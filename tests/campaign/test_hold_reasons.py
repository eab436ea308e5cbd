"""Every reason to hold has a row, and the rows agree with one another."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import DoubtReason
from amplifier.campaign.hold_reasons import (
    BY_THE_PLAN,
    FREED,
    FREED_BY_WORDS,
    HELPED_BY_WORDS,
    HOLDS,
    LAPSING,
    PASSING,
    Ender,
    HoldReason,
    hold_of,
)

SILENT = {HoldReason.UNTRUE}  # its detail says what is no longer so


def test_every_reason_has_a_row() -> None:
    assert set(HOLDS) == set(HoldReason)


@pytest.mark.parametrize("reason", HoldReason)
def test_whatever_may_be_sent_again_was_tried_and_a_notice_tells_what_helps(reason: HoldReason) -> None:
    hold = HOLDS[reason]
    assert hold.may_be_out or not hold.again, "to send again what was never tried is to send it"
    assert bool(hold.notice) == (reason not in SILENT)
    assert bool(hold.by_itself) or hold.ender is Ender.PERSON, "who does not wait for a person says what happens"
    assert ("missed" in hold.by_itself) == hold.lapses


def test_who_lets_go_on() -> None:
    assert PASSING.isdisjoint(BY_THE_PLAN)
    assert PASSING | BY_THE_PLAN == FREED
    assert PASSING <= LAPSING
    assert FREED_BY_WORDS < HELPED_BY_WORDS


def test_what_is_no_reason_to_hold_has_no_row() -> None:
    assert hold_of("") is None
    assert hold_of(DoubtReason.RESTORED) is None
    assert hold_of("untrue") is HOLDS[HoldReason.UNTRUE]
