from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.platforms.sentences import rejected, told_to_wait, unknown

LATER = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_has_its_words_for_refusal_and_doubt(verb: Verb) -> None:
    assert str(rejected("X", verb, "Too long.")).startswith("X does not ")
    assert str(rejected("X", verb, "Too long.")).endswith(". Too long.")
    doubt = unknown("X", verb, "(ReadTimeout)", LATER)
    assert str(doubt).startswith("X gave no clear answer, so the ")
    assert doubt.until == LATER


def test_what_was_asked_is_told_apart() -> None:
    assert (
        len({str(unknown("X", verb, "")) for verb in Verb}) == len({str(rejected("X", verb, "")) for verb in Verb}) == 3
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "1 second"),
        (0.2, "1 second"),
        (1, "1 second"),
        (89.5, "90 seconds"),
        (120, "2 minutes"),
        (899, "15 minutes"),
    ],
)
def test_how_long_a_network_asked_us_to_wait_is_so_in_every_zone_and_afterwards(seconds: float, words: str) -> None:
    now = datetime(2023, 10, 9, 12, tzinfo=UTC)
    assert told_to_wait("X", now + timedelta(seconds=seconds), now) == f"X asked us to wait for {words}."
