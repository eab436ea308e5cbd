from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy
from urllib3.exceptions import NewConnectionError

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, AlreadyPublished, OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.platforms.host import Answer
from amplifier.platforms.x.translate import is_refused_request, rest_until, translate

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLASSES = {400: tweepy.BadRequest, 401: tweepy.Unauthorized, 403: tweepy.Forbidden, 404: tweepy.NotFound}
DUPLICATE = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "title": "Forbidden",
    "type": "about:blank",
    "status": 403,
}


def said(status: int, body: Any = None, **headers: str) -> tuple[Exception, Answer]:
    response = requests.Response()
    response.status_code = status
    response._content = requests.models.complexjson.dumps(body if body is not None else {}).encode()
    kind = CLASSES.get(status) or (tweepy.TwitterServerError if status >= 500 else tweepy.HTTPException)
    error = tweepy.TooManyRequests(response) if status == 429 else kind(response)
    return error, Answer(status, headers)


NOT_PUBLISHED = [
    (*said(400, {"errors": [{"message": "text is too long"}]}), Rejected),
    (*said(401, {"title": "Unauthorized"}), AccountLost),
    (*said(402, {"title": "CreditsDepleted"}), AccountLost),
    (*said(403, DUPLICATE), AlreadyPublished),
    (*said(403, {"detail": "You are not permitted to perform this action."}), Rejected),
    (*said(403, {"reason": "client-not-enrolled", "detail": "Enrol first."}), AccountLost),
    (*said(403, {"detail": "You are not permitted to access this feature."}), AccountLost),
    (*said(403, {"detail": "Your account is suspended."}), AccountLost),
    (*said(404), Rejected),
    (*said(429, {"title": "Too Many Requests"}), RateLimited),
    (*said(429, {"title": "UsageCapExceeded", "type": "https://api.x.com/2/problems/usage-capped"}), AccountLost),
    (*said(500), OutcomeUnknown),
    (*said(502), OutcomeUnknown),
    (*said(503), OutcomeUnknown),
    (*said(504), OutcomeUnknown),
    (requests.ConnectTimeout(), None, Unavailable),
    (requests.ConnectionError(NewConnectionError(None, "refused")), None, Unavailable),  # type: ignore[arg-type]
    (requests.ReadTimeout(), None, OutcomeUnknown),
    (requests.ConnectionError("reset"), None, OutcomeUnknown),
    (KeyError("data"), Answer(201, {}), OutcomeUnknown),
    # tweepy stumbles over a JSON list, which is not how X words it:
    (AttributeError("a list of errors"), Answer(400, {}, is_own=False), OutcomeUnknown),
    (said(403, {"message": "Forbidden"})[0], Answer(403, {}, is_own=False), OutcomeUnknown),
    (said(401)[0], Answer(401, {}, is_own=False), OutcomeUnknown),
    (said(404)[0], Answer(404, {}, is_own=False), OutcomeUnknown),
    (said(429)[0], Answer(429, {}, is_own=False), OutcomeUnknown),
    (RuntimeError("anything else"), None, OutcomeUnknown),
]


@pytest.mark.parametrize(("error", "answer", "expected"), NOT_PUBLISHED)
def test_what_a_publish_call_may_meet(error: Exception, answer: Answer | None, expected: type) -> None:
    assert type(translate(error, answer, NOW, verb=Verb.PUBLISH)) is expected


@pytest.mark.parametrize(("error", "answer", "expected"), NOT_PUBLISHED)
def test_reading_is_never_unknown_or_rejected(error: Exception, answer: Answer | None, expected: type) -> None:
    status = answer.status if answer and answer.is_own else 0
    found = translate(error, answer, NOW)

    if expected in {AccountLost, RateLimited}:
        assert type(found) is expected
    else:
        assert type(found) is (AccountLost if status == 403 else Unavailable)


def limited(**headers: str) -> RateLimited:
    error, answer = said(429, {}, **{name.replace("_", "-"): value for name, value in headers.items()})
    found = translate(error, answer, NOW, verb=Verb.PUBLISH)
    assert isinstance(found, RateLimited)
    return found


def test_x_says_until_when_to_wait_in_unix_seconds() -> None:
    in_ten = NOW + timedelta(minutes=10)

    assert limited(x_rate_limit_reset=str(int(in_ten.timestamp()))).until == in_ten


def test_without_a_word_from_x_its_window_is_waited_for() -> None:
    assert limited().until == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(("who", "scope"), [("user", "account"), ("app", "app")])
def test_a_day_s_limit_is_waited_for_to_the_end_and_names_whom_it_holds(who: str, scope: str) -> None:
    tomorrow = NOW + timedelta(hours=20)
    headers = {
        f"x_{who}_limit_24hour_remaining": "0",
        f"x_{who}_limit_24hour_reset": str(int(tomorrow.timestamp())),
        "x_rate_limit_reset": str(int((NOW + timedelta(minutes=5)).timestamp())),
    }

    assert limited(**headers).until == tomorrow
    assert limited(**headers).scope == scope


def test_a_wrong_request_is_told_from_a_broken_server() -> None:
    assert is_refused_request(*said(400))
    assert not is_refused_request(*said(503))
    assert not is_refused_request(said(400)[0], Answer(400, {}, is_own=False))
    assert not is_refused_request(requests.ReadTimeout(), None)


def test_a_success_may_be_the_last_one_for_an_account_or_for_the_app() -> None:
    tomorrow = NOW + timedelta(hours=20)
    headers = {"x-rate-limit-remaining": "12", "x-rate-limit-reset": "60"}

    assert rest_until(Answer(201, headers), NOW) is None
    assert rest_until(None, NOW) is None
    for who in ("user", "app"):
        day = {f"x-{who}-limit-24hour-remaining": "0", f"x-{who}-limit-24hour-reset": str(int(tomorrow.timestamp()))}
        assert rest_until(Answer(201, headers | day), NOW) == tomorrow


@pytest.mark.parametrize("verb", [None, *Verb])
def test_patience_that_is_asked_for_stays_known_however_unclear_the_rest(verb: Verb | None) -> None:
    error, answer = said(503, {}, **{"Retry-After": "40"})

    found = translate(error, answer, NOW, verb)

    assert type(found) is (OutcomeUnknown if verb else Unavailable)
    assert found.until == NOW + timedelta(seconds=40)
    assert translate(*said(503), NOW, verb).until is None
