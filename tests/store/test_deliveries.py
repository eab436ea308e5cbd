"""The claim and the fence: who may send what, and when."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from amplifier.campaign.delivery import DeliveryId, Receipt, State, idempotency_key, record_key
from amplifier.campaign.post import PostId
from amplifier.store import accounts, deliveries, events, ledger
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import LEASE, NOW, add, after, begin, claim, claim_unsure, row, sending, unsure

pytestmark = pytest.mark.usefixtures("opened")


def test_what_is_due_is_claimed_with_its_words_its_key_and_a_higher_fence() -> None:
    number = add("Words", account="mastodon")
    (due,) = claim()
    identity = DeliveryId(PostId("lab23", due.identity.post.slot, "once"), "mastodon")
    assert (due.id, due.text, due.language, due.identity) == (number, "Words", "en", identity)
    assert (due.key, due.request, due.attempts, due.fence) == (idempotency_key(identity), None, 0, 1)
    assert (due.due_at, due.too_late_at, due.first_sent_at) == (NOW, after(900), None)
    assert row(number).state == "queued"


def test_a_delivery_to_bluesky_has_a_record_key_from_the_first_day() -> None:
    add(account="bluesky")
    (due,) = claim()
    assert due.key == record_key(due.identity, filled.FIRST_DAY)


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
    for verb in (deliveries.claim, deliveries.claim_unsure):
        assert verb(now=NOW, lease_until=LEASE, limit=9, served={"bluesky"}) == []
        assert len(verb(now=NOW, lease_until=LEASE, limit=9, served={"x"})) == 1


def test_nothing_is_claimed_while_the_ledger_is_stopped() -> None:
    add()
    ledger.stop("Somebody pressed stop.")
    assert claim() == []
    ledger.resume()
    assert len(claim()) == 1


def test_what_was_claimed_before_the_stop_is_not_begun_after_it() -> None:
    number = add()
    (due,) = claim()
    ledger.stop("Somebody pressed stop.")
    assert not begin(due)
    assert row(number).state == "queued"


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
            moved.wait(10)
            found.extend(claim())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    with transaction.atomic():
        DeliveryRow.objects.filter(id=number).update(run_at=after(2400), fence=7)
        moved.set()
        thread.join(0.3)  # the claim waits for us, or passes the row by
    thread.join(10)
    assert found == []
    assert row(number).fence == 7


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
    due = sending()
    again = filled.step(due, State.QUEUED)
    deliveries.record([again], now=after(5))
    (second,) = claim(now=after(6))
    assert second.first_sent_at == NOW
    assert begin(second, now=after(6))
    assert row(due.id).first_sent_at == NOW


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
    ledger.stop("Somebody pressed stop.")
    assert [one.id for one in claim_unsure()] == [due.id]


def test_an_idle_ledger_has_nothing_due() -> None:
    add(due=after(100))
    assert not deliveries.is_anything_due(NOW)


@pytest.mark.parametrize("state", ["queued", "unsure", "silent", "overdue"])
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
    assert deliveries.is_anything_due(after(10) if state == "overdue" else NOW)


def test_the_remote_ids_of_an_account_are_those_it_has_receipts_for() -> None:
    due = sending()
    deliveries.record([filled.step(due, State.SENT, receipt=Receipt("12", "https://x.com/us/12"))], now=NOW)
    add()
    assert deliveries.remote_ids("x") == {"12"}
    assert deliveries.remote_ids("bluesky") == frozenset()
