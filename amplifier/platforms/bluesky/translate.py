"""What atproto and httpx raise, in our words. Sources: atproto 0.0.73's request.py, the reference PDS (2026-08-20)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from atproto.exceptions import (
    AtProtocolError,
    BadRequestError,
    RateLimitExceededError,
    UnauthorizedError,
)

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, AlreadyPublished, PlatformError, RateLimited, Unavailable
from amplifier.platforms.host import what_broke
from amplifier.platforms.ratelimit import Meter, again, asked_by_a_stranger, asked_to_wait, rest
from amplifier.platforms.sentences import rejected, stranger, told_to_wait, unknown, unreached

WINDOW = timedelta(minutes=5)  # Bluesky's shortest window (docs.bsky.app: advanced-guides/rate-limits)
METERS = (Meter("ratelimit-remaining", "ratelimit-reset", needs=2),)  # in points, of which putRecord takes two
STALE = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
CLOSED = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated"})
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class RedirectError(httpx.HTTPError):
    """The server answers with a redirect, which was not followed. Whether it did what was asked, nobody knows."""


class StrangerError(httpx.HTTPError):
    """Something in between refused the request in its own words; the server may never have seen it."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{status} by something in between")
        self.status = status
        self.headers = headers


def translate(error: Exception, now: datetime, verb: Verb | None = None) -> PlatformError:
    """The error of our own tree for what a call raised.

    Without a verb the call only read; then it is never Rejected, AlreadyPublished or OutcomeUnknown.
    """
    if isinstance(error, NEVER_SENT) or isinstance(error.__cause__, NEVER_SENT):
        return unreached("Bluesky", verb, what_broke(error))
    if isinstance(error, StrangerError):
        return stranger("Bluesky", verb, error.status, asked_by_a_stranger(error.headers, now))
    if isinstance(error, RateLimitExceededError):
        until = again(_headers(error), METERS, now, WINDOW)
        return RateLimited(told_to_wait("Bluesky", until, now), until)
    name = error_name(error)
    if isinstance(error, UnauthorizedError) or name in STALE or name in CLOSED:
        return AccountLost(f"Bluesky does not let this account in. Make a new app password there. {_words(error)}")
    retry_at = asked_to_wait(_headers(error), now)
    if verb is None:
        return Unavailable(f"Bluesky could not be read. {_words(error)}", retry_at)
    if name == "InvalidSwap":
        return AlreadyPublished("Bluesky has another post at this place already.")
    if isinstance(error, BadRequestError) or _status(error) == 413:
        return rejected("Bluesky", verb, _words(error))
    return unknown("Bluesky", verb, _words(error), retry_at)


def rest_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the account must rest after this success, if it was the last call that Bluesky allows."""
    return rest(headers, METERS, now, WINDOW)


def error_name(error: Exception) -> str:
    """The name that the server gave its error, such as InvalidSwap; empty where it gave none."""
    return str(getattr(_content(error), "error", "") or "")


def is_stale_session(error: Exception) -> bool:
    """Whether the server does not know our session (any more). A garbage token is a 400, tried on the PDS."""
    return error_name(error) in STALE


def is_wrong_login(error: Exception) -> bool:
    """Whether the server refused to make a session out of what it was given (as opposed to being out of reach)."""
    return isinstance(error, BadRequestError | UnauthorizedError)


def is_not_there(error: Exception) -> bool:
    """Whether the server certainly has no such record, or knows no such handle."""
    said = str(getattr(_content(error), "message", "") or "")
    missing = error_name(error) in {"RecordNotFound", "HandleNotFound"}
    return isinstance(error, BadRequestError) and (
        missing or said.startswith(("Could not locate record", "Unable to resolve handle"))
    )


def _headers(error: Exception) -> Mapping[str, str]:
    return getattr(getattr(error, "response", None), "headers", None) or {}


def _content(error: Exception) -> Any:
    return getattr(getattr(error, "response", None), "content", None)


def _status(error: Exception) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def _words(error: Exception) -> str:
    return str(error)[:300] if isinstance(error, AtProtocolError) and _status(error) else what_broke(error)
