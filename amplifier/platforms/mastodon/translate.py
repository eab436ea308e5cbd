"""What Mastodon.py and requests raise, in our words. Sources: docs.joinmastodon.org (2026-07-02), Mastodon.py 2.3."""

from __future__ import annotations

from datetime import datetime, timedelta

from mastodon import MastodonAPIError

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, PlatformError, RateLimited, Unavailable
from amplifier.platforms.host import Answer, never_sent, what_broke
from amplifier.platforms.ratelimit import Meter, again, asked_by_a_stranger, asked_to_wait, rest
from amplifier.platforms.sentences import rejected, stranger, told_to_wait, unknown, unreached

WINDOW = timedelta(minutes=5)  # Mastodon's shortest window (docs: api/rate-limits)
METERS = (Meter("x-ratelimit-remaining", "x-ratelimit-reset"),)


def translate(error: Exception, answer: Answer | None, now: datetime, verb: Verb | None = None) -> PlatformError:
    """The error of our own tree for what a call raised. `answer` is what came back, if anything did.

    Without a verb the call only read; then it is never Rejected or OutcomeUnknown. What counts is the status that came
    over the wire: Mastodon.py also raises its rate-limit error when it cannot read a header of a success, and the error
    for a wrong request when it cannot read the body of one.
    """
    if never_sent(error):
        return unreached("Mastodon", verb, what_broke(error))
    status = answer.status if answer else 0
    if answer and not answer.is_own:
        return stranger("Mastodon", verb, status, asked_by_a_stranger(answer.headers, now))
    if answer and status == 429:
        until = again(answer.headers, METERS, now, WINDOW)
        return RateLimited(told_to_wait("Mastodon", until, now), until)
    if status == 403 and verb in {Verb.EDIT, Verb.DELETE} and "not allowed" in _words(error).lower():
        return rejected("Mastodon", verb, _words(error))  # so some servers say that it is another account's post
    if status in {401, 403}:
        return AccountLost(f"Mastodon does not let this account in. Make a new access token there. {_words(error)}")
    retry_at = asked_to_wait(answer.headers, now) if answer else None
    if verb is None:
        return Unavailable(f"Mastodon could not be read. {_words(error)}", retry_at)
    if status in {400, 413, 422}:  # other servers of the family say 400 where Mastodon says 422
        return rejected("Mastodon", verb, _words(error))
    # Also 404, 500 and 503: a repeated key may answer so although the post is there (mastodon#40399, entities/Error).
    return unknown("Mastodon", verb, _words(error), retry_at)


def rest_until(answer: Answer | None, now: datetime) -> datetime | None:
    """Until when the account must rest after this success, if it was the last call that the server allows."""
    return rest(answer.headers, METERS, now, WINDOW) if answer else None


def is_not_offered(answer: Answer | None) -> bool:
    """Whether the server itself does not know this address or this question, as opposed to being out of order."""
    return answer is not None and answer.is_own and answer.status in {400, 404, 405, 410, 422, 501}


def is_nowhere(answer: Answer | None) -> bool:
    """Whether somebody says that there is no such address: the server, or what stands before it."""
    return answer is not None and answer.status in {404, 405, 501}


def _words(error: Exception) -> str:
    """The server's own words, which Mastodon.py puts last; else what happened."""
    if isinstance(error, MastodonAPIError) and len(error.args) > 3 and error.args[3]:
        return f"{error.args[1]} {str(error.args[3])[:300]}"
    return what_broke(error)
