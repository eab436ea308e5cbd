"""Kinds of events: the values that stand in ledgers, and kinds that another version wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.event_kinds import EventKind, held_for
from amplifier.campaign.hold_reasons import HoldReason

LONGEST = 40  # characters that the ledger has room for (store/models.EventRow)
LEDGERS = Path(__file__).parents[1] / "store" / "ledgers"


@pytest.mark.parametrize("kind", EventKind)
def test_the_ledger_has_room_for_every_kind(kind: EventKind) -> None:
    assert len(kind) <= LONGEST


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_to_hold_has_its_kind(reason: HoldReason) -> None:
    assert held_for(reason) in set(EventKind)
    assert held_for(reason) == f"held: {reason}"


def test_a_kind_that_another_version_wrote_is_told_as_it_stands() -> None:
    kind = EventKind("painted green")
    assert (kind, str(kind)) == ("painted green", "painted green")
    assert kind not in set(EventKind)
    assert kind != EventKind.SENT


@pytest.mark.parametrize("ledger", sorted(LEDGERS.glob("*.sql")), ids=lambda path: path.name)
def test_every_kind_that_earlier_versions_wrote_is_known(ledger: Path) -> None:
    rows = [line for line in ledger.read_text().splitlines() if line.startswith('INSERT INTO "events"')]
    written = {EventKind(row.split(",")[4].strip().strip("'")) for row in rows}
    assert len(written) > 10
    assert written <= set(EventKind)
