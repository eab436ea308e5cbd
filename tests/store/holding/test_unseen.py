"""No road leads on what may be out since a backup but by a look: no plan, no release, no time that passes."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps

from amplifier.campaign.changes import Changes, Step
from amplifier.campaign.correction import Change, Way
from amplifier.campaign.delivery import DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import PASSING, HoldReason
from amplifier.campaign.post import PostId, Words
from amplifier.errors import UsageError
from amplifier.store import decisions, deliveries, delivery_views, migrations, posts
from amplifier.store.events import events_of, of_delivery
from amplifier.store.holding import holds, restored, unseen
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import corrections, overrides, withdrawals
from amplifier.store.operate.corrections import Hand
from tests.store import filled
from tests.store.filled import FIRST_DAY, NOW, after, claim, row, sending, step

pytestmark = pytest.mark.usefixtures("opened")
LOOKED_FOR = (State.UNSURE, DoubtReason.RESTORED)
HAND = Hand("cli:wren", "", NOW, FIRST_DAY)
BACKUP = after(-3600)


def _restored(state: State = State.HELD, reason: str = "", *, account: str = "x") -> int:
    """A delivery that was held, missed or left out when the backup was made, as a restore leaves it."""
    number = filled.add("As it was", account=account, due=after(-60))
    DeliveryRow.objects.filter(id=number).update(state=state, reason=reason)
    restored.doubt(made_at=BACKUP, now=NOW, actor="cli:wren", reason="Restored.", readable=list(filled.PLATFORMS))
    filled.lift()
    assert (row(number).state, row(number).reason) == (state, reason)
    return number


def _stands(number: int) -> tuple[str, str]:
    return row(number).state, row(number).reason


def _plan(number: int, before: State, to: State, words: Words | None = None) -> None:
    one = Step(number, before, to, "goes on", words=words)
    posts.replan("lab23", lambda _: Changes(steps=(one,)), filled.ink())


def _post(number: int) -> PostId:
    return delivery_views.views_by_id([number])[0].identity.post


def test_the_words_and_the_time_of_the_backup_are_kept_and_no_attempt_is_made_up() -> None:
    number = _restored(reason=HoldReason.UNTRUE)
    found = row(number)
    assert (found.unseen_since, found.unseen_text, found.first_sent_at) == (BACKUP, "As it was", None)


@pytest.mark.parametrize("to", [State.QUEUED, State.MISSED])
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        *[(State.HELD, one) for one in HoldReason if one not in PASSING],
        (State.DROPPED, "unplanned"),
        (State.DROPPED, "unplanned hold"),
    ],
)
def test_whatever_the_plan_says_it_is_looked_for_before_it_waits_or_is_given_up(
    state: State, reason: str, to: State
) -> None:
    number = _restored(state, reason)
    _plan(number, state, to, Words("x", "Other words", "en"))
    found = row(number)
    assert (found.state, found.reason, found.run_at, found.detail) == (*LOOKED_FOR, NOW, unseen.DETAIL)
    assert (found.text, found.unseen_text) == ("Other words", "As it was")
    assert events_of(of_delivery(number))[-1].after == State.UNSURE
    assert claim(now=after(5)) == []


def test_a_move_that_keeps_it_held_asks_nobody() -> None:
    number = _restored(reason=HoldReason.UNTRUE)
    _plan(number, State.HELD, State.HELD)
    assert row(number).state == State.HELD


def test_what_somebody_kept_back_is_looked_for_when_it_is_released() -> None:
    number, other = _restored(reason=HoldReason.KEPT), filled.add(due=after(-5))
    DeliveryRow.objects.filter(id=other).update(state=State.HELD, reason=HoldReason.KEPT)
    assert holds.release([number, other], actor="cli:wren", now=NOW) == 1
    assert (_stands(number), _stands(other)) == (LOOKED_FOR, (State.QUEUED, ""))
    assert events_of(of_delivery(number))[-1].actor == "cli:wren"
    decisions.carried_out(0, let_go=decisions.times_let_go(), now=NOW)  # the planner has looked
    assert [due.id for due in claim(now=after(5))] == [other]


def test_what_somebody_kept_back_is_looked_for_when_its_time_is_over() -> None:
    number = _restored(reason=HoldReason.KEPT)
    assert deliveries.miss_overdue(now=after(86_400)) == 0
    assert _stands(number) == LOOKED_FOR


def test_a_look_that_saw_nothing_is_enough_and_what_is_held_after_it_is_looked_for_again() -> None:
    number = _restored(reason=HoldReason.KEPT)
    holds.release([number], actor="cli:wren", now=NOW)
    (due,) = filled.claim_unsure()
    assert (due.unseen_since, due.since, due.earlier_text) == (BACKUP, BACKUP, "")
    deliveries.record([replace(step(due, State.HELD), before=State.UNSURE, reason=HoldReason.DOUBT)], now=NOW)
    assert row(number).unseen_since == BACKUP
    assert overrides.send_again(number, actor="cli:wren", now=NOW) is State.UNSURE
    (due,) = filled.claim_unsure()
    deliveries.record([replace(step(due, State.QUEUED), before=State.UNSURE)], now=NOW)
    assert row(number).unseen_since is None
    decisions.carried_out(0, let_go=decisions.times_let_go(), now=NOW)  # the planner has looked
    assert [one.id for one in claim()] == [number]


def test_a_person_who_may_alone_look_has_looked_when_they_want_it_sent_again() -> None:
    number = _restored(reason=HoldReason.DOUBT)
    overrides.send_again(number, actor="cli:wren", now=NOW)
    holds.park_unseen(now=NOW, accounts=["x"])
    assert (*_stands(number), row(number).unseen_since) == (State.HELD, HoldReason.HAND_OFF, None)


def test_whatever_made_it_wait_it_is_neither_claimed_nor_begun_nor_handed_to_people() -> None:
    number = _restored(reason=HoldReason.UNTRUE)
    DeliveryRow.objects.filter(id=number).update(state=State.QUEUED, reason="")
    assert claim() == []
    assert holds.hold_blocked(now=NOW, by_hand=["x"]) == ()
    assert row(number).state == State.QUEUED
    DeliveryRow.objects.filter(id=number).update(unseen_since=None)
    (due,) = claim()
    DeliveryRow.objects.filter(id=number).update(unseen_since=BACKUP)
    assert not deliveries.begin(due, request=b"bytes", now=NOW, lease_until=filled.LEASE)


@pytest.mark.parametrize(("state", "reason"), [(State.HELD, HoldReason.UNTRUE), (State.DROPPED, "unplanned")])
def test_what_is_withdrawn_is_looked_for_and_its_deletion_waits_for_that(state: State, reason: str) -> None:
    number = _restored(state, reason)
    (deletion,) = withdrawals.withdraw(_post(number), ["x"], HAND)
    assert (_stands(number), row(deletion).verb, row(deletion).waits_for) == (LOOKED_FOR, Verb.DELETE, number)
    assert withdrawals.tidy(now=NOW) == 0


def test_a_correction_that_may_be_out_is_not_replaced_by_another() -> None:
    due = sending(account="mastodon")
    deliveries.record([step(due, State.SENT, receipt=filled.receipt(7))], now=NOW)
    post = _post(due.id)
    change = Change("mastodon", Way.REPOST, "7", 0, Words("mastodon", "Corrected", "en"))
    _, second = corrections.correct(post, [change], HAND)
    DeliveryRow.objects.filter(id=second).update(state=State.HELD, reason=HoldReason.REJECTED)
    restored.doubt(made_at=BACKUP, now=NOW, actor="cli:wren", reason="Restored.", readable=[])
    again = Change("mastodon", Way.REPOST, "7", 1, Words("mastodon", "Corrected anew", "en"))
    DeliveryRow.objects.filter(verb=Verb.DELETE).update(state=State.DROPPED)
    with pytest.raises(UsageError, match="may be out after all"):
        corrections.correct(post, [again], HAND)
    assert row(second).state == State.HELD


def test_a_ledger_that_was_restored_by_an_older_version_is_told_apart_from_what_was_tried() -> None:
    tried, number = sending(), filled.add(due=after(-60))
    DeliveryRow.objects.filter(id=number).update(state=State.HELD, first_sent_at=BACKUP)
    (name,) = [one.name for one in iter_modules(migrations.__path__) if one.name.endswith("since_a_backup")]
    import_module(f"{migrations.__name__}.{name}").tell_apart(apps, None)
    found, other = row(number), row(tried.id)
    assert (found.unseen_since, found.unseen_text, found.first_sent_at) == (BACKUP, found.text, None)
    assert (other.unseen_since, other.first_sent_at) == (None, NOW)
