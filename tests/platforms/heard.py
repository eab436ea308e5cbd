"""The three networks as a listener meets them: a stub that lists what strangers said, in shapes the networks give."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from amplifier.platforms.bluesky.adapter import BlueskyPlatform
from amplifier.platforms.mastodon.adapter import MastodonPlatform
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.x.adapter import XPlatform
from tests.contract.places import Vault
from tests.platforms.bluesky.pretend import LOGIN, Server
from tests.platforms.stub import Asked, Said, Stub

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
X_EPOCH_MS = 1_288_834_974_657


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Network:
    """One network: `shown` are the events it lists (newest first), as JSON values or as bytes."""

    name: ClassVar[str]
    listing: ClassVar[str]
    own_id: ClassVar[str]
    author: ClassVar[tuple[str, ...]]  # where an event names its author's id
    place: ClassVar[tuple[str, ...]]  # its own id
    when: ClassVar[tuple[str, ...]]
    handle: ClassVar[tuple[str, ...]]

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.shown: list[Any] = []
        self.time = NOW
        self.spoil: Callable[[bytes], bytes] = lambda body: body
        stub.answers[self.listing] = lambda asked: Said(200, self.spoil(self.body(self.page(asked))))
        self.platform = self.connect()

    def connect(self) -> Platform:
        raise NotImplementedError

    def event(self, number: int, *, ago_s: float = 0, words: str = "") -> dict[str, Any]:
        raise NotImplementedError

    def name_of(self, event: dict[str, Any]) -> str:
        """The canonical id of a good event."""
        found: Any = event
        for name in self.place:
            found = found[name]
        return str(found)

    def page(self, asked: Asked) -> list[Any]:
        """What is listed for this request."""
        return self.shown if self.is_top(asked) else []

    def is_top(self, asked: Asked) -> bool:
        return not {"max_id", "cursor", "until_id", "pagination_token", "next_token"} & set(dict(asked.query))

    def body(self, events: list[Any]) -> bytes:
        return b"[" + b",".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in events) + b"]"

    def now(self) -> datetime:
        return self.time


class X(Network):
    name = "x"
    listing = "GET /2/users/1/mentions"
    own_id = "1"
    author, place, when, handle = ("author_id",), ("id",), ("created_at",), ("text",)

    def connect(self) -> Platform:
        me = {"data": {"id": "1", "name": "Us", "username": "labfreemvmt"}}
        self.stub.answers["GET /2/users/me"] = Said(200, me)
        secrets = {"api_key": "k", "api_secret": "ks", "access_token": "t", "access_secret": "ts"}
        return XPlatform(
            Connection("labfreemvmt", self.stub.address, "https://x.com", secrets, 1, 9), Vault(), self.now
        )

    def event(self, number: int, *, ago_s: float = 0, words: str = "") -> dict[str, Any]:
        made = NOW - timedelta(seconds=ago_s)
        name = str((int(made.timestamp() * 1000) - X_EPOCH_MS << 22) + number)
        return {
            "id": name,
            "text": words or f"@labfreemvmt question {number}",
            "author_id": "5",
            "created_at": f"{made:%Y-%m-%dT%H:%M:%S}.000Z",
            "edit_history_tweet_ids": [name],
            "entities": {"mentions": [{"start": 0, "end": 12, "username": "labfreemvmt", "id": "1"}]},
            "in_reply_to_user_id": "1",
            "referenced_tweets": [{"type": "replied_to", "id": "77"}],
        }

    def is_top(self, asked: Asked) -> bool:
        return not {"pagination_token", "next_token"} & set(dict(asked.query))

    def page(self, asked: Asked) -> list[Any]:
        since, until = (int(dict(asked.query).get(name, most)) for name, most in (("since_id", 0), ("until_id", 2**80)))

        def is_between(event: Any) -> bool:
            try:
                return since < int(event["id"]) < until
            except (ValueError, KeyError, TypeError, OverflowError):
                return True

        return [event for event in super().page(asked) if is_between(event)]

    def body(self, events: list[Any]) -> bytes:
        users = [{"id": "5", "username": "passer_by", "name": "A passer-by"}]
        rest = json.dumps({"includes": {"users": users}, "meta": {"result_count": len(events)}}).encode()
        return b'{"data":' + super().body(events) + b"," + rest[1:]


class Bluesky(Network):
    name = "bluesky"
    listing = "GET /xrpc/app.bsky.notification.listNotifications"
    own_id = "did:plc:us"
    author, place, when, handle = ("author", "did"), ("uri",), ("indexedAt",), ("author", "handle")

    def connect(self) -> Platform:
        server = Server(self.stub)
        self.stub.answers[LOGIN] = server.log_in
        secrets = {"app_password": "right"}
        connection = Connection("labfreemvmt.example", self.stub.address, "https://bsky.app", secrets, 1, 9)
        return BlueskyPlatform(connection, Vault(), self.now)

    def event(self, number: int, *, ago_s: float = 0, words: str = "") -> dict[str, Any]:
        made = iso(NOW - timedelta(seconds=ago_s))
        ours = {"uri": "at://did:plc:us/app.bsky.feed.post/3kaaaaaaaaaa2", "cid": "c"}
        return {
            "uri": f"at://did:plc:who/app.bsky.feed.post/{number}",
            "cid": "c",
            "author": {"did": "did:plc:who", "handle": "passer-by.example", "displayName": "A passer-by"},
            "reason": "mention",
            "record": {
                "$type": "app.bsky.feed.post",
                "text": words or f"@labfreemvmt.example question {number}",
                "createdAt": made,
                "facets": [{"index": {"byteStart": 0, "byteEnd": 20}, "features": [{"did": "did:plc:us"}]}],
                "reply": {"root": ours, "parent": ours},
                "embed": {"$type": "app.bsky.embed.record", "record": ours},
            },
            "isRead": False,
            "indexedAt": made,
            "labels": [],
        }

    def body(self, events: list[Any]) -> bytes:
        return b'{"notifications":' + super().body(events) + b',"priority":false}'


class Mastodon(Network):
    name = "mastodon"
    listing = "GET /api/v1/notifications"
    own_id = "1"
    author, place, when = ("status", "account", "id"), ("status", "uri"), ("status", "created_at")
    handle = ("status", "account", "acct")

    def connect(self) -> Platform:
        me = {"id": "1", "acct": "labfreemvmt", "username": "labfreemvmt", "url": "https://social.example/@labfreemvmt"}
        self.stub.answers["GET /api/v1/accounts/verify_credentials"] = Said(200, me)
        connection = Connection("labfreemvmt", self.stub.address, "https://social.example", {"access_token": "t"}, 1, 9)
        return MastodonPlatform(connection, Vault(), self.now)

    def event(self, number: int, *, ago_s: float = 0, words: str = "") -> dict[str, Any]:
        made = iso(NOW - timedelta(seconds=ago_s))
        author = {"id": "9", "acct": "bell@other.example", "username": "bell", "display_name": "Bell"}
        status = {
            "id": str(10**17 + number),
            "uri": f"https://other.example/s/{number}",
            "url": f"https://other.example/@bell/{number}",
            "created_at": made,
            "content": f"<p>{words or f'@labfreemvmt question {number}'}</p>",
            "spoiler_text": "",
            "visibility": "public",
            "in_reply_to_id": "77",
            "in_reply_to_account_id": "1",
            "account": author,
            "media_attachments": [],
            "mentions": [{"id": "1", "acct": "labfreemvmt"}],
            "quote": None,
        }
        return {"id": str(number), "type": "mention", "created_at": made, "account": author, "status": status}


NETWORKS: tuple[type[Network], ...] = (X, Bluesky, Mastodon)
