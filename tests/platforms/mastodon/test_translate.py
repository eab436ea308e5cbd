from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from mastodon import (
    MastodonAPIError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServiceUnavailableError,
    MastodonUnauthorizedError,
)
from urllib3.exceptions import NewConnectionError

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.platforms.host import Answer
from amplifier.platforms.mastodon.translate import is_not_offered, translate

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def said(status: int, words: str = "", kind: type[Exception] = MastodonAPIError) -> tuple[Exception, Answer]:
    return kind("Mastodon API returned error", status, "reason", words), Answer(status, {})


def broken(cause: Exception) -> tuple[Exception, None]:
    error = MastodonNetworkError("Could not complete request")
    error.__context__ = cause  # as Mastodon.py leaves it
    return error, None


CASES = [
    (*said(400), Rejected),
    (*said(401, "The access token was revoked", MastodonUnauthorizedError), AccountLost),
    (*said(403, "This action is outside the authorized scopes"), AccountLost),
    (*said(404, "Record not found", MastodonNotFoundError), OutcomeUnknown),
    (*said(413), Rejected),
    (*said(422, "Validation failed: Text is too long"), Rejected),
    (*said(429, "", MastodonRatelimitError), RateLimited),
    (*said(500), OutcomeUnknown),
    (*said(503, "", MastodonServiceUnavailableError), OutcomeUnknown),
    # What something in between said:
    *((said(status)[0], Answer(status, {}, is_own=False), OutcomeUnknown) for status in (400, 401, 403, 422, 429)),
    # Errors that Mastodon.py raises over an answer which says that all went well:
    (MastodonRatelimitError("Rate limit time calculations failed"), Answer(200, {}), OutcomeUnknown),
    (MastodonAPIError("Could not parse response as JSON", "Exception was"), Answer(200, {}), OutcomeUnknown),
    (*broken(requests.ConnectTimeout()), Unavailable),
    (*broken(requests.ConnectionError(NewConnectionError(None, "refused"))), Unavailable),  # type: ignore[arg-type]
    (*broken(requests.ReadTimeout()), OutcomeUnknown),
    (*broken(requests.ConnectionError("reset")), OutcomeUnknown),
    (KeyError("id"), Answer(200, {}), OutcomeUnknown),
]


@pytest.mark.parametrize(("error", "answer", "expected"), CASES)
def test_what_a_publish_call_may_meet(error: Exception, answer: Answer | None, expected: type) -> None:
    assert type(translate(error, answer, NOW, verb=Verb.PUBLISH)) is expected


@pytest.mark.parametrize(("error", "answer", "expected"), CASES)
def test_reading_is_never_unknown_or_rejected(error: Exception, answer: Answer | None, expected: type) -> None:
    found = type(translate(error, answer, NOW))

    assert found is (expected if expected in {AccountLost, RateLimited} else Unavailable)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": "2026-11-22T12:04:00.000000Z"}, 240),
        ({"X-RateLimit-Reset": str(int((NOW + timedelta(minutes=4)).timestamp()))}, 240),
        ({"Retry-After": "17"}, 17),
        ({}, 300),
    ],
)
def test_the_server_says_until_when_to_wait(headers: dict[str, str], wait: int) -> None:
    found = translate(MastodonRatelimitError("Hit rate limit."), Answer(429, headers), NOW, verb=Verb.PUBLISH)

    assert isinstance(found, RateLimited)
    assert found.until == NOW + timedelta(seconds=wait)


def test_the_server_s_own_words_reach_the_person() -> None:
    error, answer = said(422, "Validation failed: Text is too long")

    assert "Text is too long" in str(translate(error, answer, NOW, verb=Verb.PUBLISH))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(404, {}), True),
        (Answer(422, {}), True),
        (Answer(404, {}, is_own=False), False),
        (Answer(503, {}), False),
        (None, False),
    ],
)
def test_what_a_server_does_not_have_is_told_from_what_is_broken(answer: Answer | None, *, expected: bool) -> None:
    assert is_not_offered(answer) == expected
