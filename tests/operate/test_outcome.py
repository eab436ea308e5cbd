"""One state and one sentence for each account, whatever became of its parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from amplifier.campaign.delivery import DeliveryView, Receipt, State, Verb
from amplifier.operate.outcome import outcomes
from tests.campaign.test_correction import FIRST, later

DELETION = replace(later(Verb.DELETE, State.SENT), id=11)
WORDS = replace(later(Verb.PUBLISH, State.SENT, receipt=Receipt("9", "https://x.com/us/status/9")), id=12, waits_for=11)


def both(deletion: State, words: State) -> list[DeliveryView]:
    receipt = WORDS.receipt if words is State.SENT else None
    return [FIRST, replace(DELETION, state=deletion), replace(WORDS, state=words, receipt=receipt, detail="Why")]


@pytest.mark.parametrize(("deletion", "words"), list(product(State, State)))
def test_a_repost_is_done_when_both_halves_are_and_rests_only_at_an_end(deletion: State, words: State) -> None:
    (one,) = outcomes(both(deletion, words), [11, 12])
    assert one.is_done == (deletion is State.SENT and words is State.SENT)
    moving = {State.QUEUED, State.SENDING, State.UNSURE}
    assert one.is_resting == (deletion not in moving and not (deletion is State.SENT and words in moving))
    assert one.sentence
    if deletion is State.SENT and words is not State.SENT:
        assert one.sentence.startswith("deleted")
    if deletion in (State.HELD, State.MISSED, State.DROPPED):
        assert one.sentence.startswith("not deleted")


def test_a_held_repost_says_plainly_that_nothing_is_up() -> None:
    (one,) = outcomes(both(State.SENT, State.HELD), [11, 12])
    assert (one.state, one.sentence) == (State.HELD, "deleted, and the new words are not out: Why.")


@pytest.mark.parametrize("state", State)
def test_an_edit_is_done_when_it_is_sent(state: State) -> None:
    edit = replace(later(Verb.EDIT, state), id=13)
    (one,) = outcomes([FIRST, edit], [13])
    assert one.is_done == (state is State.SENT)
    assert one.url == "https://x.com/us/status/7"


def test_of_several_deletions_the_worst_is_told() -> None:
    second = replace(DELETION, id=15, state=State.HELD, detail="Refused.")
    (one,) = outcomes([FIRST, DELETION, second], [11, 15])
    assert (one.is_done, one.sentence) == (False, "not deleted: Refused.")


def test_what_was_not_queued_now_is_not_told() -> None:
    assert outcomes(both(State.SENT, State.SENT), []) == ()
