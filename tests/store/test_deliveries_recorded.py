"""What is written after the call: under a fence, never one receipt twice, and no receipt thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import DatabaseError

from amplifier.campaign.account import Access
from amplifier.campaign.changes import Changes, ExistingPost, Rewrite
from amplifier.campaign.delivery import Due, State, Transition, Verb
from amplifier.campaign.hold_reasons import LAPSING, HoldReason
from amplifier.campaign.post import Words
from amplifier.store import claims, decisions, deliveries, events, posts
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate import overrides
from tests.store import filled
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


def move(due: Due, to: datetime) -> None:
    """The plan moves the post of this delivery."""

    def decide(there: Sequence[ExistingPost]) -> Changes:
        (found,) = [one for one in there if due.id in [delivery.id for delivery in one.deliveries]]
        words = [Words(due.identity.account, due.text, "en")]
        return Changes(rewrites=(Rewrite(found.row, filled.wanted(found.id.slot, words, due=to)),))

    posts.replan("lab23", decide, filled.ink())


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
    assert (kept.state, kept.remote_id) == ("unsure", None), "the answer was to another post; ours may be out as well"
    assert kept.run_at > NOW
    assert "belongs to another delivery" in kept.detail


def test_a_post_that_was_found_and_belongs_to_another_waits_for_a_person() -> None:
    assert record(step(sending(), State.SENT, receipt=receipt(12))) == []
    second = sending()
    record(step(second, State.UNSURE))
    doubt = deliveries.Transition(second.id, second.fence, State.UNSURE, State.SENT, "found", receipt=receipt(12))
    assert record(doubt) == []
    assert (row(second.id).state, row(second.id).reason) == ("held", HoldReason.DUPLICATE)


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
    assert (state.access, state.detail) == (Access.LOST, "Token revoked.")


def test_a_stale_step_says_nothing_about_its_account() -> None:
    due = sending()
    stale = replace(step(due, State.HELD), fence=9, account_lost="Token revoked.", account_until=after(30))
    assert record(stale) == [stale]
    assert {one.access for one in accounts.account_states()} == {Access.UNKNOWN}


def test_what_certainly_did_not_go_out_gives_its_bytes_up() -> None:
    due = sending()
    record(replace(step(due, State.QUEUED), gives_up_bytes=True))
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


@pytest.mark.parametrize(("seconds", "run_at"), [(2400, 2400), (-600, 30)])
def test_what_comes_back_takes_the_time_to_which_its_post_moved_meanwhile(seconds: float, run_at: float) -> None:
    due = sending()
    move(due, after(seconds))
    record(replace(step(due, State.QUEUED), run_at=after(30)))
    kept = row(due.id)
    assert (kept.run_at, kept.too_late_at) == (after(run_at), after(seconds + 900))


def test_a_look_knows_until_when_its_moved_post_may_go_out() -> None:
    due = unsure()
    move(due, after(2400))
    (look,) = claim_unsure()
    assert look.too_late_at == after(2400 + 900)


@pytest.mark.parametrize("road", ["at once", "while it is prepared", "through doubt"])
def test_a_missed_post_that_a_person_sends_again_keeps_its_new_deadline_through_a_failed_try(road: str) -> None:
    number = add(due=after(-3600)) if road != "through doubt" else sending(now=after(-3600)).id
    DeliveryRow.objects.filter(id=number).update(state=State.MISSED, lease_until=None)
    overrides.send_again(number, actor="cli:ola", now=NOW)
    if road == "through doubt":
        look_finds_nothing(NOW)
    decisions.carried_out(0, let_go=decisions.times_let_go(), now=NOW)  # the planner has looked at it
    (due,) = claim()
    if road != "while it is prepared":
        assert begin(due)
    before = State.QUEUED if road == "while it is prepared" else State.SENDING
    record(replace(step(due, State.QUEUED, before=before), run_at=after(30)))
    assert (row(number).run_at, row(number).too_late_at) == (after(30), after(900))
    assert deliveries.miss_overdue(now=after(30)) == 0


@pytest.mark.parametrize(("verb", "told"), [(Verb.EDIT, "edited"), (Verb.DELETE, "withdrawn")])
@pytest.mark.parametrize("road", ["done", "found"])
def test_a_change_that_went_through_ends_in_sent_and_is_told_of_its_post(verb: Verb, told: str, road: str) -> None:
    post, other = filled.sent(number=12), filled.sent(account="bluesky", number=12)
    number = filled.change(verb, "12")
    (due,) = claim()
    assert begin(due)
    if road == "done":
        record(step(due, State.SENT), after(5))
    else:
        record(replace(step(due, State.UNSURE), run_at=NOW))
        (look,) = claim_unsure()
        record(step(look, State.SENT, before=State.UNSURE), after(5))
    kept = row(number)
    assert (kept.state, kept.sent_at, kept.remote_id) == ("sent", after(5), None)
    assert (row(post.id).remote_state, row(other.id).remote_state) == (told, "live")


@pytest.mark.parametrize("reason", sorted(LAPSING))
def test_what_waits_too_long_for_something_that_passes_is_missed_and_says_what_it_waited_for(reason: str) -> None:
    number = add(too_late_s=10)
    DeliveryRow.objects.filter(id=number).update(state="held", reason=reason)
    assert deliveries.miss_overdue(now=after(9)) == 0
    assert deliveries.miss_overdue(now=after(10)) == 1
    assert (row(number).state, row(number).reason) == ("missed", reason)
    assert kinds(number)[-1] == "missed"


def test_what_may_be_out_in_words_that_nobody_knows_is_not_looked_for_and_waits_for_a_person() -> None:
    number = add(too_late_s=10)
    kept = DeliveryRow.objects.filter(id=number)
    kept.update(state="held", reason=HoldReason.UNWRITTEN, text="", unseen_since=NOW)
    assert not claims.is_anything_due(after(9999))
    assert deliveries.miss_overdue(now=after(9999)) == 0
    kept.update(text="Vote")
    assert claims.is_anything_due(after(10))
    assert deliveries.miss_overdue(now=after(10)) == 0
    assert (row(number).state, row(number).reason) == ("unsure", "restored")


@pytest.mark.parametrize("reason", sorted(set(HoldReason) - LAPSING))
def test_what_waits_for_a_person_is_never_missed_by_itself(reason: str) -> None:
    number = add(too_late_s=10)
    DeliveryRow.objects.filter(id=number).update(state="held", reason=reason)
    assert deliveries.miss_overdue(now=after(9999)) == 0


def fail(account: str = "x", *, now: datetime = NOW) -> None:
    """A call that got no answer."""
    number = add(due=now)
    DeliveryRow.objects.filter(id=number).update(account_id=filled.number(account))
    (due,) = claim(now=now)
    assert begin(due, now=now)
    record(replace(step(due, State.QUEUED), run_at=after(9999), strain=30), now)


def test_the_third_failure_in_a_row_lets_the_account_rest_and_the_rest_doubles() -> None:
    fail()
    fail()
    assert filled.next_allowed("x") is None
    fail(now=after(1))
    assert filled.next_allowed("x") == after(31)
    fail(now=after(31))
    assert filled.next_allowed("x") == after(91)
    assert filled.next_allowed("bluesky") is None


def test_a_success_ends_the_count_of_failures() -> None:
    fail()
    fail()
    filled.sent()
    fail()
    fail()
    assert filled.next_allowed("x") is None


def test_two_accounts_of_one_network_that_fail_alike_let_the_whole_network_rest() -> None:
    filled.also("x-two", "x", "second")
    filled.also("x-three", "x", "third")
    for name in ("x", "bluesky"):
        for _ in range(3):
            fail(name)
    assert filled.next_allowed("x-three") is None
    for _ in range(3):
        fail("x-two")
    assert filled.next_allowed("x-three") == after(30)
    assert filled.next_allowed("mastodon") is None


@pytest.mark.parametrize(("app_wide", "others"), [(True, after(30)), (False, None)])
def test_a_limit_of_the_whole_app_keeps_every_account_of_the_network_waiting(
    app_wide: bool,  # noqa: FBT001  a case
    others: datetime | None,
) -> None:
    filled.know([("x-two", "x", "second")])
    record(replace(step(sending(), State.QUEUED), run_at=after(30), account_until=after(30), app_wide=app_wide))
    assert (filled.next_allowed("x"), filled.next_allowed("x-two")) == (after(30), others)
    assert filled.next_allowed("bluesky") is None


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


def test_a_change_that_comes_back_waits_for_no_new_time_of_its_post() -> None:
    number = filled.change(Verb.DELETE, "12")
    PostRow.objects.filter(deliveries=number).update(due_at=after(2400))
    (due,) = claim()
    begin(due)
    record(replace(step(due, State.QUEUED), run_at=after(30)))
    assert row(number).run_at == after(30)


def test_a_post_that_is_deleted_stays_so_whatever_a_late_look_found() -> None:
    sent = filled.sent(number=12)
    filled.change(Verb.EDIT, "12")
    (due,) = claim()
    begin(due)
    record(replace(step(due, State.UNSURE), run_at=NOW))
    (look,) = claim_unsure()
    DeliveryRow.objects.filter(id=sent.id).update(remote_state="withdrawn")
    record(step(look, State.SENT, before=State.UNSURE))
    assert (row(due.id).state, row(sent.id).remote_state) == ("sent", "withdrawn")


def test_the_post_that_an_answer_named_stays_with_the_delivery_until_another_is_named() -> None:
    due = sending()
    record(replace(step(due, State.UNSURE), run_at=NOW, answered=receipt(7)))
    (again,) = claim_unsure(now=NOW)
    assert again.answered == receipt(7)
    record(replace(step(again, State.UNSURE, before=State.UNSURE), run_at=NOW))
    (again,) = claim_unsure(now=NOW)
    assert again.answered == receipt(7)
    record(replace(step(again, State.UNSURE, before=State.UNSURE), run_at=NOW, answered=receipt(8)))
    assert (row(due.id).answered_id, row(due.id).remote_id) == ("8", None)
