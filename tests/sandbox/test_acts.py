from __future__ import annotations

import http.client
import threading
import time
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.line import fault, publish, sent


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
