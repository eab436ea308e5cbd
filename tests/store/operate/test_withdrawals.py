"""Withdrawals as rows, on both databases."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import State
from amplifier.errors import UsageError
from amplifier.store import claims, deliveries, delivery_views
from amplifier.store.holding import holds
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides, withdrawals
from amplifier.store.operate.corrections import Hand
from tests.store.filled import FIRST_DAY, NOW, add, after, claim, receipt, row, sending, step, unsure

pytestmark = pytest.mark.usefixtures("opened")
HAND = Hand("cli:jo", "wrong room", NOW, FIRST_DAY)


def test_what_is_under_way_is_deleted_when_its_receipt_comes() -> None:
    due = sending("Room 3.")
    (deletion,) = withdrawals.withdraw(due.identity.post, ["x"], HAND)
    assert claim() == []
    deliveries.record([step(due, State.SENT, receipt=receipt(7))], now=NOW)
    (found,) = claim()
    assert (found.id, found.target) == (deletion, "7")
    assert deliveries.begin(found, request=b"7", now=NOW, lease_until=after(60))
    assert deliveries.record([step(found, State.SENT)], now=NOW) == []
    assert row(due.id).remote_state == "withdrawn"


def test_what_comes_back_from_under_way_is_not_sent_again() -> None:
    due = sending("Room 3.")
    (deletion,) = withdrawals.withdraw(due.identity.post, ["x"], HAND)
    deliveries.record([step(due, State.QUEUED)], now=NOW)
    assert (row(due.id).state, row(due.id).reason) == ("held", "overtaken")
    assert withdrawals.tidy(now=after(1)) == 1
    assert (row(due.id).state, row(deletion).state) == ("dropped", "dropped")
    assert withdrawals.tidy(now=after(2)) == 0


def test_tidying_touches_nothing_else() -> None:
    numbers = [unsure().id, add(), add(state=State.HELD)]
    before = [row(number) for number in numbers]
    assert withdrawals.tidy(now=after(60)) == 0
    assert [(one.state, one.fence) for one in before] == [(row(n).state, row(n).fence) for n in numbers]


def test_a_deletion_that_waits_for_a_doubt_is_left_alone_while_the_doubt_lasts() -> None:
    due = unsure("Room 3.")
    (deletion,) = withdrawals.withdraw(due.identity.post, ["x"], HAND)
    assert withdrawals.tidy(now=after(60)) == 0
    DeliveryRow.objects.filter(id=due.id).update(state="held", reason="doubt")
    assert withdrawals.tidy(now=after(60)) == 0
    assert row(deletion).state == "queued"


def test_where_nobody_may_look_only_a_person_settles_whether_hands_posted_what_is_withdrawn() -> None:
    number = add("Room 3.")
    DeliveryRow.objects.filter(id=number).update(state="held", reason="doubt")
    (found,) = delivery_views.views_by_id([number])
    (deletion,) = withdrawals.withdraw(found.identity.post, ["x"], HAND)
    holds.park_unseen(now=NOW, accounts=["x"])
    assert withdrawals.tidy(now=after(60)) == 0
    assert [(row(one).state, row(one).reason) for one in (number, deletion)] == [("held", "doubt"), ("queued", "")]
    overrides.adopt(number, receipt(7), actor="cli:jo", now=after(60))
    (due,) = claim(now=after(60))
    assert (due.id, due.target) == (deletion, "7")


def test_a_deletion_waits_for_a_doubt_as_long_as_it_lasts_and_has_a_day_of_its_own_then() -> None:
    due = unsure("Room 3.")
    (deletion,) = withdrawals.withdraw(due.identity.post, ["x"], HAND)
    accounts.lose_account(accounts.number_of("x"), detail="Suspended.", now=NOW)
    days = 86_400
    for at in (60, 3 * days):
        holds.hold_blocked(now=after(at))
        deliveries.miss_overdue(now=after(at))
        withdrawals.tidy(now=after(at))
        assert row(deletion).state == "queued"
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=0, now=after(3 * days))
    DeliveryRow.objects.filter(id=due.id).update(state="sent", remote_id="7", remote_state="live")
    deliveries.miss_overdue(now=after(3 * days))
    assert withdrawals.tidy(now=after(3 * days)) == 1
    (found,) = claims.claim(now=after(3 * days), lease_until=after(3 * days + 60), limit=4)
    assert (found.id, found.target) == (deletion, "7")
    deliveries.miss_overdue(now=after(4 * days))
    assert row(deletion).state == "missed"


def test_only_what_waits_for_a_hand_can_be_done_by_hand() -> None:
    number = add()
    with pytest.raises(UsageError, match="Nothing was changed"):
        withdrawals.done_by_hand(number, HAND)
