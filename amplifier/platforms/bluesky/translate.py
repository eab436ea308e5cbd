"""What atproto and httpx raise, in our words. Sources: atproto 0.0.73's request.py, the reference PDS (2026-08-20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
from atproto.exceptions import (
    AtProtocolError,
    BadRequestError,
    RateLimitExceededError,
    UnauthorizedError,
)

from amplifier.errors import (
    AccountLost,
    AlreadyPublished,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Unavailable,
)
from amplifier.platforms.ratelimit import until

WINDOW = timedelta(minutes=5)  # Bluesky's shortest window (docs.bsky.app: advanced-guides/rate-limits)
STALE = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
CLOSED = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated"})
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class RedirectError(httpx.InvalidURL):
    """The server answers with a redirect; it was not followed."""


def translate(error: Exception, now: datetime, *, publishing: bool) -> PlatformError:
    """The error of our own tree for what a call raised.

    Only a publishing call can be Rejected, AlreadyPublished or OutcomeUnknown.
    """
    if isinstance(error, NEVER_SENT) or isinstance(error.__cause__, NEVER_SENT):
        return Unavailable(f"Bluesky could not be reached, so nothing was sent. {_short(error)}")
    if isinstance(error, RateLimitExceededError):
        headers = error.response.headers if error.response else {}
        again = until(headers, ("ratelimit-reset", "retry-after"), now, WINDOW)
        return RateLimited(f"Bluesky asks us to wait until {again:%H:%M:%S} UTC.", again)
    name = error_name(error)
    if isinstance(error, UnauthorizedError) or name in STALE or name in CLOSED:
        return AccountLost(f"Bluesky does not let this account in. Make a new app password there. {_words(error)}")
    if publishing:
        return _not_published(error, name)
    return Unavailable(f"Bluesky could not be read. {_words(error)}")


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


def _not_published(error: Exception, name: str) -> PlatformError:
    if name == "InvalidSwap":
        return AlreadyPublished("Bluesky has another post at this place already.")
    if isinstance(error, BadRequestError) or _status(error) == 413:
        return Rejected(f"Bluesky does not accept this post. {_words(error)}")
    return OutcomeUnknown(f"Bluesky gave no clear answer, so the post may be out. {_words(error)}")


def _content(error: Exception) -> Any:
    return getattr(getattr(error, "response", None), "content", None)


def _status(error: Exception) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def _words(error: Exception) -> str:
    return str(error)[:300] if isinstance(error, AtProtocolError) and _status(error) else _short(error)


def _short(error: Exception) -> str:
    cause = error.__cause__ or error
    return f"({type(cause).__name__}: {str(cause)[:200]})"
