"""SIGKILL at named steps and at single system calls: nothing twice, nothing lost, everything comes to rest."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import MEMORY, left_out
from tests.journeys.crew import Crew
from tests.journeys.kill_points import NETWORKS, WEATHER, WOKEN_LATE, Lane, Point, may_trace, play_all

pytestmark = pytest.mark.journey
LANES = 4  # most of a life after a kill is waiting
SEED = 23
SOME = 60  # of each kind; all of them: make faults
TALKING = ("sendto", "recvfrom")  # the calls around which it is decided whether a post is out


@pytest.fixture(scope="module")
def lanes(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    folder = tmp_path_factory.mktemp("kills")
    with ExitStack() as crews:
        made = [Crew((MEMORY or folder) / f"lane-{number}", template=migrated) for number in range(LANES)]
        yield [Lane(crews.enter_context(crew), number) for number, crew in enumerate(made)]


def survive(lanes: list[Lane], points: list[Point]) -> None:
    ended = play_all(lanes, points, lambda _: None)
    assert len(ended) == len(points)
    assert [f"{one.point}: {one.wrong}" for one in ended if one.wrong] == []
    missed = [str(one.point) for one in ended if not one.killed]
    assert len(missed) <= len(points) // 10, missed  # a thread may be quicker than in the dry run


def test_a_kill_at_a_named_step_does_no_harm(lanes: list[Lane]) -> None:
    points = [
        point
        for weather in (*WEATHER, WOKEN_LATE)
        for network in NETWORKS
        for point in lanes[0].count(network, weather, calls=False)
    ]
    assert len(points) > 500
    assert len({point.name for point in points}) > 40
    survive(lanes, random.Random(SEED).sample(points, SOME))


def test_a_kill_at_a_system_call_does_no_harm(lanes: list[Lane]) -> None:
    why_not = may_trace()
    if why_not:
        left_out(f"{why_not}, so that workers are killed at named steps alone")
    points = [
        point
        for weather in WEATHER
        for network in NETWORKS
        for point in lanes[0].count(network, weather, calls=True)
        if point.thread
    ]
    assert len(points) > 500
    deciding = [point for point in points if point.thread == "sending" and point.name in TALKING]
    others = [point for point in points if point not in deciding]
    survive(lanes, [*deciding, *random.Random(SEED).sample(others, SOME - len(deciding) // 2)])
