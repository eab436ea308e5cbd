"""A Bluesky for tests: a stub that gives out sessions and knows which of its tokens are good."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.platforms.stub import Asked, Said, Stub

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
KEY = "3kabcdefghij2"
XRPC = "/xrpc/com.atproto."
PUT = f"POST {XRPC}repo.putRecord"
LOGIN, REFRESH = f"POST {XRPC}server.createSession", f"POST {XRPC}server.refreshSession"
WHO = f"GET {XRPC}server.getSession"


def jwt(name: str, ends: datetime) -> str:
    parts = [{"alg": "none"}, {"sub": name, "exp": int(ends.timestamp())}, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


class Server:
    """A stub that gives out sessions and knows which of its tokens are good."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.made = 0
        self.life = timedelta(hours=2)
        self.good: set[str] = set()
        stub.answers |= {
            LOGIN: self.log_in,
            REFRESH: self.refresh,
            WHO: self.behind(
                lambda _: Said(200, {"did": "did:plc:us", "handle": "labfreemvmt.example", "active": True})
            ),
            PUT: self.behind(lambda _: Said(200, {"uri": f"at://did:plc:us/app.bsky.feed.post/{KEY}", "cid": "c"})),
            f"GET {XRPC}identity.resolveHandle": self.behind(self.resolve),
        }

    def session(self) -> Said:
        self.made += 1
        access, refresh = jwt(f"access {self.made}", NOW + self.life), jwt(f"refresh {self.made}", NOW + self.life)
        self.good = {access, refresh}
        names = {"did": "did:plc:us", "handle": "labfreemvmt.example"}
        service = {
            "id": "#atproto_pds",
            "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": "http://elsewhere.example",
        }
        document = {"id": "did:plc:us", "service": [service]}
        return Said(200, names | {"accessJwt": access, "refreshJwt": refresh, "didDoc": document, "active": True})

    def log_in(self, asked: Asked) -> Said:
        if json.loads(asked.body)["password"] != "right":
            return Said(401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
        return self.session()

    def refresh(self, asked: Asked) -> Said:
        return self.session() if self.knows(asked) else Said(400, {"error": "ExpiredToken", "message": "revoked"})

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "").removeprefix("Bearer ") in self.good

    def behind(self, serve: Callable[[Asked], Said]) -> Callable[[Asked], Said]:
        return lambda asked: serve(asked) if self.knows(asked) else Said(400, {"error": "ExpiredToken", "message": ""})

    def resolve(self, asked: Asked) -> Said:
        handle = dict(asked.query)["handle"]
        if handle == "nobody.example":
            return Said(400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})
        return Said(200, {"did": f"did:plc:{handle}"})
