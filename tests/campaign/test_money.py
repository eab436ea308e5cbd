"""When money counts as short."""

from __future__ import annotations

import pytest

from amplifier.campaign.money import is_low


@pytest.mark.parametrize(
    ("spent", "low"), [(0, False), (799, False), (800, False), (801, True), (1000, True), (1200, True)]
)
def test_money_is_short_below_a_fifth(spent: int, *, low: bool) -> None:
    assert is_low(spent, 1000) is low
