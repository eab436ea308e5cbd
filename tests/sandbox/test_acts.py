from __future__ import annotations

import http.client
import socket
import threading
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.sandbox.line import fault, publish, sent
from tests.waiting import HANG_S, until

pytestmark = pytest.mark.program

AUTHORIZED = {"Authorization": "Bearer pretend-a"}


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
    answer = door.plain.get(door.base + path, timeout=HANG_S)
    assert answer.status_code == 503
    assert answer.json().get("title" if network == "x" else "error")


@pytest.mark.parametrize("reset", [None, 5])
def test_a_429_may_say_when_to_come_back(base: str, door: Any, reset: float | None) -> None:
    fault(door, "status", status=429, reset=reset)
    begun = time.time()
    answer = publish(base)
    assert answer.status == 429
    told = answer.headers["X-RateLimit-Reset"]
    assert (told is None) == (reset is None)
    if told:
        until_then = datetime.fromisoformat(told).timestamp()
        assert begun + 4.9 < until_then < time.time() + 5.1  # rounded to the millisecond


def test_a_delay_lets_the_post_through_late(base: str, door: Any) -> None:
    fault(door, "delay", seconds=[0.2, 0.3])
    begun = time.monotonic()
    assert publish(base).status == 200
    assert time.monotonic() - begun >= 0.2


def test_a_hang_stores_and_says_nothing_until_it_closes(base: str, door: Any) -> None:
    fault(door, "hang", seconds=0.4)
    begun = time.monotonic()
    with pytest.raises(http.client.RemoteDisconnected):
        publish(base)
    assert time.monotonic() - begun >= 0.4
    assert len(door.posts("mastodon")) == 1


def test_a_hang_outlasts_a_client_that_gives_up(base: str, door: Any) -> None:
    fault(door, "hang", seconds=HANG_S)
    with pytest.raises(TimeoutError):
        publish(base, timeout=0.2)
    until(lambda: door.posts("mastodon"))
    assert len(door.posts("mastodon")) == 1
    assert publish(base, "Again").status == 200


def test_a_held_line_is_let_go_when_nobody_is_there_any_more(base: str, door: Any) -> None:
    others = _serving()
    fault(door, "hang", seconds=10 * HANG_S)
    with pytest.raises(TimeoutError):
        publish(base, timeout=0.2)
    until(lambda: len(_serving() - others) <= 1)  # the control door's own connection
    state = door.plain.get(f"{base}/wall/state", timeout=HANG_S).json()
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


def raw(base: str) -> bytes:
    """Everything that comes back for one post, as bytes, until the line ends."""
    with sent(base) as line:
        come = b""
        while part := line.recv(65536):
            come += part
        return come


def test_a_hang_may_come_before_storing(base: str, door: Any) -> None:
    fault(door, "hang", seconds=0.1, stored=False)
    with pytest.raises(http.client.RemoteDisconnected):
        publish(base)
    assert door.posts("mastodon") == []


def test_a_polite_end_may_come_after_storing_and_a_reset_before(base: str, door: Any) -> None:
    fault(door, "cut_before", stored=True)
    with sent(base) as line:
        assert line.recv(1) == b""
    assert len(door.posts("mastodon")) == 1
    fault(door, "cut_after", stored=False)
    with sent(base) as line, pytest.raises(ConnectionResetError):
        line.recv(1)
    assert len(door.posts("mastodon")) == 1


def test_a_reset_may_come_before_anything_was_read(base: str, door: Any) -> None:
    fault(door, "reset_unread")
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=HANG_S) as line:
        line.sendall(
            b"POST /api/v1/statuses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
        )  # and no body at all
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    assert door.posts("mastodon") == []


def test_a_post_may_appear_after_the_line_was_cut(base: str, door: Any) -> None:
    fault(door, "stores_later", seconds=0.1)
    with sent(base) as line, pytest.raises(ConnectionResetError):
        line.recv(1)
    until(lambda: door.posts("mastodon"))
    assert len(door.posts("mastodon")) == 1


def test_on_a_set_clock_a_late_post_appears_when_the_clock_is_set_past_it(base: str, door: Any) -> None:
    door.post("clock", now="2023-10-09T10:00:00Z")
    fault(door, "stores_later", seconds=90)
    with sent(base) as line, pytest.raises(ConnectionResetError):
        line.recv(1)
    door.post("clock", now="2023-10-09T10:01:29Z")
    assert door.posts("mastodon") == []
    door.post("clock", now="2023-10-09T10:01:31Z")
    assert [post["created_at"] for post in door.posts("mastodon")] == ["2023-10-09T10:01:31.000Z"]


def test_half_of_the_head_is_no_answer_at_all(base: str, door: Any) -> None:
    fault(door, "half_head")
    come = raw(base)
    assert come.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in come
    assert len(door.posts("mastodon")) == 1


def test_a_drip_lets_thirty_bytes_through_one_by_one_and_then_ends(base: str, door: Any) -> None:
    fault(door, "drip", seconds=0.02)
    begun = time.monotonic()
    with sent(base) as line:
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    assert time.monotonic() - begun >= 0.5  # not in one piece, in however many they are read
    assert len(b"".join(parts)) == 30
    assert len(door.posts("mastodon")) == 1


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(
    ("kind", "body"), [("empty", b""), ("list", b"[]"), ("null", b"null"), ("html", b"<!doctype html>")]
)
def test_a_good_status_may_come_with_another_body(
    base: str, door: Any, kind: str, body: bytes, *, stored: bool
) -> None:
    fault(door, kind, stored=stored)
    answer = door.plain.post(f"{base}/api/v1/statuses", data={"status": "a"}, headers=AUTHORIZED, timeout=HANG_S)
    assert answer.status_code == 200
    assert answer.content.startswith(body)
    assert bool(answer.content) == bool(body)
    assert len(door.posts("mastodon")) == stored


def test_a_redirect_leads_elsewhere_before_or_after_storing(base: str, door: Any) -> None:
    for stored, status in ((False, 307), (True, 303)):
        fault(door, "redirect", stored=stored)
        answer = publish(base, timeout=HANG_S)
        assert (answer.status, answer.headers["Location"]) == (status, "/elsewhere")
        assert len(door.posts("mastodon")) == stored
    fault(door, "redirect", status=301)
    assert publish(base).status == 301


@pytest.mark.parametrize("form", ["seconds", "date", "absurd"])
def test_a_429_may_say_it_in_each_form_of_retry_after(base: str, door: Any, form: str) -> None:
    fault(door, "status", status=429, reset=3, retry_after=form)
    headers = publish(base).headers
    assert headers["X-RateLimit-Reset"] is None
    match form:
        case "seconds":
            assert headers["Retry-After"] == "3"
        case "date":
            wait = parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])
            assert wait.total_seconds() >= 2
        case "absurd":
            assert int(headers["Retry-After"]) > 10**12


def test_many_faulty_connections_leave_no_thread_behind(base: str, door: Any) -> None:
    others = _serving()
    fault(door, "cut_after", times=None)
    lines = [sent(base) for _ in range(20)]
    for line in lines:
        with line, pytest.raises(ConnectionResetError):
            line.recv(1)
    until(lambda: len(_serving() - others) <= 1)  # the control door's own connection


def _serving() -> set[str]:
    """The threads that serve a connection, also those of other sandboxes that live in this process."""
    return {thread.name for thread in threading.enumerate() if "process_request_thread" in thread.name}
