"""What tweepy and requests raise, in our words. Sources: docs.x.com (2026-08-22), tweepy 4.17's errors.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import tweepy

from amplifier.errors import (
    AccountLost,
    AlreadyPublished,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Unavailable,
)
from amplifier.platforms.host import Answer, never_sent
from amplifier.platforms.ratelimit import until

WINDOW = timedelta(minutes=15)  # X's limits count in windows of a quarter of an hour
# Words of a 403 that close the account or the app, not the post (docs.x.com: response-codes-and-errors).
SHUT_OUT = (
    "client-not-enrolled",
    "not permitted to access this feature",
    "oauth1-permissions",
    "not configured with the appropriate oauth1 app permissions",
    "suspended",
    "locked",
)
OUT_OF_CREDIT = ("usage-capped", "usagecapexceeded", "creditsdepleted")


def translate(error: Exception, answer: Answer | None, now: datetime, *, publishing: bool) -> PlatformError:
    """The error of our own tree for what a call raised. `answer` is what came back, if anything did.

    Only a publishing call can be Rejected, AlreadyPublished or OutcomeUnknown.
    """
    if never_sent(error):
        return Unavailable(f"X could not be reached, so nothing was sent. {_short(error)}")
    status, words = answer.status if answer else 0, _words(error)
    shut = _shut_out(status, words, publishing=publishing)
    if shut:
        return shut
    if answer and status == 429:
        return _rate_limited(answer, now)
    if publishing:
        return _not_published(status, words)
    return Unavailable(f"X could not be read. {words}")


def is_refused_request(error: Exception) -> bool:
    """Whether X called the request itself wrong (400), as it does for a `since_id` older than its search reaches."""
    return isinstance(error, tweepy.BadRequest)


def _shut_out(status: int, words: str, *, publishing: bool) -> AccountLost | None:
    """The account's or the app's trouble, whatever was asked for."""
    lower = words.lower()
    if status == 402 or (status == 429 and any(word in lower for word in OUT_OF_CREDIT)):
        return AccountLost(f"X says that the credit is used up. Top it up in X's developer console. {words}")
    if status == 401:
        return AccountLost(f"X does not accept the access keys. Make new ones in X's developer console. {words}")
    if status == 403 and (not publishing or any(word in lower for word in SHUT_OUT)):
        return AccountLost(f"X does not let this account or app in. Look at the account on X. {words}")
    return None


def _not_published(status: int, words: str) -> PlatformError:
    if status == 403 and "duplicate content" in words.lower():
        return AlreadyPublished("X says that this account has already posted these words.")
    if status in {400, 403, 404, 413, 422}:
        return Rejected(f"X does not accept this post. {words}")
    return OutcomeUnknown(f"X gave no clear answer, so the post may be out. {words}")


def _rate_limited(answer: Answer, now: datetime) -> RateLimited:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    names: tuple[str, ...] = ("x-rate-limit-reset",)
    scope: Literal["account", "app"] = "account"
    if headers.get("x-app-limit-24hour-remaining") == "0":
        names, scope = ("x-app-limit-24hour-reset", *names), "app"
    elif headers.get("x-user-limit-24hour-remaining") == "0":
        names = ("x-user-limit-24hour-reset", *names)
    again = until(headers, names, now, WINDOW)
    return RateLimited(f"X asks us to wait until {again:%H:%M:%S} UTC.", again, scope)


def _words(error: Exception) -> str:
    """X's own words about what is wrong, if it gave any."""
    if not isinstance(error, tweepy.HTTPException):
        return _short(error)
    said = [str(message) for message in error.api_messages]
    try:
        body = error.response.json()
    except ValueError:
        body = {}
    if isinstance(body, dict):
        said += [str(body[name]) for name in ("detail", "title", "reason", "type") if body.get(name)]
    return " / ".join(dict.fromkeys(said))[:300] or _short(error)


def _short(error: Exception) -> str:
    return f"({type(error).__name__}: {str(error)[:200]})"
