"""A campaign that has nothing left to say, told with its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from amplifier.schedule.over import over
from amplifier.schedule.program import Program, read_program, wanted_posts
from tests.schedule import homes
from tests.schedule.homes import HELLO, SCHEDULE, SOON

LAST = datetime(2023, 10, 9, 13, 40, tzinfo=UTC)  # the debate, after which nothing is said
NEXT_DAY = datetime(2023, 10, 11, 23, 0, tzinfo=UTC)  # in Liverpool the day after the last


@pytest.fixture
def program() -> Program:
    sources = {"schedules/a.yaml": SCHEDULE, "templates/lab23/soon.j2": SOON, "templates/lab23/hello.j2": HELLO}
    return read_program(sources, homes.settings())


def told(program: Program, now: datetime) -> tuple[str, str]:
    ended, left = over(program.plan, wanted_posts(program), program.settings, now=now)
    return ended.message if ended else "", left.message if left else ""


def test_one_that_is_over_says_when_it_was(program: Program) -> None:
    ended, left = over(program.plan, wanted_posts(program), program.settings, now=NEXT_DAY)
    assert left is None
    assert ended is not None
    assert (ended.path, ended.line) == ("settings.yaml", program.settings.lines.at("campaign", "last_day"))
    assert ended.message == (
        "This campaign is over: its last post (soon/once) was due on 9 October 2023 at 13:40, its last milestone "
        "(debate) was on 9 October 2023 at 14:40 and its last day was 11 October 2023. Nothing would go out."
    )


def test_while_its_days_last_that_is_a_warning(program: Program) -> None:
    ended, left = told(program, NEXT_DAY - timedelta(minutes=1))
    assert ended == ""
    assert left.startswith("Nothing is left to say: its last post (soon/once) was due on 9 October 2023 at 13:40 and")
    assert left.endswith("The campaign goes on until 11 October 2023.")


def test_an_event_or_a_post_that_is_to_come_is_enough(program: Program) -> None:
    assert told(program, LAST - timedelta(minutes=1)) == ("", "")
    posts, no_event = wanted_posts(program), replace(program.plan, milestones=())
    assert over(no_event, posts, program.settings, now=LAST - timedelta(hours=2)) == (None, None)
    _, left = over(no_event, posts, program.settings, now=LAST)
    assert left is not None
    assert left.message.startswith(
        "Nothing is left to say: its last post (soon/once) was due on 9 October 2023 at 13:40."
    )


def test_one_that_says_nothing_at_all_is_over_after_its_days_alone(program: Program) -> None:
    empty = replace(program, plan=replace(program.plan, milestones=(), slots=()))
    assert told(empty, LAST) == ("", "")
    assert told(empty, NEXT_DAY)[0] == "This campaign is over: its last day was 11 October 2023. Nothing would go out."
