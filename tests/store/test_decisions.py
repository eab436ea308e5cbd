"""What people decided, in the order in which they did."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from amplifier.campaign.changes import Add, Changes, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import OWN, Fact, Words
from amplifier.errors import UsageError
from amplifier.store import decisions, posts
from amplifier.store.identity import accounts
from amplifier.store.identity.numbered import decide_same, is_decided_about, mark
from amplifier.store.models import AccountRow, DecisionRow, DeliveryRow, PostRow
from tests.store import filled
from tests.store.filled import NOW, after
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("any_ledger")


def test_a_decision_is_kept_with_who_why_and_what_it_replaced() -> None:
    made = decisions.keep_decision(
        kind=DecisionKind.MILESTONE_MOVED,
        subject="debate",
        value="2023-10-10T15:20:00+01:00",
        replaced="2023-10-10T14:40:00+01:00",
        actor="cli:ola",
        reason="the agenda slipped",
        now=NOW,
    )
    assert made == Decision(
        made.id,
        DecisionKind.MILESTONE_MOVED,
        "debate",
        "2023-10-10T15:20:00+01:00",
        "2023-10-10T14:40:00+01:00",
        "cli:ola",
        "the agenda slipped",
        NOW,
    )
    assert decisions.decisions() == (made,)


def test_decisions_are_read_in_the_order_in_which_they_were_made_whatever_their_clocks_said() -> None:
    assert decisions.newest_decision() == 0
    made = [
        decisions.keep_decision(
            kind=DecisionKind.SLOT_SKIPPED, subject=name, value="", replaced="", actor="a", reason="", now=after(-place)
        )
        for place, name in enumerate(["a/once", "b/once"])
    ]
    assert list(decisions.decisions()) == made
    assert decisions.newest_decision() == made[-1].id


def decide(subject: str = "vote/once", **more: Any) -> Decision:
    kind = DecisionKind.SLOT_SKIPPED
    return decisions.keep_decision(
        kind=kind, subject=subject, value="", replaced="", actor="cli:ola", reason="", now=NOW, **more
    )


def carry_out(decided: int, let_go: int = 0) -> None:
    posts.replan("lab23", lambda _: Changes(), replace(filled.ink(), decided=decided, let_go=let_go))


def test_the_plan_is_behind_until_the_newest_decision_is_carried_out() -> None:
    filled.open_ledger()
    assert not decisions.is_behind()
    first, second = decide(), decide("other/once")
    assert decisions.is_behind()
    carry_out(first.id)
    assert decisions.is_behind()
    carry_out(second.id)
    assert not decisions.is_behind()


def test_what_is_too_late_is_not_decided() -> None:
    def too_late() -> None:
        raise UsageError("It is out already.")

    with pytest.raises(UsageError):
        decide(check=too_late)
    assert decisions.decisions() == ()


def test_nothing_planned_is_claimed_or_begun_before_a_decision_is_carried_out() -> None:
    filled.open_ledger()
    planned, own, correction = filled.add(), filled.add(account="bluesky"), filled.add(account="mastodon")
    PostRow.objects.filter(deliveries=own).update(slot=OWN)
    DeliveryRow.objects.filter(id=correction).update(revision=1)
    (early,) = [due for due in filled.claim() if due.id == planned]
    made = decide()
    assert not filled.begin(early)
    later = filled.after(70)
    assert {due.id for due in filled.claim(now=later)} == {own, correction}
    filled.stop("account:nobody")
    assert [due.id for due in filled.claim(now=later)] == []
    carry_out(made.id)
    (due,) = filled.claim(now=later)
    assert due.id == planned
    assert filled.begin(due, now=later)


def test_with_words_goes_what_they_state_and_neither_is_changed_any_more() -> None:
    facts = '{"x": [["milestone.debate", "2023-10-10T14:40:00+01:00"]]}'
    made = decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="soon/once",
        value='{"x": "We start at 14:40"}',
        replaced="{}",
        actor="cli:ola",
        reason="",
        now=NOW,
        facts=facts,
    )
    assert made.facts == facts
    assert decisions.decisions() == (made,)
    assert decide().facts == ""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DecisionRow.objects.filter(id=made.id).update(facts=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DecisionRow.objects.filter(id=made.id).delete()


def test_what_a_person_lets_go_late_keeps_what_is_planned_waiting_until_the_planner_has_seen_it() -> None:
    carry_out(0)
    assert not decisions.is_behind()
    decisions.let_go_late(now=NOW)
    carry_out(0)
    assert decisions.is_behind(), "the planner had begun before it"
    carry_out(0, let_go=decisions.times_let_go())
    assert not decisions.is_behind()
    decisions.let_go_late(now=NOW)
    assert (decisions.times_let_go(), decisions.is_behind()) == (2, True)


def test_what_older_words_state_is_kept_beside_the_decision_by_account_whatever_it_is_called() -> None:
    filled.open_ledger()
    numbers = accounts.numbers()
    older = decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="soon/once",
        value='{"x": "At 14:40"}',
        replaced="{}",
        actor="cli:ola",
        reason="",
        now=NOW,
    )
    assert (older.facts, decisions.has_kept_facts()) == ("", False)
    decisions.keep_facts({older.id: {"x": (Fact("milestone.debate", "then"),)}}, {}, now=NOW)
    assert decisions.has_kept_facts()
    assert decisions.decisions()[-1].facts == '{"x": [["milestone.debate", "then"]]}'
    AccountRow.objects.filter(id=numbers["x"]).update(label="renamed")
    assert decisions.decisions()[-1].facts == '{"renamed": [["milestone.debate", "then"]]}'


def test_facts_follow_the_account_when_it_is_called_otherwise() -> None:
    filled.open_ledger()
    reword({"x": "At 14:40"}, {"x": [["milestone.debate", "then"]]})
    AccountRow.objects.filter(label="x").update(label="renamed")
    (kept,) = decisions.decisions()
    assert (kept.value, kept.facts) == ('{"renamed": "At 14:40"}', '{"renamed": [["milestone.debate", "then"]]}')


def reword(words: dict[str, str], facts: dict[str, list[list[str]]]) -> None:
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="soon/once",
        value=json.dumps(words),
        replaced=json.dumps(dict.fromkeys(words, "The plan's")),
        actor="cli:ola",
        reason="",
        now=NOW,
        facts=json.dumps(facts),
    )


def told() -> tuple[dict[str, str], dict[str, str], dict[str, list[list[str]]]]:
    """The words, what they replaced, and what they state, of the last decision about words."""
    one = [each for each in decisions.decisions() if each.kind is DecisionKind.WORDS_REPLACED][-1]
    return json.loads(one.value), json.loads(one.replaced), json.loads(one.facts)


DEBATE = [["milestone.debate", "2023-10-10T14:40:00+01:00"]]


def test_words_and_what_they_state_hold_whatever_their_account_is_called() -> None:
    filled.open_ledger()
    reword({"x": "At 14:40", "bluesky": "Come"}, {"x": DEBATE, "bluesky": []})
    filled.know([("xx", "x", "x-handle"), ("bluesky", "bluesky", "bluesky-handle")])
    both = {"xx": "The plan's", "bluesky": "The plan's"}
    assert told() == ({"xx": "At 14:40", "bluesky": "Come"}, both, {"xx": DEBATE, "bluesky": []})


def test_labels_that_change_places_do_not_take_each_others_words_and_facts() -> None:
    filled.open_ledger()
    reword({"x": "At 14:40", "bluesky": "Come"}, {"x": DEBATE, "bluesky": []})
    filled.know([("bluesky", "x", "x-handle"), ("x", "bluesky", "bluesky-handle")])
    assert told()[::2] == ({"bluesky": "At 14:40", "x": "Come"}, {"bluesky": DEBATE, "x": []})


def test_what_an_earlier_version_kept_by_label_is_given_to_nobody() -> None:
    filled.open_ledger()
    reword({"x": "At 14:40"}, {})
    kept = DecisionRow.objects.get()
    DecisionRow.objects.create(
        kind=kept.kind, subject=kept.subject, value=kept.value, replaced=kept.replaced, actor="cli:ola", at=NOW,
        facts=json.dumps({"x": DEBATE}),
    )  # fmt: skip
    assert told()[::2] == ({"x": "At 14:40"}, {})


def test_what_was_decided_about_an_account_counts_for_the_one_that_it_turns_out_to_be() -> None:
    filled.open_ledger()
    newer = filled.also("x-two", "x", "second")
    assert not is_decided_about(newer)
    reword({"x": "Once", "x-two": "At 14:40"}, {"x": [], "x-two": DEBATE})
    assert is_decided_about(newer)
    decide_same(filled.number("x"), newer, why="@x-handle is @second now", now=NOW)
    assert told() == ({"x": "At 14:40"}, {"x": "The plan's"}, {"x": DEBATE}), "what was under the label last"
    reword({"x-two": "Later"}, {"x-two": []})
    assert told()[0] == {"x-two": "Later"}, "what is decided afterwards means what it says"


def test_an_account_that_turns_out_to_be_one_and_then_another_is_that_one() -> None:
    filled.open_ledger()
    first, second = filled.also("x-two", "x", "second"), filled.also("x-three", "x", "third")
    reword({"x-three": "Mine"}, {"x-three": []})
    decide_same(first, second, why="", now=NOW)
    decide_same(filled.number("x"), first, why="", now=NOW)
    assert told()[0] == {"x": "Mine"}
    one = decisions.decisions()[-1]
    same = DecisionKind.SAME_ACCOUNT
    assert (one.kind, one.subject, one.value) == (same, mark(first), mark(filled.number("x")))


def test_nothing_planned_goes_out_before_the_planner_knows_that_two_are_one() -> None:
    filled.open_ledger()
    assert not decisions.is_behind()
    decide_same(filled.number("x"), filled.also("x-two", "x", "second"), why="", now=NOW)
    assert decisions.is_behind()


def test_what_is_stated_or_let_stand_of_one_accounts_voice_is_about_it_whatever_it_is_called() -> None:
    filled.open_ledger()
    filled.also("x-two", "x", "second")
    reword({"x-two": "#Lab23"}, {"x-two": [["voice.tag.x-two", "#Lab23"], ["voice.tag.x", "#Lab23"]]})
    left = {"voice.tag.x-two": "#Lab24"}
    decisions.keep_decision(
        kind=DecisionKind.FACT_LEFT, subject="soon/once", value=json.dumps(left), replaced=json.dumps(left),
        actor="cli:ola", reason="", now=NOW, facts=json.dumps({"x-two": ["mark of a text"]}),
    )  # fmt: skip
    filled.know([("us", "x", "second")])
    assert told()[2] == {"us": [["voice.tag.us", "#Lab23"], ["voice.tag.x", "#Lab23"]]}
    one = decisions.decisions()[-1]
    assert json.loads(one.value) == json.loads(one.replaced) == {"voice.tag.us": "#Lab24"}
    assert json.loads(one.facts) == {"us": ["mark of a text"]}, "which words may stand there"


@pytest.mark.parametrize("kind", [DecisionKind.SLOT_SKIPPED, DecisionKind.WORDS_REPLACED, DecisionKind.FACT_LEFT])
def test_the_hours_of_the_day_are_kept_beside_what_the_files_said_and_read_apart(kind: DecisionKind) -> None:
    hours = {"2023-10-09#1": "2023-10-09T10:00", "2023-10-09#2": "2023-10-09T11:00"}
    told = {"kind": kind, "subject": "a/2023-10-09#2", "value": "{}", "actor": "a", "reason": "", "now": NOW}
    with_hours = decisions.keep_decision(**told, replaced='{"x": "Vote"}', hours=hours)
    without = decisions.keep_decision(**told, replaced='{"x": "Vote"}')
    assert (with_hours.hours, without.hours) == (hours, {})
    assert json.loads(with_hours.replaced) == json.loads(without.replaced) == {"x": "Vote"}
    assert decisions.decisions() == (with_hours, without)
    assert "@hours" in DecisionRow.objects.get(id=with_hours.id).replaced


def test_while_somebody_looks_before_deciding_nobody_else_decides_anything() -> None:
    """Nor may a decision that checks nothing come between: whoever looks relies on it."""
    filled.open_ledger()
    thread, seen = Thread(target=decided_elsewhere), []

    def look() -> None:
        thread.start()
        thread.join(0.5)  # the other one tries to decide now, and has to wait
        seen.append(decisions.newest_decision())

    made = decide("vote/once", check=look)
    thread.join(HANG_S)
    assert seen == [0]
    assert [one.subject for one in decisions.decisions()] == ["vote/once", "hello/once"]
    assert made.id == decisions.decisions()[0].id


def test_while_somebody_queues_a_post_of_their_own_nobody_decides_anything() -> None:
    filled.open_ledger()
    thread, seen = Thread(target=decided_elsewhere), []

    def look() -> None:
        thread.start()
        thread.join(0.5)
        seen.append(decisions.newest_decision())

    words = Words("x", "Hello", "en")
    posts.add_post(
        Add(filled.wanted(OWN, [words]), None, (NewDelivery(words, State.QUEUED),)), filled.ink(), first=look
    )
    thread.join(HANG_S)
    assert (seen, decisions.newest_decision() > 0) == ([0], True)


def decided_elsewhere() -> None:
    """What somebody else decides, and checks nothing before."""
    try:
        decide("hello/once")
    finally:
        connection.close()
