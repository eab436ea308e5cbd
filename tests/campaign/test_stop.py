"""What a stop holds back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.campaign.stop import EVERYTHING, STOPPED, Stop, scope_of, sending, stopped_by, why_no_tag

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
        ("", "＃Lab23", "tag:lab23"),  # noqa: RUF001  as some keyboards write it
        ("", " # Lab23 ", "tag:lab23"),
        ("x", "#Lab23", "account:x"),
    ],
)
def test_a_scope_is_written_in_one_way_only(account: str, tag: str, scope: str) -> None:
    assert scope_of(account, tag) == scope


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (EVERYTHING, "Sending is stopped everywhere"),
        ("account:x", "Sending on x is stopped"),
        ("tag:lab23", "Sending of posts with #lab23 is stopped"),
    ],
)
def test_a_scope_is_said_as_people_say_it(scope: str, words: str) -> None:
    assert sending(scope, STOPPED) == words


@pytest.mark.parametrize("tag", ["Lab23", "#Lab23", "＃Lab23", " lab23 ", "#Gerechtigkeit", "#投票", "#café", "#a_1"])  # noqa: RUF001
def test_what_may_be_a_hashtag_stops_the_posts_that_have_it(tag: str) -> None:
    assert why_no_tag(tag) == ""
    assert stopped_by([stop(scope_of(tag=tag))], "x", f"Vote now #{tag.strip().lstrip('#＃')}.")  # noqa: RUF001


@pytest.mark.parametrize(
    ("tag", "meant"), [("Lab 23", "Lab"), ("lab23,vote", "lab23"), ("Lab23!", "Lab23"), ("2023", ""), ("#", "")]
)
def test_what_can_be_no_hashtag_is_told_with_what_may_be_meant(tag: str, meant: str) -> None:
    told = why_no_tag(tag)
    assert told.startswith(f"“{tag}” is no hashtag, so it would stop nothing.")
    assert ("Did you mean" in told) is bool(meant)
    assert told.endswith(f"Did you mean {meant}?" if meant else "commas.")
