"""The claim: who may send what, and when."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from amplifier.campaign.delivery import DeliveryId, State, Verb, idempotency_key, record_key
from amplifier.campaign.hold_reasons import LAPSING
from amplifier.campaign.post import PostId
from amplifier.store import claims, deliveries
from amplifier.store.identity import accounts, rests
from amplifier.store.models import DeliveryRow, PostRow
from tests.store import filled
from tests.store.filled import LEASE, NOW, add, after, begin, claim, claim_unsure, row, sending, unsure
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("opened")


def test_what_is_due_is_claimed_with_its_words_its_key_and_a_higher_fence() -> None:
    number = add("Words", account="mastodon")
    (due,) = claim()
    identity = DeliveryId(PostId("lab23", due.identity.post.slot, "once"), "mastodon")
    assert (due.id, due.text, due.language, due.identity) == (number, "Words", "en", identity)
    assert (due.key, due.request, due.attempts, due.fence) == (
        idempotency_key(identity, "mastodon mastodon-handle"),
        None,
        0,
        1,
    )
    assert (due.due_at, due.too_late_at, due.first_sent_at) == (NOW, after(900), None)
    assert row(number).state == "queued"


def test_a_delivery_to_bluesky_has_a_record_key_from_the_first_day() -> None:
    add(account="bluesky")
    (due,) = claim()
    assert due.key == record_key(due.identity, "bluesky bluesky-handle", filled.FIRST_DAY)


def test_a_claimed_delivery_is_not_claimed_again_while_its_lease_holds() -> None:
    number = add()
    assert [due.id for due in claim()] == [number]
    assert claim(now=after(60)) == []
    (again,) = claim(now=after(60.5))
    assert (again.id, again.fence) == (number, 2)


def test_an_account_gets_one_delivery_at_a_time_the_oldest_first() -> None:
    late, early, elsewhere = add(due=after(-1)), add(due=after(-5)), add(account="bluesky")
    assert [due.id for due in claim()] == [early, elsewhere]
    assert claim() == []
    assert row(late).fence == 0


def test_while_an_account_is_sending_nothing_else_of_it_is_claimed_even_past_the_lease() -> None:
    sending()
    add()
    assert claim(now=after(61)) == []


def test_no_more_is_claimed_than_asked_for() -> None:
    for account in filled.PLATFORMS:
        add(account=account)
    assert len(claim(limit=2)) == 2
    assert claim(limit=0) == []


def test_nothing_is_claimed_for_accounts_that_this_worker_does_not_serve() -> None:
    unsure(account="x")
    add(account="x")
    for verb in (claims.claim, claims.claim_unsure):
        assert verb(now=NOW, lease_until=LEASE, limit=9, served={"bluesky"}) == []
        assert len(verb(now=NOW, lease_until=LEASE, limit=9, served={"x"})) == 1


def test_nothing_is_claimed_while_the_ledger_is_stopped() -> None:
    add()
    filled.stop()
    assert claim() == []
    filled.lift()
    assert len(claim()) == 1


def test_nothing_is_claimed_before_its_time() -> None:
    add(due=after(1))
    assert claim() == []
    assert len(claim(now=after(1))) == 1


def test_nothing_is_claimed_when_it_is_too_late() -> None:
    add(too_late_s=10)
    assert claim(now=after(10)) == []
    assert len(claim(now=after(9))) == 1


def test_nothing_is_claimed_of_a_lost_account() -> None:
    add()
    accounts.account_trouble("x", lost=True, detail="revoked", now=NOW)
    assert claim() == []
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    assert len(claim()) == 1


def test_nothing_is_claimed_of_an_account_that_must_wait() -> None:
    due = sending()
    transition = filled.step(due, State.QUEUED)
    waiting = type(transition)(**{**vars(transition), "run_at": NOW, "account_until": after(30)})
    assert deliveries.record([waiting], now=NOW) == []
    add()
    assert claim(now=after(29)) == []
    assert len(claim(now=after(30))) == 1


@pytest.mark.parametrize("stopped", ["", "all", "tag:lab23"])
def test_a_gap_or_a_full_day_keeps_posts_waiting_but_no_correction_and_no_deletion(stopped: str) -> None:
    unsure("Words in doubt")
    rests.make_wait(filled.number("x"), until=after(600), posts_only=True)
    add(due=after(-60))
    changes = [filled.change(Verb.DELETE, "12"), filled.change(Verb.EDIT, "13", due=after(1))]
    if stopped:
        filled.stop(stopped)
    assert [due.id for due in claim(now=after(1))] == changes[:1]
    DeliveryRow.objects.filter(id=changes[0]).update(state=State.SENT, lease_until=None)
    assert [due.id for due in claim(now=after(1))] == changes[1:]


def test_what_the_network_allows_nobody_keeps_a_deletion_waiting_too() -> None:
    rests.make_wait(filled.number("x"), until=after(600))
    deletion = filled.change(Verb.DELETE, "12")
    assert claim(now=after(599)) == []
    assert [due.id for due in claim(now=after(600))] == [deletion]


def test_a_text_in_doubt_is_not_sent_again_on_its_account_by_another_delivery() -> None:
    unsure("The same words")
    twin, other, elsewhere = add("The same words"), add("Other words"), add("The same words", account="bluesky")
    assert [due.id for due in claim()] == [other, elsewhere]
    assert row(twin).fence == 0


def test_twenty_four_threads_never_claim_one_row_twice() -> None:
    numbers = [add(account=account, due=after(-place)) for account in filled.PLATFORMS for place in range(3)]
    taken: list[tuple[int, int]] = []

    def work() -> None:
        for _ in range(100):
            if len(taken) >= len(numbers):
                return
            claimed = claim(limit=3)
            if not claimed:
                time.sleep(0.02)
            for due in claimed:
                taken.append((due.id, due.fence))
                assert begin(due)
                assert deliveries.record([filled.step(due, State.SENT, receipt=filled.receipt(due.id))], now=NOW) == []

    filled.at_once([work] * 24)
    assert sorted(taken) == [(number, 1) for number in numbers]


def test_twenty_four_threads_never_look_for_one_row_twice() -> None:
    numbers = [unsure(account=account).id for account in filled.PLATFORMS]
    found = filled.at_once([claim_unsure] * 24)
    assert sorted(due.id for some in found for due in some) == numbers


def test_a_delivery_that_is_put_off_while_it_is_being_claimed_is_not_claimed() -> None:
    number = add()
    moved, found = threading.Event(), []

    def look() -> None:
        try:
            moved.wait(HANG_S)
            found.extend(claim())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    with transaction.atomic():
        DeliveryRow.objects.filter(id=number).update(run_at=after(2400), fence=7)
        moved.set()
        thread.join(0.3)  # the claim waits for us, or passes the row by
    thread.join(HANG_S)
    assert found == []
    assert row(number).fence == 7


def test_of_many_in_doubt_an_account_is_asked_about_one_at_a_time() -> None:
    first, second = unsure(), unsure()
    elsewhere = unsure(account="bluesky")
    assert [due.id for due in claim_unsure()] == [first.id, elsewhere.id]
    assert claim_unsure() == []
    assert [due.id for due in claim_unsure(now=after(61))][:1] == [first.id]
    assert row(second.id).fence == second.fence


def test_nobody_looks_before_it_is_time() -> None:
    due = sending()
    look_at = after(90)
    doubt = filled.step(due, State.UNSURE)
    deliveries.record([type(doubt)(**{**vars(doubt), "run_at": look_at})], now=NOW)
    assert claim_unsure(now=look_at - timedelta(seconds=1)) == []
    (found,) = claim_unsure(now=look_at)
    assert (found.id, found.state, found.request, found.fence) == (due.id, "unsure", b"bytes", due.fence + 1)


def test_a_look_goes_on_while_the_ledger_is_stopped() -> None:
    due = unsure()
    filled.stop()
    assert [one.id for one in claim_unsure()] == [due.id]


def test_an_idle_ledger_has_nothing_due() -> None:
    add(due=after(100))
    assert not claims.is_anything_due(NOW)


@pytest.mark.parametrize("state", ["queued", "unsure", "silent", "overdue", *sorted(LAPSING)])
def test_every_kind_of_work_counts_as_due(state: str) -> None:
    match state:
        case "queued":
            add()
        case "unsure":
            unsure()
        case "silent":
            sending(now=after(-61))
        case "overdue":
            number = add(too_late_s=10)
            DeliveryRow.objects.filter(id=number).update(run_at=after(3600))  # the network asked us to wait
        case reason:
            number = add(too_late_s=10)
            DeliveryRow.objects.filter(id=number).update(state="held", reason=reason)
    is_overdue = state in ("overdue", *LAPSING)
    assert claims.is_anything_due(after(10) if is_overdue else NOW)
    assert not is_overdue or state == "overdue" or not claims.is_anything_due(after(9))


def test_what_waits_for_a_person_is_no_work_however_late_it_is() -> None:
    number = add(too_late_s=10)
    DeliveryRow.objects.filter(id=number).update(state="held", reason="rejected")
    assert not claims.is_anything_due(after(3600))


@pytest.mark.parametrize("scope", ["all", "account:x", "tag:lab23"])
def test_a_stop_holds_back_what_it_is_about_and_nothing_else(scope: str) -> None:
    stopped = add("Vote. #Lab23", account="x")
    tagged = add("Vote. #lab23", account="bluesky")
    free = add("Vote. #Other", account="mastodon")
    filled.stop(scope)
    held_back = {"all": {stopped, tagged, free}, "account:x": {stopped}, "tag:lab23": {stopped, tagged}}[scope]
    assert {due.id for due in claim()} == {stopped, tagged, free} - held_back


def test_a_stop_from_outside_the_database_holds_back_everything() -> None:
    add()
    assert claim(stopped="The file is there.") == []
    assert len(claim()) == 1


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.DELETE])
@pytest.mark.parametrize("outside", ["", "The file is there."])
def test_corrections_and_deletions_are_claimed_while_all_is_stopped(verb: Verb, outside: str) -> None:
    number = filled.change(verb, "12")
    if not outside:
        filled.stop()
    (due,) = claim(stopped=outside)
    assert (due.id, due.verb, due.target) == (number, verb, "12")


def test_a_post_that_people_publish_by_hand_is_never_claimed_and_its_deletion_is() -> None:
    filled.by_hand(due=after(-5))
    other, elsewhere = add(), filled.change(Verb.DELETE, "12", account="bluesky")
    PostRow.objects.filter(deliveries=elsewhere).update(hand_off=True)
    assert sorted(due.id for due in claim()) == sorted([other, elsewhere])


@pytest.mark.parametrize(("state", "goes"), [("sent", True), ("queued", False), ("held", False), ("missed", False)])
def test_what_waits_for_another_goes_when_that_one_is_out(state: str, goes: bool) -> None:  # noqa: FBT001  a case
    first, second = add(due=after(600)), add()
    DeliveryRow.objects.filter(id=first).update(state=state)
    DeliveryRow.objects.filter(id=second).update(waits_for=first)
    assert [due.id for due in claim()] == ([second] if goes else [])


def test_a_deletion_in_doubt_keeps_no_post_with_the_same_words_waiting() -> None:
    number = filled.change(Verb.DELETE, "12", text="Vote")
    DeliveryRow.objects.filter(id=number).update(state="unsure", run_at=after(600))
    twin = add("Vote")
    assert [due.id for due in claim()] == [twin]


def test_two_workers_that_claim_for_one_account_at_once_get_one_delivery_between_them() -> None:
    for place in range(3):
        add(account="x", due=after(-place))
    found = filled.at_once([claim] * 8)
    assert sum(len(some) for some in found) == 1
