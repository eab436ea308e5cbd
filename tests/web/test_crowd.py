"""Many connections at once: whoever asks is answered, and who says nothing does not stay for ever.

What is measured in seconds is bench/crowd.py; here only that it comes to an end, far within what it took before.
"""

from __future__ import annotations

import contextlib
import resource
import selectors
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.web.open_files import raise_limit
from amplifier.web.server import HEADER_WITHIN_S
from tests.journeys.install import AMPLIFIER, Run, RunningInstall
from tests.waiting import HANG_S
from tests.web.campaign import make_home
from tests.web.test_server import listens, start

MANY = 1000
ASKED = b"GET /healthz HTTP/1.1\r\nHost: x.example\r\n\r\n"


@pytest.fixture(autouse=True, scope="module")
def _room() -> None:
    assert raise_limit() >= MANY + 200, "this system lets a process open too few files for these tests"


@pytest.fixture
def run(tmp_path: Path, migrated: Path) -> Iterator[Run]:
    made = start(tmp_path, migrated)
    yield made
    made.install.end()


@contextlib.contextmanager
def held(port: int, said: bytes, number: int = MANY) -> Iterator[list[socket.socket]]:
    """So many connections of one client on which it has said this and goes on to say nothing."""
    lines = []
    try:
        for _ in range(number):
            line = socket.socket()
            line.setblocking(False)
            line.connect_ex(("127.0.0.1", port))
            lines.append(line)
        writing = selectors.DefaultSelector()
        for line in lines:
            writing.register(line, selectors.EVENT_WRITE)
        until = time.monotonic() + HANG_S / 6
        while writing.get_map() and time.monotonic() < until:
            for key, _ in writing.select(0.1):
                with contextlib.suppress(OSError):
                    lines[lines.index(key.fileobj)].sendall(said)  # type: ignore[arg-type]
                writing.unregister(key.fileobj)
        yield lines
    finally:
        for line in lines:
            line.close()


def ask(port: int, path: str) -> int:
    """The status, within the patience of these tests."""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_S) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n".encode())
        got = line.recv(200)
    return int(got.split(b" ")[1]) if got else 0


@pytest.mark.parametrize(
    "said", [b"", ASKED, ASKED[:-4], b"G"], ids=["silent", "used once", "half a header", "a letter"]
)
def test_a_thousand_idle_connections_of_one_client_keep_nobody_out(run: Run, said: bytes) -> None:
    port = run.install.port
    with held(port, said):
        assert ask(port, "/healthz") == 200
        assert ask(port, "/imprint") == 200
        assert ask(port, "/stop/" + "x" * 43) == 404
        assert ask(port, "/h/" + "x" * 43) == 404
    assert run.process.poll() is None


def test_a_crowd_that_keeps_its_connections_is_answered_to_the_last(run: Run) -> None:
    with contextlib.ExitStack() as kept:
        for _ in range(MANY):
            line = kept.enter_context(socket.create_connection(("127.0.0.1", run.install.port), timeout=HANG_S))
            line.sendall(ASKED)
            assert line.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("said", [b"", ASKED, ASKED[:-4]], ids=["silent", "used once", "half a header"])
@pytest.mark.parametrize("trickle", [b"", b"X-Slow: 1\r\n"], ids=["nothing more", "a trickle"])
def test_a_connection_on_which_nothing_is_asked_does_not_stay(run: Run, said: bytes, trickle: bytes) -> None:
    with socket.create_connection(("127.0.0.1", run.install.port), timeout=1) as line:
        line.sendall(said)
        begun = time.monotonic()
        while time.monotonic() - begun < HANG_S:
            try:
                if not line.recv(4096):
                    break
                if trickle:
                    line.sendall(trickle)
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("it is still open")
    assert HANG_S > HEADER_WITHIN_S * 2


def test_a_header_may_be_long_and_not_endless(run: Run) -> None:
    with socket.create_connection(("127.0.0.1", run.install.port), timeout=HANG_S) as line:
        line.sendall(ASKED[:-2] + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n")
        assert line.recv(15) == b"HTTP/1.1 200 OK"
    with socket.create_connection(("127.0.0.1", run.install.port), timeout=HANG_S) as line:
        got = b""
        with contextlib.suppress(OSError):
            line.sendall(ASKED[:-2] + b"X-Long: " + b"x" * 300_000)
            got = line.recv(100)
        assert got == b"" or got.split(b" ")[1] in (b"400", b"431")


def test_it_raises_its_own_limit_of_files_and_says_where_it_may_not(tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "var").mkdir()
    shutil.copy(migrated, tmp_path / "var" / "amplifier.sqlite3")
    install = RunningInstall(make_home(tmp_path / "home"), tmp_path / "var")
    shell = ("bash", "-c", 'ulimit -Sn 256; ulimit -Hn 700; exec "$@"', "bash", *AMPLIFIER)
    run = install.start("web", "--port", str(install.port), program=shell)
    try:
        run.until(lambda: listens(install.port, "127.0.0.1"), what="server")
        limits = Path(f"/proc/{run.process.pid}/limits")
        if limits.exists():
            (line,) = [words for words in limits.read_text().splitlines() if words.startswith("Max open files")]
            assert line.split()[3:5] == ["700", "700"]
        assert "This system lets the web server open 700 files, so about 444 visitors" in run.said()
        with held(install.port, b"", 900):  # more than it may open: who comes now waits, and is let in
            assert ask(install.port, "/healthz") == 200
        assert run.process.poll() is None
    finally:
        install.end()


def test_where_it_may_it_says_nothing_of_files(run: Run) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 16_384:
        assert "files" not in run.said()
