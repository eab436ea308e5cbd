"""The example campaign, once, with Bluesky's own server and a Mastodon that others wrote: there in full, and once."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home, play
from tests.peers.servers import Peer, start_mastodon_mock, start_pds

HOME = Path(__file__).parents[2]
PROGRAM = (sys.executable, str(Path(__file__).with_name("elsewhere_worker.py")))
HANDLE, PASSWORD = "labfreemvmt.test", "correct horse"


@pytest.fixture
def pds(tmp_path: Path) -> Iterator[Peer]:
    peer = start_pds(tmp_path)
    yield peer
    peer.stop()


@pytest.fixture
def mastodon(tmp_path: Path) -> Iterator[Peer]:
    peer = start_mastodon_mock(tmp_path, ["labfreemvmt"])
    yield peer
    peer.stop()


def _ask(address: str, *, body: Any = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=10) as answer:
        return json.loads(answer.read())


def _on_pds(address: str) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        query = {"repo": HANDLE, "collection": "app.bsky.feed.post", "limit": 100} | (
            {"cursor": cursor} if cursor else {}
        )
        page = _ask(f"{address}/xrpc/com.atproto.repo.listRecords?{urllib.parse.urlencode(query)}")
        found += [row["value"]["text"] for row in page["records"]]
        cursor = page.get("cursor", "")
        if not cursor:
            return found


def _on_mastodon(address: str) -> list[str]:
    token = "token-labfreemvmt"
    me = _ask(f"{address}/api/v1/accounts/verify_credentials", token=token)["id"]
    found: list[str] = []
    oldest = ""
    while True:
        more = f"&max_id={oldest}" if oldest else ""
        page = _ask(f"{address}/api/v1/accounts/{me}/statuses?limit=40{more}", token=token)
        if not page:
            return found
        found += [_ask(f"{address}/api/v1/statuses/{row['id']}/source", token=token)["text"] for row in page]
        oldest = page[-1]["id"]


MOST = 500


@pytest.mark.conformance
def test_the_campaign_is_there_in_full_and_once(
    tmp_path: Path, pds: Peer, mastodon: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = {"handle": HANDLE, "email": "labfreemvmt@mail.example", "password": PASSWORD}
    _ask(f"{pds.address}/xrpc/com.atproto.server.createAccount", body=account)
    elsewhere = {
        "bluesky": {"api": pds.address, "handle": HANDLE, "secrets": {"app_password": PASSWORD}},
        "mastodon": {
            "api": mastodon.address,
            "web": mastodon.address,
            "secrets": {"access_token": "token-labfreemvmt"},
        },
    }
    monkeypatch.setenv("AMPLIFIER_ELSEWHERE", json.dumps(elsewhere))
    var = tmp_path / "var"
    home = copy_home(HOME, tmp_path / "home", seconds=60)
    settings = home / "settings.yaml"
    settings.write_text(settings.read_text().replace("handle: labfreemvmt.example", f"handle: {HANDLE}"))
    tally = play(home, var, as_json=True, program=PROGRAM)
    with contextlib.closing(sqlite3.connect(var / "amplifier.sqlite3")) as ledger:
        every = ledger.execute("SELECT platform, text, state, reason, detail FROM deliveries").fetchall()
    # The mock counts links in full, Mastodon itself as 23 characters: what is too long for the mock alone stays out.
    rows = [row for row in every if row[0] != "mastodon" or len(row[1]) <= MOST]
    assert len(every) - len(rows) <= 1
    assert [row for row in rows if row[2] != "sent"] == []
    assert tally.duplicates == 0
    for platform, there in (("bluesky", _on_pds(pds.address)), ("mastodon", _on_mastodon(mastodon.address))):
        planned = Counter(text for where, text, *_ in rows if where == platform)
        assert len(planned) > 20
        assert Counter(there) == planned
