from __future__ import annotations

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.store import deliveries, heartbeats
from amplifier.store.events import events_of, of_delivery
from amplifier.store.holding import restored, stops
from amplifier.store.holding.restored import Doubt
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
ALL = tuple(filled.PLATFORMS)


def _doubt(readable: tuple[str, ...] = ALL) -> Doubt:
    return restored.doubt(made_at=after(-3600), now=NOW, actor="cli:wren", reason="Restored.", readable=readable)


def _without_a_milestone(delivery: int) -> int:
    row = filled.row(delivery)
    row.post.milestone = ""
    row.post.save()
    return delivery


def test_what_was_due_since_the_backup_is_in_doubt_and_the_service_stopped() -> None:
    due, now_due = filled.add(due=after(-600)), filled.add(due=NOW)
    ahead = _without_a_milestone(filled.add(due=after(60)))
    assert _doubt() == Doubt(2, 0)
    for number in (due, now_due):
        row = filled.row(number)
        assert (row.state, row.reason, row.run_at, row.unseen_since) == (
            State.UNSURE,
            DoubtReason.RESTORED,
            NOW,
            after(-3600),
        )
        (last,) = events_of(of_delivery(number))[-1:]
        assert (last.kind, last.actor, last.before, last.after) == ("restored", "cli:wren", "queued", "unsure")
    assert (filled.row(ahead).state, filled.row(ahead).unseen_since) == (State.QUEUED, None)
    assert [stop.reason for stop in stops.stops()] == ["Restored."]
    assert filled.claim(now=after(120)) == []


def test_what_was_due_counts_although_it_waits_for_a_later_attempt_and_the_other_way_round() -> None:
    waiting, early = (_without_a_milestone(filled.add(due=at)) for at in (after(-60), after(600)))
    DeliveryRow.objects.filter(id=waiting).update(run_at=after(300))
    DeliveryRow.objects.filter(id=early).update(run_at=after(-60))
    assert _doubt() == Doubt(2, 0)


def test_what_hangs_on_a_milestone_may_have_been_moved_forward_since() -> None:
    ahead = filled.add(due=after(86_400), account="mastodon")
    blind = filled.add(due=after(86_400), account="x")
    assert _doubt(("mastodon", "bluesky")) == Doubt(1, 0)
    assert filled.row(ahead).state == State.UNSURE
    assert filled.row(blind).state == State.QUEUED


def test_what_nobody_may_look_for_is_in_doubt_all_the_same_and_counted_for_a_person() -> None:
    filled.add(due=after(-60), account="x")
    filled.add(due=after(-60), account="mastodon")
    assert _doubt(("mastodon",)) == Doubt(1, 1)
    assert restored.in_doubt() == {"x": 1, "mastodon": 1}


def test_what_was_under_way_is_in_doubt_with_its_own_bytes_and_first_attempt() -> None:
    due = filled.sending()
    other = filled.unsure(account="bluesky")
    assert _doubt() == Doubt(2, 0)
    for one in (due, other):
        row = filled.row(one.id)
        assert (row.state, row.reason, bytes(row.request or b"")) == (State.UNSURE, DoubtReason.RESTORED, b"bytes")
        assert (row.first_sent_at, row.lease_until) == (NOW, None)
        assert row.fence > one.fence
    late = filled.step(due, State.SENT, receipt=filled.receipt(7))
    assert deliveries.record([late], now=NOW) == [late]


def test_what_a_person_wanted_again_before_the_backup_is_not_sent_again_by_itself() -> None:
    number = filled.unsure().id
    DeliveryRow.objects.filter(id=number).update(reason=DoubtReason.AGAIN)
    assert _doubt() == Doubt(1, 0)
    assert filled.row(number).reason == DoubtReason.RESTORED


def test_a_doubt_of_its_own_kind_keeps_it_and_is_looked_for_anew() -> None:
    number = filled.unsure().id
    DeliveryRow.objects.filter(id=number).update(reason=HoldReason.DUPLICATE, looks=1, run_at=after(900))
    assert _doubt() == Doubt(0, 0)
    row = filled.row(number)
    assert (row.reason, row.looks, row.run_at) == (HoldReason.DUPLICATE, 0, NOW)


@pytest.mark.parametrize(
    ("reason", "is_doubted"),
    [
        (HoldReason.STOPPED, True),
        (HoldReason.ACCOUNT, True),
        (HoldReason.BUDGET, True),
        (HoldReason.HAND_OFF, True),
        (HoldReason.REJECTED, False),
        (HoldReason.DUPLICATE, False),
    ],
)
def test_what_was_held_is_in_doubt_if_it_may_have_gone_on_since(reason: HoldReason, is_doubted: bool) -> None:  # noqa: FBT001
    number = filled.add(due=after(-60))
    DeliveryRow.objects.filter(id=number).update(state=State.HELD, reason=reason)
    _doubt()
    assert (filled.row(number).state == State.UNSURE) == is_doubted


@pytest.mark.parametrize("state", [State.HELD, State.MISSED])
def test_what_a_person_may_have_sent_since_is_looked_for_before_it_is_sent_again(state: State) -> None:
    number = filled.add(due=after(-60))
    DeliveryRow.objects.filter(id=number).update(state=state, reason="")
    _doubt()
    assert filled.row(number).state == state
    assert overrides.send_again(number, actor="cli:wren", now=NOW) is State.UNSURE


@pytest.mark.parametrize("state", [State.SENT, State.DROPPED])
def test_what_is_at_its_end_stays_as_it_is(state: State) -> None:
    number = filled.add(due=after(-60))
    DeliveryRow.objects.filter(id=number).update(state=state)
    assert _doubt() == Doubt(0, 0)
    row = filled.row(number)
    assert (row.state, row.fence, row.unseen_since) == (state, 0, None)


def test_what_is_held_for_a_fixed_time_ahead_cannot_be_out_and_goes_on_without_a_look() -> None:
    number = _without_a_milestone(filled.add(due=after(3600)))
    DeliveryRow.objects.filter(id=number).update(state=State.HELD, reason=HoldReason.KEPT)
    _doubt()
    assert filled.row(number).unseen_since is None
    assert restored.held_unseen() == 0


def test_it_counts_what_is_still_looked_for_until_nothing_is() -> None:
    number = filled.add(due=after(-60), account="bluesky")
    assert restored.in_doubt() == {}
    _doubt()
    assert restored.in_doubt() == {"bluesky": 1}
    overrides.adopt(number, filled.receipt(7), actor="cli:wren", now=NOW)
    assert restored.in_doubt() == {}


def test_it_says_who_is_at_work() -> None:
    assert restored.at_work(NOW) == ""
    heartbeats.beat("listener", now=after(-10))
    heartbeats.beat("worker", now=after(-100))
    assert restored.at_work(NOW) == "listener"
    assert restored.at_work(after(6)) == ""


def test_a_second_doubt_changes_nothing_that_a_look_would_notice() -> None:
    filled.add(due=after(-60))
    _doubt()
    assert _doubt() == Doubt(0, 0)
    assert restored.in_doubt() == {"x": 1}


def test_what_was_out_at_the_backup_and_is_looked_at_since_may_have_been_changed_by_us() -> None:
    out, seen_before, later, never = (filled.add(due=after(-9000)) for _ in range(4))
    assert restored.perhaps_ours([out]) == (None, frozenset())
    _doubt()
    for number, sent, checked in (
        (out, -5000, 60),
        (seen_before, -5000, -4000),
        (later, -60, 60),
        (never, -5000, None),
    ):
        at = None if checked is None else after(checked)
        DeliveryRow.objects.filter(id=number).update(state="sent", sent_at=after(sent), checked_at=at)
    assert restored.perhaps_ours([out, seen_before, later, never]) == (after(-3600), frozenset({out}))
    assert restored.perhaps_ours([]) == (after(-3600), frozenset())
