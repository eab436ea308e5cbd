"""What is written after the call: under a fence, never one receipt twice, and no receipt thrown away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.db import DatabaseError

from amplifier.campaign.delivery import Due, HoldReason, State, Transition
from amplifier.store import accounts, deliveries, events
from amplifier.store.models import DeliveryRow, PostRow
from tests.store.filled import NOW, add, after, begin, claim, claim_unsure, receipt, row, sending, step, unsure

pytestmark = pytest.mark.usefixtures("opened")


def record(transition: Transition, now: datetime = NOW) -> list[Transition]:
    return deliveries.record([transition], now=now)


def fall_silent(due: Due) -> None:
    """The worker says nothing until its lease has run out."""
    assert deliveries.expire_leases(now=after(61), look_at=after(61)) == 1
    assert row(due.id).state == "unsure"


def look_finds_nothing(now: datetime) -> None:
    (look,) = claim_unsure(now=now)
    back = Transition(look.id, look.fence, State.UNSURE, State.QUEUED, "not there", run_at=now)
    assert record(back, now) == []


def kinds(delivery: int) -> list[str]:
    return [event.kind for event in events.events_of(events.of_delivery(delivery))]


def test_a_receipt_makes_it_sent_and_ends_the_claim() -> None:
    due = sending()
    assert record(step(due, State.SENT, receipt=receipt(12)), after(2)) == []
    kept = row(due.id)
    assert (kept.state, kept.remote_id, kept.sent_at) == ("sent", "12", after(2))
    assert (kept.url, kept.lease_until) == ("https://x.com/us/status/12", None)
    last = events.events_of(events.of_delivery(due.id))[-1]
    assert (last.at, last.actor, last.before, last.after, last.fence) == (after(2), "service", "sending", "sent", 1)


def test_under_a_stale_fence_nothing_is_recorded() -> None:
    due = sending()
    stale = replace(step(due, State.SENT, receipt=receipt(12)), fence=due.fence - 1)
    assert record(stale) == [stale]
    assert (row(due.id).state, kinds(due.id)) == ("sending", ["planned", "sending"])


def test_from_another_state_nothing_is_recorded() -> None:
    due = sending()
    assert record(step(due, State.QUEUED)) == []
    late = step(due, State.SENT, receipt=receipt(12))
    assert record(late) == [late]
    assert row(due.id).remote_id is None


def test_of_several_steps_only_the_stale_ones_come_back() -> None:
    first, second = sending(), sending(account="bluesky")
    good, stale = step(first, State.UNSURE), replace(step(second, State.UNSURE), fence=9)
    assert deliveries.record([good, stale], now=NOW) == [stale]
    assert (row(first.id).state, row(second.id).state) == ("unsure", "sending")


def test_one_remote_post_belongs_to_one_delivery() -> None:
    first = sending()
    assert record(step(first, State.SENT, receipt=receipt(12))) == []
    second = sending()
    assert record(step(second, State.SENT, receipt=receipt(12))) == []
    kept = row(second.id)
    assert (kept.state, kept.reason, kept.remote_id) == ("held", HoldReason.DUPLICATE, None)
    assert "belongs to another delivery" in kept.detail


def test_the_same_remote_id_on_another_account_is_another_post() -> None:
    for account in ("x", "bluesky"):
        assert record(step(sending(account=account), State.SENT, receipt=receipt(12))) == []
    assert DeliveryRow.objects.filter(state="sent", remote_id="12").count() == 2


def test_the_database_itself_refuses_one_remote_post_twice() -> None:
    due = sending()
    record(step(due, State.SENT, receipt=receipt(12)))
    with pytest.raises(DatabaseError):
        DeliveryRow.objects.filter(id=add()).update(remote_id="12")


def test_a_network_that_asks_us_to_wait_keeps_the_whole_account_waiting() -> None:
    due = sending()
    waits = replace(step(due, State.QUEUED), run_at=after(30), account_until=after(30))
    assert record(waits) == []
    assert {one.name: one.next_allowed_at for one in accounts.account_states()}["x"] == after(30)


def test_a_lost_account_is_paused_with_the_step_that_found_out() -> None:
    due = sending()
    assert record(replace(step(due, State.HELD), reason=HoldReason.ACCOUNT, account_lost="Token revoked.")) == []
    state = {one.name: one for one in accounts.account_states()}["x"]
    assert (state.health, state.detail) == (accounts.LOST, "Token revoked.")


def test_a_stale_step_says_nothing_about_its_account() -> None:
    due = sending()
    stale = replace(step(due, State.HELD), fence=9, account_lost="Token revoked.", account_until=after(30))
    assert record(stale) == [stale]
    assert {one.health for one in accounts.account_states()} == {accounts.UNKNOWN}


def test_what_certainly_did_not_go_out_gives_its_bytes_up() -> None:
    due = sending()
    record(replace(step(due, State.QUEUED), certainly_not_out=True))
    (again,) = claim()
    assert again.request is None


def test_what_may_have_gone_out_keeps_its_bytes() -> None:
    due = unsure()
    look_finds_nothing(NOW)
    (again,) = claim()
    assert (again.id, again.request, again.attempts, again.looks) == (due.id, b"bytes", 1, 0)


def test_looks_are_counted_and_begin_anew_with_the_next_attempt() -> None:
    due = unsure()
    (look,) = claim_unsure()
    record(Transition(look.id, look.fence, State.UNSURE, State.UNSURE, "not seen yet", run_at=NOW, looks=1))
    (second,) = claim_unsure()
    assert second.looks == 1
    record(Transition(second.id, second.fence, State.UNSURE, State.QUEUED, "not there", run_at=NOW, looks=1))
    (again,) = claim()
    assert begin(again)
    assert row(due.id).looks == 0


def test_what_comes_back_takes_the_time_to_which_its_post_moved_meanwhile() -> None:
    due = sending()
    PostRow.objects.filter(deliveries=due.id).update(due_at=after(2400))
    record(replace(step(due, State.QUEUED), run_at=after(30)))
    kept = row(due.id)
    assert (kept.run_at, kept.too_late_at) == (after(2400), after(2400 + 900))


def test_what_comes_back_does_not_begin_before_its_pause_is_over() -> None:
    due = sending()
    record(replace(step(due, State.QUEUED), run_at=after(30)))
    assert (row(due.id).run_at, row(due.id).too_late_at) == (after(30), after(900))


@pytest.mark.parametrize("road", ["at once", "through doubt", "through silence"])
def test_what_the_plan_overtook_on_its_way_does_not_go_out_again_by_itself(road: str) -> None:
    due = sending()
    DeliveryRow.objects.filter(id=due.id).update(reason=HoldReason.OVERTAKEN)
    match road:
        case "at once":
            record(replace(step(due, State.QUEUED), run_at=NOW, detail="The network could not be reached."))
        case "through doubt":
            record(replace(step(due, State.UNSURE), run_at=NOW))
            look_finds_nothing(NOW)
        case "through silence":
            fall_silent(due)
            look_finds_nothing(after(61))
    kept = row(due.id)
    assert (kept.state, kept.reason) == ("held", HoldReason.OVERTAKEN)
    assert kept.detail.startswith("The plan changed")


def test_a_duplicate_stays_a_duplicate_although_the_plan_overtook_it() -> None:
    due = sending()
    DeliveryRow.objects.filter(id=due.id).update(reason=HoldReason.OVERTAKEN)
    record(replace(step(due, State.UNSURE), run_at=NOW, reason=HoldReason.DUPLICATE))
    assert row(due.id).reason == HoldReason.DUPLICATE


def test_a_silent_worker_leaves_doubt_and_a_void_fence() -> None:
    due = sending()
    assert deliveries.expire_leases(now=after(60), look_at=after(150)) == 0
    assert deliveries.expire_leases(now=after(61), look_at=after(150)) == 1
    kept = row(due.id)
    assert (kept.state, kept.run_at, kept.fence, kept.lease_until) == ("unsure", after(150), due.fence + 1, None)
    assert kinds(due.id)[-1] == "worker fell silent"
    assert deliveries.expire_leases(now=after(61), look_at=after(150)) == 0


def test_a_claim_without_a_call_never_becomes_doubt() -> None:
    number = add()
    claim()
    assert deliveries.expire_leases(now=after(61), look_at=after(61)) == 0
    assert row(number).state == "queued"


def test_what_is_overdue_is_missed_and_told() -> None:
    number, ahead = add(too_late_s=10), add(too_late_s=11)
    assert deliveries.miss_overdue(now=after(10)) == 1
    assert (row(number).state, row(ahead).state) == ("missed", "queued")
    assert kinds(number) == ["planned", "missed"]


@pytest.mark.parametrize("made", [sending, unsure])
def test_what_is_on_its_way_is_never_missed(made: object) -> None:
    assert callable(made)
    made()
    assert deliveries.miss_overdue(now=after(10_000)) == 0


def test_what_a_worker_has_in_its_hands_is_missed_only_when_the_lease_is_over() -> None:
    number = add(too_late_s=10)
    claim()
    assert deliveries.miss_overdue(now=after(10)) == 0
    assert deliveries.miss_overdue(now=after(61)) == 1
    assert row(number).state == "missed"


def test_a_late_receipt_closes_what_is_unsure() -> None:
    due = sending()
    fall_silent(due)
    deliveries.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    kept = row(due.id)
    assert (kept.state, kept.remote_id, kept.sent_at) == ("sent", "12", after(62))
    assert kept.fence == due.fence + 2  # whoever holds an older one holds nothing
    last = events.events_of(events.of_delivery(due.id))[-1]
    assert (last.kind, last.before, last.after, last.fence) == ("late receipt", "unsure", "sent", due.fence)
    assert "12 https://x.com/us/status/12" in last.detail


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.MISSED, State.DROPPED])
def test_a_late_receipt_closes_whatever_was_thought_of_it_meanwhile(state: State) -> None:
    due = sending()
    fall_silent(due)
    DeliveryRow.objects.filter(id=due.id).update(state=state)
    deliveries.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert (row(due.id).state, row(due.id).remote_id) == ("sent", "12")


def test_a_late_receipt_voids_the_repeat_that_was_not_yet_begun() -> None:
    due = sending()
    fall_silent(due)
    look_finds_nothing(after(61))
    (again,) = claim(now=after(61))
    deliveries.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert not begin(again, now=after(62))
    assert row(due.id).state == "sent"


def test_a_late_receipt_while_the_repeat_is_under_way_is_an_alert() -> None:
    due = sending()
    fall_silent(due)
    look_finds_nothing(after(61))
    (again,) = claim(now=after(61))
    assert begin(again, now=after(61))
    deliveries.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert (row(due.id).state, kinds(due.id)[-1]) == ("sending", "perhaps twice")


@pytest.mark.parametrize(("number", "kind"), [(12, "late receipt"), (13, "perhaps twice")])
def test_a_late_receipt_for_what_was_sent_is_an_alert_only_if_it_is_another(number: int, kind: str) -> None:
    due = sending()
    record(step(due, State.SENT, receipt=receipt(12)))
    deliveries.keep_late_receipt(due.id, receipt(number), fence=0, now=after(62))
    assert (row(due.id).remote_id, kinds(due.id)[-1]) == ("12", kind)


def test_a_late_receipt_takes_no_post_away_from_another_delivery() -> None:
    first = sending()
    record(step(first, State.SENT, receipt=receipt(12)))
    due = unsure()
    deliveries.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=NOW)
    assert (row(due.id).state, row(due.id).remote_id) == ("unsure", None)
    assert kinds(due.id)[-1] == "late receipt"
