"""The judge finds each violation in a history made by hand, and nothing in a clean one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.store import claims, deliveries
from tests.journeys.history import Delivery, Event, History, judge, read, violations
from tests.store import filled

NOW = datetime(2023, 10, 9, 12, tzinfo=UTC)
SENT = Delivery(1, "x", "x", "us", "publish", "Hello", "sent", "11", "", 1, NOW + timedelta(minutes=15), by_hand=False)
STEPS = (("", "queued"), ("queued", "sending"), ("sending", "sent"))
HELLO: dict[str, object] = {
    "network": "x",
    "account": "us",
    "ours": True,
    "remote_id": "11",
    "text": "Hello",
    "deleted": False,
    "versions": ["Hello"],
}


def told(*steps: tuple[str, str], delivery: int = 1, actor: str = "service", begin: int = 0) -> list[Event]:
    """Events a second apart; each attempt has a fence of its own."""
    return [
        Event(begin + n, delivery, NOW + timedelta(seconds=begin + n), actor, "step", before, after, begin + n)
        for n, (before, after) in enumerate(steps)
    ]


def history(*deliveries: Delivery, events: list[Event] | None = None) -> History:
    return History({one.id: one for one in deliveries}, told(*STEPS) if events is None else events)


def only(found: list[str], words: str) -> None:
    assert len(found) == 1, found
    assert words in found[0]


def test_a_clean_history_breaks_no_promise() -> None:
    assert judge(history(SENT), [HELLO]) == []


def test_a_text_more_often_in_the_world_than_planned() -> None:
    only(judge(history(SENT), [HELLO, HELLO | {"remote_id": "12"}]), "In the world twice and planned once")


def test_what_was_deleted_does_not_count_and_was_there_all_the_same() -> None:
    assert judge(history(SENT), [HELLO | {"deleted": True}, HELLO | {"remote_id": "12"}]) == []


def test_what_was_edited_counts_with_its_first_words() -> None:
    assert judge(history(SENT), [HELLO | {"text": "Good day", "versions": ["Hello", "Good day"]}]) == []


def test_what_others_say_is_nothing_to_the_plan() -> None:
    assert judge(history(SENT), [HELLO, HELLO | {"remote_id": "12", "ours": False}]) == []


def test_a_post_that_nobody_began_to_send() -> None:
    missed = replace(SENT, state="missed", remote_id="", attempts=0)
    only(judge(history(missed, events=told(STEPS[0], ("queued", "missed"))), [HELLO]), "In the world once, but begun")


def test_a_sent_row_without_a_post_in_the_world() -> None:
    only(judge(history(SENT), []), "which the world does not have")


def test_a_sent_row_without_a_receipt() -> None:
    only(judge(history(replace(SENT, remote_id="")), [HELLO]), "sent without a receipt")


def test_a_receipt_of_another_text() -> None:
    found = judge(history(SENT), [HELLO, HELLO | {"remote_id": "12"}, HELLO | {"versions": ["Other"]}])
    assert any("receipt of another text: “Other”" in one for one in found)


def test_a_receipt_of_another_account() -> None:
    only(judge(history(SENT), [HELLO | {"account": "them", "ours": False}]), "receipt of another account, them")


def test_two_deliveries_with_one_receipt() -> None:
    twin = replace(SENT, id=2)
    found = judge(history(SENT, twin, events=[*told(*STEPS), *told(*STEPS, delivery=2, begin=9)]), [HELLO])
    only(found, "the same receipt as delivery 1")


@pytest.mark.parametrize(
    ("before", "after"), [("sent", "queued"), ("queued", "sent"), ("sending", "missed"), ("unsure", "missed")]
)
def test_a_path_that_no_state_allows(before: str, after: str) -> None:
    odd = replace(SENT, state=after, remote_id="", attempts=0)
    found = judge(history(odd, events=told(("", before), (before, after))), [], at_rest=False)
    assert any(f"took it from {before} to {after}, which service may not do" in one for one in found)


def test_a_person_may_do_what_the_service_may_not_and_not_more() -> None:
    sent = replace(SENT, attempts=0)
    by_hand = [*told(("", "unsure")), *told(("unsure", "unsure"), ("unsure", "sent"), actor="cli:kim", begin=1)]
    assert judge(history(sent, events=by_hand), [HELLO]) == []
    back = [*told(*STEPS), *told(("sent", "queued"), actor="cli:kim", begin=5)]
    found = judge(history(replace(SENT, state="queued"), events=back), [HELLO], at_rest=False)
    only(found, "which cli:kim may not do")


def test_a_late_receipt_closes_what_it_may() -> None:
    steps = told(STEPS[0], STEPS[1], ("sending", "unsure"), ("unsure", "queued"))
    late = replace(told(("queued", "sent"), begin=9)[0], kind="late receipt")
    assert judge(history(SENT, events=[*steps, late]), [HELLO]) == []
    odd = replace(late, before="sending")
    assert any("may not do" in one for one in judge(history(SENT, events=[*steps[:2], odd]), [HELLO]))


def test_a_gap_in_the_story() -> None:
    found = judge(history(SENT, events=told(STEPS[0], STEPS[1], ("unsure", "sent"))), [HELLO])
    only(found, "begins at unsure, and it was sending")


def test_a_row_that_its_events_do_not_lead_to() -> None:
    held = replace(SENT, state="held", remote_id="")
    only(judge(history(held), [HELLO]), "it is held, and its last event left it sent")


def test_a_send_after_the_last_moment() -> None:
    only(judge(history(replace(SENT, too_late_at=NOW)), [HELLO]), "though it was too late")


def test_a_call_without_an_intent_written_before() -> None:
    only(judge(history(replace(SENT, attempts=2)), [HELLO]), "attempted twice, with 1 intents")


def test_two_calls_of_one_account_at_once() -> None:
    other = replace(SENT, id=2, text="Others", remote_id="12")
    first, second = told(*STEPS), told(*STEPS, delivery=2, begin=9)
    woven = [first[0], second[0], first[1], second[1], first[2], second[2]]
    world = [HELLO, HELLO | {"remote_id": "12", "text": "Others", "versions": ["Others"]}]
    only(judge(history(SENT, other, events=woven), world), "Delivery 2 began while delivery 1 of x was under way")
    elsewhere = replace(other, account="x2")
    assert judge(history(SENT, elsewhere, events=woven), world) == []


def test_an_attempt_after_a_receipt() -> None:
    again = told(*STEPS, ("sent", "sending"), ("sending", "sent"))
    found = judge(history(replace(SENT, attempts=2), events=again), [HELLO])
    assert any("sent once more after its receipt" in one for one in found)


def test_two_attempts_under_one_fence() -> None:
    steps = told(*STEPS[:2], ("sending", "queued"), ("queued", "sending"), ("sending", "sent"))
    steps[3] = replace(steps[3], fence=steps[1].fence)
    only(judge(history(replace(SENT, attempts=2), events=steps), [HELLO]), "two attempts under one fence")


def test_events_out_of_order() -> None:
    events = told(*STEPS)
    events[2] = replace(events[2], at=NOW)
    only(judge(history(SENT, events=events), [HELLO]), "before the event that it follows")


def test_events_out_of_order_are_excused_by_a_clock_that_was_set_back_between_them_and_by_no_other() -> None:
    events = told(*STEPS)
    events[2] = replace(events[2], at=NOW)
    found = history(SENT, events=events)
    assert judge(found, [HELLO], set_back=[events[1].id]) == []
    for elsewhere in (events[0].id, events[2].id):
        only(judge(found, [HELLO], set_back=[elsewhere]), "before the event that it follows")


@pytest.mark.parametrize("state", ["queued", "sending", "unsure"])
def test_something_is_left_on_its_way(state: str) -> None:
    steps = {"queued": STEPS[:1], "sending": STEPS[:2], "unsure": (*STEPS[:2], ("sending", "unsure"))}[state]
    left = replace(SENT, state=state, remote_id="", attempts=len(steps) > 1)
    only(judge(history(left, events=told(*steps)), []), f"left {state} at the end")
    assert judge(history(left, events=told(*steps)), [], at_rest=False) == []


def test_a_delivery_of_which_nothing_is_written() -> None:
    only(judge(history(replace(SENT, attempts=0), events=[]), [HELLO]), "nothing was written down")


def test_a_deletion_and_an_edit_that_did_not_happen() -> None:
    deletion = replace(SENT, id=2, verb="delete", remote_id="", target="11")
    edit = replace(deletion, verb="edit", text="Good day")
    events = [*told(*STEPS), *told(*STEPS, delivery=2, begin=9)]
    only(judge(history(SENT, deletion, events=events), [HELLO]), "says that 11 is deleted, and it is there")
    only(judge(history(SENT, edit, events=events), [HELLO]), "was edited, and it never said that")
    assert judge(history(SENT, deletion, events=events), [HELLO | {"deleted": True}]) == []
    edited = HELLO | {"text": "Good day", "versions": ["Hello", "Good day"]}
    assert judge(history(SENT, edit, events=events), [edited]) == []


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_real_ledger_is_read_and_judged(tmp_path: Path) -> None:
    filled.open_ledger()
    filled.add("Hello", account="x")
    now, lease = filled.NOW, filled.LEASE
    (due,) = claims.claim(now=now, lease_until=lease, limit=1)
    assert deliveries.begin(due, request=b"bytes", now=now, lease_until=lease)
    receipt = Receipt("11", "https://x.com/us/status/11")
    step = Transition(due.id, due.fence, State.SENDING, State.SENT, "sent", receipt=receipt)
    assert deliveries.record([step], now=now) == []
    unsent = filled.add("Later", account="x")
    connection.close()
    ledger = Path(shutil.copy(connection.settings_dict["NAME"], tmp_path / "ledger.sqlite3"))
    world = [HELLO | {"account": "x-handle"}]
    assert violations(ledger, world) == [f"Delivery {unsent} is left queued at the end."]
    assert violations(ledger, world, at_rest=False) == []
    assert [event.after for event in read(ledger).events] == ["queued", "sending", "sent", "queued"]
