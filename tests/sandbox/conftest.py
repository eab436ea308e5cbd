"""A sandbox on a free port for one test, a key to its control door, and the three SDKs aimed at it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import tweepy
from atproto import Client as BlueskyClient
from atproto import Request as BlueskyRequest
from mastodon import Mastodon

from amplifier.sandbox.server import Sandbox
from amplifier.sandbox.world import World
from tests.waiting import HANG_S

TOKEN = "only for this test"


class Door:
    """The control door and plain requests, over one connection."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.plain = requests.Session()
        self.plain.trust_env = False
        self._key = {"Authorization": f"Bearer {TOKEN}"}

    def get(self, path: str) -> Any:
        return self._good(self.plain.get(f"{self.base}/_/{path}", headers=self._key, timeout=HANG_S))

    def post(self, path: str, **body: Any) -> Any:
        return self._good(self.plain.post(f"{self.base}/_/{path}", json=body, headers=self._key, timeout=HANG_S))

    def delete(self, path: str) -> Any:
        return self._good(self.plain.delete(f"{self.base}/_/{path}", headers=self._key, timeout=HANG_S))

    def wish_word(self) -> str:
        """The secret that the wall's buttons show, as its page has it."""
        (word,) = re.findall(
            r'name="wish" content="(\w{64})"', self.plain.get(f"{self.base}/wall", timeout=HANG_S).text
        )
        return str(word)

    def posts(self, network: str) -> list[dict[str, Any]]:
        return [post for post in self.get("world")["posts"] if post["network"] == network]

    def say(self, network: str, text: str, handle: str = "brook.example", **more: Any) -> dict[str, Any]:
        return self.post("say", network=network, handle=handle, text=text, **more)

    def _good(self, answer: requests.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()


class XSession(requests.Session):
    """Sends what tweepy wants to send to api.twitter.com to the sandbox."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.trust_env = False
        self.base = base

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        more["timeout"] = 5
        return super().request(method, url.replace("https://api.twitter.com", self.base), **more)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path / "world.db", port=0, token=TOKEN)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path / "world.db")
    yield opened
    opened.close()


@pytest.fixture
def base(sandbox: Sandbox) -> str:
    return f"http://127.0.0.1:{sandbox.port}"


@pytest.fixture
def door(base: str) -> Iterator[Door]:
    opened = Door(base)
    yield opened
    opened.plain.close()


@pytest.fixture
def mastodon(base: str) -> Mastodon:
    return Mastodon(
        access_token="pretend-labfreemvmt",
        api_base_url=base,
        ratelimit_method="throw",
        request_timeout=HANG_S,
        version_check_mode="none",
    )


@pytest.fixture
def x(base: str) -> tweepy.Client:
    client = tweepy.Client(
        consumer_key="pretend",
        consumer_secret="pretend",
        access_token="pretend-labfreemvmt",
        access_token_secret="pretend",
        return_type=dict,
    )
    client.session = XSession(base)
    return client


class Bluesky:
    """The SDK's client, logged in, and the raw call that keeps an explicit null."""

    def __init__(self, base: str) -> None:
        self.client = BlueskyClient(base, request=BlueskyRequest(timeout=httpx.Timeout(HANG_S), trust_env=False))
        self.client.login("labfreemvmt.example", "pretend", fetch_bsky_profile=False)
        self.did = self.client._session.did

    def put(self, text: str, rkey: str = "3lxyzabcdef2a", **more: Any) -> Any:
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T12:00:00.000Z", "langs": ["en"]}
        body = {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record, **more}
        return self.call("com.atproto.repo.putRecord", body)

    def call(self, name: str, body: dict[str, Any]) -> Any:
        url = self.client._build_url(name)
        content = json.dumps(body).encode()
        return self.client.request.post(url=url, content=content, headers={"Content-Type": "application/json"}).content


@pytest.fixture
def bluesky(base: str) -> Bluesky:
    return Bluesky(base)
