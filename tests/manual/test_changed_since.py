"""What whoever was asked to publish by hand is told of a change: never more than a phone shows, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.manual.changed_since import told
from amplifier.notify.notices import LONGEST
from tests.manual.test_hand_off import journey
from tests.notify.test_notices import scene
from tests.store.filled import NOW

LATER = NOW + timedelta(minutes=40)
HANDS = journey(1, State.HELD, reason=HoldReason.HAND_OFF)


@pytest.mark.parametrize(
    ("row", "begins"),
    [
        (replace(HANDS, run_at=LATER), "Not yet: “"),
        (replace(HANDS, run_at=NOW), "“"),
        (journey(1, State.HELD, reason=HoldReason.UNTRUE), "Do not post “"),
        (journey(1, State.HELD, reason=HoldReason.UNWRITTEN), "Do not post “"),
        (journey(1, State.HELD, reason=HoldReason.NEAR_COPY), "Do not post “"),
        (journey(1, State.MISSED, reason=HoldReason.HAND_OFF), "Do not post “"),
        (journey(1, State.DROPPED), "Do not post “"),
    ],
)
def test_each_change_is_one_sentence_or_two_with_what_to_do(row: DeliveryView, begins: str) -> None:
    long = replace(row, text="A post with very many words in it, " * 9)
    draft = told(long, NOW, now=NOW, scene=scene(long))
    assert draft is not None
    assert draft.sentence.startswith(begins)
    assert "If you have" in draft.sentence
    assert len(draft.sentence) <= LONGEST


@pytest.mark.parametrize("state", [State.SENT, State.UNSURE, State.QUEUED])
def test_what_is_out_or_looked_for_needs_no_word(state: State) -> None:
    row = journey(1, state)
    assert told(row, NOW, now=NOW, scene=scene(row)) is None


def test_one_change_is_one_notice_and_another_change_another() -> None:
    first, again, other = (told(HANDS, at, now=NOW, scene=scene(HANDS)) for at in (NOW, NOW, LATER))
    assert first is not None
    assert other is not None
    assert first == again
    assert first.key != other.key
