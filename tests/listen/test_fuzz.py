"""Some of the inputs of `make fuzz` on both databases: whatever an event or an answer is, the source hears on."""

from __future__ import annotations

import pytest

from tests.listen.fuzzing import fuzzing, run
from tests.platforms.heard import NETWORKS, Network
from tests.store import filled

INPUTS = 250  # on each network and each database; `make fuzz` has 100,000


@pytest.mark.parametrize("kind", NETWORKS, ids=[one.name for one in NETWORKS])
@pytest.mark.usefixtures("any_ledger")
def test_no_event_and_no_answer_keeps_a_good_mention_from_being_heard(kind: type[Network]) -> None:
    filled.open_ledger()
    with fuzzing(kind, seed=23) as fuzz:
        run(fuzz, INPUTS)
        fuzz.flood()
        fuzz.must_be_bounded()
        assert len(fuzz.counts) > 8, "every kind of change was tried"
