"""Looking before repeating: what is looked for, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DoubtReason, Receipt, State, Transition, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.deliver.confirm import MARGIN, confirm
from amplifier.errors import AccountLost, RateLimited, Unavailable
from amplifier.platforms.port import Part
from amplifier.store import deliveries, receipts
from amplifier.store.models import DeliveryRow
from tests.deliver.desk import PAUSES, Desk, receipt_of, stands, story
from tests.store import filled
from tests.store.filled import NOW, add, after, begin, claim, claim_unsure, receipt, row, sending, step, unsure


def look(desk: Desk) -> Transition:
    (due,) = claim_unsure(now=desk.time)
    return confirm(due, desk.outlet(due.identity.account), now=desk.now, pauses=PAUSES)


def test_the_very_bytes_are_looked_for_since_shortly_before_the_first_attempt(desk: Desk) -> None:
    unsure()
    taken = sending()
    deliveries.record([step(taken, State.SENT, receipt=receipt(5))], now=NOW)
    look(desk)
    (sought,) = desk.x.sought
    assert (sought.request, sought.after, sought.taken) == (b"bytes", NOW - MARGIN, {"5"})
    assert timedelta(hours=1) <= MARGIN <= timedelta(days=1)  # a clock may be an hour off, a campaign is weeks long


def test_what_is_found_is_sent_with_the_receipt_that_was_found(desk: Desk) -> None:
    due = unsure()
    desk.x.posts["77"] = b"bytes"
    assert look(desk).after is State.SENT
    assert (stands(due.id), receipt_of(due.id)) == (("sent", ""), Receipt("77", "https://x.com/us/status/77"))
    assert story(due.id)[-1] == "found"


def test_a_post_that_another_delivery_owns_is_not_found_again(desk: Desk) -> None:
    desk.x.posts["5"] = b"bytes"
    first = sending()
    deliveries.record([step(first, State.SENT, receipt=receipt(5))], now=NOW)
    second = unsure()
    assert look(desk).kind == "not seen yet"
    assert stands(second.id)[0] == "unsure"


@pytest.mark.parametrize("error", [Unavailable("No."), RateLimited("No.", after(30)), ValueError("surprise")])
def test_a_look_that_fails_is_repeated_later(desk: Desk, error: Exception) -> None:
    due = unsure()
    desk.x.blind.append(error)
    assert look(desk).kind == "cannot look yet"
    kept = row(due.id)
    assert (kept.state, kept.looks, kept.lease_until) == ("unsure", 0, None)
    assert kept.run_at == (after(30) if isinstance(error, RateLimited) else after(60))
    assert kept.detail


def test_a_look_that_finds_the_account_lost_pauses_it(desk: Desk) -> None:
    due = unsure()
    desk.x.blind.append(AccountLost("Revoked."))
    look(desk)
    assert stands(due.id)[0] == "unsure"
    add()
    assert claim(now=after(60)) == []


def test_what_was_born_in_a_new_ledger_is_looked_for_by_the_bytes_it_would_have_been(desk: Desk) -> None:
    number = add("Vote", due=after(-600), state=State.UNSURE)
    DeliveryRow.objects.filter(id=number).update(reason="new_ledger")
    look(desk)
    (sought,) = desk.x.sought
    assert sought.request.decode().endswith("|en|Vote|11:50:00")
    assert sought.after == after(-600) - MARGIN
    desk.x.posts["9"] = sought.request
    desk.pass_by(60)
    assert look(desk).kind == "found"
    assert stands(number) == ("sent", "")


def test_what_cannot_be_prepared_cannot_be_looked_for_yet(desk: Desk) -> None:
    number = add(due=after(-600), state=State.UNSURE)
    desk.x.unprepared += [Unavailable("No names.")]
    assert look(desk).kind == "cannot look yet"
    assert stands(number)[0] == "unsure"


def test_a_find_that_comes_after_its_lease_is_not_thrown_away(desk: Desk) -> None:
    due = unsure()
    desk.x.posts["77"] = b"bytes"
    (slow,) = claim_unsure()
    claim_unsure(now=after(61))
    step = confirm(slow, desk.outlet("x"), now=desk.now, pauses=PAUSES)
    assert step.after is State.SENT
    assert receipt_of(due.id) == step.receipt
    assert story(due.id)[-1] == "late receipt"


def test_a_look_that_saw_nothing_under_a_stale_fence_changes_nothing(desk: Desk) -> None:
    due = unsure()
    (slow,) = claim_unsure()
    receipts.keep_late_receipt(due.id, receipt(12), fence=due.fence, now=NOW)
    confirm(replace(slow, looks=5), desk.outlet("x"), now=desk.now, pauses=PAUSES)
    assert stands(due.id) == ("sent", "")


def test_what_the_plan_overtook_and_nobody_sees_waits_for_a_person(desk: Desk) -> None:
    due = unsure()
    DeliveryRow.objects.filter(id=due.id).update(reason=HoldReason.OVERTAKEN)
    for _ in range(desk.looks):
        look(desk)
        desk.pass_by(60)
    assert stands(due.id) == ("held", HoldReason.OVERTAKEN)


def by_hand(text: str) -> int:
    """A post that somebody says they posted."""
    number = add(text, due=after(-600))
    DeliveryRow.objects.filter(id=number).update(state=State.UNSURE, reason=DoubtReason.BY_HAND, run_at=NOW)
    return number


def test_what_somebody_posted_by_hand_is_found_by_its_words_whatever_program_they_used(desk: Desk) -> None:
    taken = sending()
    deliveries.record([step(taken, State.SENT, receipt=receipt(5))], now=NOW)
    number = by_hand("Vote now")
    desk.x.posts |= {"5": b"|en|Vote now|", "6": b"|en|Vote later|", "7": b"|en|Vote now|"}
    assert look(desk).kind == "found"
    assert desk.x.spotted == [("Vote now", after(-600) - MARGIN, frozenset({"5"}))]
    assert (stands(number), receipt_of(number)) == (("sent", ""), Receipt("7", "https://x.com/us/status/7"))
    assert "find" not in desk.x.calls


def test_what_nobody_sees_though_somebody_posted_it_waits_for_hands(desk: Desk) -> None:
    number = by_hand("Vote now")
    for _ in range(desk.looks):
        look(desk)
        desk.pass_by(60)
    assert stands(number) == ("held", HoldReason.HAND_OFF)
    assert "link" in row(number).detail


def test_on_an_account_that_parks_its_doubts_a_person_decides_after_the_looks(desk: Desk) -> None:
    due = unsure()
    desk.rules = {"x": {"park": True}}
    for _ in range(desk.looks):
        look(desk)
        desk.pass_by(60)
    assert stands(due.id) == ("held", HoldReason.DOUBT)


def change_in_doubt(verb: Verb, target: str, text: str = "New words") -> int:
    number = filled.change(verb, target, text=text)
    (due,) = claim()
    assert begin(due)
    deliveries.record([step(due, State.UNSURE)], now=NOW)
    DeliveryRow.objects.filter(id=number).update(run_at=NOW)
    return number


@pytest.mark.parametrize(
    ("verb", "there", "after_look"),
    [
        (Verb.DELETE, None, State.SENT),
        (Verb.DELETE, b"|en|Old words|", State.QUEUED),
        (Verb.EDIT, b"|en|New words|", State.SENT),
        (Verb.EDIT, b"|en|Old words|", State.QUEUED),
        (Verb.EDIT, None, State.QUEUED),  # the next try is refused, and says that the post is gone
    ],
)
def test_whether_a_change_came_through_is_read_from_the_post_itself(
    desk: Desk, verb: Verb, there: bytes | None, after_look: State
) -> None:
    number = change_in_doubt(verb, "12")
    if there is not None:
        desk.x.posts["12"] = there
    assert look(desk).after is after_look
    assert stands(number)[0] == after_look
    assert desk.x.calls == ["read"]


@pytest.mark.parametrize("error", [Unavailable("Not reached."), ValueError("surprise")])
def test_a_look_for_a_change_that_fails_is_repeated_later(desk: Desk, error: Exception) -> None:
    number = change_in_doubt(Verb.DELETE, "12")
    desk.x.unread.append(error)
    assert look(desk).kind == "cannot look yet"
    assert (stands(number)[0], row(number).run_at) == ("unsure", after(60))


def test_the_deletion_of_what_nobody_has_found_yet_has_not_happened(desk: Desk) -> None:
    sought = unsure()
    number = filled.change(Verb.DELETE, "")
    DeliveryRow.objects.filter(id=number).update(waits_for=sought.id, state=State.UNSURE, reason=DoubtReason.RESTORED)
    DeliveryRow.objects.filter(id=sought.id).update(run_at=after(900))
    desk.tick()
    assert stands(number) == ("queued", "")
    assert desk.x.calls == []


@pytest.mark.parametrize(
    ("reason", "by_key", "found"),
    [
        (DoubtReason.RESTORED, True, True),
        (DoubtReason.NEW_LEDGER, True, True),
        (DoubtReason.RESTORED, False, False),
        ("", True, False),
    ],
)
def test_what_hands_posted_before_the_ledger_forgot_it_is_found_by_its_words_where_a_key_finds_it_not(
    desk: Desk, reason: str, *, by_key: bool, found: bool
) -> None:
    desk.rehire(x={"by_key": by_key})
    sought = unsure("Words by hand")
    DeliveryRow.objects.filter(id=sought.id).update(reason=reason)
    desk.x.posts["77"] = b"another key|en|Words by hand|12:00:00"
    desk.tick()
    assert (stands(sought.id)[0] == "sent") == found
    assert ("spot" in desk.x.calls) == found


@pytest.mark.parametrize("reason", [DoubtReason.RESTORED, DoubtReason.NEW_LEDGER, DoubtReason.AGAIN, ""])
def test_what_its_key_leads_to_keeps_the_words_that_are_there(desk: Desk, reason: str) -> None:
    desk.rehire(x={"by_key": True})
    sought = unsure("Words of the plan")
    DeliveryRow.objects.filter(id=sought.id).update(reason=reason)
    desk.x.posts["77"] = b"key|en|Words that somebody wrote|12:00:00"
    desk.x.found_by_key = "77"
    desk.tick()
    assert stands(sought.id)[0] == "sent"
    assert (row(sought.id).text, row(sought.id).remote_id) == ("Words that somebody wrote", "77")


def test_what_cannot_be_read_is_looked_for_again_and_what_is_gone_by_then_is_not_there(desk: Desk) -> None:
    desk.rehire(x={"by_key": True, "looks": 1})
    sought = unsure("Words")
    desk.x.posts["77"] = b"key|en|Words|12:00:00"
    desk.x.found_by_key = "77"
    desk.x.unread.append(Unavailable("Not reached."))
    desk.tick()
    assert stands(sought.id)[0] == "unsure"
    DeliveryRow.objects.filter(id=sought.id).update(run_at=desk.time, reason=DoubtReason.RESTORED)
    desk.x.unread.append(desk.x.posts.clear)
    desk.tick()
    assert stands(sought.id) == ("held", HoldReason.DOUBT)


def named(post: str = "77") -> int:
    """A delivery whose answer named a post, and is unsure."""
    due = unsure()
    DeliveryRow.objects.filter(id=due.id).update(answered_id=post, answered_url="https://x.com/us/status/77")
    return due.id


def test_the_post_that_an_answer_named_is_read_first_and_is_ours_with_our_words(desk: Desk) -> None:
    number = named()
    desk.x.posts["77"] = f"key|en|{row(number).text}|".encode()
    assert look(desk).kind == "found"
    assert (stands(number), receipt_of(number)) == (("sent", ""), Receipt("77", "https://x.com/us/status/77"))
    assert desk.x.calls == ["read"]


def test_the_post_that_an_answer_named_is_held_with_other_words_and_stays_named(desk: Desk) -> None:
    number = named()
    desk.x.posts["77"] = b"key|en|Stay at home|"
    assert look(desk).kind == "not seen yet"
    desk.pass_by(60)
    assert look(desk).kind == "found otherwise"
    assert (stands(number), receipt_of(number)) == (("held", HoldReason.DOUBT), None)
    assert (row(number).answered_id, desk.x.calls) == ("77", ["read", "find"] * 2)


def test_where_an_answer_named_another_post_of_ours_the_one_that_it_made_is_found(desk: Desk) -> None:
    number = named()
    desk.x.posts |= {"77": b"key|en|Stay at home|", "78": b"bytes"}
    assert look(desk).kind == "found"
    assert receipt_of(number) == Receipt("78", "https://x.com/us/status/78")


def test_a_named_post_that_is_gone_is_looked_for_as_ever(desk: Desk) -> None:
    named()
    assert look(desk).kind == "not seen yet"
    assert desk.x.calls == ["read", "find"]


def test_a_named_post_that_cannot_be_read_now_is_no_absence(desk: Desk) -> None:
    named()
    desk.x.unread.append(Unavailable("No."))
    assert look(desk).kind == "cannot look yet"
    assert desk.x.calls == ["read"]


def test_a_named_post_that_another_delivery_owns_is_not_this_one(desk: Desk) -> None:
    first = sending()
    deliveries.record([step(first, State.SENT, receipt=receipt(77))], now=NOW)
    named()
    assert look(desk).kind == "not seen yet"
    assert desk.x.calls == ["find"]


def _unseen(text: str, *, account: str = "x", due: float = -600, reason: str = DoubtReason.RESTORED) -> int:
    """What may have gone out with these words since a backup, and has others by now."""
    number = add("Other words", account=account, due=after(due), state=State.UNSURE)
    DeliveryRow.objects.filter(id=number).update(
        reason=reason, unseen_since=after(-300), unseen_text=text, run_at=NOW, too_late_at=after(900)
    )
    return number


def test_what_has_other_words_since_a_restore_is_found_in_those_that_it_had(desk: Desk) -> None:
    number = _unseen("As it was")
    desk.x.posts["9"] = desk.x.prepare(Part("As it was", "en"), row(number).key, after(-300))
    assert look(desk).kind == "found"
    assert (stands(number), row(number).text) == (("sent", ""), "As it was")
    assert [sought.after for sought in desk.x.sought] == [after(-300) - MARGIN] * 2


@pytest.mark.parametrize("due", [-600, 600])
def test_what_has_other_words_since_a_restore_and_is_not_found_in_either_is_for_a_person(
    desk: Desk, due: float
) -> None:
    number = _unseen("As it was", due=due)
    look(desk)
    desk.pass_by(60)
    assert look(desk).after is State.HELD
    assert (row(number).reason, row(number).unseen_since) == (HoldReason.DOUBT, after(-300))


def test_what_a_person_wants_sent_since_a_restore_goes_out_when_neither_words_are_there(desk: Desk) -> None:
    number = _unseen("As it was", reason=DoubtReason.AGAIN)
    look(desk)
    desk.pass_by(60)
    assert look(desk).after is State.QUEUED
    assert row(number).unseen_since is None
