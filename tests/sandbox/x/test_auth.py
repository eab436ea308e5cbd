from __future__ import annotations

from email.message import Message

import pytest
from oauthlib.oauth1 import Client

from amplifier.sandbox.wire import Request
from amplifier.sandbox.x.auth import Scheme, read

NOW = 1_696_858_800


def signed(path: str, query: tuple[tuple[str, str], ...], **changes: str) -> Request:
    """A request signed by a library that had no part in the checking."""
    keys = {"client_secret": "pretend", "resource_owner_key": "pretend-labfreemvmt", "resource_owner_secret": "pretend"}
    client = Client(changes.pop("client_key", "pretend"), timestamp=str(NOW), **{**keys, **changes})
    written = "&".join(f"{name}={value}" for name, value in query).replace(" ", "%20")
    uri = f"http://127.0.0.1:8000{path}" + (f"?{written}" if written else "")
    _, headers, _ = client.sign(uri, "GET")
    found = Message()
    found["Authorization"] = headers["Authorization"]
    found["Host"] = "127.0.0.1:8000"
    return Request("GET", path, query, found, b"")


def test_a_signature_over_address_and_parameters_is_good() -> None:
    request = signed("/2/users/1/mentions", (("tweet.fields", "created_at"), ("a", "x y"), ("a", "b")))
    assert read(request, NOW) == (Scheme.USER, "labfreemvmt")
    assert read(request, NOW + 299) == (Scheme.USER, "labfreemvmt")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_key": "other"},
        {"client_secret": "other"},
        {"resource_owner_secret": "other"},
        {"resource_owner_key": "labfreemvmt"},
        {"resource_owner_key": "pretend-"},
        {"signature_method": "PLAINTEXT"},
    ],
)
def test_anything_else_is_nobody(changes: dict[str, str]) -> None:
    assert read(signed("/2/users/me", (), **changes), NOW) == (Scheme.NOBODY, "")


def test_a_signature_is_for_one_request_at_one_time() -> None:
    request = signed("/2/users/1/tweets", (("max_results", "5"),))
    assert read(request, NOW + 301)[0] is Scheme.NOBODY
    assert read(request, NOW - 301)[0] is Scheme.NOBODY
    other = Request("GET", "/2/users/2/tweets", request.query, request.headers, b"")
    assert read(other, NOW)[0] is Scheme.NOBODY
    other = Request("GET", request.path, (("max_results", "6"),), request.headers, b"")
    assert read(other, NOW)[0] is Scheme.NOBODY


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer pretend-labfreemvmt", (Scheme.USER, "labfreemvmt")),
        ("Bearer pretend", (Scheme.APP, "")),
        ("Bearer real", (Scheme.NOBODY, "")),
        ("Basic pretend", (Scheme.NOBODY, "")),
        ("OAuth", (Scheme.NOBODY, "")),
        ('OAuth oauth_signature="%"', (Scheme.NOBODY, "")),
        ("", (Scheme.NOBODY, "")),
    ],
)
def test_bearer_tokens_are_users_apps_or_nobody(header: str, expected: tuple[Scheme, str]) -> None:
    headers = Message()
    headers["Authorization"] = header
    assert read(Request("GET", "/2/users/me", (), headers, b""), NOW) == expected
