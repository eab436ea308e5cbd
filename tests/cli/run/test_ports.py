from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli.run import ports as up
from amplifier.cli.run.ports import Ports, WantedPort, cannot_serve, free_port, refusal, serving_on
from amplifier.errors import UsageError
from amplifier.install import LAST_PORT, claim, claimed
from amplifier.sandbox.server import Sandbox
from amplifier.taken_port import PortTaken

pytestmark = pytest.mark.program

REPOSITORY = Path(__file__).parents[3]
BY_OTHERS, BY_OURS = "is taken by another program", "is taken by another Amplifier"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who it is")


@contextlib.contextmanager
def held(port: int = 0) -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def taken() -> Iterator[int]:
    with held() as port:
        yield port


@pytest.fixture
def ports() -> Iterator[Ports]:
    with contextlib.closing(Ports()) as made:
        yield made


def the_first_of_four() -> int:
    """The first of four ports in a row that nobody uses or has chosen."""
    for _ in range(1000):
        port, names = free_port(), " ".join(claimed())
        four = range(port, port + 4)
        if four[-1] <= LAST_PORT and not any(up.why_not(one) or str(one) in names for one in four):
            return port
    pytest.fail("This computer has no four free ports in a row.")


def pages(asked: int | None = None, usual: int = 8000) -> WantedPort:
    return WantedPort("--port", "the pages", asked, usual)


def networks(asked: int | None = None, usual: int = 8900) -> WantedPort:
    return WantedPort("--sandbox-port", "the pretend networks", asked, usual)


def test_those_that_were_asked_for_are_those(ports: Ports) -> None:
    one, other = free_port(), free_port()
    assert ports.take((pages(one), networks(other)), told=pytest.fail) == {"--port": one, "--sandbox-port": other}


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_taken_port_is_refused_with_the_words_to_paste(ports: Ports, taken: int, option: str) -> None:
    wanted = (pages(taken), networks(usual=free_port())) if option == "--port" else (pages(), networks(taken))
    with pytest.raises(UsageError) as refused:
        ports.take(wanted, told=pytest.fail)
    words = re.fullmatch(rf"Port {taken} {BY_OTHERS}\. Choose another: amplifier up {option} (\d+)", str(refused.value))
    assert words
    assert not up.why_not(int(words[1]))


@pytest.mark.parametrize("turned", [False, True])
def test_one_port_cannot_serve_two_and_the_first_of_them_is_named(ports: Ports, *, turned: bool) -> None:
    port = free_port()
    wanted = (networks(port), pages(port)) if turned else (pages(port), networks(port))
    with pytest.raises(UsageError, match=rf"^Port {port} is for {wanted[0].what}\. Choose .* up {wanted[1].option} \d"):
        ports.take(wanted, told=pytest.fail)


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
@pytest.mark.parametrize("turned", [False, True])
def test_the_usual_port_of_one_that_was_asked_for_by_the_other_is_told_to_be_the_others(
    ports: Ports, option: str, *, turned: bool
) -> None:
    port, said = free_port(), list[str]()
    wanted = (pages(port), networks(usual=port)) if option == "--port" else (pages(usual=port), networks(port))
    found = ports.take(wanted[::-1] if turned else wanted, told=said.append)
    assert found[option] == port
    (moved,) = (one for one in wanted if one.option != option)
    (owner,) = (one for one in wanted if one.option == option)
    assert said == [f"Port {port} is for {owner.what}: {moved.what} are on {found[moved.option]}."]
    assert found[moved.option] > port


def test_what_is_proposed_is_neither_taken_nor_for_another_part(ports: Ports) -> None:
    port = the_first_of_four()
    with contextlib.ExitStack() as others:
        others.enter_context(held(port))
        others.enter_context(held(port + 2))
        with pytest.raises(UsageError, match=f"amplifier up --port {port + 3}$"):
            ports.take((pages(port), networks(port + 1)), told=pytest.fail)


def test_beyond_the_last_port_the_one_before_is_proposed() -> None:
    assert refusal("up --port", 65535, "is away") == "Port 65535 is away. Choose another: amplifier up --port 65534"


@on_linux
@pytest.mark.parametrize("where", ["port-{}", "serves-{}", "serves-{}-all", "serves-{}-192.0.2.1"])
def test_what_another_amplifier_has_chosen_or_serves_on_elsewhere_is_not_proposed(where: str) -> None:
    port = the_first_of_four()
    assert refusal("up --port", port, "is away").endswith(f" {port + 1}")
    kept = claim(where.format(port + 1))
    assert kept
    with kept:
        assert refusal("up --port", port, "is away").endswith(f" {port + 2}")
        assert refusal("up --port", port, "is away", {port + 2}).endswith(f" {port + 3}")
    with claim(f"worker-{port + 1}") or pytest.fail("taken"):  # another name that ends like that
        assert refusal("up --port", port, "is away").endswith(f" {port + 1}")


def test_what_is_proposed_can_be_had_at_the_address_that_is_wanted() -> None:
    port = the_first_of_four()
    with socket.socket() as server:
        server.bind(("127.0.0.2", port + 1))
        server.listen()
        said = refusal("web --host 127.0.0.2 --port", port, "is away", host="127.0.0.2")
        assert said.endswith(f"amplifier web --host 127.0.0.2 --port {port + 2}")
        assert refusal("web --port", port, "is away").endswith(f" {port + 1}")


def test_where_the_system_gives_none_near_any_that_it_gives_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = up.why_not
    monkeypatch.setattr(up, "why_not", lambda port, host: real(port, host) if port > 1024 else "cannot be used")
    said = re.fullmatch(
        r"Port 80 is away\. Choose another: amplifier web --port (\d+)", refusal("web --port", 80, "is away")
    )
    assert said
    assert int(said[1]) > 1024


def test_where_there_is_none_no_command_is_proposed_that_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "why_not", lambda _port, _host: BY_OTHERS)
    said = refusal("web --port", 8000, BY_OTHERS)
    assert said.startswith(f"Port 8000 {BY_OTHERS}, and no free one was found. End something")
    assert "amplifier web" not in said


@on_linux
def test_the_port_of_one_that_serves_alone_is_chosen_for_every_other(ports: Ports) -> None:
    port = free_port()
    with serving_on("127.0.0.1", port, alone=True), pytest.raises(UsageError, match=f"Port {port} {BY_OURS}"):
        ports.take((pages(port),), told=pytest.fail)
    ports.take((pages(port),), told=pytest.fail)
    with pytest.raises(PortTaken), serving_on("127.0.0.1", port, alone=True):
        pytest.fail("an up that has yet to begin has it")
    told = cannot_serve("web", "127.0.0.1", port, PortTaken(errno.EADDRINUSE, "in use"), alone=True)
    assert str(told).startswith(f"Port {port} {BY_OURS}.")
    with serving_on("127.0.0.1", port):  # its own part, for which it was chosen
        pass


@on_linux
@pytest.mark.parametrize(
    ("server", "asked", "by"),
    [
        ("0.0.0.0", "127.0.0.2", BY_OURS),
        ("127.0.0.2", "127.0.0.2", BY_OURS),
        ("127.0.0.1", "127.0.0.2", BY_OTHERS),
        ("0.0.0.0", "0.0.0.0", BY_OURS),
        (None, "0.0.0.0", BY_OTHERS),
    ],
)
def test_at_every_address_it_is_told_who_has_its_port(server: str | None, asked: str, by: str) -> None:
    with socket.socket() as other:
        other.bind((asked, 0))
        port = other.getsockname()[1]
        with serving_on(server, port) if server else contextlib.nullcontext():
            told = cannot_serve("web", asked, port, PortTaken(errno.EADDRINUSE, "in use"), alone=True)
    of = "" if asked in up.HERE else f"of {asked} "
    assert str(told).startswith(f"Port {port} {of}{by}. Choose another: amplifier web --host {asked} --port ")


def test_a_server_answers_or_does_not(tmp_path: Path, taken: int) -> None:
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token="token")
    sandbox.start()
    try:
        assert up.answers(sandbox.port)
    finally:
        sandbox.stop()
    assert not up.answers(free_port())
    assert not up.answers(taken)  # somebody listens, but says nothing


def test_where_the_usual_port_is_taken_the_next_free_one_is_and_it_says_so(ports: Ports, taken: int) -> None:
    said: list[str] = []
    found = ports.take((pages(usual=taken),), told=said.append)["--port"]
    assert found > taken
    assert not up.why_not(found)
    assert said == [f"Port {taken} {BY_OTHERS}: the pages are on {found}."]


def test_one_that_the_system_refuses_is_not_told_to_be_taken(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    port, said = free_port(), list[str]()
    why = {port: "cannot be used (Permission denied)"}
    monkeypatch.setattr(up, "why_not", lambda asked: why.get(asked, ""))
    found = ports.take((pages(usual=port),), told=said.append)["--port"]
    assert said == [f"Port {port} cannot be used (Permission denied): the pages are on {found}."]


def test_nothing_is_said_of_the_usual_port(ports: Ports) -> None:
    port = free_port()
    assert ports.take((pages(usual=port),), told=pytest.fail) == {"--port": port}


@on_linux
def test_two_that_begin_at_once_each_get_their_own(ports: Ports) -> None:
    port, said = free_port(), list[str]()
    with contextlib.closing(Ports()) as others:
        first = ports.take((pages(usual=port), networks(usual=port)), told=lambda _: None)
        second = others.take((pages(usual=port), networks(usual=port)), told=said.append)
        assert len({*first.values(), *second.values()}) == 4
        assert said[0] == f"Port {port} {BY_OURS}: the pages are on {second['--port']}."
        with pytest.raises(UsageError, match=f"Port {port} {BY_OURS}. Choose another: amplifier up"):
            others.take((pages(port),), told=pytest.fail)


@on_linux
def test_what_was_kept_is_free_for_others_once_it_is_closed() -> None:
    port = free_port()
    with contextlib.closing(Ports()) as first, contextlib.closing(Ports()) as second:
        first.take((pages(port),), told=pytest.fail)
        with pytest.raises(UsageError, match=BY_OURS):
            second.take((pages(port),), told=pytest.fail)
        first.close()
        assert second.take((pages(port),), told=pytest.fail) == {"--port": port}


@on_linux
def test_a_port_on_which_one_of_ours_serves_is_told_to_be_ours(ports: Ports, taken: int) -> None:
    assert up.why_not(taken) == BY_OTHERS
    with serving_on("127.0.0.1", taken):
        assert up.why_not(taken) == BY_OURS
        with pytest.raises(UsageError, match=f"Port {taken} {BY_OURS}"):
            ports.take((pages(taken),), told=pytest.fail)
    with serving_on("192.0.2.1", taken):  # the same port of another address is not this one
        assert up.why_not(taken) == BY_OTHERS


@on_linux
def test_any_free_one_is_none_that_another_has_chosen(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, free = free_port(), free_port()
    offered = itertools.chain([chosen, chosen], itertools.repeat(free))
    monkeypatch.setattr(up, "free_port", lambda: next(offered))
    kept = claim(f"port-{chosen}")
    assert kept
    with kept, contextlib.closing(Ports()) as others:
        assert ports.any_free() == free
        with pytest.raises(UsageError, match="This computer has no free port just now"):
            others.any_free()


def test_one_that_was_asked_for_is_that_one_or_none(ports: Ports, taken: int) -> None:
    with pytest.raises(UsageError, match=rf"Port {taken} {BY_OTHERS}\. Choose another:"):
        ports.take((pages(taken),), told=pytest.fail)
    port = free_port()
    found = ports.take((pages(port), networks(usual=port)), told=lambda _: None)
    assert found["--port"] == port != found["--sandbox-port"]


def test_beyond_the_last_port_there_is_none(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "why_not", lambda _port, _host="": BY_OTHERS)
    with pytest.raises(UsageError, match="Port 65530 and those after it are taken"):
        ports.take((pages(usual=65530),), told=pytest.fail)


def test_a_part_that_was_started_by_another_gives_no_command_that_is_not_its_own() -> None:
    error = PortTaken(errno.EADDRINUSE, "Address already in use")
    with held() as port:
        told = str(up.cannot_serve("web", "127.0.0.1", port, error, alone=False))
        assert told == f"Port {port} {BY_OTHERS}, since it was chosen. Start again: then another is chosen, or told."
        alone = str(up.cannot_serve("web", "127.0.0.1", port, error, alone=True))
        assert alone.startswith(f"Port {port} {BY_OTHERS}. Choose another: amplifier web --port ")
    told = str(
        up.cannot_serve(
            "web", "192.0.2.1", 80, PortTaken(errno.EADDRNOTAVAIL, "Cannot assign requested address"), alone=True
        )
    )
    assert told == (
        "192.0.2.1 is no address of this computer, so nobody can serve there.\n"
        "For this computer alone: amplifier web --host 127.0.0.1"
    )
    refused = PortTaken(errno.EACCES, "Permission denied")
    told = str(up.cannot_serve("web", "0.0.0.0", 80, refused, alone=True))
    assert told.startswith(
        "Port 80 cannot be used on 0.0.0.0 (Permission denied). Choose another: amplifier web --host 0."
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO])
def test_what_fails_while_a_port_is_had_is_no_fault_of_the_port(number: int) -> None:
    with pytest.raises(OSError, match=os.strerror(number)) as failed, serving_on("127.0.0.1", free_port()):
        raise OSError(number, os.strerror(number))
    assert not isinstance(failed.value, PortTaken)
