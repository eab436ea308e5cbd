"""Money: a month never costs more than was agreed, whoever spends it at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from amplifier.store import spends
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
NOVEMBER = datetime(2023, 11, 1, tzinfo=UTC)
BUDGET = 25_000_000


def reserve(micros: int, *, budget: int | None = BUDGET, now: datetime = NOW, delivery: int | None = None) -> bool:
    return spends.reserve("x", "publish", micros, budget=budget, now=now, delivery=delivery)


def test_what_is_reserved_counts_until_the_budget_is_spent_to_the_last_millionth() -> None:
    assert reserve(BUDGET - 1)
    assert spends.affords(1, budget=BUDGET, now=NOW)
    assert not spends.affords(2, budget=BUDGET, now=NOW)
    assert not reserve(2)
    assert reserve(1)
    assert spends.spent(NOW) == BUDGET


def test_what_costs_nothing_is_always_allowed_and_not_written_down() -> None:
    reserve(BUDGET)
    assert reserve(0)
    assert spends.spent_by_kind(NOW) == {"publish": BUDGET}


def test_without_a_budget_what_was_spent_is_noted_and_nothing_is_refused() -> None:
    assert reserve(BUDGET, budget=None)
    assert reserve(BUDGET, budget=None)
    assert spends.spent(NOW) == 2 * BUDGET


def test_a_new_month_begins_with_the_whole_budget() -> None:
    last_second = datetime(2023, 10, 31, 23, 59, 59, tzinfo=UTC)
    assert reserve(BUDGET, now=last_second)
    assert not reserve(1, now=last_second)
    assert reserve(BUDGET, now=NOVEMBER)
    assert (spends.spent(last_second), spends.spent(NOVEMBER)) == (BUDGET, BUDGET)
    assert (spends.month_of(last_second), spends.month_of(NOVEMBER)) == ("2023-10", "2023-11")


def test_a_call_that_cost_less_than_was_feared_gives_the_rest_back() -> None:
    reserve(200_000)
    spends.settle("x", "publish", -185_000, now=NOW)
    spends.settle("x", "read", 5_000, now=NOW)
    assert spends.spent_by_kind(NOW) == {"publish": 15_000, "read": 5_000}
    assert spends.spent(NOW) == 20_000


def give_back(delivery: int, now: datetime) -> None:
    with transaction.atomic():
        spends.give_back(delivery, now=now)


def test_what_was_reserved_for_a_call_that_did_nothing_goes_back_to_its_own_month() -> None:
    for micros, delivery in ((200_000, 7), (15_000, 8)):
        reserve(micros, delivery=delivery)
    give_back(7, NOVEMBER)
    assert (spends.spent(NOW), spends.spent(NOVEMBER)) == (15_000, 0)
    give_back(9, NOW)
    assert spends.spent(NOW) == 15_000


def test_of_several_calls_only_the_last_one_is_given_back() -> None:
    reserve(200_000, delivery=7)
    reserve(200_000, delivery=7, now=after(60))
    give_back(7, after(61))
    assert spends.spent(NOW) == 200_000


def test_of_many_who_want_the_last_cent_at_once_one_gets_it() -> None:
    assert reserve(BUDGET - 10_000)
    assert sum(filled.at_once([lambda: reserve(10_000)] * 8)) == 1
    assert spends.spent(NOW) == BUDGET
