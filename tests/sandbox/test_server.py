from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from amplifier.sandbox.routes import Route, Routes
from amplifier.sandbox.server import Sandbox
from amplifier.sandbox.wire import Reply
from tests.waiting import HANG_S, until

pytestmark = pytest.mark.program

SERVE = """
import pathlib, signal, sys
from amplifier.sandbox.server import Sandbox
sandbox = Sandbox(pathlib.Path(sys.argv[1]), port=0, token="t")
signal.signal(signal.SIGTERM, lambda *_: sandbox.stop())
print(sandbox.port, flush=True)
sandbox.serve_forever()
"""


def test_only_this_computer_can_reach_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="this computer only"):
        Sandbox(tmp_path / "world.db", port=0, token="t", host="0.0.0.0")


def test_a_taken_port_leaves_the_file_free(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(tmp_path / "other.db", port=sandbox.port, token="t")
    Sandbox(tmp_path / "other.db", port=0, token="t").stop()


def test_stopping_waits_for_no_line_that_is_held_open(tmp_path: Path) -> None:
    others = set(threading.enumerate())  # also those of other sandboxes that live in this process
    sandbox = Sandbox(tmp_path / "world.db", port=0, token="t")
    sandbox.start()
    base = f"http://127.0.0.1:{sandbox.port}"
    key = {"Authorization": "Bearer t"}
    requests.post(
        f"{base}/_/faults",
        json={"kind": "hang", "seconds": 10 * HANG_S, "operation": "publish"},
        headers=key,
        timeout=HANG_S,
    )
    outcomes: list[str] = []

    def call(method: str, path: str) -> None:
        try:
            requests.request(method, base + path, headers={**key, "Authorization": "Bearer t"}, timeout=HANG_S)
            outcomes.append("answered")
        except requests.ConnectionError:
            outcomes.append("cut")

    waiting = [
        threading.Thread(target=call, args=pair)
        for pair in (("POST", "/api/v1/statuses"), ("GET", "/_/wishes?wait=60"), ("GET", "/wall/live"))
    ]
    for thread in waiting:
        thread.start()
    idle = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=HANG_S)
    idle.request("GET", "/wall/state")
    idle.getresponse().read()
    serving = "process_request_thread"
    until(lambda: len([one for one in set(threading.enumerate()) - others if serving in one.name]) >= 4)
    sandbox.stop()
    for thread in waiting:
        thread.join(HANG_S)
    assert len(outcomes) == 3
    assert not set(threading.enumerate()) - others
    sandbox.stop()  # again does nothing


def test_one_connection_serves_many_requests_and_a_wish_to_close_is_kept(base: str) -> None:
    line = http.client.HTTPConnection(base.removeprefix("http://"), timeout=HANG_S)
    for _ in range(3):
        line.request("GET", "/api/v2/instance")
        answer = line.getresponse()
        assert json.loads(answer.read())["domain"] == "social.example"
    line.request("GET", "/api/v2/instance", headers={"Connection": "close"})
    answer = line.getresponse()
    answer.read()
    assert answer.headers["Connection"] == "close"
    assert "GMT" in answer.headers["Date"]


def test_a_body_without_length_or_beyond_a_megabyte_is_refused(base: str) -> None:
    for headers in ({"Transfer-Encoding": "chunked"}, {"Content-Length": "9999999"}, {"Content-Length": "abc"}):
        line = http.client.HTTPConnection(base.removeprefix("http://"), timeout=HANG_S)
        line.putrequest("POST", "/2/tweets")
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        assert line.getresponse().status == 413
        line.close()


def test_an_unknown_path_is_404(door: Any) -> None:
    assert door.plain.get(f"{door.base}/api/v9/odd/odd/odd", timeout=HANG_S).status_code == 404
    assert door.plain.put(f"{door.base}/2/tweets", timeout=HANG_S).status_code == 404


def test_a_mistake_of_the_sandbox_itself_is_a_500_and_no_silence(sandbox: Sandbox, door: Any, monkeypatch: Any) -> None:
    def broken(*_: Any) -> Reply:
        raise RuntimeError("broken")

    monkeypatch.setattr(sandbox, "routes", Routes([Route("GET", "/broken", broken)]))
    assert door.plain.get(f"{door.base}/broken", timeout=HANG_S).status_code == 500


def live(base: str) -> Iterator[dict[str, Any]]:
    """The events of the wall, as they come."""
    line = http.client.HTTPConnection(base.removeprefix("http://"), timeout=HANG_S)
    line.request("GET", "/wall/live")
    answer = line.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    while read := answer.readline():
        if read.startswith(b"data: "):
            yield json.loads(read[6:])
    line.close()


def test_live_events_bring_the_state_at_once_and_after_each_change(base: str, door: Any) -> None:
    events = live(base)
    assert next(events)["said"] is None
    door.post("said", sentence="Moved.")
    assert next(events)["said"]["sentence"] == "Moved."


def test_live_events_come_at_most_four_a_second(base: str, door: Any) -> None:
    events = live(base)
    next(events)
    begun = time.monotonic()
    for number in range(30):
        door.post("said", sentence=str(number))
    seen = 1
    while next(events)["said"]["sentence"] != "29":
        seen += 1
    assert seen <= (time.monotonic() - begun) * 4 + 1


def _serve(world: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(world)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"


def test_the_world_outlives_a_kill_and_a_signal_ends_the_server(tmp_path: Path) -> None:
    """Posting until the process is killed: everything that was answered is there afterwards."""
    world = tmp_path / "world.db"
    process, base = _serve(world)
    answered: list[str] = []

    def post() -> None:
        session = requests.Session()
        try:
            for number in range(100_000):
                data, headers = (
                    {"status": f"n {number}"},
                    {"Authorization": "Bearer pretend-a", "Idempotency-Key": str(number)},
                )
                answer = session.post(f"{base}/api/v1/statuses", data=data, headers=headers, timeout=HANG_S)
                answered.append(answer.json()["id"])
        except (requests.RequestException, KeyError, ValueError):
            return

    requests.post(f"{base}/_/limits", json={"enforced": False}, headers={"Authorization": "Bearer t"}, timeout=HANG_S)
    thread = threading.Thread(target=post)
    thread.start()
    while len(answered) <= 50 and thread.is_alive():  # however long that takes this machine
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    thread.join()
    assert len(answered) > 50

    process, base = _serve(world)
    try:
        posts = requests.get(f"{base}/_/world", headers={"Authorization": "Bearer t"}, timeout=HANG_S).json()["posts"]
        there = [post["remote_id"] for post in posts]
        assert there[: len(answered)] == answered
        assert len(there) - len(answered) in {0, 1}  # one may have been stored without its answer
        again = requests.post(
            f"{base}/api/v1/statuses",
            data={"status": "n 3"},
            headers={"Authorization": "Bearer pretend-a", "Idempotency-Key": "3"},
            timeout=HANG_S,
        ).json()
        assert again["id"] == answered[3]
    finally:
        process.terminate()
        assert process.wait(HANG_S) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["world.db"]
