from __future__ import annotations

import contextlib
import http.client
from typing import Any

import pytest

from amplifier.sandbox.faults import FaultKind, Faults, from_json
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.wire import Operation
from amplifier.sandbox.world import World
from tests.sandbox.line import fault, publish
from tests.waiting import HANG_S


def test_a_fault_strikes_as_often_as_it_was_told_and_can_be_ended(base: str, door: Any) -> None:
    fault(door, "status", times=2)
    always = fault(door, "status", times=None, status=502)
    assert [publish(base).status for _ in range(4)] == [503, 503, 502, 502]
    assert [found["id"] for found in door.get("faults")] == [always]
    assert door.delete(f"faults/{always}") == {"ended": 1}
    assert publish(base).status == 200


def test_a_fault_leaves_other_operations_and_networks_alone(base: str, door: Any) -> None:
    door.post("faults", network="x", operation="*", kind="status", times=None)
    door.post("faults", network="mastodon", operation="read", kind="status", times=None)
    assert publish(base).status == 200
    number = door.posts("mastodon")[0]["remote_id"]
    assert door.plain.get(f"{base}/api/v1/statuses/{number}", timeout=HANG_S).status_code == 503


def test_a_star_means_every_network(base: str, door: Any) -> None:
    door.post("faults", network="*", operation="publish", kind="status", times=None)
    assert publish(base).status == 503


def test_faults_outlive_the_process(world: World) -> None:
    Faults(world.notes).add({"network": "x", "kind": "hang", "seconds": 3, "times": 2})
    again = Faults(world.notes)
    taken = again.take(Network.X, Operation.PUBLISH)
    assert taken is not None
    assert (taken.kind, taken.seconds, Faults(world.notes).all()[0].times) == (FaultKind.HANG, (3.0, 3.0), 1)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {"kind": "odd"},
        {"kind": "hang", "network": "threads"},
        {"kind": "hang", "operation": "odd"},
        {"kind": "hang", "seconds": -1},
        {"kind": "hang", "seconds": [2, 1]},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "often": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(wrong, 1)


def test_a_network_is_silent_while_it_holds_the_line(world: World) -> None:
    faults = Faults(world.notes)
    assert not faults.is_silent(Network.X)
    with faults.silence(Network.X):
        assert faults.is_silent(Network.X)
    assert not faults.is_silent(Network.X)
    faults.add({"network": "x", "operation": "find", "kind": "hang"})
    assert not faults.is_silent(Network.X)
    faults.add({"network": "x", "operation": "publish", "kind": "hang"})
    assert faults.is_silent(Network.X)


def test_chance_between_two_numbers_is_the_same_for_the_same_seed(world: World) -> None:
    first, second = (Faults(world.notes, seed=5) for _ in range(2))
    fault = from_json({"kind": "delay", "seconds": [0.2, 0.8]}, 1)
    drawn = [first.seconds(fault) for _ in range(5)]
    assert drawn == [second.seconds(fault) for _ in range(5)]
    assert all(0.2 <= seconds <= 0.8 for seconds in drawn)
    assert len(set(drawn)) == 5


def test_a_fault_with_a_chance_strikes_in_that_share_of_the_requests_the_same_for_the_same_seed(world: World) -> None:
    faults = Faults(world.notes, seed=5)
    faults.add({"network": "x", "operation": "publish", "kind": "hang", "times": None, "chance": 0.3})
    first = [faults.take(Network.X, Operation.PUBLISH) is not None for _ in range(400)]
    again = Faults(world.notes, seed=5)
    assert [again.take(Network.X, Operation.PUBLISH) is not None for _ in range(400)] == first
    assert 80 < sum(first) < 160
    assert not faults.is_silent(Network.X)  # it answers most of the time


def test_a_fault_that_does_not_strike_is_not_used_up(world: World) -> None:
    faults = Faults(world.notes, seed=5)
    faults.add({"kind": "cut_after", "chance": 0.01})
    assert faults.take(Network.X, Operation.PUBLISH) is None
    assert len(faults.all()) == 1


@pytest.mark.parametrize(("kind", "stored"), [("status", False), ("cut_before", False), ("hang", True), ("html", True)])
def test_whether_a_post_is_stored_all_the_same_goes_by_the_kind_unless_it_is_said(kind: str, *, stored: bool) -> None:
    assert from_json({"kind": kind}, 1).stored is stored
    assert from_json({"kind": kind, "stored": not stored}, 1).stored is not stored


def test_what_struck_is_counted_by_kind(base: str, door: Any) -> None:
    fault(door, "status", times=2)
    fault(door, "delay")
    for _ in range(4):
        publish(base)
    told = door.get("weather")
    assert (told["level"], told["faults"], told["struck"]) == ("calm", 3, {"delay": 1, "status": 2})


def test_a_heavy_weather_begins_in_one_call_and_ends_in_one(base: str, door: Any) -> None:
    assert door.post("weather", level="heavy", seed=7)["seed"] == 7
    for number in range(40):
        with contextlib.suppress(OSError, http.client.HTTPException):
            publish(base, f"Words {number}", timeout=0.2)
    told = door.post("weather", level="calm")
    assert len(told["struck"]) > 3
    before = told["faults"]
    assert [publish(base, f"Calm {number}").status for number in range(10)] == [200] * 10
    assert door.get("weather")["faults"] == before


def test_the_weather_outlives_the_process(world: World) -> None:
    Faults(world.notes).set_weather("heavy", 9, 0.5)
    told = Faults(world.notes).weather()
    assert (told["level"], told["seed"], told["waits"]) == ("heavy", 9, 0.5)
