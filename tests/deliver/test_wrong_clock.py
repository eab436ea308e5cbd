"""Our clock is wrong if no network agrees with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.deliver.wrong_clock import compare, times_wrong, wrong_clock
from amplifier.settings import Settings, load
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")


@pytest.fixture
def settings() -> Settings:
    return load(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("told_s", "words"),
    [
        (0, ""),
        (60, ""),
        (-60, ""),
        (61, "This computer's clock is 1 minute behind X's. "),
        (-3660, "This computer's clock is 61 minutes ahead of X's. "),
        (3660, "This computer's clock is 61 minutes behind X's. "),
    ],
)
def test_more_than_a_minute_is_told_with_what_to_do(settings: Settings, told_s: float, words: str) -> None:
    compare("x", after(told_s), now=NOW)
    expected = words and words + "Set it right: posts may go out at wrong times."
    assert wrong_clock(settings, now=after(10)) == expected


def test_a_network_that_is_wrong_alone_is_not_believed(settings: Settings) -> None:
    compare("x", after(7200), now=NOW)
    compare("mastodon", after(3), now=NOW)
    assert wrong_clock(settings, now=NOW) == ""
    compare("mastodon", after(7100), now=NOW)
    assert "behind Mastodon's" in wrong_clock(settings, now=NOW)


@pytest.mark.parametrize("since", [timedelta(minutes=61), timedelta(minutes=-61), timedelta(minutes=15)])
def test_what_was_measured_before_the_clock_was_set_counts_no_more(settings: Settings, since: timedelta) -> None:
    compare("x", after(3660), now=NOW)
    assert wrong_clock(settings, now=NOW + since) == ""


def test_an_account_that_nobody_has_asked_says_nothing(settings: Settings) -> None:
    compare("somebody else", after(3660), now=NOW)
    assert wrong_clock(settings, now=NOW) == ""


def test_it_is_wrong_for_the_same_time_until_it_was_right_in_between(settings: Settings) -> None:
    told = []
    for off in (0, 0, 61, 3660, 59, 61, 31, 90, 30, 61, 0, -90):
        compare("x", after(off), now=NOW)
        told.append(times_wrong(settings, now=NOW))
    assert told == [0, 0, 1, 1, 0, 1, 0, 1, 0, 2, 0, 3]


def test_while_nobody_can_tell_it_is_still_the_same_time(settings: Settings) -> None:
    compare("x", after(3660), now=NOW)
    assert times_wrong(settings, now=NOW) == 1
    assert times_wrong(settings, now=after(3660)) == 0
    compare("x", after(7320), now=after(3660))
    assert times_wrong(settings, now=after(3660)) == 1
