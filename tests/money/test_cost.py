"""What a post costs by the network's price list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.money.cost import (
    Upkeep,
    is_by_hand,
    is_manual,
    is_paid,
    is_readable,
    kept_from,
    listening_pause,
    look_reserve_for,
    micros,
    price,
    runs_out,
    upkeep,
)
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Mode, Settings, load, parse
from tests.deliver.told import journey


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("Vote now", 0.015),
        ("", 0.015),
        ("Vote at 17.30 today, not at 5.00", 0.015),
        ("Thanks @labfreemvmt.example and @bell@social.example #Lab23", 0.015),
        ("Read https://freemovement.example/motion", 0.200),
        ("Read freemovement.example/motion now", 0.200),
        ("FREEMOVEMENT.EXAMPLE", 0.200),
        ("Two: https://a.example https://b.example", 0.200),
        ("Vote now.Please", 0.015),  # no ending that there is
    ],
)
def test_a_link_makes_a_post_on_x_dear(text: str, dollars: float) -> None:
    assert price(text, TABLE["x"]) == dollars


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
def test_the_others_charge_nothing(platform: str) -> None:
    assert price("Read https://freemovement.example/motion", TABLE[platform]) == 0


def test_a_network_that_charges_is_read_only_where_money_was_granted(tmp_path: Path) -> None:
    home = copy_home(Path(__file__).parents[2], tmp_path / "home", seconds=60)
    settings = load(home)
    x, mastodon = settings.account("x"), settings.account("mastodon")
    by_hand = {"hand_off": True}
    assert is_readable(x, settings)
    assert not is_readable(x.model_copy(update=by_hand), settings)
    assert is_readable(mastodon.model_copy(update=by_hand), settings)
    live = settings.model_copy(update={"mode": Mode.LIVE, "budget": None})
    assert not is_readable(x, live)
    assert is_readable(mastodon, live)


EXAMPLE = (Path(__file__).parents[2] / "settings.yaml").read_text()
BUDGET = "budget:\n  monthly: 25\n"


def written(*, live: bool = True, budget: bool = False, hand_off: str = "") -> Settings:
    text = EXAMPLE.replace("mode: rehearsal ", "mode: live ") if live else EXAMPLE
    for name in ("x", "bluesky", "mastodon"):
        key = f"    hand_off: {hand_off}\n" if hand_off else ""
        text = text.replace(f"  - name: {name}\n", f"  - name: {name}\n{key}")
    return parse(text + (BUDGET if budget else ""))


def test_hands_must_do_what_their_account_or_the_slot_of_the_post_says() -> None:
    found = written(hand_off="false", budget=True)
    row = journey(1, State.HELD)
    deletion = replace(row, identity=replace(row.identity, verb=Verb.DELETE))
    assert not is_manual(row, found)
    assert is_manual(row, written())
    assert is_manual(replace(row, hand_off=True), found)
    assert not is_manual(replace(deletion, hand_off=True), found)
    assert is_manual(deletion, written())
    assert is_manual(journey(1, State.HELD, account="gone"), found)


def test_the_price_is_counted_in_millionths_of_a_dollar() -> None:
    assert micros("Vote now", row=TABLE["x"]) == 15_000
    assert micros("Read https://freemovement.example", row=TABLE["x"]) == 200_000
    assert micros("Read https://freemovement.example", row=TABLE["mastodon"]) == 0


def test_only_x_charges() -> None:
    assert {name for name, row in TABLE.items() if is_paid(row)} == {"x"}


@pytest.mark.parametrize(
    ("found", "by_hand"),
    [
        (written(), {"x"}),
        (written(budget=True), set()),
        (written(live=False), set()),
        (written(hand_off="true"), {"x", "bluesky", "mastodon"}),
        (written(hand_off="true", budget=True), {"x", "bluesky", "mastodon"}),
        (written(hand_off="true", live=False), {"x", "bluesky", "mastodon"}),
        (written(hand_off="false", budget=True), set()),
        (written(hand_off="false"), {"x"}),  # nothing but a budget lets the service spend money
    ],
)
def test_people_publish_where_the_settings_say_so_and_live_on_x_without_a_budget(
    found: Settings, by_hand: set[str]
) -> None:
    assert {account.name for account in found.accounts if is_by_hand(account, found)} == by_hand


@pytest.mark.parametrize(
    ("found", "readable"),
    [
        (written(), {"bluesky", "mastodon"}),
        (written(hand_off="false"), {"bluesky", "mastodon"}),
        (written(budget=True), {"x", "bluesky", "mastodon"}),
        (written(hand_off="true", budget=True), {"x", "bluesky", "mastodon"}),  # looking was paid for
        (written(live=False), {"x", "bluesky", "mastodon"}),
        (written(hand_off="true", live=False), {"bluesky", "mastodon"}),  # as it will be
    ],
)
def test_a_paid_network_is_asked_only_for_money_that_was_granted(found: Settings, readable: set[str]) -> None:
    assert {account.name for account in found.accounts if is_readable(account, found)} == readable


def test_for_each_post_two_full_looks_are_put_aside_where_looking_costs() -> None:
    paid = written(budget=True)
    assert look_reserve_for(TABLE["x"], paid) == LookReserve(210_000, ("x",))
    assert look_reserve_for(TABLE["mastodon"], paid) == NOTHING
    assert look_reserve_for(TABLE["x"], written(live=False)) == NOTHING


def test_listening_leaves_a_tenth_of_the_budget() -> None:
    assert (kept_from("mentions", 1_000), kept_from("search", 1_000)) == (100, 100)
    assert (kept_from("look", 1_000), kept_from("read", 1_000), kept_from("account", 1_000)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("spent", "failures", "seconds"),
    [(0, 0, 0), (800, 0, 0), (801, 0, 210), (0, 1, 120), (0, 3, 480), (0, 4, 900), (0, 99, 900), (801, 1, 210)],
)
def test_listening_rests_while_money_is_short_and_after_failures(spent: int, failures: int, seconds: float) -> None:
    assert listening_pause(60, spent=spent, budget=1_000, failures=failures) == seconds


def test_the_worst_month_is_counted_at_the_settings_own_rhythm() -> None:
    found = upkeep(written(budget=True), 10)
    assert found == Upkeep(
        looks=44_640,  # one a minute for 31 days
        mention=11_000,
        listening=44_640 * 100 * 11_000,
        confirming=10 * 210_000,
        looking=31 * 10_000 + 10 * 2 * 5_000,
        page=1_100_000,
        doubt=210_000,
    )


OCTOBER, NOVEMBER = datetime(2023, 10, 10, tzinfo=UTC), datetime(2023, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prices", "spent", "keep", "at"),
    [
        ([(OCTOBER, 60), (NOVEMBER, 100)], {}, 0, None),
        ([(OCTOBER, 60), (NOVEMBER, 101)], {}, 0, NOVEMBER),
        ([(NOVEMBER, 101), (OCTOBER, 60), (OCTOBER, 41)], {}, 0, OCTOBER),
        ([(OCTOBER, 60)], {"2023-10": 41}, 0, OCTOBER),
        ([(OCTOBER, 60)], {"2023-11": 41}, 0, None),
        ([(OCTOBER, 60)], {}, 41, OCTOBER),
        ([], {}, 41, None),
    ],
)
def test_the_budget_runs_out_with_the_first_post_that_finds_too_little(
    prices: list[tuple[datetime, int]], spent: dict[str, int], keep: int, at: datetime | None
) -> None:
    assert runs_out(prices, budget=100, spent=spent, keep=keep) == at
