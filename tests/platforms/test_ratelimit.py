from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.platforms.ratelimit import until

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IN_FIVE_MINUTES = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    "value",
    [
        str(int(IN_FIVE_MINUTES.timestamp())),
        "300",
        "2026-11-22T12:05:00.000000Z",
        "2026-11-22T12:05:00Z",
        "Sun, 22 Nov 2026 12:05:00 GMT",
    ],
)
def test_every_way_to_say_when_is_understood(value: str) -> None:
    assert until({"X-Reset": value}, ("x-reset",), NOW, timedelta(hours=1)) == IN_FIVE_MINUTES


@pytest.mark.parametrize(
    "headers", [{}, {"x-reset": ""}, {"x-reset": "soon"}, {"x-reset": "nan"}, {"x-reset": "1e300"}]
)
def test_without_a_readable_header_the_network_s_window_counts(headers: dict[str, str]) -> None:
    assert until(headers, ("x-reset",), NOW, timedelta(minutes=15)) == NOW + timedelta(minutes=15)


def test_the_first_readable_of_several_headers_counts() -> None:
    headers = {"day": "never", "window": "60"}

    assert until(headers, ("day", "window"), NOW, timedelta(hours=1)) == NOW + timedelta(minutes=1)


def test_a_server_whose_clock_is_wrong_is_understood_by_its_own_clock() -> None:
    headers = {"date": "Sun, 22 Nov 2026 11:00:00 GMT", "x-reset": "2026-11-22T11:05:00Z"}

    assert until(headers, ("x-reset",), NOW, timedelta(hours=1)) == IN_FIVE_MINUTES


@pytest.mark.parametrize(
    ("value", "seconds"), [("0", 1), ("-5", 1), ("2020-01-01T00:00:00Z", 1), ("99999999", 25 * 3600)]
)
def test_nonsense_neither_hurries_nor_silences_an_account(value: str, seconds: int) -> None:
    assert until({"x-reset": value}, ("x-reset",), NOW, timedelta(hours=1)) == NOW + timedelta(seconds=seconds)
