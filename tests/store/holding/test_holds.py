"""What holds due deliveries back, each with its reason, and how they go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.stop import STOPPED, sending
from amplifier.store import decisions, deliveries, events
from amplifier.store.holding import holds, stops
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow, PostRow
from tests.store import filled
from tests.store.filled import NOW, add, after, begin, claim, receipt, row, step, unsure

pytestmark = pytest.mark.usefixtures("opened")


def stands(delivery: int) -> tuple[str, str]:
    kept = row(delivery)
    return kept.state, kept.reason


def last(delivery: int) -> events.Event:
    return events.events_of(events.of_delivery(delivery))[-1]


def held(reason: HoldReason = HoldReason.STOPPED, *, account: str = "x", due: float = 0) -> int:
    number = add(account=account, due=after(due))
    DeliveryRow.objects.filter(id=number).update(state=State.HELD, reason=reason, detail="Why.")
    return number


def test_hands_are_asked_nothing_on_an_account_that_may_be_another_until_its_network_has_said_who_it_is() -> None:
    accounts.account_is_ok("x", remote_id="77", url="", text_limit=0, now=NOW)
    filled.know([("x", "x", "new-handle"), ("bluesky", "bluesky", "bluesky-handle")])
    number, other = filled.by_hand(), add(account="x")
    assert holds.hold_blocked(now=NOW, by_hand=["x"]) == ()
    assert stands(number) == stands(other) == ("held", HoldReason.ACCOUNT)
    assert "has not said yet" in row(number).detail
    accounts.account_is_ok("x", remote_id="77", handle="new-handle", url="", text_limit=0, now=NOW)
    holds.go_on(reason=HoldReason.ACCOUNT, account="x", now=NOW)
    assert holds.hold_blocked(now=NOW) == (number,)


@pytest.mark.parametrize("scope", ["all", "account:x", "tag:lab23"])
def test_what_a_stop_holds_back_when_it_is_due_is_held_with_the_stops_reason(scope: str) -> None:
    number, other, ahead = add("Vote. #Lab23"), add("Vote.", account="bluesky"), add("#Lab23", due=after(60))
    filled.stop(scope, reason="The debate is off.")
    assert holds.hold_blocked(now=NOW) == ()
    assert stands(number) == ("held", HoldReason.STOPPED)
    assert row(number).detail == f"{sending(scope, STOPPED)}. The debate is off."
    assert (last(number).kind, last(number).before, last(number).after) == ("held: stopped", "queued", "held")
    assert stands(other)[0] == ("held" if scope == "all" else "queued")
    assert stands(ahead) == ("queued", "")


def test_a_stop_from_outside_the_database_holds_everything_that_is_due() -> None:
    number = add()
    holds.hold_blocked(now=NOW, stopped="The file is there.")
    assert (stands(number), row(number).detail) == (("held", "stopped"), "Sending is stopped. The file is there.")


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.DELETE])
def test_a_stop_holds_no_correction_and_no_deletion(verb: Verb) -> None:
    number = filled.change(verb, "12")
    filled.stop()
    holds.hold_blocked(now=NOW, stopped="The file is there.")
    assert stands(number) == ("queued", "")


def test_what_is_under_way_is_not_held() -> None:
    due = filled.sending()
    filled.stop()
    holds.hold_blocked(now=NOW)
    assert stands(due.id)[0] == "sending"
    assert deliveries.record([step(due, State.SENT, receipt=receipt(12))], now=NOW) == []
    assert stands(due.id)[0] == "sent"


def test_what_a_worker_has_just_claimed_is_not_held_under_its_hands() -> None:
    number = add()
    claim()
    filled.stop()
    holds.hold_blocked(now=NOW)
    assert stands(number) == ("queued", "")
    holds.hold_blocked(now=after(61))
    assert stands(number) == ("held", "stopped")


def test_the_whole_queue_of_a_lost_account_is_held_with_the_networks_words() -> None:
    first, second, other = add(), add(due=after(-1)), add(account="bluesky")
    change = filled.change(Verb.DELETE, "12")
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    holds.hold_blocked(now=NOW)
    assert {stands(number) for number in (first, second, change)} == {("held", HoldReason.ACCOUNT)}
    assert row(first).detail == "Revoked."
    assert stands(other) == ("queued", "")


def test_what_people_publish_is_held_for_their_hands_and_named() -> None:
    by_slot, by_account, free = filled.by_hand(), add(account="bluesky"), add(account="mastodon")
    assert sorted(holds.hold_blocked(now=NOW, by_hand={"bluesky"})) == sorted([by_slot, by_account])
    assert {stands(number) for number in (by_slot, by_account)} == {("held", HoldReason.HAND_OFF)}
    assert stands(free) == ("queued", "")


def test_a_stop_comes_before_hands() -> None:
    number = filled.by_hand()
    filled.stop()
    assert holds.hold_blocked(now=NOW) == ()
    assert stands(number) == ("held", HoldReason.STOPPED)


def test_on_an_account_used_by_hand_a_deletion_is_for_hands_too_and_says_so() -> None:
    number = filled.change(Verb.DELETE, "12")
    assert holds.hold_blocked(now=NOW, by_hand={"x"}) == (number,)
    assert "delete" in row(number).detail


def test_the_deletion_of_a_post_that_hands_published_goes_through_the_network_also_while_stopped() -> None:
    number = filled.change(Verb.DELETE, "12")
    PostRow.objects.update(hand_off=True)
    filled.stop("account:bluesky")
    assert holds.hold_blocked(now=NOW) == ()
    assert stands(number) == ("queued", "")


def test_what_is_too_late_is_not_held_so_that_it_can_be_missed() -> None:
    number = add(too_late_s=10)
    filled.stop()
    holds.hold_blocked(now=after(10))
    assert stands(number) == ("queued", "")


def test_a_claim_made_before_the_hold_begins_nothing() -> None:
    add()
    (due,) = claim()
    filled.stop()
    holds.hold_blocked(now=after(61))
    filled.lift()
    assert not begin(due, now=after(30))


def test_what_waited_for_its_account_goes_on_when_it_is_well_again() -> None:
    mine, other = held(HoldReason.ACCOUNT), held(HoldReason.ACCOUNT, account="bluesky")
    stopped, late = held(), held(HoldReason.ACCOUNT, due=-900)
    assert holds.go_on(reason=HoldReason.ACCOUNT, account="x", now=NOW) == 1
    assert (stands(mine), row(mine).detail) == (("queued", ""), "")
    assert (last(mine).kind, last(mine).actor) == ("goes on", "service")
    assert [stands(number)[0] for number in (other, stopped, late)] == ["held"] * 3
    assert holds.go_on(reason=HoldReason.ACCOUNT, now=NOW) == 1
    assert stands(other) == ("queued", "")


def test_a_person_releases_what_a_stop_held_and_nothing_else() -> None:
    mine, left, late = held(), held(), held(due=-900)
    rejected = held(HoldReason.REJECTED)
    assert holds.release([mine, late, rejected, 99_999], actor="cli:ola", now=NOW) == 1
    assert stands(mine) == ("queued", "")
    assert (last(mine).kind, last(mine).actor) == ("released", "cli:ola")
    assert [stands(number)[0] for number in (left, late, rejected)] == ["held"] * 3


def test_what_somebody_kept_back_goes_out_no_sooner_than_the_planner_has_looked_at_its_words() -> None:
    number = held(HoldReason.KEPT)
    assert holds.release([number], actor="cli:ola", now=NOW) == 1
    assert stands(number) == ("queued", "")
    assert claim() == []
    decisions.carried_out(0, let_go=decisions.times_let_go(), now=NOW)
    assert [due.id for due in claim()] == [number]


@pytest.mark.parametrize("state", ["missed", "dropped", "sent"])
def test_what_is_no_longer_held_is_not_released(state: str) -> None:
    number = held()
    DeliveryRow.objects.filter(id=number).update(state=state)
    assert holds.release([number], actor="cli:ola", now=NOW) == 0
    assert stands(number) == (state, "stopped")
    assert last(number).kind == "planned"


def test_what_is_released_does_not_burst_but_keeps_its_accounts_gap() -> None:
    numbers = [held(due=-place) for place in range(3)]
    holds.release(numbers, actor="cli:ola", now=NOW)
    (due,) = claim()
    assert begin(due)
    sent = step(due, State.SENT, receipt=receipt(12))
    deliveries.record([type(sent)(**{**vars(sent), "account_until": after(60)})], now=NOW)
    assert claim(now=after(59)) == []
    assert len(claim(now=after(60))) == 1


def test_a_doubt_where_nobody_can_look_waits_for_a_person() -> None:
    due, other = unsure(), unsure(account="bluesky")
    assert holds.park_unseen(now=NOW, accounts={"x"}) == 1
    assert stands(due.id) == ("held", HoldReason.DOUBT)
    assert "Look at the account" in row(due.id).detail
    assert (last(due.id).before, last(due.id).after) == ("unsure", "held")
    assert stands(other.id)[0] == "unsure"
    assert holds.park_unseen(now=NOW, accounts={"x"}) == 0


def test_a_doubt_where_nobody_can_look_that_a_person_wants_sent_again_is_for_hands() -> None:
    due = unsure()
    DeliveryRow.objects.filter(id=due.id).update(reason=DoubtReason.AGAIN)
    holds.park_unseen(now=NOW, accounts={"x"})
    assert stands(due.id) == ("held", HoldReason.HAND_OFF)


def test_with_every_account_in_sight_no_doubt_is_parked() -> None:
    due = unsure()
    assert holds.park_unseen(now=NOW, accounts=()) == 0
    assert stands(due.id)[0] == "unsure"


def test_a_clock_that_was_set_back_puts_off_what_is_tried_again_and_nothing_goes_out_early() -> None:
    planned, again, doubtful = add(due=after(60)), add(due=after(-3580)), add(state=State.UNSURE)
    ahead = add()
    DeliveryRow.objects.filter(id__in=[again, doubtful, ahead]).update(run_at=after(90))
    holds.shorten_pauses(timedelta(hours=1), now=after(-3600))
    found = dict(DeliveryRow.objects.values_list("id", "run_at"))
    assert found == {planned: after(60), again: after(90 - 3600), ahead: NOW, doubtful: after(90 - 3600)}


def test_a_doubt_about_an_account_that_was_replaced_waits_for_a_person() -> None:
    doubt, other = unsure(account="x"), unsure(account="bluesky")
    on_its_way = filled.sending(account="x")
    assert holds.leave_to_a_person({"x": "before"}, now=NOW) == 2
    for number in (on_its_way.id, doubt.id):
        assert stands(number) == ("held", HoldReason.DOUBT)
        assert "@before" in row(number).detail
    assert stands(other.id)[0] == "unsure"
    assert holds.leave_to_a_person({}, now=NOW) == 0


def test_what_another_stop_still_holds_names_that_one_when_the_first_has_ended() -> None:
    number = add("Vote. #Lab23")
    filled.stop(reason="A wrong name.")
    filled.stop("tag:lab23", reason="Taken over.")
    holds.hold_blocked(now=NOW)
    assert row(number).detail == "Sending is stopped everywhere. A wrong name."
    filled.lift("all")
    holds.tell_anew(stops.stops())
    assert row(number).detail == "Sending of posts with #lab23 is stopped. Taken over."
