from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from atproto import exceptions
from atproto_client.models.common import XrpcError
from atproto_client.request import Response

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, AlreadyPublished, OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.platforms.bluesky.translate import (
    RedirectError,
    StrangerError,
    is_not_there,
    is_stale_session,
    is_wrong_login,
    translate,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def said(status: int, error: str = "", message: str = "", **headers: str) -> Exception:
    content: Any = XrpcError(error=error, message=message) if error else b"<html>"
    kind = {
        400: exceptions.BadRequestError,
        401: exceptions.UnauthorizedError,
        403: exceptions.UnauthorizedError,
        409: exceptions.NetworkError,
        413: exceptions.NetworkError,
        429: exceptions.RateLimitExceededError,
        502: exceptions.NetworkError,
    }.get(status, exceptions.RequestException)
    return kind(Response(success=False, status_code=status, content=content, headers=headers))


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


CASES = [
    (said(400, "InvalidRequest", "Record/text must not be longer than 300 graphemes"), Rejected),
    (said(400, "InvalidSwap"), AlreadyPublished),
    (said(400, "ExpiredToken"), AccountLost),
    (said(400, "InvalidToken"), AccountLost),
    (said(400, "AccountDeactivated"), AccountLost),
    (said(401, "AuthenticationRequired", "Invalid identifier or password"), AccountLost),
    (said(401, "AccountTakedown"), AccountLost),
    (said(403, "Forbidden"), AccountLost),
    *((StrangerError(status, {"retry-after": "99999999"}), OutcomeUnknown) for status in (400, 401, 403, 404, 429)),
    (said(404, "NotFound"), OutcomeUnknown),
    (said(409), OutcomeUnknown),
    (said(413), Rejected),
    (said(429, "RateLimitExceeded"), RateLimited),
    (said(500, "InternalServerError"), OutcomeUnknown),
    (said(502), OutcomeUnknown),
    (said(503), OutcomeUnknown),
    (said(504), OutcomeUnknown),
    (caused(exceptions.InvokeTimeoutError(), httpx.ConnectTimeout("")), Unavailable),
    (caused(exceptions.InvokeTimeoutError(), httpx.ReadTimeout("")), OutcomeUnknown),
    (caused(exceptions.NetworkError(), httpx.ConnectError("refused")), Unavailable),
    (caused(exceptions.NetworkError(), httpx.ReadError("reset")), OutcomeUnknown),
    (httpx.RemoteProtocolError("hung up"), OutcomeUnknown),  # atproto lets it through as it is
    (RedirectError("elsewhere"), OutcomeUnknown),
    (KeyError("uri"), OutcomeUnknown),
]


@pytest.mark.parametrize(("error", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_what_a_publish_call_may_meet(error: Exception, expected: type) -> None:
    assert type(translate(error, NOW, verb=Verb.PUBLISH)) is expected


@pytest.mark.parametrize(("error", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_reading_is_never_unknown_or_rejected(error: Exception, expected: type) -> None:
    found = type(translate(error, NOW))

    assert found is (expected if expected in {AccountLost, RateLimited} else Unavailable)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"ratelimit-reset": str(int((NOW + timedelta(minutes=4)).timestamp())), "retry-after": "9"}, 240),
        ({"retry-after": "289"}, 289),
        ({}, 300),
    ],
)
def test_the_server_says_until_when_to_wait(headers: dict[str, str], wait: int) -> None:
    found = translate(said(429, "RateLimitExceeded", **headers), NOW, verb=Verb.PUBLISH)

    assert isinstance(found, RateLimited)
    assert found.until == NOW + timedelta(seconds=wait)


def test_a_session_that_is_not_known_is_told_from_an_account_that_is_closed() -> None:
    assert is_stale_session(said(400, "ExpiredToken"))
    assert is_stale_session(said(400, "InvalidToken"))
    assert not is_stale_session(said(401, "AccountTakedown"))
    assert not is_stale_session(said(500))


def test_a_wrong_password_is_told_from_a_server_that_is_down() -> None:
    assert is_wrong_login(said(401, "AuthenticationRequired"))
    assert not is_wrong_login(said(503))
    assert not is_wrong_login(StrangerError(401, {}))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (said(400, "RecordNotFound", "Could not locate record: at://x"), True),
        (said(400, "InvalidRequest", "Could not locate record: at://x"), True),
        (said(400, "InvalidRequest", "Unable to resolve handle"), True),
        (said(400, "InvalidRequest", "Error: Params must have the property repo"), False),
        (said(500, "InternalServerError"), False),
        (said(404), False),
    ],
)
def test_what_is_certainly_not_there_is_told_from_every_other_failure(error: Exception, *, expected: bool) -> None:
    assert is_not_there(error) == expected
