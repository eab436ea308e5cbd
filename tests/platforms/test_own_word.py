from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from amplifier.platforms.own_word import BLUESKY, MASTODON_FAMILY, OwnForm, X

FORMS = {"X": X, "Bluesky": BLUESKY, "Mastodon": MASTODON_FAMILY}
JSON, PROBLEM = "application/json; charset=utf-8", "application/problem+json"
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
# As the networks word them in their documentation, and as their servers were seen to.
OWN: list[tuple[str, int, dict[str, Any]]] = [
    ("X", 403, {"detail": DUPLICATE, "title": "Forbidden", "type": "about:blank", "status": 403}),
    ("X", 401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}),
    ("X", 401, {"errors": [{"code": 89, "message": "Invalid or expired token."}]}),
    ("X", 402, {"account_id": 1, "title": "CreditsDepleted", "type": "https://api.twitter.com/2/problems/credits"}),
    (
        "X",
        403,
        {
            "client_id": "1",
            "detail": "Enrol first.",
            "reason": "client-not-enrolled",
            "title": "Client Forbidden",
            "type": "https://api.x.com/2/problems/client-forbidden",
        },
    ),
    ("X", 400, {"errors": [{"parameters": {"id": ["x"]}, "message": "no number"}], "title": "Invalid Request"}),
    ("Bluesky", 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}),
    ("Bluesky", 400, {"error": "ExpiredToken", "message": "Token has expired"}),
    ("Bluesky", 401, {"error": "AccountTakedown"}),
    ("Mastodon", 401, {"error": "The access token was revoked"}),
    ("Mastodon", 403, {"error": "Your login is currently disabled"}),
    ("Mastodon", 422, {"error": "Validation failed", "details": {"text": [{"error": "ERR_TOO_LONG"}]}}),
    ("Mastodon", 404, {"status": 404, "error": "Not Found"}),
    ("Mastodon", 400, {"error": "invalid_grant", "error_description": "The grant is invalid."}),
    ("Mastodon", 404, {"error": "Not Found: target status not found"}),
]
# As gateways, frameworks and pages in between word them.
STRANGERS: list[Any] = [
    {"message": "Forbidden"},
    {"Message": "User is not authorized to access this resource"},
    {"message": "Missing Authentication Token"},
    {"statusCode": 401, "message": "Access denied due to invalid subscription key."},
    {"statusCode": 403, "error": "Forbidden", "message": "Forbidden"},
    {"timestamp": "2026-11-29T12:00:00Z", "status": 403, "error": "Forbidden", "path": "/api/v1/statuses"},
    {"error": {"code": 403, "message": "Forbidden", "status": "PERMISSION_DENIED"}},
    {"type": "https://tools.ietf.org/html/rfc9110#section-15.5.4", "title": "Forbidden", "status": 403},
    {"type": "about:blank", "title": "Forbidden", "status": 403, "instance": "/2/tweets"},
    {"detail": "Not Found"},
    {"ok": False},
    {},
    [],
    [{"message": "Forbidden"}],
    {"errors": []},
    {"errors": ["Forbidden"]},
    {"errors": [{"message": "no", "extensions": {}}]},
    {"error": ""},
    {"error": None},
    "Forbidden",
    None,
    7,
]


def says(form: OwnForm, status: int, body: Any, kind: str = JSON) -> bool:
    return form.says(status, kind, json.dumps(body).encode())


@pytest.mark.parametrize(("network", "status", "body"), OWN)
def test_a_network_is_known_by_its_own_words(network: str, status: int, body: dict[str, Any]) -> None:
    assert says(FORMS[network], status, body)
    assert says(FORMS[network], status, body, PROBLEM)


@pytest.mark.parametrize("body", STRANGERS, ids=str)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_what_others_say_is_no_network_s_word(form: OwnForm, body: Any) -> None:
    assert not says(form, 403, body)


@pytest.mark.parametrize(("network", "status", "body"), OWN)
def test_the_right_words_in_a_page_are_no_word(network: str, status: int, body: dict[str, Any]) -> None:
    form = FORMS[network]

    assert not says(form, status, body, "text/html")
    assert not says(form, status, body, "")
    assert not form.says(status, JSON, b"<html>" + json.dumps(body).encode())
    assert not form.says(status, JSON, b"\xff\xfe")
    assert not form.says(status, JSON, b"[" * 100_000)
    assert not form.says(status, JSON, b"")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_of_a_success_or_a_redirect_only_its_contents_can_tell(form: OwnForm) -> None:
    assert form.says(200, "text/html", b"<html>")
    assert form.says(302, "", b"")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_says_where_it_was_read_and_when(form: OwnForm) -> None:
    assert form.source
    assert date.fromisoformat(form.read_on) > date(2026, 1, 1)
