"""Asking each network whether it lets us in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from amplifier.campaign.account import Access
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.deliver.accounts import answers_hold, are_called_so, doubt_other_keys, listed, look_after
from amplifier.errors import AccountLost, Unavailable
from amplifier.platforms.port import Platform
from amplifier.policy import Counts, TextLimit
from amplifier.store import spends
from amplifier.store.holding import holds
from amplifier.store.identity import accounts
from tests.deliver.desk import Desk
from tests.money.test_cost import written
from tests.schedule.homes import settings
from tests.store import filled
from tests.store.filled import NOW, add, after, row


def ask(desk: Desk, *names: str) -> None:
    platforms: dict[str, Platform] = {name: desk.networks[name] for name in names or desk.networks}
    look_after(platforms, now=desk.now)


def state(name: str = "x") -> accounts.AccountState:
    return {one.name: one for one in accounts.account_states()}[name]


def test_a_network_that_lets_us_in_tells_who_we_are_and_how_long_a_post_may_be(desk: Desk) -> None:
    ask(desk)
    assert {one.access for one in accounts.account_states()} == {Access.OK}
    assert (state().remote_id, state().url, state().checked_at) == ("1", "https://x.com/us", desk.time)
    who = accounts.identities().values()
    assert accounts.text_limits() == dict.fromkeys(who, TextLimit(500, Counts.CODE_POINTS))


def test_who_is_well_is_asked_again_after_ten_minutes_only(desk: Desk) -> None:
    ask(desk)
    desk.pass_by(599)
    ask(desk)
    assert desk.x.calls == ["verify"]
    desk.pass_by(1)
    ask(desk)
    assert desk.x.calls == ["verify", "verify"]


def test_who_is_not_well_is_asked_every_time(desk: Desk) -> None:
    desk.x.unknown += [AccountLost("Revoked."), Unavailable("Not reached.")]
    ask(desk)
    assert (state().access, state().detail) == (Access.LOST, "Revoked.")
    ask(desk)
    assert (state().access, state().detail) == (Access.LOST, "Not reached.")
    ask(desk)
    assert (state().access, state().detail) == (Access.OK, "")


def test_a_network_that_cannot_be_reached_is_no_lost_account(desk: Desk) -> None:
    desk.x.unknown.append(Unavailable("Not reached."))
    ask(desk)
    assert (state().access, state().detail, state().checked_at) == (Access.UNKNOWN, "Not reached.", after(0))


@pytest.mark.parametrize("error", [AccountLost("Revoked."), Unavailable("No."), KeyError("surprise")])
def test_trouble_with_one_network_keeps_no_other_from_being_asked(desk: Desk, error: Exception) -> None:
    desk.networks["bluesky"].unknown.append(error)
    ask(desk)
    assert (state("mastodon").access, state("x").access) == (Access.OK, Access.OK)
    assert state("bluesky").access != Access.OK
    assert state("bluesky").detail


def test_what_waited_for_an_account_goes_on_as_soon_as_it_lets_us_in(desk: Desk) -> None:
    waiting = [add(account=name) for name in ("x", "bluesky")]
    for name in ("x", "bluesky"):
        accounts.account_trouble(name, lost=True, detail="Revoked.", now=desk.time)
    holds.hold_blocked(now=desk.time)
    assert [row(number).reason for number in waiting] == [HoldReason.ACCOUNT] * 2
    desk.networks["bluesky"].unknown.append(AccountLost("Revoked."))
    ask(desk)
    assert [row(number).state for number in waiting] == ["queued", "held"]


def refuse(desk: Desk) -> None:
    with transaction.atomic():
        accounts.lose_account(accounts.number_of("x"), detail="Refused.", now=desk.time, refused=True)


def test_an_account_that_says_it_is_well_and_refuses_every_call_is_believed_more_and_more_seldom(desk: Desk) -> None:
    waits = []
    for _ in range(7):
        refuse(desk)
        began = desk.time
        while state().access == Access.LOST:
            desk.pass_by(30)
            ask(desk, "x")
        waits.append((desk.time - began).total_seconds())
    assert waits == [30, 30, 60, 120, 240, 300, 300]


def test_where_asking_costs_money_it_is_asked_every_ten_minutes_then(desk: Desk) -> None:
    for _ in range(2):
        refuse(desk)
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=desk.time)
    refuse(desk)
    desk.pass_by(599)
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    assert desk.x.calls == []
    desk.pass_by(1)
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    assert state().access == Access.OK


@pytest.mark.parametrize("change", ["restart", "clock set back"])
def test_after_a_restart_or_a_jump_of_the_clock_it_is_asked_at_once(desk: Desk, change: str) -> None:
    for _ in range(6):
        refuse(desk)
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=desk.time)
    refuse(desk)
    desk.pass_by(1 if change == "restart" else -3600)
    look_after({"x": desk.x}, now=desk.now)
    assert state().access == (Access.LOST if change == "restart" else Access.OK)
    look_after({"x": desk.x}, now=desk.now, started=desk.time)
    assert state().access == Access.OK


def test_what_waited_goes_on_also_if_whoever_found_the_account_well_died_just_then(desk: Desk) -> None:
    number = add()
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=desk.time)
    holds.hold_blocked(now=desk.time)
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=desk.time)
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    assert (row(number).state, desk.x.calls) == ("queued", [])


def test_an_account_that_settings_no_longer_name_is_left_alone(desk: Desk) -> None:
    ask(desk, "bluesky")
    assert (state("bluesky").access, state("x").access) == (Access.OK, Access.UNKNOWN)
    assert desk.x.calls == []


def test_where_asking_costs_money_who_is_well_is_asked_once_a_day(desk: Desk) -> None:
    platforms: dict[str, Platform] = dict(desk.networks)
    look_after(platforms, now=desk.now, paid={"x"})
    desk.pass_by(86_399)
    look_after(platforms, now=desk.now, paid={"x"})
    assert desk.x.calls == ["verify"]
    assert desk.networks["mastodon"].calls == ["verify"] * 2
    desk.pass_by(1)
    look_after(platforms, now=desk.now, paid={"x"})
    assert desk.x.calls == ["verify"] * 2


def test_where_asking_costs_money_silence_is_not_asked_again_at_once_but_a_refusal_is(desk: Desk) -> None:
    platforms: dict[str, Platform] = {"x": desk.x}
    desk.x.unknown += [Unavailable("Silent."), AccountLost("Revoked."), AccountLost("Revoked.")]
    for _ in range(2):
        look_after(platforms, now=desk.now, paid={"x"})
    assert desk.x.calls == ["verify"]
    desk.pass_by(600)
    for _ in range(3):  # a refusal is free
        look_after(platforms, now=desk.now, paid={"x"})
    assert desk.x.calls == ["verify"] * 4
    assert state().access == Access.OK


def test_where_asking_costs_money_a_question_without_an_answer_is_repeated_before_a_day_has_passed(desk: Desk) -> None:
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    desk.pass_by(86_400)
    desk.x.unknown += [Unavailable("Silent.")]
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    assert (state().access, state().detail) == (Access.OK, "Silent.")
    desk.pass_by(600)
    look_after({"x": desk.x}, now=desk.now, paid={"x"})
    assert state().detail == ""
    assert desk.x.calls == ["verify"] * 3


def test_an_answer_holds_as_long_as_nobody_is_to_ask_anew(desk: Desk) -> None:  # noqa: ARG001  the ledger
    minutes, day = timedelta(minutes=12), timedelta(days=1, minutes=2)
    free = {"bluesky": minutes, "mastodon": minutes}
    assert answers_hold(written(), now=NOW) == free
    assert answers_hold(written(budget=True), now=NOW) == {"x": day, **free}
    assert answers_hold(written(live=False), now=NOW) == {"x": minutes, **free}
    alone = written()
    alone = alone.model_copy(update={"accounts": tuple(one for one in alone.accounts if one.name == "x")})
    assert answers_hold(alone, now=NOW) == {}


def test_without_money_to_ask_it_again_nothing_is_expected_of_an_answer(desk: Desk) -> None:  # noqa: ARG001
    settings = written(budget=True)
    assert settings.budget
    spends.reserve("x", "mentions", settings.budget.monthly - 9_999, budget=None, now=NOW)
    assert answers_hold(settings, now=NOW)["x"] is None
    spends.settle("x", "mentions", -1, now=NOW, budget=settings.budget.monthly)
    assert answers_hold(settings, now=NOW)["x"] is not None


def test_whoever_has_older_settings_than_the_ledger_does_nothing(sqlite_ledger: None) -> None:  # noqa: ARG001
    ours = settings(live=False)
    accounts.know_accounts(listed(ours))
    assert are_called_so(ours)
    first, *rest = ours.accounts
    newer = ours.model_copy(update={"accounts": (first.model_copy(update={"name": "renamed"}), *rest)})
    accounts.know_accounts(listed(newer))
    assert not are_called_so(ours)
    assert are_called_so(newer)


def test_what_waited_does_not_go_on_with_keys_of_somebody_else(desk: Desk) -> None:
    number = add()
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=desk.time)
    holds.hold_blocked(now=desk.time)
    desk.x.handle = "jo_private"
    ask(desk, "x")
    assert (state().access, row(number).state) == (Access.LOST, "held")
    assert "log in to @jo_private" in state().detail


@pytest.mark.parametrize(("is_ours", "rows"), [(True, 1), (False, 2)])
def test_an_account_that_never_said_who_it_is_is_known_by_what_it_posted(
    desk: Desk,
    is_ours: bool,  # noqa: FBT001  a case
    rows: int,
) -> None:
    out = filled.sent("Vote", number=100)
    filled.know([("x", "x", "new-handle")])
    desk.x.handle = "new-handle"
    if is_ours:
        desk.x.posts["100"] = b"key|en|Vote|12:00:00"
    ask(desk, "x")
    assert state().access == Access.OK
    assert len([one for one in accounts.account_states() if one.platform == "x"]) == rows
    assert (row(out.id).account_id == filled.number("x")) == is_ours


def test_what_may_be_out_is_looked_for_with_the_new_handle_and_not_said_again(desk: Desk) -> None:
    doubt = filled.unsure("Vote")
    filled.know([("x", "x", "new-handle")])
    desk.x.handle = "new-handle"
    ask(desk, "x")
    assert row(doubt.id).account_id == filled.number("x")


def test_who_cannot_be_asked_what_it_posted_stays_unproven(desk: Desk) -> None:
    filled.sent("Vote")
    filled.know([("x", "x", "new-handle")])
    desk.x.handle = "new-handle"
    desk.x.unread.append(Unavailable("Not reached."))
    ask(desk, "x")
    assert (state().access, state().detail) == (Access.UNPROVEN, "Not reached.")


@pytest.mark.parametrize(("then", "health"), [("right", Access.UNKNOWN), ("another's", Access.UNPROVEN)])
def test_one_that_was_never_asked_is_in_doubt_by_other_keys_and_not_by_its_first(
    desk: Desk, then: str, health: str
) -> None:
    ours = settings(live=True)
    filled.list_as(ours)
    keys = dict.fromkeys({one.name: one for one in ours.accounts}["mastodon"].secrets.values(), "right")
    doubt_other_keys(ours, keys, "key", now=desk.time)
    assert state("mastodon").access == Access.UNKNOWN
    doubt_other_keys(ours, dict.fromkeys(keys, then), "key", now=desk.time)
    assert state("mastodon").access == health


def test_other_keys_send_nothing_before_the_network_has_said_whose_they_are(desk: Desk) -> None:
    ours = settings(live=True)
    accounts.know_accounts(listed(ours))
    who = {one.name: one for one in ours.accounts}["mastodon"]
    keys = dict.fromkeys(who.secrets.values(), "right")
    doubt_other_keys(ours, keys, "key", now=desk.time)
    accounts.account_is_ok("mastodon", remote_id="1", url="", text_limit=0, now=desk.time)
    number = add(account="mastodon")
    doubt_other_keys(ours, keys, "key", now=desk.time)
    assert state("mastodon").access == Access.OK
    doubt_other_keys(ours, dict.fromkeys(keys, "another's"), "key", now=desk.time)
    assert (state("mastodon").access, state("mastodon").checked_at) == (Access.UNPROVEN, None)
    assert "has other keys since the last start" in state("mastodon").detail
    desk.tick()
    assert row(number).reason == HoldReason.ACCOUNT
    desk.networks["mastodon"].handle = who.handle
    ask(desk, "mastodon")
    assert (state("mastodon").access, row(number).state) == (Access.OK, "queued")


def test_trouble_with_one_account_keeps_no_other_from_being_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is in writing down what a network says of itself."""
    write = accounts.account_is_ok

    def refuse(name: str, **said: object) -> None:
        if name == "bluesky":
            raise ValueError("integer out of range")
        write(name, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(accounts, "account_is_ok", refuse)
    with pytest.raises(ValueError, match="out of range"):
        ask(desk)
    assert {name for name in desk.networks if state(name).access == Access.OK} == {"x", "mastodon"}
