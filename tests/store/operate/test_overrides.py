"""A person's hand on one delivery."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.errors import UsageError
from amplifier.store import decisions, deliveries, events
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from tests.store import filled
from tests.store.filled import NOW, add, after, begin, claim, claim_unsure, receipt, row, sending, step, unsure

pytestmark = pytest.mark.usefixtures("opened")
NOBODY = 99_999


def stands(delivery: int) -> tuple[str, str]:
    kept = row(delivery)
    return kept.state, kept.reason


def put(delivery: int, state: State, reason: str = "") -> int:
    DeliveryRow.objects.filter(id=delivery).update(state=state, reason=reason)
    return delivery


def last(delivery: int) -> events.Event:
    return events.events_of(events.of_delivery(delivery))[-1]


@pytest.mark.parametrize("state", [State.QUEUED, State.UNSURE, State.HELD, State.MISSED])
def test_what_is_there_is_sent_with_its_receipt_and_by_whom(state: State) -> None:
    number = put(add(), state, "hand_off")
    overrides.adopt(number, receipt(12), actor="cli:ola", now=after(5))
    kept = row(number)
    assert (kept.state, kept.reason, kept.remote_id, kept.url) == ("sent", "", "12", receipt(12).url)
    assert (kept.sent_at, kept.by_hand, kept.remote_state) == (after(5), True, "live")
    assert (last(number).actor, last(number).kind, last(number).before) == ("cli:ola", "found by hand", state)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.DROPPED])
def test_what_is_under_way_or_at_its_end_is_not_adopted(state: State) -> None:
    number = put(add(), state)
    with pytest.raises(UsageError, match="Nothing was changed"):
        overrides.adopt(number, receipt(12), actor="cli:ola", now=NOW)
    assert row(number).remote_id is None


def test_a_post_that_another_delivery_owns_is_not_adopted() -> None:
    owner, number = filled.sent(number=12), unsure()
    with pytest.raises(UsageError, match=f"belongs to another delivery already .number {owner.id}"):
        overrides.adopt(number.id, receipt(12), actor="cli:ola", now=NOW)
    assert stands(number.id) == ("unsure", "")
    overrides.adopt(add(account="bluesky"), receipt(12), actor="cli:ola", now=NOW)


def test_a_look_that_was_under_way_when_a_person_answered_changes_nothing() -> None:
    due = unsure()
    (look,) = claim_unsure()
    overrides.adopt(due.id, receipt(12), actor="cli:ola", now=NOW)
    stale = step(look, State.QUEUED, before=State.UNSURE)
    assert deliveries.record([stale], now=NOW) == [stale]
    assert stands(due.id) == ("sent", "")


@pytest.mark.parametrize("state", [State.HELD, State.MISSED])
def test_what_was_never_tried_is_sent_again_straight_away_with_a_deadline_of_its_own(state: State) -> None:
    number = put(add(due=after(-3600)), state, "rejected")
    assert overrides.send_again(number, actor="cli:ola", now=NOW) is State.QUEUED
    kept = row(number)
    assert (kept.state, kept.reason, kept.run_at, kept.too_late_at) == ("queued", "", NOW, after(900))
    assert claim() == [], "its words may be of another time: the planner looks first"
    decisions.carried_out(0, let_go=decisions.times_let_go(), now=NOW)
    assert [due.id for due in claim()] == [number]
    assert last(number).actor == "cli:ola"


@pytest.mark.parametrize("state", [State.UNSURE, State.HELD, State.MISSED, State.QUEUED])
def test_what_was_ever_tried_is_looked_for_once_more_first(state: State) -> None:
    due = sending()
    deliveries.record([step(due, State.QUEUED)], now=NOW)
    put(due.id, state, "")
    DeliveryRow.objects.filter(id=due.id).update(run_at=after(9999), looks=1)
    assert overrides.send_again(due.id, actor="cli:ola", now=after(5)) is State.UNSURE
    assert stands(due.id) == ("unsure", DoubtReason.AGAIN)
    (look,) = claim_unsure(now=after(5))
    assert (look.id, look.looks, look.too_late_at) == (due.id, 0, after(905))


def test_what_was_born_in_doubt_is_looked_for_before_it_is_sent_again() -> None:
    number = put(add(), State.UNSURE, DoubtReason.NEW_LEDGER)
    assert overrides.send_again(number, actor="cli:ola", now=NOW) is State.UNSURE


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.DROPPED])
def test_what_is_under_way_or_at_its_end_is_not_sent_again(state: State) -> None:
    number = put(add(), state)
    with pytest.raises(UsageError, match="Nothing was changed"):
        overrides.send_again(number, actor="cli:ola", now=NOW)


def test_what_was_withdrawn_is_not_sent_again() -> None:
    number = put(add(), State.MISSED, HoldReason.HAND_OFF)
    deletion = filled.change(Verb.DELETE, "")
    DeliveryRow.objects.filter(id=deletion).update(waits_for=number, state="dropped")
    with pytest.raises(UsageError, match="was withdrawn"):
        overrides.send_again(number, actor="cli:ola", now=NOW)
    assert stands(number) == ("missed", "hand_off")


@pytest.mark.parametrize("state", [State.QUEUED, State.UNSURE, State.HELD])
def test_what_a_person_leaves_out_stays_out(state: State) -> None:
    number = put(add(), state)
    overrides.drop(number, actor="cli:ola", now=NOW, why="Out of date.")
    assert (stands(number), row(number).detail) == (("dropped", "by hand"), "Out of date.")
    assert (last(number).kind, last(number).detail) == ("left out by hand", "Out of date.")


def test_a_claim_made_before_a_person_left_it_out_begins_nothing() -> None:
    number = add()
    (due,) = claim()
    overrides.drop(number, actor="cli:ola", now=NOW)
    assert not begin(due)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.MISSED])
def test_what_cannot_be_left_out_any_more_is_told(state: State) -> None:
    number = put(add(), state)
    with pytest.raises(UsageError, match=f"is {state}"):
        overrides.drop(number, actor="cli:ola", now=NOW)


@pytest.mark.parametrize("state", [State.HELD, State.MISSED, State.UNSURE, State.QUEUED])
def test_what_a_person_says_is_posted_is_looked_for_at_once(state: State) -> None:
    number = put(add(due=after(600)), state, HoldReason.HAND_OFF)
    overrides.look_now(number, actor="cli:ola", now=NOW, reason=DoubtReason.BY_HAND)
    assert stands(number) == ("unsure", DoubtReason.BY_HAND)
    assert [due.id for due in claim_unsure()] == [number]


@pytest.mark.parametrize("verb", ["adopt", "send_again", "drop", "look_now"])
def test_a_delivery_that_does_not_exist_is_told(verb: str) -> None:
    calls = {
        "adopt": lambda: overrides.adopt(NOBODY, receipt(12), actor="cli:ola", now=NOW),
        "send_again": lambda: overrides.send_again(NOBODY, actor="cli:ola", now=NOW),
        "drop": lambda: overrides.drop(NOBODY, actor="cli:ola", now=NOW),
        "look_now": lambda: overrides.look_now(NOBODY, actor="cli:ola", now=NOW, reason=DoubtReason.BY_HAND),
    }
    with pytest.raises(UsageError, match="There is no delivery 99999"):
        calls[verb]()


def test_a_deletion_that_a_person_wants_once_more_has_a_day_for_it() -> None:
    number = filled.change(Verb.DELETE, "12")
    put(number, State.MISSED)
    overrides.send_again(number, actor="cli:ola", now=NOW)
    assert row(number).too_late_at == after(86_400)
