"""A few days of weather, kills, naps and wrong clocks: no promise is broken; a hopeful worker breaks them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from amplifier.campaign.delivery import State, Transition
from amplifier.deliver import worker
from amplifier.deliver.decide import after_attempt
from tests.journeys.ninety_days import Outcome, play

pytestmark = pytest.mark.journey


def _told(outcome: Outcome) -> str:
    return "\n".join([repr(outcome), *outcome.violations])


@pytest.mark.parametrize("seed", [4, 23])
def test_no_promise_is_broken_in_days_of_trouble(sqlite_ledger: None, seed: int) -> None:  # noqa: ARG001
    outcome = play(posts=100, days=1, seed=seed)
    assert outcome.is_good, _told(outcome)
    assert outcome.kills > 2, _told(outcome)
    assert sum(outcome.faults.values()) > 10, _told(outcome)


def test_a_worker_that_hopes_for_the_best_is_found_out(
    sqlite_ledger: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hopefully(*given: Any, **more: Any) -> Transition:
        step = after_attempt(*given, **more)
        return replace(step, after=State.SENT) if step.after is State.UNSURE else step

    monkeypatch.setattr(worker, "after_attempt", hopefully)
    outcome = play(posts=60, days=1, seed=4)
    assert outcome.violations
