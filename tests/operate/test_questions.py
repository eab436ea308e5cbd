"""What a person is asked is complete: what happened, what comes by itself, and only what may be done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from amplifier.campaign.delivery import DeliveryId, DeliveryView, DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import LAPSING, HoldReason
from amplifier.campaign.post import OWN, PostId
from amplifier.operate.questions import (
    LOOKED_FOR_FIRST,
    WORDS_STAND,
    Choice,
    Outlook,
    question,
    sent_again,
    too_late_to_stand,
    words_stand,
)
from tests.store.filled import NOW

OPEN = Outlook("X", "@labfreemvmt", readable=True, looks=2, parks=False)
BLIND = replace(OPEN, readable=False)
ALL = (Choice.THERE, Choice.AGAIN, Choice.LEAVE)


def row(
    state: State, reason: str = "", *, tried: bool = False, verb: Verb = Verb.PUBLISH, slot: str = "go"
) -> DeliveryView:
    return DeliveryView(
        id=7,
        identity=DeliveryId(PostId("lab23", slot, "once"), "x", verb=verb),
        platform="x",
        text="Now.",
        state=state,
        reason=reason,
        detail="",
        due_at=NOW,
        wall_time="2023-10-10T13:00",
        zone="Europe/London",
        fold=0,
        milestone="",
        template="",
        too_late_at=NOW,
        first_sent_at=NOW if tried else None,
        sent_at=None,
        receipt=None,
        run_at=NOW + timedelta(seconds=90),
    )


def test_what_is_unsure_says_when_it_is_looked_for_and_that_a_repeat_looks_first() -> None:
    asked = question(row(State.UNSURE, tried=True), OPEN)
    assert asked.happened == "No clear answer came, so it may be out."
    assert asked.look_for == "Look on the profile of @labfreemvmt on X for a post with exactly these words."
    assert asked.next_at == NOW + timedelta(seconds=90)
    assert "looks for it twice" in asked.by_itself
    assert (asked.acts, asked.looks_first) == (ALL, True)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (DoubtReason.AGAIN, "looks once more, as you asked"),
        (DoubtReason.BY_HAND, "posted by hand"),
        (HoldReason.DUPLICATE, "asks here and sends nothing"),
        ("", "looks for it twice"),
        (DoubtReason.NEW_LEDGER, "asks here and sends nothing"),
        (DoubtReason.RESTORED, "asks here and sends nothing"),
    ],
)
def test_why_somebody_looks_decides_what_follows(reason: str, words: str) -> None:
    assert words in question(row(State.UNSURE, reason), OPEN).by_itself


def test_where_nobody_may_look_nothing_is_promised_and_no_repeat_is_offered() -> None:
    asked = question(row(State.UNSURE), BLIND)
    assert asked.next_at is None
    assert "may not look on X" in asked.by_itself
    assert asked.acts == (Choice.THERE, Choice.LEAVE)
    assert Choice.AGAIN not in question(row(State.HELD, HoldReason.DOUBT, tried=True), BLIND).acts
    assert Choice.AGAIN in question(row(State.MISSED), BLIND).acts, "what was never tried needs no look"


def test_where_a_person_decides_it_is_said_beforehand() -> None:
    assert "a person decides" in question(row(State.UNSURE), replace(OPEN, parks=True)).by_itself


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_has_a_sentence_and_something_to_do(reason: HoldReason) -> None:
    asked = question(row(State.HELD, reason), OPEN)
    assert asked.happened
    assert Choice.LEAVE in asked.acts
    assert (asked.by_itself == "Nothing happens by itself.") == (reason not in (*LAPSING, HoldReason.UNTRUE))
    assert "{" not in asked.by_itself
    if reason in LAPSING:
        assert Choice.AGAIN not in asked.acts, "it goes on by itself, or by another command"


def test_words_that_are_no_longer_so_may_stand_get_others_or_are_left_out() -> None:
    held = replace(row(State.HELD, HoldReason.UNTRUE), detail="Your words say “13:00”, the plan says 13:30 (debate).")
    asked = question(held, OPEN)
    assert asked.acts == (Choice.THERE, Choice.STAND, Choice.LEAVE)
    assert asked.happened == "Your words say “13:00”, the plan says 13:30 (debate)."
    assert asked.to_paste == f"amplifier edit {held.identity.post.slot}/once 'other words' --on x"
    later = replace(held, identity=replace(held.identity, revision=1))
    assert question(later, OPEN).to_paste.startswith("amplifier correct ")
    own = replace(held, identity=replace(held.identity, post=replace(held.identity.post, slot="own")))
    assert question(own, OPEN).to_paste == "amplifier edit own/once 'other words' --on x"
    for doubtful in (replace(own, frozen=True), replace(own, unseen_since=own.due_at)):
        assert question(doubtful, OPEN).to_paste == ""


@pytest.mark.parametrize(
    ("state", "reason"), [(State.HELD, HoldReason.UNWRITTEN), (State.MISSED, HoldReason.UNWRITTEN), (State.MISSED, "")]
)
@pytest.mark.parametrize("unseen", [None, NOW])
def test_what_was_never_put_into_words_cannot_be_sent_but_may_be_there(
    state: State, reason: str, unseen: datetime | None
) -> None:
    asked = question(replace(row(state, reason), text="", unseen_since=unseen), OPEN)
    assert asked.acts == (Choice.THERE, Choice.LEAVE)


def test_what_was_missed_for_want_of_words_says_so_and_may_be_sent() -> None:
    asked = question(replace(row(State.MISSED, HoldReason.UNWRITTEN), detail="X allows 280 characters."), OPEN)
    assert asked.happened == "It was too late to send it, so it was not sent. X allows 280 characters."
    assert asked.acts == ALL


def test_what_the_network_said_is_what_happened() -> None:
    assert question(replace(row(State.HELD, "rejected"), detail="X said no."), OPEN).happened == "X said no."


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (HoldReason.STOPPED, " Sending was stopped."),
        (HoldReason.HAND_OFF, " Nobody posted it by hand in time."),
        ("", " X could not be reached."),
    ],
)
def test_what_was_missed_says_what_kept_it_back(reason: str, words: str) -> None:
    missed = replace(row(State.MISSED, reason), detail="X could not be reached.")
    assert question(missed, OPEN).happened == "It was too late to send it, so it was not sent." + words
    assert question(missed, OPEN).acts == ALL


@pytest.mark.parametrize(
    ("after", "verb", "by_hand", "said"),
    [
        (State.QUEUED, Verb.PUBLISH, False, "It goes out now."),
        (State.QUEUED, Verb.PUBLISH, True, "Somebody is asked to post it by hand."),
        (State.QUEUED, Verb.DELETE, True, "Somebody is asked to delete it by hand."),
        (State.UNSURE, Verb.PUBLISH, False, "Amplifier looks once more, and sends it if it is not there."),
        (State.UNSURE, Verb.EDIT, True,
         "Amplifier looks once more. If it is not there: somebody is asked to change it by hand."),
    ],
)  # fmt: skip
def test_what_follows_when_it_is_to_be_sent_again(after: State, verb: Verb, said: str, *, by_hand: bool) -> None:
    assert sent_again(after, verb, by_hand=by_hand) == said


def test_the_command_that_helps_is_named() -> None:
    assert question(row(State.HELD, HoldReason.STOPPED), OPEN).to_paste == "amplifier resume"
    edit = question(row(State.HELD, HoldReason.IMPRINT), OPEN).to_paste
    assert edit == "amplifier edit go/once 'other words' --on x"
    assert question(row(State.HELD, HoldReason.COPY), OPEN).to_paste == edit
    assert question(row(State.HELD, HoldReason.IMPRINT, slot=OWN), OPEN).to_paste == edit.replace("go/", "own/")
    assert question(row(State.MISSED, HoldReason.STOPPED), OPEN).to_paste == ""


@pytest.mark.parametrize(
    ("verb", "words"), [(Verb.DELETE, "whether this post is gone"), (Verb.EDIT, "whether the post says these words")]
)
def test_a_deletion_or_a_change_has_no_link_of_its_own(verb: Verb, words: str) -> None:
    asked = question(row(State.UNSURE, verb=verb), OPEN)
    assert words in asked.look_for
    assert asked.acts == (Choice.AGAIN, Choice.LEAVE)


@pytest.mark.parametrize("reason", [one for one in HoldReason if one not in (HoldReason.DOUBT, HoldReason.OVERTAKEN)])
def test_what_may_be_out_since_a_backup_says_so_and_that_a_look_comes_before_anything(reason: HoldReason) -> None:
    unseen = replace(row(State.HELD, reason), unseen_since=NOW)
    asked = question(unseen, OPEN)
    assert asked.look_for == "Look on the profile of @labfreemvmt on X for this post, also in other words."
    assert asked.by_itself in (LOOKED_FOR_FIRST, "Nothing happens by itself.")
    assert Choice.THERE in asked.acts
    assert asked.looks_first
    assert LOOKED_FOR_FIRST in words_stand(unseen, now=NOW)
    assert LOOKED_FOR_FIRST not in words_stand(row(State.HELD, reason), now=NOW - timedelta(seconds=1))


def test_what_was_missed_before_a_backup_is_not_said_to_have_been_sent_by_nobody_since() -> None:
    asked = question(replace(row(State.MISSED, HoldReason.STOPPED), unseen_since=NOW), OPEN)
    assert asked.happened == "It was too late to send it when the backup was made."
    assert asked.look_for.endswith("also in other words.")
    assert Choice.AGAIN not in question(replace(row(State.MISSED), unseen_since=NOW), BLIND).acts


@pytest.mark.parametrize("reason", [DoubtReason.RESTORED, DoubtReason.NEW_LEDGER])
def test_what_is_looked_for_days_ahead_waits_for_its_time(reason: str) -> None:
    ahead = replace(row(State.UNSURE, reason), due_at=NOW + timedelta(days=10))
    asked = question(ahead, OPEN)
    assert "looks for it twice. If it is not there, it waits for its time;" in asked.by_itself
    assert "goes out then" not in asked.by_itself
    assert asked.happened.endswith("so this may be out already.")
    assert "answer" not in asked.happened
    assert "a person decides" in question(ahead, replace(OPEN, parks=True)).by_itself
    assert question(replace(ahead, detail="X said no."), OPEN).happened == "X said no."


def test_words_that_may_stand_too_late_are_said_to_be_missed_and_how_to_send_them_all_the_same() -> None:
    held = row(State.HELD, HoldReason.UNTRUE)
    in_time, late = held.too_late_at - timedelta(seconds=1), held.too_late_at
    assert words_stand(held, now=in_time) == WORDS_STAND
    assert words_stand(held, now=late) == (
        "These words stay as they are. Its time has passed, so it is missed and does not go out by itself. To send it "
        "all the same, once it is missed: amplifier decide 7 --again"
    )
    assert too_late_to_stand(replace(held, state=State.SENT), now=late) == ""
    assert LOOKED_FOR_FIRST in words_stand(replace(held, unseen_since=NOW), now=late)
