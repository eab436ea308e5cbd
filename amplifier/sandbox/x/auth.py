"""Who asks the X face: OAuth 1.0a signatures and bearer tokens, checked with the pretend secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from enum import StrEnum
from urllib.parse import quote, unquote

from amplifier.sandbox.pretend_clock import CLOCK
from amplifier.sandbox.wire import Request

CONSUMER_KEY = "pretend"
SIGNING_KEY = b"pretend&pretend"  # consumer secret and token secret (RFC 5849, 3.4.2)
CLOCK_SKEW_S = 300


class Scheme(StrEnum):
    """How a request proves who it is from."""

    USER = "user"
    APP = "app"
    NOBODY = "nobody"


def read(request: Request, now_s: float) -> tuple[Scheme, str]:
    """The scheme, and the handle the token stands for (empty for an app or nobody)."""
    kind, _, rest = request.header("Authorization").partition(" ")
    if kind == "OAuth":
        handle = _signed_by(request, _fields(rest), now_s)
        return (Scheme.USER, handle) if handle else (Scheme.NOBODY, "")
    if kind == "Bearer" and rest.startswith("pretend"):
        handle = _handle(rest)
        return (Scheme.USER, handle) if handle else (Scheme.APP, "")
    return Scheme.NOBODY, ""


def _handle(token: str) -> str:
    before, _, handle = token.partition("pretend-")
    return handle if not before else ""


def _fields(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}


def _signed_by(request: Request, fields: dict[str, str], now_s: float) -> str:
    """The handle, if consumer key, time and signature are right."""
    if fields.get("oauth_consumer_key") != CONSUMER_KEY or fields.get("oauth_signature_method") != "HMAC-SHA1":
        return ""
    moment = fields.get("oauth_timestamp", "")
    if not moment.isdecimal():
        return ""
    if abs(now_s - int(moment)) > CLOCK_SKEW_S and not CLOCK.get().is_set:  # a client signs by the real time
        return ""
    try:
        given = base64.b64decode(fields.get("oauth_signature", ""), validate=True)
    except binascii.Error:
        return ""
    wanted = hmac.new(SIGNING_KEY, base_string(request, fields).encode(), hashlib.sha1).digest()
    return _handle(fields.get("oauth_token", "")) if hmac.compare_digest(given, wanted) else ""


def base_string(request: Request, fields: dict[str, str]) -> str:
    """What is signed (RFC 5849, 3.4.1): method, address as the client called it, sorted parameters.

    A JSON body takes no part.
    """
    pairs = [(name, value) for name, value in fields.items() if name not in {"oauth_signature", "realm"}]
    pairs += request.query
    encoded = sorted((_escape(name), _escape(value)) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in encoded)
    address = f"http://{request.host.lower()}{request.path}"
    return "&".join((request.method, _escape(address), _escape(joined)))


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
