"""What became of a post: whatever was done to it, one entry an account, and the words that are out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DeliveryId, DeliveryView, Receipt, RemoteState, State, Verb
from amplifier.campaign.fate import Fate, Follows, became, became_of_each
from amplifier.campaign.post import PostId
from tests.deliver.told import NOW, journey

POST = PostId("lab23", "said", "once")


def first(
    state: State = State.SENT, remote: str = RemoteState.LIVE, *, account: str = "x", outside: str | None = None
) -> DeliveryView:
    row = _row(1, Verb.PUBLISH, 0, state, text="First words.", remote=remote, account=account)
    return replace(row, outside_text=outside)


def again(state: State, remote: str = "") -> DeliveryView:
    return _row(3, Verb.PUBLISH, 1, state, text="Second words.", remote=remote)


def edit(state: State, *, revision: int = 1, text: str = "Edited words.") -> DeliveryView:
    return _row(3 + revision, Verb.EDIT, revision, state, text=text)


def delete(state: State, *, revision: int = 1) -> DeliveryView:
    return _row(2, Verb.DELETE, revision, state)


def _row(
    number: int, verb: Verb, revision: int, state: State, *, text: str = "", remote: str = "", account: str = "x"
) -> DeliveryView:
    is_sent = state is State.SENT
    return replace(
        journey(number, state, text=text, account=account),
        identity=DeliveryId(POST, account, 0, revision, verb),
        receipt=Receipt(str(number), f"https://x.com/us/{number}") if is_sent and verb is Verb.PUBLISH else None,
        remote_state=remote if is_sent else "",
        sent_at=NOW + timedelta(minutes=revision) if is_sent else None,
        target="" if verb is Verb.PUBLISH else "1",
    )


@pytest.mark.parametrize(
    ("rows", "fate", "text"),
    [
        ([first()], Fate.LIVE, "First words."),
        ([first(remote="")], Fate.LIVE, "First words."),
        ([first(remote=RemoteState.EDITED, outside="Other words.")], Fate.CHANGED, "First words."),
        ([first(remote=RemoteState.GONE)], Fate.GONE, "First words."),
        ([first(remote=RemoteState.EDITED), edit(State.SENT)], Fate.CORRECTED, "Edited words."),
        ([first(remote=RemoteState.EDITED, outside="Other words."), edit(State.SENT)], Fate.CHANGED, "Edited words."),
        (
            [first(remote=RemoteState.EDITED), edit(State.SENT), edit(State.SENT, revision=2, text="Third words.")],
            Fate.CORRECTED,
            "Third words.",
        ),
        ([first(), edit(State.QUEUED)], Fate.LIVE, "First words."),
        ([first(remote=RemoteState.WITHDRAWN), delete(State.SENT)], Fate.WITHDRAWN, "First words."),
        (
            [first(remote=RemoteState.WITHDRAWN), edit(State.SENT), delete(State.SENT, revision=2)],
            Fate.WITHDRAWN,
            "Edited words.",
        ),
        (
            [first(remote=RemoteState.WITHDRAWN), delete(State.SENT), again(State.SENT, RemoteState.LIVE)],
            Fate.CORRECTED,
            "Second words.",
        ),
        (
            [first(remote=RemoteState.WITHDRAWN), delete(State.SENT), again(State.SENT, RemoteState.WITHDRAWN)],
            Fate.WITHDRAWN,
            "Second words.",
        ),
        (
            [first(remote=RemoteState.WITHDRAWN), delete(State.SENT), again(State.DROPPED)],
            Fate.WITHDRAWN,
            "First words.",
        ),
        ([first(State.UNSURE), delete(State.QUEUED)], None, "First words."),
        ([first(State.QUEUED)], None, "First words."),
        ([first(remote=RemoteState.WITHDRAWN), delete(State.SENT), again(State.HELD)], None, "Second words."),
    ],
)
def test_how_a_post_stands_and_in_which_words(rows: list[DeliveryView], fate: Fate | None, text: str) -> None:
    (found,) = became(rows)
    assert (found.fate, found.text) == (fate, text)
    assert found.row.identity.verb is Verb.PUBLISH
    assert became(rows[::-1]) == (found,)


@pytest.mark.parametrize(
    ("rows", "follows", "correction"),
    [
        ([first()], None, ""),
        ([first(), delete(State.QUEUED)], Follows.DELETION, ""),
        ([first(), delete(State.HELD)], Follows.DELETION, ""),
        ([first(), delete(State.MISSED)], None, ""),
        ([first(), edit(State.UNSURE)], Follows.CORRECTION, "Edited words."),
        ([first(), delete(State.SENDING), again(State.QUEUED)], Follows.CORRECTION, "Second words."),
        ([first(remote=RemoteState.WITHDRAWN), delete(State.SENT), again(State.QUEUED)], Follows.CORRECTION, ""),
    ],
)
def test_what_follows_is_told_until_it_is_done(
    rows: list[DeliveryView], follows: Follows | None, correction: str
) -> None:
    (found,) = became(rows)
    assert (found.follows, found.correction) == (follows, correction)


def test_what_was_only_left_out_never_became_anything() -> None:
    assert became([first(State.DROPPED)]) == ()
    assert became([first(State.DROPPED), delete(State.DROPPED)]) == ()


def test_it_last_changed_when_our_hand_last_reached_it() -> None:
    (found,) = became([first(remote=RemoteState.WITHDRAWN), delete(State.SENT)])
    assert found.at == NOW + timedelta(minutes=1)
    assert became([first(State.QUEUED)])[0].at is None


def test_each_account_and_each_post_has_an_entry_of_its_own() -> None:
    other = replace(first(), identity=DeliveryId(PostId("lab23", "other", "once"), "x"))
    rows = [first(), other, first(account="bluesky"), delete(State.SENT)]
    told = [(one.row.identity.post.slot, one.row.identity.account) for one in became_of_each(rows)]
    assert told == [("said", "x"), ("said", "bluesky"), ("other", "x")]
