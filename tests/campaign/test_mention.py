"""When a mention's two times tell more than one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.mention import Kind, Logged, Mention, Status

SEEN = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "is_off"), [(0, False), (9, False), (-9, False), (11, True), (-11, True), (1e6, True)]
)
def test_a_clock_is_off_where_no_network_takes_so_long(minutes: float, is_off: bool) -> None:  # noqa: FBT001  a case
    said = SEEN - timedelta(minutes=minutes)
    mention = Mention("x", "x", "1", Kind.MENTION, "7", "wren.example", "Wren", "Hi", "", said)
    assert Logged(1, mention, SEEN, Status.NEW, ()).is_off is is_off
