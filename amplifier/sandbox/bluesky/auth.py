"""Bluesky's session tokens: made and read here, so that a client can decode them and see when they end."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum

ACCESS_S = 120 * 60  # pds: account-manager/helpers/auth.ts
REFRESH_S = 90 * 86_400
SECRET = b"pretend"  # everything that begins with `pretend` is let in, so there is nothing to protect


class Scope(StrEnum):
    """What a token is for."""

    ACCESS = "com.atproto.appPass"
    REFRESH = "com.atproto.refresh"


class TokenError(Exception):
    """The token is not good; `error` is Bluesky's name for it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class Session:
    """The two tokens of a session."""

    access: str
    refresh: str


def session(did: str, now_s: float) -> Session:
    """New tokens for an account, from this moment on."""
    return Session(_token(did, Scope.ACCESS, now_s, ACCESS_S), _token(did, Scope.REFRESH, now_s, REFRESH_S))


def did_of(token: str, scope: Scope, now_s: float) -> str:
    """Whom a token stands for. Raises TokenError as the server would answer."""
    signed, _, signature = token.rpartition(".")
    try:
        claims = json.loads(_unpacked(signed.rpartition(".")[2]))
        given = _unpacked(signature)
        found, did, end = claims["scope"], str(claims["sub"]), float(claims["exp"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise TokenError("InvalidToken", "Token could not be verified") from None
    if not hmac.compare_digest(given, _signature(signed)):
        raise TokenError("InvalidToken", "Token could not be verified")
    if end <= now_s:
        raise TokenError("ExpiredToken", "Token has expired")
    if found != scope:
        raise TokenError("InvalidToken", "Bad token scope")
    return did


def _token(did: str, scope: Scope, now_s: float, life_s: int) -> str:
    kind = "refresh+jwt" if scope is Scope.REFRESH else "at+jwt"
    claims = {"scope": scope, "sub": did, "iat": int(now_s), "exp": int(now_s) + life_s, "aud": "did:web:localhost"}
    if scope is Scope.REFRESH:
        claims["jti"] = hashlib.sha256(f"{did}{now_s}".encode()).hexdigest()[:32]
    signed = f"{_packed(json.dumps({'typ': kind, 'alg': 'HS256'}).encode())}.{_packed(json.dumps(claims).encode())}"
    return f"{signed}.{_packed(_signature(signed))}"


def _signature(signed: str) -> bytes:
    return hmac.new(SECRET, signed.encode(), hashlib.sha256).digest()


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
