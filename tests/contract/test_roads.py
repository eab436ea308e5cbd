"""Where an adapter goes: to its own address and nowhere else, and through the log-in no oftener than it must."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from amplifier.clock import utc_now
from amplifier.errors import OutcomeUnknown, Unavailable
from amplifier.platforms.port import Part, Platform, Sought
from tests.contract.places import Account, PdsPlace, Place
from tests.contract.test_publishing import key

LINKED = Part("See https://freemovement.example/motion with @labfreemvmt.example #Lab23", "en")
PROCESS = """
import sys
from pathlib import Path
from amplifier.clock import utc_now
from amplifier.platforms.port import Connection
from amplifier.platforms.registry import connect

class Vault:
    def load(self):
        return Path(sys.argv[1]).read_text() if Path(sys.argv[1]).exists() else None
    def save(self, session):
        Path(sys.argv[1]).write_text(session)

platform, handle, api, web, name, value = sys.argv[2:]
print(connect(platform, Connection(handle, api, web, {name: value}), Vault(), utc_now).verify().remote_id)
"""


@pytest.fixture
def roads(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """Every name that is looked up and every address that is connected to in this process."""
    met: set[tuple[str, int]] = set()
    look_up = socket.getaddrinfo

    def noted(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        met.add((str(host), int(port or 0)))
        return look_up(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    return met


def everything(adapter: Platform, account: Account) -> None:
    adapter.verify()
    request = adapter.prepare(LINKED, key(account), utc_now())
    adapter.publish(request)
    adapter.find(Sought(request, utc_now() - timedelta(minutes=1), frozenset()))


def test_an_adapter_speaks_to_its_own_address_only(place: Place, account: Account, roads: set[tuple[str, int]]) -> None:
    adapter = account.open()
    everything(adapter, account)
    if not isinstance(place, PdsPlace):  # which has no notifications of its own
        adapter.mentions(adapter.mentions("").cursor)
    if account.capabilities.tags:
        adapter.tagged("Lab23", "")
    own = urlsplit(account.connection.api)

    assert roads == {(own.hostname, own.port)}


def test_the_road_check_sees_a_detour(account: Account, roads: set[tuple[str, int]]) -> None:
    account.open(api=account.connection.api.replace("127.0.0.1", "localhost")).verify()
    account.open(api=account.connection.api.replace("localhost", "127.0.0.1")).verify()

    assert {host for host, _ in roads} == {"localhost", "127.0.0.1"}


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that sends everybody on to another one, and what the other one was asked."""
    asked: list[str] = []

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the standard library's names

        def log_message(self, *_: Any) -> None:
            return

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)

    class First(Other):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{other.server_port}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the standard library's names

    first = http.server.ThreadingHTTPServer(("127.0.0.1", 0), First)
    for server in (first, other):
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{first.server_port}", asked
    for server in (first, other):
        server.shutdown()
        server.server_close()


def test_a_redirect_is_not_followed(account: Account, elsewhere: tuple[str, list[str]]) -> None:
    address, asked = elsewhere
    request = account.open().prepare(LINKED, key(account), utc_now())
    sent_on = account.open(api=address)

    for call in (sent_on.verify, lambda: sent_on.publish(request), lambda: sent_on.mentions("")):
        with pytest.raises((Unavailable, OutcomeUnknown)):
            call()
    assert asked == []


@pytest.mark.not_at("x@sandbox", "mastodon@sandbox", "mastodon@mastodon_mock", reason="only Bluesky has sessions")
def test_two_processes_that_share_a_vault_log_in_once(account: Account, tmp_path: Path) -> None:
    vault, connection = tmp_path / "vault", account.connection
    secrets = [part for item in connection.secrets.items() for part in item]
    command = [sys.executable, "-c", PROCESS, str(vault), "bluesky", connection.handle, connection.api, connection.web]

    first, second = (
        subprocess.run([*command, *secrets], capture_output=True, timeout=60, check=True, text=True).stdout
        for _ in range(2)
    )
    session = vault.read_text()
    subprocess.run([*command, "app_password", "wrong"], capture_output=True, timeout=60, check=True)

    assert first == second
    assert vault.read_text() == session  # a log-in with the wrong password would have failed
