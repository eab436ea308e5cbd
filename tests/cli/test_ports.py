from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli import ports as up
from amplifier.cli.ports import Ports, Wanted
from amplifier.cli.rehearse import free_port
from amplifier.errors import UsageError
from amplifier.sandbox.server import Sandbox


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_port_that_is_free_may_be_used(taken: int) -> None:
    port = free_port()
    assert port != taken
    up.refuse_taken({"--port": port, "--sandbox-port": free_port()})


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_taken_port_is_refused_with_the_words_to_paste(taken: int, option: str) -> None:
    with pytest.raises(UsageError) as refused:
        up.refuse_taken({option: taken})
    assert str(refused.value) == (
        f"Port {taken} is taken by another program. Choose another: amplifier up {option} {taken + 1}"
    )


def test_one_port_cannot_serve_two() -> None:
    port = free_port()
    with pytest.raises(
        UsageError, match=f"Port {port} cannot serve two. Choose another: amplifier up --port {port + 1}"
    ):
        up.refuse_taken({"--port": port, "--sandbox-port": port})


def test_beyond_the_last_port_the_one_before_is_proposed() -> None:
    with pytest.raises(UsageError, match="amplifier up --port 65534"):
        up.refuse_taken({"--port": 65535, "--sandbox-port": 65535})


def test_a_server_answers_or_does_not(tmp_path: Path, taken: int) -> None:
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token="token")
    sandbox.start()
    try:
        assert up.answers(sandbox.port)
    finally:
        sandbox.stop()
    assert not up.answers(free_port())
    assert not up.answers(taken)  # somebody listens, but says nothing


@pytest.fixture
def ports() -> Iterator[Ports]:
    with contextlib.closing(Ports()) as made:
        yield made


def usual(port: int, option: str = "--port") -> Wanted:
    return Wanted(option, "the pages are on", None, port)


def test_where_the_usual_port_is_taken_the_next_free_one_is_and_it_says_so(ports: Ports, taken: int) -> None:
    said: list[str] = []
    found = ports.take((usual(taken),), told=said.append)["--port"]
    assert found > taken
    assert not up.why_not(found)
    assert said == [f"Port {taken} is taken by another program: the pages are on {found}."]


def test_nothing_is_said_of_the_usual_port(ports: Ports) -> None:
    port = free_port()
    assert ports.take((usual(port),), told=pytest.fail) == {"--port": port}


def test_two_that_begin_at_once_each_get_their_own(ports: Ports) -> None:
    port = free_port()
    with contextlib.closing(Ports()) as others:
        first = ports.take((usual(port), usual(port, "--sandbox-port")), told=lambda _: None)
        second = others.take((usual(port), usual(port, "--sandbox-port")), told=lambda _: None)
        assert len({*first.values(), *second.values()}) == 4
        with pytest.raises(UsageError, match=f"Port {port} is taken by another program. Choose another: amplifier up"):
            others.take((Wanted("--port", "", port, 8000),), told=pytest.fail)
    assert Ports().take((Wanted("--port", "", first["--port"] + 40, 8000),), told=pytest.fail)


def test_one_that_was_asked_for_is_that_one_or_none(ports: Ports, taken: int) -> None:
    with pytest.raises(UsageError, match=rf"Port {taken} is taken by another program\. Choose another:"):
        ports.take((Wanted("--port", "", taken, 8000),), told=pytest.fail)
    port = free_port()
    wanted = (Wanted("--port", "", port, 8000), usual(port, "--sandbox-port"))
    found = ports.take(wanted, told=lambda _: None)
    assert found["--port"] == port != found["--sandbox-port"]


def test_beyond_the_last_port_there_is_none(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "why_not", lambda _port: "is taken by another program")
    with pytest.raises(UsageError, match="Port 65530 and those after it are taken"):
        ports.take((usual(65530),), told=pytest.fail)
