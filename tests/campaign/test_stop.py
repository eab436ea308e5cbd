"""What a stop holds back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.campaign.stop import EVERYTHING, Stop, said_scope, scope_of, stopped_by

AT = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)


def stop(scope: str, number: int = 1) -> Stop:
    return Stop(number, scope, "Why.", "cli:ola", AT)


@pytest.mark.parametrize(
    ("scope", "account", "text", "held"),
    [
        (EVERYTHING, "x", "Vote", True),
        ("account:x", "x", "Vote", True),
        ("account:x", "x-two", "Vote", False),
        ("account:x", "bluesky", "On account:x", False),
        ("tag:lab23", "x", "Vote. #Lab23", True),
        ("tag:lab23", "x", "#LAB23 begins", True),
        ("tag:lab23", "x", "Vote. #Lab23x", False),
        ("tag:lab23", "x", "lab23 without its sign", False),
        ("tag:lab23", "x", "https://free.example/#lab23", False),
        ("tag:gerechtigkeit", "x", "#Gerechtigkeit", True),
    ],
)
def test_a_stop_holds_back_what_its_scope_names(scope: str, account: str, text: str, *, held: bool) -> None:
    assert stopped_by([stop(scope)], account, text) == (stop(scope) if held else None)


def test_of_several_stops_the_first_that_holds_it_back_is_told() -> None:
    stops = [stop("account:bluesky", 1), stop("tag:lab23", 2), stop(EVERYTHING, 3)]
    assert stopped_by(stops, "x", "#Lab23") == stops[1]
    assert stopped_by(stops, "x", "Vote") == stops[2]
    assert stopped_by([], "x", "Vote") is None


@pytest.mark.parametrize(
    ("account", "tag", "scope"),
    [
        ("", "", EVERYTHING),
        ("x", "", "account:x"),
        ("", "#Lab23", "tag:lab23"),
        ("", "Lab23", "tag:lab23"),
        ("x", "#Lab23", "account:x"),
    ],
)
def test_a_scope_is_written_in_one_way_only(account: str, tag: str, scope: str) -> None:
    assert scope_of(account, tag) == scope


@pytest.mark.parametrize(
    ("scope", "said"),
    [(EVERYTHING, "everywhere"), ("account:x", "on x"), ("tag:lab23", "of posts with #lab23")],
)
def test_a_scope_is_said_as_people_say_it(scope: str, said: str) -> None:
    assert said_scope(scope) == said
