"""What tweepy and requests raise, in our words. Sources: docs.x.com (2026-08-22), tweepy 4.17's errors.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import tweepy

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, AlreadyPublished, PlatformError, RateLimited, Unavailable
from amplifier.platforms.host import Answer, never_sent, what_broke
from amplifier.platforms.ratelimit import Meter, again, asked_by_a_stranger, asked_to_wait, rest
from amplifier.platforms.sentences import rejected, stranger, told_to_wait, unknown, unreached

WINDOW = timedelta(minutes=15)  # X's limits count in windows of a quarter of an hour
APP_DAY = Meter("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset")
METERS = (
    Meter("x-rate-limit-remaining", "x-rate-limit-reset"),
    Meter("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    APP_DAY,
)
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


def translate(error: Exception, answer: Answer | None, now: datetime, verb: Verb | None = None) -> PlatformError:
    """The error of our own tree for what a call raised. `answer` is what came back, if anything did.

    Without a verb the call only read; then it is never Rejected, AlreadyPublished or OutcomeUnknown.
    """
    if never_sent(error):
        return unreached("X", verb, what_broke(error))
    if answer and not answer.is_own:
        return stranger("X", verb, answer.status, asked_by_a_stranger(answer.headers, now))
    status, words = answer.status if answer else 0, _words(error)
    shut = _shut_out(status, words, verb)
    if shut:
        return shut
    if answer and status == 429:
        return _rate_limited(answer, now)
    retry_at = asked_to_wait(answer.headers, now) if answer else None
    if verb is None:
        return Unavailable(f"X could not be read. {words}", retry_at)
    if status == 403 and "duplicate content" in words.lower():
        return AlreadyPublished("X says that this account has already posted these words.")
    if status in {400, 403, 404, 413, 422}:
        return rejected("X", verb, words)
    return unknown("X", verb, words, retry_at)


def rest_until(answer: Answer | None, now: datetime) -> datetime | None:
    """Until when the account must rest after this success, if it was the last call that X allows."""
    return rest(answer.headers, METERS, now, WINDOW) if answer else None


def is_refused_request(error: BaseException | None, answer: Answer | None) -> bool:
    """Whether X called the request itself wrong (400), as for a `since_id` older than its search reaches."""
    return isinstance(error, tweepy.BadRequest) and answer is not None and answer.is_own


def _shut_out(status: int, words: str, verb: Verb | None) -> AccountLost | None:
    """The account's or the app's trouble, whatever was asked for."""
    lower = words.lower()
    if status == 402 or (status == 429 and any(word in lower for word in OUT_OF_CREDIT)):
        return AccountLost(f"X says that the credit is used up. Top it up in X's developer console. {words}")
    if status == 401:
        return AccountLost(f"X does not accept the access keys. Make new ones in X's developer console. {words}")
    if status == 403 and (verb is None or any(word in lower for word in SHUT_OUT)):
        return AccountLost(f"X does not let this account or app in. Look at the account on X. {words}")
    return None


def _rate_limited(answer: Answer, now: datetime) -> RateLimited:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    scope: Literal["account", "app"] = "app" if APP_DAY.is_spent(headers) else "account"
    until = again(headers, METERS, now, WINDOW)
    return RateLimited(told_to_wait("X", until, now), until, scope)


def _words(error: Exception) -> str:
    """X's own words about what is wrong, if it gave any."""
    if not isinstance(error, tweepy.HTTPException):
        return what_broke(error)
    said = [str(message) for message in error.api_messages]
    try:
        body = error.response.json()
    except ValueError:
        body = {}
    if isinstance(body, dict):
        said += [str(body[name]) for name in ("detail", "title", "reason", "type") if body.get(name)]
    return " / ".join(dict.fromkeys(said))[:300] or what_broke(error)
