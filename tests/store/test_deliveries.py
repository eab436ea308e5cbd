"""The intent before the call, and everything that many threads want written in one transaction."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import Due, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.store import deliveries, events, spends
from amplifier.store.deliveries import Intent, Turned
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate import overrides
from tests.store import filled
from tests.store.filled import LEASE, NOW, add, after, begin, claim, row, unsure

pytestmark = pytest.mark.usefixtures("opened")
BUDGET = 1_000_000


def turn(*intents: Intent, stopped: str = "", **more: object) -> Turned:
    return deliveries.turn(intents=intents, now=NOW, lease_until=LEASE, stopped=stopped, **more)  # type: ignore[arg-type]


def costly(due: Due, micros: int, *, budget: int | None = BUDGET) -> Intent:
    return Intent(due, b"bytes", LEASE, micros, budget)


def test_what_was_claimed_before_the_stop_is_not_begun_after_it() -> None:
    number = add()
    (due,) = claim()
    filled.stop()
    assert not begin(due)
    assert row(number).state == "queued"


def test_begin_writes_the_intent_before_the_call() -> None:
    number = add()
    (due,) = claim()
    assert begin(due, request=b"frozen")
    kept = row(number)
    assert (kept.state, bytes(kept.request), kept.attempts, kept.first_sent_at) == ("sending", b"frozen", 1, NOW)
    last = events.events_of(f"delivery:{number}")[-1]
    assert (last.kind, last.before, last.after, last.fence) == ("sending", "queued", "sending", 1)


def test_a_new_attempt_begins_without_the_reason_of_an_old_one() -> None:
    number = add()
    DeliveryRow.objects.filter(id=number).update(reason="overtaken")
    (due,) = claim()
    assert begin(due)
    assert row(number).reason == ""


def test_a_second_begin_of_the_same_claim_is_void() -> None:
    add()
    (due,) = claim()
    assert begin(due)
    assert not begin(due)


def test_a_claim_that_somebody_took_over_begins_nothing() -> None:
    number = add()
    (first,) = claim()
    (second,) = claim(now=after(61))
    assert not begin(first, now=after(61))
    assert begin(second, now=after(61))
    assert row(number).attempts == 1


def test_a_claim_whose_lease_has_run_out_begins_nothing() -> None:
    add()
    (due,) = claim()
    assert not begin(due, now=after(60.5))


def test_what_became_too_late_since_the_claim_is_not_begun() -> None:
    add(too_late_s=10)
    (due,) = claim()
    assert not begin(due, now=after(10))


def test_the_first_attempts_time_stays() -> None:
    due = filled.sending()
    again = filled.step(due, State.QUEUED)
    deliveries.record([again], now=after(5))
    (second,) = claim(now=after(6))
    assert second.first_sent_at == NOW
    assert begin(second, now=after(6))
    assert row(due.id).first_sent_at == NOW


@pytest.mark.parametrize("scope", ["all", "account:x", "tag:lab23"])
def test_a_stop_of_any_scope_refuses_the_intent(scope: str) -> None:
    number = add("Vote. #Lab23")
    (due,) = claim()
    filled.stop(scope)
    assert not begin(due)
    assert (row(number).state, row(number).attempts, row(number).lease_until) == ("queued", 0, None)


def test_a_stop_from_outside_the_database_refuses_posts_and_lets_corrections_through() -> None:
    add()
    filled.change(Verb.EDIT, "12", account="bluesky")
    post, edit = claim()
    if post.verb is not Verb.PUBLISH:
        post, edit = edit, post
    made = turn(Intent(post, b"1", LEASE), Intent(edit, b"2", LEASE), stopped="The file is there.")
    assert made.begun == {edit.id}


def test_a_turn_writes_results_intents_and_the_next_claim_together() -> None:
    sent, other = filled.sending(), add(account="bluesky")
    (due,) = claim()
    following = add(account="x", due=after(-1))
    step = filled.step(sent, State.SENT, receipt=filled.receipt(12))
    made = turn(Intent(due, b"bytes", LEASE), steps=[step], next_for={"x"})
    assert (made.begun, made.stale) == ({other}, ())
    assert [one.id for one in made.claimed] == [following]
    assert (row(sent.id).state, row(other).state, row(following).lease_until) == ("sent", "sending", LEASE)


@pytest.mark.parametrize("why", ["too late", "stopped", "doubt", "rest", "other", "hand", "lost"])
def test_the_claim_after_a_result_obeys_what_every_claim_obeys(why: str) -> None:
    due = filled.sending("Words in doubt")
    step = filled.step(due, State.SENT, receipt=filled.receipt(12))
    number = add("Words in doubt", too_late_s=10)
    now, next_for = NOW, {"x"}
    match why:
        case "too late":
            now = after(10)
        case "stopped":
            filled.stop("account:x")
        case "doubt":
            step = filled.step(due, State.UNSURE)
        case "rest":
            step = type(step)(**{**vars(step), "account_until": after(1)})
        case "other":
            next_for = {"bluesky"}
        case "hand":
            PostRow.objects.filter(deliveries=number).update(hand_off=True)
        case "lost":
            step = type(step)(**{**vars(filled.step(due, State.QUEUED)), "account_lost": "Revoked."})
    made = deliveries.turn(steps=[step], next_for=next_for, now=now, lease_until=LEASE)
    assert made.claimed == ()
    assert row(number).fence == 0


def test_the_claim_after_a_result_finds_nothing_while_a_stop_from_outside_holds() -> None:
    step = filled.step(filled.sending(), State.SENT, receipt=filled.receipt(12))
    add()
    assert turn(steps=[step], next_for={"x"}, stopped="The file is there.").claimed == ()


def test_a_full_account_begins_nothing_until_its_window_has_room() -> None:
    filled.sent(number=1, now=after(-100))
    overrides.adopt(unsure().id, filled.receipt(2), actor="cli:ola", now=after(-50))
    number = add()
    (due,) = claim()
    assert turn(Intent(due, b"bytes", LEASE), caps={"x": ((2, 3600), (9, 86_400))}).begun == set()
    assert (row(number).state, row(number).lease_until) == ("queued", None)
    assert filled.next_allowed("x") == after(3500)


def test_an_account_with_room_left_begins_and_does_not_rest() -> None:
    filled.sent(number=1)
    add()
    (due,) = claim()
    assert turn(Intent(due, b"bytes", LEASE), caps={"x": ((2, 3600),)}).begun == {due.id}
    assert filled.next_allowed("x") is None


def test_a_full_day_keeps_no_deletion_from_beginning() -> None:
    filled.sent(number=1)
    number = filled.change(Verb.DELETE, "1")
    (due,) = claim()
    assert turn(Intent(due, b"bytes", LEASE), caps={"x": ((1, 3600),)}).begun == {number}


def test_an_intent_reserves_its_cost_and_one_without_a_price_nothing() -> None:
    first, second = add(), add(account="bluesky")
    for due in claim():
        assert turn(costly(due, 200_000 if due.id == first else 0)).begun == {due.id}
    assert spends.spent(NOW) == 200_000
    assert row(second).state == "sending"


def test_what_the_budget_has_no_money_for_is_held_and_costs_nothing() -> None:
    number = add()
    spends.reserve("x", "publish", BUDGET - 15_000 + 1, budget=None, now=NOW)
    (due,) = claim()
    assert turn(costly(due, 15_000)).begun == frozenset()
    kept = row(number)
    assert (kept.state, kept.reason, kept.attempts) == ("held", HoldReason.BUDGET, 0)
    assert "budget" in kept.detail
    assert spends.spent(NOW) == BUDGET - 15_000 + 1


def test_the_last_cent_is_spent_and_not_one_more() -> None:
    add()
    spends.reserve("x", "publish", BUDGET - 15_000, budget=None, now=NOW)
    (due,) = claim()
    assert turn(costly(due, 15_000)).begun == {due.id}
    assert spends.spent(NOW) == BUDGET


def test_of_many_who_begin_at_once_only_those_begin_whom_the_budget_pays() -> None:
    for account in filled.PLATFORMS:
        add(account=account)
    dues = claim()
    calls = [lambda due=due: turn(costly(due, 600_000)).begun for due in dues]
    assert sum(len(begun) for begun in filled.at_once(calls)) == 1
    assert spends.spent(NOW) == 600_000
    assert sorted(row(due.id).state for due in dues) == ["held", "held", "sending"]


def test_in_one_turn_too_the_budget_pays_only_what_it_has() -> None:
    for account in filled.PLATFORMS:
        add(account=account)
    assert len(turn(*(costly(due, 400_000) for due in claim())).begun) == 2


def test_a_void_claim_is_not_held_for_want_of_money() -> None:
    number = add()
    (old,) = claim()
    (new,) = claim(now=after(61))
    assert turn(costly(old, BUDGET + 1)).begun == frozenset()
    assert (row(number).state, row(number).fence) == ("queued", new.fence)


@pytest.mark.parametrize(
    ("after_call", "cost"), [(State.QUEUED, 0), (State.HELD, 0), (State.UNSURE, 15_000), (State.SENT, 15_000)]
)
def test_a_call_that_certainly_published_nothing_costs_nothing(after_call: State, cost: int) -> None:
    add()
    (due,) = claim()
    turn(costly(due, 15_000))
    receipt = filled.receipt(12) if after_call is State.SENT else None
    deliveries.record([filled.step(due, after_call, receipt=receipt)], now=NOW)
    assert spends.spent(NOW) == cost
