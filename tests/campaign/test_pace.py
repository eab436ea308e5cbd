"""How long an account rests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.pace import FAILURES_BEFORE_REST, LONGEST_S, full_until, latest, rest_after

AT = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "rest"),
    [(0, 0), (1, 0), (2, 0), (3, 30), (4, 60), (5, 120), (6, 240), (7, 300), (8, 300), (10_000, 300)],
)
def test_after_three_failures_in_a_row_the_rest_doubles_up_to_five_minutes(failures: int, rest: float) -> None:
    assert rest_after(failures, 30) == rest


@pytest.mark.parametrize("strain", [0.0, -1.0])
def test_without_strain_nobody_rests(strain: float) -> None:
    assert rest_after(99, strain) == 0


def test_a_rest_is_never_longer_than_five_minutes() -> None:
    assert rest_after(FAILURES_BEFORE_REST, 4000) == LONGEST_S == 300


def test_the_latest_of_several_instants_holds() -> None:
    assert latest() is None
    assert latest(None, None) is None
    assert latest(None, AT, AT - timedelta(1)) == AT


def test_a_full_window_has_room_when_its_post_leaves_it() -> None:
    assert full_until(None, 3600) is None
    assert full_until(AT, 3600) == AT + timedelta(hours=1)
