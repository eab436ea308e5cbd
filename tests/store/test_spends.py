"""Money: a month never costs more than was agreed, whoever spends it at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from amplifier.campaign.money import LookReserve
from amplifier.store import deliveries, events, spends
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


ASIDE = LookReserve(1_000, ("x",))


def events_of(kind: str, month: str = "2023-10") -> int:
    return sum(one.kind == kind for one in events.events_of(f"budget:{month}"))


def test_behind_a_post_the_looks_it_may_need_are_left_and_those_of_all_that_are_under_way() -> None:
    def affords(micros: int) -> bool:
        return spends.affords(micros, budget=10_000, now=NOW, keep=ASIDE.micros, look_reserve=ASIDE)

    assert (affords(9_000), affords(9_001)) == (True, False)
    filled.unsure()
    assert (affords(8_000), affords(8_001)) == (True, False)
    filled.sending()
    assert (affords(7_000), affords(7_001)) == (True, False)
    filled.unsure(account="bluesky")  # looking there is free
    assert (affords(7_000), affords(7_001)) == (True, False)
    assert spends.reserved_for_looks(ASIDE) == 2_000


def test_a_look_at_what_is_under_way_may_take_the_last_cent() -> None:
    filled.unsure()
    assert not spends.reserve("x", "account", 10_000, budget=10_000, now=NOW, look_reserve=ASIDE)
    assert spends.reserve("x", "look", 10_000, budget=10_000, now=NOW)


def test_below_a_fifth_an_event_is_written_once_a_month() -> None:
    reserve(BUDGET * 4 // 5, delivery=1)
    assert events_of("budget low") == 0
    reserve(1, delivery=2)
    reserve(1, delivery=3)
    give_back(3, NOW)
    give_back(1, NOW)
    reserve(BUDGET * 4 // 5, delivery=4)
    assert events_of("budget low") == 1
    reserve(BUDGET, now=NOVEMBER, delivery=5)
    assert events_of("budget low", "2023-11") == 1


def test_what_was_put_aside_for_a_look_makes_no_alarm_before_its_answer_says_what_it_cost() -> None:
    reserve(BUDGET * 9 // 10)
    assert events_of("budget low") == 0
    spends.settle("x", "mentions", -BUDGET * 8 // 10, now=NOW, budget=BUDGET)
    assert events_of("budget low") == 0
    spends.settle("x", "mentions", BUDGET * 8 // 10, now=NOW, budget=BUDGET)
    assert events_of("budget low") == 1


def test_the_first_post_without_money_is_written_down_once_a_month() -> None:
    for due in (filled.add(), filled.add()):
        (claimed,) = filled.claim()
        assert claimed.id == due
        intent = deliveries.Intent(claimed, b"bytes", filled.LEASE, 1_000, 500)
        assert deliveries.turn(intents=[intent], now=NOW, lease_until=filled.LEASE).begun == frozenset()
    assert events_of("budget spent") == 1


def test_months_are_told_apart() -> None:
    reserve(1_000)
    reserve(2_000, now=NOVEMBER)
    assert spends.spent_by_month() == {"2023-10": 1_000, "2023-11": 2_000}
