from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli import ports as up
from amplifier.cli.ports import Ports, Wanted, free_port, refusal, serving_on
from amplifier.cli.rehearse import copy_home
from amplifier.errors import UsageError
from amplifier.place import PORT_FILE, claim
from amplifier.sandbox.server import Sandbox
from amplifier.taken_port import PortTaken
from tests.waiting import HANG_S

pytestmark = pytest.mark.program

REPOSITORY = Path(__file__).parents[2]
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


def pages(asked: int | None = None, usual: int = 8000) -> Wanted:
    return Wanted("--port", "the pages", asked, usual)


def networks(asked: int | None = None, usual: int = 8900) -> Wanted:
    return Wanted("--sandbox-port", "the pretend networks", asked, usual)


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
    with contextlib.ExitStack() as others:
        for _ in range(1000):  # three in a row, of which the first and the third are others'
            port = free_port()
            if not any(up.why_not(one) for one in range(port, port + 4)):
                break
        else:
            pytest.fail("This computer has no four free ports in a row.")
        others.enter_context(held(port))
        others.enter_context(held(port + 2))
        with pytest.raises(UsageError, match=f"amplifier up --port {port + 3}$"):
            ports.take((pages(port), networks(port + 1)), told=pytest.fail)


def test_beyond_the_last_port_the_one_before_is_proposed() -> None:
    assert refusal("up --port", 65535, "is away") == "Port 65535 is away. Choose another: amplifier up --port 65534"


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
    monkeypatch.setattr(up, "why_not", lambda _port: BY_OTHERS)
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
    assert told.startswith("Port 80 cannot be used on 192.0.2.1 (Cannot assign requested address). Choose another:")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO])
def test_what_fails_while_a_port_is_had_is_no_fault_of_the_port(number: int) -> None:
    with pytest.raises(OSError, match=os.strerror(number)) as failed, serving_on("127.0.0.1", free_port()):
        raise OSError(number, os.strerror(number))
    assert not isinstance(failed.value, PortTaken)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(REPOSITORY, tmp_path / "home", seconds=600)


def refused(home: Path, *words: str) -> str:
    """What a command says that ends with exit code 2."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PORT", "AMPLIFIER_SANDBOX_PORT")}
    told = subprocess.run(
        [sys.executable, "-m", "amplifier", *words, "--home", str(home), "--var", str(home.parent / "var")],
        env=kept,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert told.returncode == 2, told
    return told.stderr


@on_linux
@pytest.mark.parametrize("command", ["web", "sandbox"])
@pytest.mark.parametrize("by", [BY_OTHERS, BY_OURS])
def test_a_server_alone_tells_who_has_its_port(home: Path, taken: int, command: str, by: str) -> None:
    there = serving_on("127.0.0.1", taken) if by == BY_OURS else contextlib.nullcontext()
    with there:
        said = refused(home, command, "--port", str(taken))
    assert said.startswith(f"amplifier: Port {taken} {by}. Choose another: amplifier {command} --port ")


def test_the_pages_of_a_rehearsal_do_not_take_the_port_of_its_pretend_networks(home: Path) -> None:
    port = free_port()
    (home.parent / "var").mkdir()
    (home.parent / "var" / PORT_FILE).write_text(str(port))
    said = refused(home, "web", "--port", str(port))
    assert said.startswith(f"amplifier: Port {port} is for the pretend networks. Choose another: amplifier web --port ")


@on_linux
@pytest.mark.parametrize("command", ["web", "sandbox"])
def test_where_one_of_ours_is_about_to_serve_no_other_does(home: Path, command: str) -> None:
    port = free_port()
    with serving_on("127.0.0.1", port):
        said = refused(home, command, "--port", str(port))
    assert said.startswith(f"amplifier: Port {port} {BY_OURS}. Choose another: amplifier {command} --port ")


@pytest.mark.parametrize("command", ["web", "sandbox"])
def test_what_fails_as_a_server_begins_is_told_as_what_it_is(home: Path, command: str) -> None:
    """The interpreter lends a full disk to the part that is begun once the port is ours."""
    port = free_port()
    full = "def full(*_, **__): raise OSError(28, 'No space left on device')"
    at = {
        "web": "import amplifier.web.server as part; part.serve = full",
        "sandbox": "import amplifier.sandbox.server as part; part.World = full",
    }
    words = [command, "--port", str(port), "--home", str(home), "--var", str(home.parent / "var")]
    run = f"import sys\nfrom amplifier.__main__ import main\n{full}\n{at[command]}\nsys.exit(main({words!r}))"
    kept = {name: value for name, value in os.environ.items() if name not in ("PORT", "AMPLIFIER_SANDBOX_PORT")}
    told = subprocess.run(
        [sys.executable, "-c", run], env=kept, capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert told.returncode != 0
    assert "No space left on device" in told.stderr
    assert f"Port {port}" not in told.stderr


@on_linux
def test_while_the_pretend_networks_serve_alone_others_can_tell_that_they_are_ours(home: Path) -> None:
    port = free_port()
    words = [sys.executable, "-m", "amplifier", "sandbox", "--port", str(port), "--home", str(home)]
    with subprocess.Popen([*words, "--var", str(home.parent / "var")], stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout
            assert str(port) in run.stdout.readline()
            assert up.why_not(port) == BY_OURS
        finally:
            run.terminate()
    assert up.why_not(port) == ""
