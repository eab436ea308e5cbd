"""The console behind what people put in front of a server: a stranger finds nothing, whatever the proxy passes on."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.install import AMPLIFIER, Run, RunningInstall
from tests.waiting import HANG_S
from tests.web.campaign import make_home
from tests.web.proxies import forwarder, nginx
from tests.web.test_server import CONSOLE, PUBLIC, start

# nginx as it comes since 1.29.7, and with what its own documentation proposes.
AS_IT_COMES = "proxy_http_version 1.1; proxy_set_header Host 127.0.0.1;"
KEEPS = f'{AS_IT_COMES} proxy_set_header Connection "";'
NAMED = "proxy_http_version 1.1; proxy_set_header Host localhost:8000; proxy_set_header X-Forwarded-For '';"


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Run]:
    run = start(tmp_path_factory.mktemp("private"), migrated)
    yield run
    run.install.end()


@pytest.fixture(scope="module", params=[AS_IT_COMES, KEEPS, NAMED, ""], ids=["as it comes", "keeps", "named", "tunnel"])
def front(request: pytest.FixtureRequest, private: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if request.param:
        with nginx(tmp_path_factory.mktemp("front") / "nginx", private.install.port, request.param) as port:
            yield port
    else:
        with forwarder(private.install.port) as port:
            yield port


def ask(port: int, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=HANG_S)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


def cookie(install: RunningInstall) -> dict[str, str]:
    return {"Cookie": f"{install.cookie['name']}={install.cookie['value']}"}


def test_a_stranger_finds_no_console_and_everybody_the_public_pages(private: Run, front: int) -> None:
    port = private.install.port
    for path in (*CONSOLE, "/stop", "/decide", "/wall", "/?token=", "/?token=x"):
        for said in ({}, {"Cookie": f"amplifier_console_{port}=x"}, {"Cookie": f"amplifier_console_{port}="}):
            for method in ("GET", "POST"):
                status, _, body = ask(front, path, method=method, **said)
                assert (status, body) == (404, "There is nothing here.\n"), (method, path, said)
    for path in PUBLIC:
        assert ask(front, path)[0] == 200
    assert ask(front, "/stop/" + "x" * 43)[0] == 404


def test_whoever_has_the_secret_comes_in_through_a_tunnel_of_their_own(
    private: Run, front: int, request: pytest.FixtureRequest
) -> None:
    opened = private.install.opened
    status, headers, _ = ask(front, f"/mentions?token={opened.token}")
    assert status == 303
    if "[named]" in request.node.name:  # the console is under the number alone, also for a front that says so
        assert headers["location"] == f"http://127.0.0.1:8000/mentions?token={opened.token}"
        return
    assert urlsplit(headers["location"]).path == "/mentions"
    assert "token" not in headers["location"]
    assert headers["set-cookie"].startswith(f"amplifier_console_{opened.port}={opened.token};")
    assert ask(front, "/mentions", **cookie(private.install))[0] == 200


def test_who_opens_a_tunnel_by_the_walls_name_is_led_to_the_number_at_the_same_port(private: Run) -> None:
    with forwarder(private.install.port) as front:
        token = private.install.opened.token
        status, headers, _ = ask(front, f"/mentions?token={token}", Host=f"localhost:{front}")
    assert (status, headers["location"]) == (303, f"http://127.0.0.1:{front}/mentions?token={token}")


def test_the_secret_is_in_no_log_whatever_is_done_with_it(private: Run) -> None:
    port, token = private.install.port, private.install.opened.token
    for path in ("/", "/nothing", "/static/nothing.css", "/k/lab23", "/h/" + "x" * 43, "/%ff", "/decide/99999999"):
        for said in ({}, cookie(private.install), {**cookie(private.install), "Referer": f"http://x/?token={token}"}):
            for method in ("GET", "POST", "PUT"):
                _, headers, body = ask(port, f"{path}?token={token}", method=method, **said)
                assert token not in body
                assert token not in headers.get("location", "")
    assert token not in private.said()
    files = [path for path in private.install.var.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert [(path.name, oct(path.stat().st_mode)[-3:]) for path in files] == [(f"console-{port}.token", "600")]
    words = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert token not in words


def test_a_second_terminal_is_told_while_it_runs_and_refused_afterwards(tmp_path: Path, migrated: Path) -> None:
    run = start(tmp_path, migrated)
    install = run.install
    try:
        found = install.ask("console-link")
        assert "consoles" in found, (found, run.said(), list(install.var.iterdir()), install.living())
        (told,) = found["consoles"]
        assert told["schedule"] == install.opened.address()
        shown = install.command("console-link").stdout
        for words in ("I schedule", "I answer", "Watch the wall"):
            assert f"  {words:<16} http://127.0.0.1:{install.port}/" in shown
        assert shown.count(install.opened.token) == 3
        assert install.opened.token not in run.said()
        assert "To show it: amplifier console-link" in run.said()
        before = cookie(install)
        run.stop()
        refused = install.command("console-link")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("amplifier: No console is open here. It is there while amplifier up runs")
        again = install.start("web", "--port", str(install.port))
        again.until(lambda: ask_quietly(install.port), what="server")
        assert ask(install.port, "/", **before)[0] == 404, "the secret of the run before"
        assert ask(install.port, "/", **cookie(install))[0] == 200
    finally:
        install.end()


def ask_quietly(port: int) -> bool:
    try:
        return ask(port, "/healthz")[0] == 200
    except OSError:
        return False


def test_a_server_for_everybody_has_no_secret_to_show(tmp_path: Path, migrated: Path) -> None:
    run = start(tmp_path, migrated, everywhere=True)
    try:
        assert not list(run.install.var.glob("console-*"))
        assert run.install.command("console-link").returncode == 2
        assert "console" not in run.said()
    finally:
        run.install.end()


def test_on_a_terminal_the_address_is_printed_with_the_secret(tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "var").mkdir()
    shutil.copy(migrated, tmp_path / "var" / "amplifier.sqlite3")
    install = RunningInstall(make_home(tmp_path / "home"), tmp_path / "var")
    ours, theirs = pty.openpty()
    words = [*AMPLIFIER, *install.words("web", "--port", str(install.port))]
    process = subprocess.Popen(
        words, env={**install.environment, "COLUMNS": "60"}, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    install.runs.append(process)
    try:
        os.close(theirs)
        said = ""
        while "console-link" not in said:
            said += os.read(ours, 4096).decode()
        plain = re.sub(r"\x1b\[[\d;]*m", "", said)
        assert re.search(rf"I schedule +http://127\.0\.0\.1:{install.port}/\?token=[\w-]{{43}}\r\n", plain), plain
    finally:
        os.close(ours)
        install.end()
