"""One budget for all that a paid network is asked, and posts that go on when there is money again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.money.budget import (
    AccountBudget,
    account_budget,
    budget_status,
    go_on_with_money,
    is_short,
    metered,
    rest_after_listening,
)
from amplifier.platforms.port import Budget
from amplifier.settings import Settings
from amplifier.store import spends
from tests.deliver.desk import Desk, stands
from tests.money.test_cost import written
from tests.store import filled
from tests.store.filled import NOW, add, after

NOVEMBER = datetime(2023, 11, 1, tzinfo=UTC)
MILLION = 1_000_000
ASIDE = LookReserve(210_000, ("x",))


def budget(budget: int | None = MILLION, look_reserve: LookReserve = NOTHING, now: datetime = NOW) -> Budget:
    return AccountBudget("x", budget=budget, look_reserve=look_reserve, now=lambda: now)


@pytest.mark.usefixtures("desk")
def test_what_a_call_did_cost_takes_the_place_of_what_it_might_have() -> None:
    ours = budget()
    reserved = ours.reserve("look", 100_000)
    assert reserved is not None
    assert spends.spent(NOW) == 100_000
    ours.settle(reserved, 3_000)
    assert spends.spent_by_kind(NOW) == {"look": 3_000}


@pytest.mark.usefixtures("desk")
def test_a_correction_belongs_to_the_month_of_its_reservation() -> None:
    reserved = budget(now=NOVEMBER - timedelta(seconds=1)).reserve("look", 100_000)
    assert reserved is not None
    budget(now=NOVEMBER).settle(reserved, 0)
    assert (spends.spent(NOW), spends.spent(NOVEMBER)) == (0, 0)


@pytest.mark.usefixtures("desk")
def test_without_a_budget_nothing_is_granted() -> None:
    assert not budget(None).is_granted
    assert budget(None).reserve("look", 1) is None
    assert budget().is_granted


@pytest.mark.parametrize("kind", ["mentions", "search"])
@pytest.mark.usefixtures("desk")
def test_listening_leaves_a_tenth_for_posts(kind: str) -> None:
    ours = budget()
    assert ours.reserve(kind, 900_001) is None
    assert ours.reserve(kind, 900_000) is not None
    assert ours.reserve(kind, 1) is None
    assert ours.reserve("account", 100_000) is not None


@pytest.mark.usefixtures("desk")
def test_looks_at_what_is_in_doubt_may_take_what_is_put_aside_for_them_and_nothing_else_may() -> None:
    filled.unsure()
    ours = budget(look_reserve=ASIDE)
    assert ours.reserve("mentions", 690_001) is None
    assert ours.reserve("mentions", 690_000) is not None
    assert ours.reserve("look", 200_000) is not None
    assert ours.reserve("account", 10_000) is not None


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (NOW, NOW + timedelta(minutes=15)),
        (datetime(2023, 10, 31, 23, 50, tzinfo=UTC), NOVEMBER),
        (datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)
def test_there_may_be_money_again_in_a_while_or_when_the_month_is_new(now: datetime, then: datetime) -> None:
    assert budget(now=now).ask_again() == then


@pytest.mark.parametrize(
    ("settings", "budgets"),
    [
        (written(), {"x": None}),
        (written(budget=True), {"x": 25 * MILLION}),
        (written(live=False), {}),  # pretend networks cost nothing
        (written(live=False, budget=True), {"x": 25 * MILLION}),  # so that the accounts can be rehearsed
        (written(hand_off="true", budget=True), {"x": 25 * MILLION}),
    ],
)
def test_a_budget_stands_where_calls_are_charged(settings: Settings, budgets: dict[str, int | None]) -> None:
    found = {one.name: account_budget(one, settings, now=lambda: NOW) for one in settings.accounts}
    assert {name: one._budget for name, one in found.items() if one} == budgets
    assert metered(settings) == set(budgets)


@pytest.mark.usefixtures("desk")
def test_money_is_short_below_a_fifth_and_listening_slows_on_paid_networks_alone() -> None:
    settings = written(budget=True)
    x, mastodon = settings.account("x"), settings.account("mastodon")
    assert not is_short(settings, now=NOW)
    assert rest_after_listening(x, settings, 0, now=lambda: NOW) == 0
    spends.reserve("x", "publish", 20 * MILLION + 1, budget=None, now=NOW)
    assert is_short(settings, now=NOW)
    assert rest_after_listening(x, settings, 0, now=lambda: NOW) == 210  # of 60 s: every fourth look
    assert rest_after_listening(mastodon, settings, 5, now=lambda: NOW) == 0
    assert not is_short(settings, now=NOVEMBER)
    assert not is_short(written(), now=NOW)


@pytest.mark.usefixtures("desk")
def test_how_the_budget_stands_is_said_in_a_sentence() -> None:
    spends.reserve("x", "publish", 12_600_000, budget=None, now=NOW)
    found = budget_status(written(budget=True), now=NOW)
    assert found is not None
    assert (found.left, found.spent, found.is_low, found.by_kind) == (
        12_400_000,
        12_600_000,
        False,
        {"publish": 12_600_000},
    )
    assert str(found) == "$12.40 of $25.00 left this month."
    assert budget_status(written(), now=NOW) is None


PRICED = {"price": lambda _text: 100, "price_delete": 50, "budget": 250}


def held(desk: Desk) -> list[int]:
    """Two posts that went out, and two that the month's budget has no room for."""
    desk.rehire(x=PRICED)
    numbers = [add(due=after(-10 + place), too_late_s=99_999_999) for place in range(4)]
    for _ in range(4):
        desk.tick()
    assert [stands(number) for number in numbers] == [("sent", "")] * 2 + [("held", HoldReason.BUDGET)] * 2
    return numbers[2:]


def test_while_the_budget_is_as_it_was_nothing_goes_on(desk: Desk) -> None:
    numbers = held(desk)
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOW) == 0
    assert {stands(number)[0] for number in numbers} == {"held"}


def test_in_a_new_month_what_is_not_too_late_goes_on(desk: Desk) -> None:
    numbers = held(desk)
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOVEMBER) == 2
    assert {stands(number)[0] for number in numbers} == {"queued"}


def test_under_a_higher_budget_as_much_goes_on_as_it_pays_for_in_the_order_of_time(desk: Desk) -> None:
    first, second = held(desk)
    desk.rules = {"x": PRICED | {"budget": 399}}
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOW) == 1
    assert (stands(first)[0], stands(second)[0]) == ("queued", "held")


def test_what_is_put_aside_for_looks_is_not_given_to_posts_that_go_on(desk: Desk) -> None:
    first, _ = held(desk)
    desk.rules = {"x": PRICED | {"budget": 330, "look_reserve": LookReserve(31, ("x",))}}
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOW) == 0
    desk.rules = {"x": PRICED | {"budget": 331, "look_reserve": LookReserve(31, ("x",))}}
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOW) == 1
    assert stands(first)[0] == "queued"


def test_what_is_too_late_stays_where_it_is(desk: Desk) -> None:
    desk.rehire(x=PRICED | {"budget": 50})
    number = add(too_late_s=60)
    desk.tick()
    assert stands(number) == ("held", HoldReason.BUDGET)
    desk.rules = {"x": PRICED}
    assert go_on_with_money({"x": desk.outlet("x")}, now=after(61)) == 0
    assert stands(number)[0] == "held"


def test_where_people_post_now_no_money_is_needed(desk: Desk) -> None:
    numbers = held(desk)
    desk.rules = {"x": {"by_hand": True, "readable": False}}
    assert go_on_with_money({"x": desk.outlet("x")}, now=NOW) == 2
    desk.rehire(x=desk.rules["x"])
    desk.tick()
    assert {stands(number) for number in numbers} == {("held", HoldReason.HAND_OFF)}


def test_a_deletion_is_paid_for_too(desk: Desk) -> None:
    desk.rehire(x=PRICED | {"budget": 60})
    first, second = filled.change(Verb.DELETE, "12"), filled.change(Verb.DELETE, "13")
    for _ in range(2):
        desk.tick()
    assert (stands(first)[0], stands(second)) == ("sent", ("held", HoldReason.BUDGET))
    assert spends.spent(NOW) == 50


def test_a_post_whose_doubt_could_not_be_resolved_is_not_sent(desk: Desk) -> None:
    desk.rehire(x=PRICED | {"look_reserve": LookReserve(151, ("x",))})
    number = add()
    desk.tick()
    assert (stands(number), desk.x.posts) == (("held", HoldReason.BUDGET), {})
