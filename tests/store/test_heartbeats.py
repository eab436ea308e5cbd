"""Who was alive when."""

from __future__ import annotations

import pytest

from amplifier.store.heartbeats import Heartbeat, beat, heartbeats, is_alive, withdraw
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")


def test_the_last_beat_of_every_part_is_known() -> None:
    beat("worker", now=NOW, detail="first")
    beat("listener", now=NOW)
    beat("worker", now=after(1), detail="second")
    assert heartbeats() == {
        "worker": Heartbeat("worker", after(1), "second"),
        "listener": Heartbeat("listener", NOW, ""),
    }


def test_a_part_that_ends_in_good_order_withdraws_its_beat() -> None:
    for name in ("worker", "listener", "web"):
        beat(name, now=NOW)
    withdraw("worker", "listener")
    assert set(heartbeats()) == {"web"}


@pytest.mark.parametrize(("seconds", "alive"), [(0, True), (14, True), (15, False), (-14, True), (-3600, False)])
def test_a_part_is_alive_for_fifteen_seconds_also_by_a_clock_that_was_set_back(seconds: int, *, alive: bool) -> None:
    assert is_alive(Heartbeat("worker", NOW, ""), after(seconds)) is alive
    assert not is_alive(None, NOW)
