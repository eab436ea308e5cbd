"""What of a post is out, by which way other words get there, and which facts it states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amplifier.campaign.correction import (
    Way,
    facts_kept,
    facts_of,
    facts_passed_on,
    opened,
    stand,
    stands,
    unopened,
    way_to_correct,
)
from amplifier.campaign.delivery import DeliveryId, DeliveryView, Receipt, RemoteState, State, Verb
from amplifier.campaign.post import Fact, PostId

NOW = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)
FIRST = DeliveryView(
    id=1,
    identity=DeliveryId(PostId("lab23", "vote", "once"), "x"),
    platform="x",
    text="It closes at 17:00.",
    state=State.SENT,
    reason="",
    detail="",
    due_at=NOW,
    wall_time="2023-10-10T13:00",
    zone="Europe/London",
    fold=0,
    milestone="",
    template="lab23/vote",
    too_late_at=NOW,
    first_sent_at=NOW,
    sent_at=NOW,
    receipt=Receipt("7", "https://x.com/us/status/7"),
    remote_state=RemoteState.LIVE,
)


def later(verb: Verb, state: State, revision: int = 1, **more: object) -> DeliveryView:
    identity = replace(FIRST.identity, verb=verb, revision=revision)
    fresh: dict[str, object] = {"receipt": None, "remote_state": "", "target": "7" if verb is not Verb.PUBLISH else ""}
    return replace(FIRST, id=10 * revision, identity=identity, state=state, **{**fresh, **more})  # type: ignore[arg-type]


WITHDRAWN = replace(FIRST, remote_state=RemoteState.WITHDRAWN)


@pytest.mark.parametrize(
    ("rows", "way"),
    [
        ([FIRST], Way.REPOST),
        ([WITHDRAWN, later(Verb.DELETE, State.SENT), later(Verb.PUBLISH, State.HELD)], Way.ANEW),
        ([WITHDRAWN, later(Verb.DELETE, State.SENT), later(Verb.PUBLISH, State.MISSED)], Way.ANEW),
        ([FIRST, later(Verb.DELETE, State.HELD), later(Verb.PUBLISH, State.QUEUED)], Way.REPOST),
    ],
)
def test_there_is_a_way_for_what_is_out_and_for_what_was_left_half_done(rows: list[DeliveryView], way: Way) -> None:
    assert way_to_correct(stand(rows), edits=False) == (way, "")


def test_where_a_post_can_be_edited_it_stays() -> None:
    assert way_to_correct(stand([FIRST]), edits=True) == (Way.EDIT, "")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([FIRST, later(Verb.EDIT, State.UNSURE)], "still on its way"),
        ([FIRST, later(Verb.DELETE, State.SENDING), later(Verb.PUBLISH, State.QUEUED)], "still on its way"),
        ([replace(FIRST, state=State.UNSURE, receipt=None)], "Nobody knows yet whether it is out"),
        ([replace(FIRST, state=State.QUEUED, receipt=None)], "amplifier edit"),
        ([replace(FIRST, state=State.MISSED, receipt=None)], "never went out"),
        ([WITHDRAWN, later(Verb.DELETE, State.SENT)], "not there any more"),
        ([replace(FIRST, remote_state=RemoteState.GONE)], "not there any more"),
        ([WITHDRAWN, later(Verb.DELETE, State.SENT), later(Verb.PUBLISH, State.DROPPED)], "not there any more"),
    ],
)
def test_where_nothing_can_be_corrected_it_is_said_why(rows: list[DeliveryView], why: str) -> None:
    way, sentence = way_to_correct(stand(rows), edits=False)
    assert way is None
    assert why in sentence


def test_the_words_that_are_out_are_those_of_the_last_edit_that_was_done() -> None:
    edits = [
        later(Verb.EDIT, State.SENT, 1, text="It closes at 18:00."),
        later(Verb.EDIT, State.SENT, 2, text="It closes at 19:00."),
        later(Verb.EDIT, State.HELD, 3, text="It closes at 20:00."),
    ]
    found = stand([FIRST, *edits])
    assert (found.text, found.newest) == ("It closes at 19:00.", 3)
    reposted = later(Verb.PUBLISH, State.SENT, 4, text="New.", receipt=Receipt("9", ""), remote_state=RemoteState.LIVE)
    assert stand([WITHDRAWN, *edits, reposted]).text == "New."


def test_each_account_stands_for_itself() -> None:
    elsewhere = replace(FIRST, id=2, identity=replace(FIRST.identity, account="bluesky"))
    assert [one.account for one in stands([FIRST, elsewhere])] == ["x", "bluesky"]


def test_a_correction_says_that_it_is_one_once_in_its_own_language() -> None:
    assert opened("It closes at 18:00.", "en-GB") == "Correction: It closes at 18:00."
    assert opened("correction: It closes at 18:00.", "en") == "correction: It closes at 18:00."
    assert opened("Mae'n cau am 18:00.", "cy") == "Cywiriad: Mae'n cau am 18:00."
    assert opened("Sulkeutuu.", "fi") == "Correction: Sulkeutuu."
    assert unopened("Correction: It closes at 18:00.") == "It closes at 18:00."
    assert unopened("Tomorrow: it closes.") == "Tomorrow: it closes."


def test_what_went_out_before_the_others_changed_keeps_its_own_facts() -> None:
    old, new = Fact("milestone.debate", "then"), Fact("milestone.debate", "now")
    stored: list[list[object]] = [["milestone.debate", "now"]]
    stored = facts_kept(stored, [old], accounts=["x"])
    assert facts_of(stored, "x", 0) == (old,)
    assert facts_of(stored, "mastodon", 0) == (new,)
    assert facts_kept(stored, [new], accounts=["x"]) == stored  # what is said cannot come to state something else
    corrected = facts_kept(stored, [new], accounts=["x"], revision=1)
    assert facts_of(corrected, "x", 1) == (new,)
    assert facts_of(corrected, "x", 0) == (old,)


def test_words_that_state_nothing_are_not_taken_to_state_what_the_others_do() -> None:
    stored = facts_kept([["milestone.debate", "then"]], [], accounts=["x"], revision=2)
    assert facts_of(stored, "x", 2) == ()
    assert facts_of(facts_kept([["link.a", "b"]], [], accounts=["x"]), "x", 0) == ()


def test_of_two_accounts_that_are_one_the_words_that_count_state_their_facts_and_the_others_none() -> None:
    then, now = Fact("milestone.debate", "then"), Fact("milestone.debate", "now")
    stored = facts_kept([["link.a", "b"]], [then], accounts=[2])
    stored = facts_kept(facts_kept(stored, [now], accounts=[4]), [now], accounts=[4], revision=1)
    taken = facts_passed_on(stored, 2, 4, revision=0, taken=True)
    assert (facts_of(taken, 2, 0), facts_of(taken, 4, 1)) == ((now,), (now,))
    left = facts_passed_on(stored, 2, 4, revision=0, taken=False)
    assert (facts_of(left, 2, 0), facts_of(left, 4, 1)) == ((then,), (now,))
    assert facts_of(facts_passed_on(stored, 4, 2, revision=1, taken=True), 4, 1) == ()
    assert facts_passed_on([["link.a", "b"]], 2, 4, revision=0, taken=True) == [["link.a", "b"]]
