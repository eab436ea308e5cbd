"""A real server over real sockets: what a stranger, a proxy and a clumsy client find at its address."""

from __future__ import annotations

import errno
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli.run.console_token import opened_here
from amplifier.taken_port import PortTaken
from amplifier.web import server
from tests.conftest import left_out
from tests.journeys.install import Run, RunningInstall
from tests.waiting import HANG_S
from tests.web.campaign import make_home

CONSOLE = ("/", "/mentions", "/mentions/1", "/posts/skip", "/milestones/move", "/static/console.css", "/nothing")
PUBLIC = ("/healthz", "/imprint", "/k/static/kit.css")
HOST = b"Host: 127.0.0.1\r\n"


def start(folder: Path, migrated: Path, *words: str, everywhere: bool = False) -> Run:
    (folder / "var").mkdir(parents=True)
    shutil.copy(migrated, folder / "var" / "amplifier.sqlite3")
    install = RunningInstall(make_home(folder / "home"), folder / "var")
    host = words[-1] if words else "127.0.0.1"
    if everywhere:
        install.extra = {"PORT": str(install.port)}
        run = install.start("web")
    else:
        run = install.start("web", "--port", str(install.port), *words)
        # the port was free when it was chosen: what listens there may be somebody else
        run.until(lambda: opened_here(install.var), what="console")
    run.until(lambda: listens(install.port, host), what="server")
    return run


def listens(port: int, host: str) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1) as line:
            return line.getsockname() != line.getpeername()  # what nobody listens on may be connected to itself
    except OSError:
        return False


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Run]:
    """As a host for web services starts it: PORT in the environment, all addresses."""
    run = start(tmp_path_factory.mktemp("public"), migrated, everywhere=True)
    yield run
    run.install.end()


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Run]:
    """As `amplifier up` starts it: on this computer alone."""
    run = start(tmp_path_factory.mktemp("private"), migrated)
    yield run
    run.install.end()


def tell(run: Run, request: bytes, host: str = "127.0.0.1") -> tuple[int, str]:
    """Send these very bytes; the status and everything that came back. 0 if the server just hung up."""
    with socket.create_connection((host, run.install.port), timeout=HANG_S) as line:
        line.sendall(request)
        got = b""
        while chunk := line.recv(65536):
            got += chunk
            if b"\r\n\r\n" in got:
                line.settimeout(0.2 if b"chunked" in got else HANG_S)
                if b"\r\n0\r\n\r\n" in got or _is_whole(got):
                    break
    return (int(got.split(b" ", 2)[1]) if got else 0), got.decode("utf-8", "replace")


def _is_whole(got: bytes) -> bool:
    head, _, body = got.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return b"\r\ntransfer-encoding" not in head.lower()


def get(path: str, *, version: str = "1.1", headers: bytes = HOST) -> bytes:
    return b"GET %s HTTP/%s\r\n%s\r\n" % (path.encode(), version.encode(), headers)


def test_on_all_addresses_the_console_is_not_there_and_the_public_pages_are(public: Run) -> None:
    for path in CONSOLE:
        status, said = tell(public, get(path))
        assert (status, "There is nothing here." in said) == (404, True), path
    for path in PUBLIC:
        assert tell(public, get(path))[0] == 200, path
    sockets = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    assert not sockets or f" 00000000:{public.install.port:04X} " in sockets, "not on all addresses"


def test_on_this_computer_alone_the_console_is_there(private: Run) -> None:
    status, said = tell(private, get("/", headers=HOST + private.install.cookie_line))
    assert status == 200
    assert "The service has not been started here yet." in said
    assert tell(private, get("/"))[0] == 404
    assert "server error" not in private.said().lower()


def test_a_form_is_taken_over_a_real_socket(private: Run) -> None:
    token = b"a" * 32
    form = b"status=done&csrfmiddlewaretoken=" + token
    head = b"Content-Type: application/x-www-form-urlencoded\r\n" + private.install.cookie_line
    head = head.replace(b"Cookie: ", b"Cookie: amplifier_form=%s; " % token)
    request = b"POST /mentions/1 HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s" % (HOST, head, len(form), form)
    status, said = tell(private, request)
    assert (status, "Nothing is at this address." in said) == (404, True)  # it was read: there is no such mention
    assert tell(private, request.replace(token, b"b" * 32, 1))[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        b"Host: evil.example\r\n",
        b"",
        HOST + HOST,
        HOST + b"Host: evil.example\r\n",
        HOST + b"X-Forwarded-For: 192.0.2.1\r\n",
        HOST + b"Forwarded: for=192.0.2.1\r\n",
        HOST + b"Via: 1.1 proxy\r\n",
        HOST + b"X-Real-IP: 192.0.2.1\r\n",
        b"Host: [\r\n",
        b"Host: localhost.\r\n",
        b"Host: evil.example@127.0.0.1\r\n",
    ],
)
def test_whoever_may_be_somebody_else_finds_no_console(private: Run, headers: bytes) -> None:
    for path in ("/", "/mentions"):
        assert tell(private, get(path, headers=headers + private.install.cookie_line))[0] == 404
    assert tell(private, get("/healthz", headers=headers))[0] == 200


def test_http_1_0_as_a_proxy_speaks_it_finds_no_console(private: Run) -> None:
    cookie = private.install.cookie_line
    assert tell(private, get("/", version="1.0", headers=HOST + cookie))[0] == 404
    assert tell(private, get("/", version="1.0", headers=cookie))[0] == 404
    assert tell(private, get("/healthz", version="1.0"))[0] == 200


def test_a_second_protocol_is_no_second_way_in(private: Run) -> None:
    status, said = tell(private, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
    assert status in (0, 400, 505) or "HTTP/1.1 404" in said


@pytest.mark.parametrize(
    "target",
    ["/k/../mentions", "/k/%2e%2e/mentions", "/k/..%2fmentions", "/k/lab23/../../", "//mentions", "/./mentions",
     "/%2e/", "/k/%00", "/mentions%00", "/imprint/..", "/healthz/../", "http://127.0.0.1/mentions", "*", "mentions",
     "/k/\\..\\mentions", "/K/", "/mentions;/k/", "/mentions?/k/", "/%ff%fe", "/k/" + "../" * 200],
)  # fmt: skip
def test_no_way_of_writing_a_path_leads_past_the_door(public: Run, target: str) -> None:
    status, said = tell(public, get(target))
    assert status in (400, 404), said
    assert "Amplifier</title>" not in said


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"])
def test_no_method_leads_past_the_door(public: Run, method: bytes) -> None:
    for path, wanted in ((b"/mentions", (0, 400, 404)), (b"/k/lab23", (0, 400, 404, 405))):
        status, _ = tell(public, b"%s %s HTTP/1.1\r\n%sContent-Length: 0\r\n\r\n" % (method, path, HOST))
        assert status in wanted


def test_bytes_that_are_no_request_end_nothing(private: Run) -> None:
    for nonsense in (b"\0" * 100, b"GET\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"G" * 100_000):
        try:
            tell(private, nonsense + b"\r\n\r\n")
        except (OSError, IndexError):
            continue
    assert tell(private, get("/healthz"))[0] == 200
    line = HOST + private.install.cookie_line
    assert tell(private, b"GET /mentions?q=\xff\xc3\xa9 HTTP/1.1\r\n" + line + b"\r\n")[0] in (200, 400)


def test_the_same_holds_over_ipv6(tmp_path: Path, migrated: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        left_out(f"this machine has no IPv6: {error}")
    run = start(tmp_path, migrated, "--host", "::1")
    try:
        cookie = run.install.cookie_line
        assert tell(run, get("/", headers=b"Host: [::1]:80\r\n" + cookie), "::1")[0] == 200
        assert tell(run, get("/", headers=b"Host: [::]\r\n" + cookie), "::1")[0] == 404
        assert tell(run, get("/", headers=b"Host: evil.example\r\n" + cookie), "::1")[0] == 404
    finally:
        run.install.end()


def test_it_stops_in_a_moment_when_it_is_asked_to(tmp_path: Path, migrated: Path) -> None:
    run = start(tmp_path, migrated)
    try:
        with socket.create_connection(("127.0.0.1", run.install.port), timeout=HANG_S) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\n")  # and never the rest
            code, _ = run.stop(signal.SIGTERM)
            assert code == 0, run.said()
        assert "Traceback" not in run.said()
    finally:
        run.install.end()


def test_two_never_share_a_port(private: Run, tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "var").mkdir()
    shutil.copy(migrated, tmp_path / "var" / "amplifier.sqlite3")
    other = RunningInstall(make_home(tmp_path / "home"), tmp_path / "var", port=private.install.port)
    refused = other.command("web", "--port", str(other.port))
    assert refused.returncode == 2, refused.stderr
    assert f"amplifier: Port {other.port} is taken by " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert tell(private, get("/", headers=HOST + private.install.cookie_line))[0] == 200


def test_a_port_that_another_program_would_share_is_not_shared() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken, match="Address already in use"):
            server.must_be_free("127.0.0.1", other.getsockname()[1])


def test_what_the_system_refuses_the_server_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "must_be_free", lambda *_: None)  # taken a moment later
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken, match="in use") as refused:
        server.serve(lambda: None, host="127.0.0.1", port=other.getsockname()[1], connections=64)
    assert refused.value.errno == errno.EADDRINUSE
