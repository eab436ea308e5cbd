"""Pages and pretend networks that somebody starts alone: where they cannot have their port, a sentence says so."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run import ports as up
from amplifier.cli.run.ports import serving_on
from amplifier.install import PORT_FILE
from tests.cli.run.test_ports import BY_OTHERS, BY_OURS, held, on_linux
from tests.ports import free_port
from tests.waiting import HANG_S

REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.program


@pytest.fixture
def taken() -> Iterator[int]:
    with held() as port:
        yield port


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


def test_what_is_proposed_instead_is_at_the_address_that_was_asked_and_free_there(home: Path) -> None:
    """On 127.0.0.1 the next port is free; on all addresses it is not, since something serves on 127.0.0.2."""
    port = free_port()
    with contextlib.closing(socket.socket()) as other:
        other.bind(("127.0.0.2", port + 1))
        other.listen()
        (home.parent / "var").mkdir()
        (home.parent / "var" / PORT_FILE).write_text(str(port))
        said = refused(home, "web", "--host", "0", "--port", str(port))
    why, _, command = said.strip().partition(". Choose another: ")
    assert why == f"amplifier: Port {port} is for the pretend networks"
    asked, _, proposed = command.rpartition(" ")
    assert asked == "amplifier web --host 0.0.0.0 --port"
    assert int(proposed) > port + 1


@pytest.mark.parametrize(
    "host",
    ["LOCALHOST", " localhost", "127.1", "127.0.0.1", "0x7f.0.0.1", "::ffff:127.0.0.1", "0", "0.0.0.0", "::", "[::]"],
)
def test_however_the_address_is_spelt_it_is_the_port_of_this_computer(home: Path, taken: int, host: str) -> None:
    with serving_on("127.0.0.1", taken) if sys.platform == "linux" else contextlib.nullcontext():
        said = refused(home, "web", "--host", host, "--port", str(taken))
    assert said.startswith(f"amplifier: Port {taken} is taken"), said
    assert "Choose another: amplifier web " in said


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("nowhere.invalid", "“nowhere.invalid” is neither an address nor a name that this computer knows"),
        ("127.0.0.1:8000", "“127.0.0.1:8000” is neither an address nor a name"),
        ("", "“” is neither an address nor a name"),
        ("198.51.100.7", "198.51.100.7 is no address of this computer, so nobody can serve there."),
        ("2001:db8::7", "2001:db8::7 is no address of this computer, so nobody can serve there."),
        ("255.255.255.255", "255.255.255.255 is the address of everybody on a network (broadcast)"),
        ("127.255.255.255", "127.255.255.255 is the address of everybody on a network (broadcast)"),
        ("224.0.0.1", "224.0.0.1 is the address of a group (multicast)"),
        ("ff02::1", "ff02::1 is the address of a group (multicast)"),
        ("fe80::1", "fe80::1 is an address within one link of a network"),
        ("fe80::1%lo", "fe80::1%lo is an address within one link of a network"),
        ("240.0.0.1", "240.0.0.1 is no address of this computer"),
        ("0.0.0.1", "0.0.0.1 is no address of this computer"),
    ],
)
def test_an_address_that_is_none_of_this_computer_is_refused_with_a_sentence(
    home: Path, host: str, sentence: str
) -> None:
    said = refused(home, "web", "--host", host, "--port", str(free_port()))
    assert sentence in said
    assert "--host 127.0.0.1" in said


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
