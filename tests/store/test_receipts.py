"""Receipts: none is thrown away, none counts twice, and how full they say that an account is."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from amplifier.campaign.delivery import State, Transition
from amplifier.store import deliveries, events, receipts
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import NOW, add, after, begin, claim, claim_unsure, receipt, row, sending, step, unsure

pytestmark = pytest.mark.usefixtures("opened")


def record(transition: Transition, now: datetime = NOW) -> list[Transition]:
    return deliveries.record([transition], now=now)


def fall_silent() -> None:
    """The worker says nothing until its lease has run out."""
    assert deliveries.expire_leases(now=after(61), look_at=after(61)) == 1


def look_finds_nothing(now: datetime) -> None:
    (look,) = claim_unsure(now=now)
    back = Transition(look.id, look.fence, State.UNSURE, State.QUEUED, "not there", run_at=now)
    assert record(back, now) == []


def kinds(delivery: int) -> list[str]:
    return [event.kind for event in events.events_of(events.of_delivery(delivery))]


def test_a_late_receipt_closes_what_is_unsure() -> None:
    due = sending()
    fall_silent()
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    kept = row(due.id)
    assert (kept.state, kept.remote_id, kept.sent_at) == ("sent", "12", after(62))
    assert kept.fence == due.fence + 2  # whoever holds an older one holds nothing
    last = events.events_of(events.of_delivery(due.id))[-1]
    assert (last.kind, last.before, last.after, last.fence) == ("late receipt", "unsure", "sent", due.fence)
    assert "12 https://x.com/us/status/12" in last.detail


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.MISSED, State.DROPPED])
def test_a_late_receipt_closes_whatever_was_thought_of_it_meanwhile(state: State) -> None:
    due = sending()
    fall_silent()
    DeliveryRow.objects.filter(id=due.id).update(state=state)
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert (row(due.id).state, row(due.id).remote_id) == ("sent", "12")


def test_a_late_receipt_voids_the_repeat_that_was_not_yet_begun() -> None:
    due = sending()
    fall_silent()
    look_finds_nothing(after(61))
    (again,) = claim(now=after(61))
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert not begin(again, now=after(62))
    assert row(due.id).state == "sent"


def test_a_late_receipt_while_the_repeat_is_under_way_is_an_alert() -> None:
    due = sending()
    fall_silent()
    look_finds_nothing(after(61))
    (again,) = claim(now=after(61))
    assert begin(again, now=after(61))
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=after(62))
    assert (row(due.id).state, kinds(due.id)[-1]) == ("sending", "perhaps twice")


@pytest.mark.parametrize(("number", "kind"), [(12, "late receipt"), (13, "perhaps twice")])
def test_a_late_receipt_for_what_was_sent_is_an_alert_only_if_it_is_another(number: int, kind: str) -> None:
    due = sending()
    record(step(due, State.SENT, receipt=receipt(12)))
    receipts.keep_late_receipt(due.id, receipt(number), fence=0, now=after(62))
    assert (row(due.id).remote_id, kinds(due.id)[-1]) == ("12", kind)


def test_a_late_receipt_takes_no_post_away_from_another_delivery() -> None:
    first = sending()
    record(step(first, State.SENT, receipt=receipt(12)))
    due = unsure()
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=NOW)
    assert (row(due.id).state, row(due.id).remote_id) == ("unsure", None)
    assert kinds(due.id)[-1] == "late receipt"


def test_a_late_receipt_shows_that_the_post_is_live() -> None:
    due = unsure()
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=NOW)
    assert row(due.id).remote_state == "live"


def test_the_posts_that_deliveries_own_are_those_that_went_out_since_then() -> None:
    filled.sent(number=1, now=after(-600))
    filled.sent(number=2)
    filled.sent(number=3, account="bluesky")
    add()
    assert receipts.remote_ids("x", since=after(-600)) == {"1", "2"}
    assert receipts.remote_ids("x", since=after(-599)) == {"2"}
    assert receipts.remote_ids("mastodon", since=after(-600)) == frozenset()


@pytest.mark.parametrize(
    ("caps", "until"),
    [
        ((), None),
        (((4, 3600),), None),
        (((3, 3600),), 3600 - 300),
        (((2, 3600),), 3600 - 200),
        (((1, 3600),), 3600 - 100),
        (((3, 250),), None),
        (((9, 3600), (3, 600), (2, 900)), 900 - 200),
    ],
)
def test_an_account_is_full_until_the_post_that_fills_it_leaves_the_window(
    caps: tuple[tuple[int, int], ...], until: float | None
) -> None:
    for place in (3, 2, 1):
        filled.sent(number=place, now=after(-100 * place))
    filled.sent(number=9, account="bluesky")
    with transaction.atomic():
        found = receipts.full_until(filled.number("x"), caps, now=NOW)
    assert found == (None if until is None else after(until))


def test_a_post_is_taken_by_another_delivery_on_its_own_account_only() -> None:
    due = filled.sent(number=12)
    with transaction.atomic():
        assert receipts.is_taken(filled.number("x"), receipt(12), due.id + 1)
        assert not receipts.is_taken(filled.number("x"), receipt(12), due.id)
        assert not receipts.is_taken(filled.number("bluesky"), receipt(12), due.id + 1)
