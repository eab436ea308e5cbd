from __future__ import annotations

from datetime import date

import pytest

from amplifier.platforms.capabilities import TABLE, Capabilities, Repeat


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_every_row_says_where_its_facts_are_from_and_when_they_were_read(row: Capabilities) -> None:
    assert row.source
    assert date.fromisoformat(row.read_on) > date(2026, 1, 1)
    assert row.secrets


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_a_network_that_forgets_keys_is_looked_at_twice(row: Capabilities) -> None:
    assert (row.key_life_s > 0) == (row.repeat is Repeat.KEY)
    assert row.looks == (1 if row.repeat is Repeat.RECORD_KEY else 2)
