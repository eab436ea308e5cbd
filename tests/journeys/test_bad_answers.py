"""Thirty-two kinds of bad answer on three networks, and more: each ends as it was written down before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.bad_answers import IN_BETWEEN, KINDS, MORE, Bad, Faults
from tests.journeys.cell import Stage

SLOW = next(bad for bad in MORE if bad.name == "a slow timeline")
NETWORKS = ("x", "bluesky", "mastodon")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


def meant(operation: str, faults: Faults) -> list[dict[str, object]]:
    """Faults for one operation; a timeline lags where one looks."""
    return [{"operation": "find" if fault["kind"] == "lag" else operation, **fault} for fault in faults]


def test_there_are_thirty_two_kinds_and_each_is_also_given_to_a_look() -> None:
    assert len({bad.name for bad in KINDS}) == 32
    assert all(bad.find in NETWORKS for bad in KINDS)
    assert all(bad.why for bad in (*KINDS, *MORE, *IN_BETWEEN))


@pytest.mark.journey
@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("bad", [*KINDS, *MORE, *IN_BETWEEN], ids=lambda bad: bad.name)
def test_a_bad_answer_ends_as_was_written_down(stage: Stage, bad: Bad, network: str) -> None:
    end = bad.end(network)
    outcome = stage.play(network, meant("publish", bad.faults))
    assert (outcome.state, outcome.times) == (end.state, end.times), (bad.why, outcome)
    assert outcome.broken == (), outcome
    assert outcome.seconds <= end.within_s, outcome


@pytest.mark.journey
@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("bad", KINDS, ids=lambda bad: f"{bad.name}-{bad.find}")
def test_a_bad_answer_to_a_look_makes_nothing_twice_and_loses_nothing(stage: Stage, bad: Bad) -> None:
    lost_answer = {"operation": "publish", "kind": "cut_after"}
    outcome = stage.play(bad.find, [lost_answer, *meant("find", bad.faults)])
    assert (outcome.state, outcome.times, outcome.broken) == ("sent", 1, ()), outcome


@pytest.mark.journey
@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("bad", IN_BETWEEN, ids=lambda bad: bad.name)
def test_what_something_in_between_says_to_a_look_makes_nothing_twice(stage: Stage, bad: Bad, network: str) -> None:
    lost_answer = {"operation": "publish", "kind": "cut_after"}
    outcome = stage.play(network, [lost_answer, *meant("find", bad.faults)])
    assert (outcome.state, outcome.times, outcome.broken) == ("sent", 1, ()), outcome


@pytest.mark.journey
@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("bad", [*KINDS, SLOW], ids=lambda bad: bad.name)
def test_the_look_alone_is_enough_on_a_server_that_forgets_its_keys(stage: Stage, bad: Bad) -> None:
    forgets = {"kind": "ignore_key", "times": None}
    outcome = stage.play("mastodon", meant("publish", (*bad.faults, forgets)))
    assert (outcome.state, outcome.times) == (bad.mastodon.state, bad.mastodon.times), (bad.why, outcome)
