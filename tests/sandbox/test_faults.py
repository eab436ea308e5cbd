from __future__ import annotations

import http.client
import socket
import threading
import time
from datetime import datetime
from typing import Any

import pytest

from amplifier.sandbox.faults import Faults, Kind, from_json
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.wire import Operation
from amplifier.sandbox.world import World


def publish(base: str, text: str = "Hello", timeout: float = 5) -> http.client.HTTPResponse:
    """One post over a connection of its own, without any SDK's kindness."""
    line = http.client.HTTPConnection(base.removeprefix("http://"), timeout=timeout)
    headers = {"Authorization": "Bearer pretend-a", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/api/v1/statuses", f"status={text}", headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def sent(base: str) -> socket.socket:
    """A line on which one post has been sent and nothing been read."""
    host, _, port = base.removeprefix("http://").partition(":")
    line = socket.create_connection((host, int(port)), timeout=5)
    head = "POST /api/v1/statuses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pretend-a\r\n"
    line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nstatus=a".encode())
    return line


def fault(door: Any, kind: str, **more: Any) -> int:
    number: int = door.post("faults", **{"network": "mastodon", "operation": "publish", "kind": kind, **more})["id"]
    return number


def test_a_status_is_answered_instead_of_posting(base: str, door: Any) -> None:
    fault(door, "status", status=503)
    assert publish(base).status == 503
    assert door.posts("mastodon") == []
    assert publish(base).status == 200


def test_a_status_may_come_after_posting(base: str, door: Any) -> None:
    fault(door, "status", status=500, stored=True)
    assert publish(base).status == 500
    assert len(door.posts("mastodon")) == 1


@pytest.mark.parametrize(("network", "path"), [("x", "/2/users/me"), ("bluesky", "/xrpc/app.bsky.actor.getProfile")])
def test_a_status_is_worded_as_the_network_words_it(door: Any, network: str, path: str) -> None:
    door.post("faults", network=network, kind="status", status=503)
    answer = door.plain.get(door.base + path, timeout=5)
    assert answer.status_code == 503
    assert answer.json().get("title" if network == "x" else "error")


@pytest.mark.parametrize("reset", [None, 5])
def test_a_429_may_say_when_to_come_back(base: str, door: Any, reset: float | None) -> None:
    fault(door, "status", status=429, reset=reset)
    answer = publish(base)
    assert answer.status == 429
    told = answer.headers["X-RateLimit-Reset"]
    assert (told is None) == (reset is None)
    if told:
        wait = datetime.fromisoformat(told).timestamp() - time.time()
        assert 4 < wait < 5.5  # rounded to the millisecond


def test_a_delay_lets_the_post_through_late(base: str, door: Any) -> None:
    fault(door, "delay", seconds=[0.2, 0.3])
    begun = time.monotonic()
    assert publish(base).status == 200
    assert 0.2 <= time.monotonic() - begun < 1


def test_a_hang_stores_and_says_nothing_until_it_closes(base: str, door: Any) -> None:
    fault(door, "hang", seconds=0.4)
    begun = time.monotonic()
    with pytest.raises(http.client.RemoteDisconnected):
        publish(base)
    assert 0.4 <= time.monotonic() - begun < 2
    assert len(door.posts("mastodon")) == 1


def test_a_hang_outlasts_a_client_that_gives_up(base: str, door: Any) -> None:
    fault(door, "hang", seconds=5)
    with pytest.raises(TimeoutError):
        publish(base, timeout=0.2)
    assert len(door.posts("mastodon")) == 1
    assert publish(base, "Again").status == 200


def test_a_held_line_is_let_go_when_nobody_is_there_any_more(base: str, door: Any) -> None:
    others = _serving()
    fault(door, "hang", seconds=60)
    with pytest.raises(TimeoutError):
        publish(base, timeout=0.2)
    until = time.monotonic() + 2
    while len(_serving() - others) > 1 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(_serving() - others) <= 1  # the control door's own connection
    state = door.plain.get(f"{base}/wall/state", timeout=5).json()
    assert state["networks"][2]["answering"] is True


def test_a_cut_before_stores_nothing_and_ends_the_line_politely(base: str, door: Any) -> None:
    fault(door, "cut_before")
    with sent(base) as line:
        assert line.recv(1) == b""
    assert door.posts("mastodon") == []


def test_a_cut_after_stores_and_resets_the_connection(base: str, door: Any) -> None:
    fault(door, "cut_after")
    with sent(base) as line, pytest.raises(ConnectionResetError):
        line.recv(1)
    assert len(door.posts("mastodon")) == 1


def test_half_an_answer_breaks_off_within_its_body(base: str, door: Any) -> None:
    fault(door, "half")
    with pytest.raises(http.client.IncompleteRead) as broken:
        publish(base)
    assert broken.value.partial.startswith(b"{")
    assert len(door.posts("mastodon")) == 1


def test_a_fault_strikes_as_often_as_it_was_told_and_can_be_ended(base: str, door: Any) -> None:
    fault(door, "status", times=2)
    always = fault(door, "status", times=None, status=502)
    assert [publish(base).status for _ in range(4)] == [503, 503, 502, 502]
    assert [found["id"] for found in door.get("faults")] == [always]
    assert door.delete(f"faults/{always}") == {"ended": 1}
    assert publish(base).status == 200


def test_a_fault_leaves_other_operations_and_networks_alone(base: str, door: Any) -> None:
    door.post("faults", network="x", operation="*", kind="status", times=None)
    door.post("faults", network="mastodon", operation="find", kind="status", times=None)
    assert publish(base).status == 200
    number = door.posts("mastodon")[0]["remote_id"]
    assert door.plain.get(f"{base}/api/v1/statuses/{number}", timeout=5).status_code == 503


def test_a_star_means_every_network(base: str, door: Any) -> None:
    door.post("faults", network="*", operation="publish", kind="status", times=None)
    assert publish(base).status == 503


def test_faults_outlive_the_process(world: World) -> None:
    Faults(world.notes).add({"network": "x", "kind": "hang", "seconds": 3, "times": 2})
    again = Faults(world.notes)
    taken = again.take(Network.X, Operation.PUBLISH)
    assert taken is not None
    assert (taken.kind, taken.seconds, Faults(world.notes).all()[0].times) == (Kind.HANG, (3.0, 3.0), 1)


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


def test_many_faulty_connections_leave_no_thread_behind(base: str, door: Any) -> None:
    others = _serving()
    fault(door, "cut_after", times=None)
    lines = [sent(base) for _ in range(20)]
    for line in lines:
        with line, pytest.raises(ConnectionResetError):
            line.recv(1)
    until = time.monotonic() + 2
    while len(_serving() - others) > 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(_serving() - others) <= 1  # the control door's own connection


def _serving() -> set[str]:
    """The threads that serve a connection, also those of other sandboxes that live in this process."""
    return {thread.name for thread in threading.enumerate() if "process_request_thread" in thread.name}
