from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.platforms.ratelimit import Meter, again, asked_by_a_stranger, asked_to_wait, clock, rest, until

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


def test_the_latest_of_several_headers_counts_and_those_that_cannot_be_read_do_not() -> None:
    headers = {"day": "never", "window": "60", "retry-after": "45"}

    assert until(headers, ("day", "window", "retry-after"), NOW, timedelta(hours=1)) == NOW + timedelta(minutes=1)


def test_a_server_whose_clock_is_wrong_is_understood_by_its_own_clock() -> None:
    headers = {"date": "Sun, 22 Nov 2026 11:00:00 GMT", "x-reset": "2026-11-22T11:05:00Z"}

    assert until(headers, ("x-reset",), NOW, timedelta(hours=1)) == IN_FIVE_MINUTES


@pytest.mark.parametrize(("value", "seconds"), [("0", 1), ("-5", 1), ("2020-01-01T00:00:00Z", 1), ("99999999", 3600)])
def test_nonsense_neither_hurries_nor_silences_an_account(value: str, seconds: int) -> None:
    assert until({"x-reset": value}, ("x-reset",), NOW, timedelta(hours=1)) == NOW + timedelta(seconds=seconds)


def test_a_clock_that_cannot_be_one_is_not_believed() -> None:
    headers = {"date": "Thu, 01 Jan 1970 00:00:00 GMT", "x-reset": str(int(IN_FIVE_MINUTES.timestamp()))}

    assert until(headers, ("x-reset",), NOW, timedelta(hours=1)) == IN_FIVE_MINUTES


METER = Meter("left", "reset")
POINTS = Meter("points", "points-reset", needs=2)
WINDOW = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 900),
        ({"retry-after": "17"}, 17),
        ({"retry-after": "0.25"}, 1),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "Sun, 22 Nov 2026 12:02:00 GMT"}, 120),
        ({"retry-after": "Sunday, 22-Nov-26 12:02:00 GMT"}, 120),
        ({"retry-after": "Sun Nov 22 12:02:00 2026"}, 120),
        ({"retry-after": "Sun, 22 Nov 2020 12:02:00 GMT"}, 1),
        ({"retry-after": "-30"}, 1),
        ({"retry-after": "99999999"}, 900),
        ({"retry-after": "99999999", "reset": "60"}, 60),
        ({"retry-after": str(25 * 3600)}, 25 * 3600),
        ({"retry-after": "1000000000000"}, 900),
        ({"retry-after": "99999999999999999999"}, 900),
        ({"retry-after": "inf"}, 900),
        ({"retry-after": "soon"}, 900),
        ({"reset": "60"}, 60),
        ({"reset": "60", "retry-after": "soon"}, 60),
        ({"reset": "60", "retry-after": "5"}, 60),
        ({"reset": "60", "retry-after": "90"}, 90),
        ({"left": "0", "reset": "60"}, 60),
        ({"left": "3", "reset": "60", "retry-after": "5"}, 5),  # another limit than the one that is told
        ({"left": "3", "reset": "60"}, 900),
        ({"points": "1", "points-reset": "60"}, 60),  # a post takes two
        ({"points": "2", "points-reset": "60"}, 900),
    ],
)
def test_a_refusal_for_calling_too_often_says_when_to_come_back(headers: dict[str, str], seconds: float) -> None:
    assert again(headers, (METER, POINTS), NOW, WINDOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"left": "1", "reset": "60"}, None),
        ({"left": "many", "reset": "60"}, None),
        ({"left": "nan", "reset": "60"}, None),
        ({"left": "0", "reset": "60"}, 60),
        ({"Left": "0", "Reset": "60"}, 60),
        ({"left": "-1"}, 900),
        ({"points": "1", "points-reset": "60", "left": "7", "reset": "1"}, 60),
        ({"left": "0", "reset": "60", "points": "0", "points-reset": "600"}, 600),
    ],
)
def test_after_the_last_call_that_is_allowed_one_rests(headers: dict[str, str], seconds: float | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert rest(headers, (METER, POINTS), NOW, WINDOW) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30), ("Sun, 22 Nov 2026 12:02:00 GMT", 120), ("soon", None), ("99999999", None), ("0", 1)],
)
def test_any_answer_may_ask_to_wait(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert asked_to_wait({"Retry-After": value}, NOW) == expected
    assert asked_to_wait({}, NOW) is None


@pytest.mark.parametrize(("value", "seconds"), [("30", 30), ("3600", 300), ("99999999", None), ("soon", None)])
def test_something_in_between_is_obeyed_but_not_for_long(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert asked_by_a_stranger({"Retry-After": value}, NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Thu, 01 Jan 2026 99999999999999999999:00:00 GMT",
        "Thu, 01 Jan 2026 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "9999-12-31T23:59:59-14:00",
        "nan",
        "-inf",
        "1e400",
    ],
)
def test_a_date_that_no_calendar_has_is_none_and_patience_stays(value: str) -> None:
    otherwise = NOW + timedelta(minutes=5)
    wait = again({"Retry-After": value, "Date": value}, (), NOW, timedelta(minutes=5))
    assert NOW < wait <= otherwise
    clock({"Date": value})
    asked_to_wait({"Retry-After": value, "Date": value}, NOW)
