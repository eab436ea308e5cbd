"""Places where the contract is tried: one network on one server, with a road of its own to what is really there."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace
from typing import Any

from amplifier.clock import utc_now
from amplifier.platforms.capabilities import TABLE, Capabilities
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.registry import connect
from tests.waiting import HANG_S

TOKEN = "sandbox-token"
_numbers = itertools.count(1)


class Vault:
    """Keeps a session in memory, and counts how often one was saved."""

    def __init__(self) -> None:
        self.session: str | None = None
        self.saves = 0

    def load(self) -> str | None:
        return self.session

    def save(self, session: str) -> None:
        self.session = session
        self.saves += 1


@dataclass(frozen=True)
class Account:
    """An account made for one test, and how to reach it."""

    platform: str
    connection: Connection

    @property
    def capabilities(self) -> Capabilities:
        return TABLE[self.platform]

    def open(self, **changes: Any) -> Platform:
        """An adapter as a process that starts anew would have it."""
        return connect(self.platform, replace(self.connection, **changes), Vault(), utc_now)


def ask(method: str, address: str, *, token: str = "", body: Any = None) -> Any:
    """One request by the standard library alone, so that no SDK has a say in what the truth is."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=HANG_S) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {address}: {error.code} {error.read()[:500]!r}") from error


class SandboxPlace:
    """One of our own sandbox's three faces. It can also fail on demand."""

    server = "sandbox"
    can_fail = True
    others_speak = True

    def __init__(self, platform: str, address: str) -> None:
        self.platform = platform
        self._address = address

    def account(self) -> Account:
        name = f"campaign{next(_numbers)}"
        match self.platform:
            case "x":
                handle = name
                secrets = {"api_key": "pretend", "api_secret": "pretend", "access_secret": "pretend"}
                secrets["access_token"] = f"pretend-{name}"
            case "bluesky":
                handle, secrets = f"{name}.example", {"app_password": "pretend"}
            case _:
                handle, secrets = name, {"access_token": f"pretend-{name}"}
        return Account(self.platform, Connection(handle, self._address, self._address, secrets, 1.0, 2.0))

    def wrong(self, account: Account) -> dict[str, str]:
        return dict.fromkeys(account.connection.secrets, "wrong")

    def texts(self, account: Account) -> dict[str, str]:
        """What is there of this account: text by remote id."""
        posts = ask("GET", f"{self._address}/_/world", token=TOKEN)["posts"]
        handle = account.connection.handle
        ours = [p for p in posts if p["network"] == self.platform and p["account"] == handle and not p["deleted"]]
        return {p["remote_id"]: p["text"] for p in ours}

    def type(self, account: Account, text: str) -> str:
        """A person writes it in the account's name, with another program; gives the remote id."""
        body = {"network": self.platform, "handle": account.connection.handle, "text": text}
        return str(ask("POST", f"{self._address}/_/say", token=TOKEN, body=body)["remote_id"])

    def remove(self, account: Account, remote_id: str) -> None:  # noqa: ARG002 - other places need the account's token
        """A person deletes it."""
        body = {"network": self.platform, "remote_id": remote_id, "text": None}
        ask("POST", f"{self._address}/_/change", token=TOKEN, body=body)

    def say(self, account: Account, text: str, *, in_reply_to: str = "", behind_s: float = 0, **more: str) -> str:
        """Somebody, whose clock or server may be behind, mentions the account; gives the canonical id."""
        handle = account.connection.handle + ("@social.example" if self.platform == "mastodon" else "")
        said = more | {"behind_s": behind_s} | ({"in_reply_to": in_reply_to} if in_reply_to else {})
        return self._said(f"@{handle} {text}", said)

    def quote(self, text: str, quoted: str) -> str:
        """Somebody quotes a post without naming the account."""
        return self._said(text, {"quotes": quoted})

    def change(self, remote_id: str, text: str) -> None:
        """Its author edits a post."""
        body = {"network": self.platform, "remote_id": remote_id, "text": text}
        ask("POST", f"{self._address}/_/change", token=TOKEN, body=body)

    def _said(self, text: str, more: dict[str, Any]) -> str:
        who = "passer_by" if self.platform == "x" else "passer-by.example"
        body = {"network": self.platform, "handle": who, "text": text} | more
        return str(ask("POST", f"{self._address}/_/say", token=TOKEN, body=body)["canonical_id"])

    def fail(self, operation: str, kind: str, **more: Any) -> None:
        """The next such call meets this fault."""
        fault = {"network": self.platform, "operation": operation, "kind": kind, "times": 1} | more
        ask("POST", f"{self._address}/_/faults", token=TOKEN, body=fault)

    def mend(self) -> None:
        ask("DELETE", f"{self._address}/_/faults", token=TOKEN)


class PdsPlace:
    """Bluesky's own server, without the AppView that makes notifications."""

    platform, server = "bluesky", "pds"
    can_fail = False
    others_speak = False

    def __init__(self, address: str) -> None:
        self._address = address

    def account(self) -> Account:
        handle = f"campaign{next(_numbers)}.test"
        body = {"handle": handle, "email": f"{handle}@mail.example", "password": "correct horse"}
        ask("POST", f"{self._address}/xrpc/com.atproto.server.createAccount", body=body)
        connection = Connection(handle, self._address, "https://bsky.app", {"app_password": "correct horse"})
        return Account("bluesky", connection)

    def wrong(self, account: Account) -> dict[str, str]:
        return dict.fromkeys(account.connection.secrets, "wrong")

    def texts(self, account: Account) -> dict[str, str]:
        query = urllib.parse.urlencode(
            {"repo": account.connection.handle, "collection": "app.bsky.feed.post", "limit": 100}
        )
        listed = ask("GET", f"{self._address}/xrpc/com.atproto.repo.listRecords?{query}")["records"]
        return {row["uri"]: row["value"]["text"] for row in listed}

    def type(self, account: Account, text: str) -> str:
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": utc_now().isoformat()}
        return str(self._write(account, "createRecord", record=record)["uri"])

    def remove(self, account: Account, remote_id: str) -> None:
        self._write(account, "deleteRecord", rkey=remote_id.rpartition("/")[2])

    def _write(self, account: Account, method: str, **more: Any) -> Any:
        handle, password = account.connection.handle, account.connection.secrets["app_password"]
        login = f"{self._address}/xrpc/com.atproto.server.createSession"
        token = ask("POST", login, body={"identifier": handle, "password": password})["accessJwt"]
        body = {"repo": handle, "collection": "app.bsky.feed.post"} | more
        return ask("POST", f"{self._address}/xrpc/com.atproto.repo.{method}", token=token, body=body)


class MastodonMockPlace:
    """A Mastodon by other people."""

    platform, server = "mastodon", "mastodon_mock"
    can_fail = False
    others_speak = True

    def __init__(self, address: str, names: list[str]) -> None:
        self._address = address
        self._stranger, *names = names
        self._names = iter(names)

    def account(self) -> Account:
        name = next(self._names)
        connection = Connection(name, self._address, self._address, {"access_token": f"token-{name}"})
        return Account("mastodon", connection)

    def wrong(self, account: Account) -> dict[str, str]:
        return dict.fromkeys(account.connection.secrets, "wrong")

    def texts(self, account: Account) -> dict[str, str]:
        token = account.connection.secrets["access_token"]
        me = ask("GET", f"{self._address}/api/v1/accounts/verify_credentials", token=token)["id"]
        made = ask("GET", f"{self._address}/api/v1/accounts/{me}/statuses?limit=40", token=token)
        sources = (ask("GET", f"{self._address}/api/v1/statuses/{row['id']}/source", token=token) for row in made)
        return {str(source["id"]): source["text"] for source in sources}

    def type(self, account: Account, text: str) -> str:
        token = account.connection.secrets["access_token"]
        body = {"status": text, "visibility": "public"}
        return str(ask("POST", f"{self._address}/api/v1/statuses", token=token, body=body)["id"])

    def remove(self, account: Account, remote_id: str) -> None:
        token = account.connection.secrets["access_token"]
        ask("DELETE", f"{self._address}/api/v1/statuses/{remote_id}", token=token)

    def say(self, account: Account, text: str, *, in_reply_to: str = "") -> str:
        body = {"status": f"@{account.connection.handle} {text}", "visibility": "public"}
        if in_reply_to:
            body["in_reply_to_id"] = in_reply_to
        token = f"token-{self._stranger}"
        return str(ask("POST", f"{self._address}/api/v1/statuses", token=token, body=body)["uri"])


Place = SandboxPlace | PdsPlace | MastodonMockPlace
