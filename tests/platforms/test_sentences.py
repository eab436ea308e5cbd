from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.platforms.sentences import rejected, unknown

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
