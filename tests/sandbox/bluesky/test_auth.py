from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from amplifier.sandbox.bluesky.auth import Scope, TokenError, did_of, session

NOW = 1_696_858_800.5


def claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_tokens_can_be_decoded_and_say_when_they_end() -> None:
    made = session("did:plc:a", NOW)
    assert claims(made.access)["exp"] == int(NOW) + 7200
    assert claims(made.refresh)["exp"] == int(NOW) + 90 * 86_400
    assert (claims(made.access)["sub"], claims(made.access)["scope"]) == ("did:plc:a", "com.atproto.appPass")


def test_a_token_is_good_until_it_ends() -> None:
    made = session("did:plc:a", NOW)
    assert did_of(made.access, Scope.ACCESS, NOW + 7198) == "did:plc:a"
    assert did_of(made.refresh, Scope.REFRESH, NOW + 7201) == "did:plc:a"
    with pytest.raises(TokenError) as ended:
        did_of(made.access, Scope.ACCESS, NOW + 7201)
    assert ended.value.error == "ExpiredToken"


def test_a_token_is_for_its_own_use_only() -> None:
    made = session("did:plc:a", NOW)
    for token, scope in ((made.refresh, Scope.ACCESS), (made.access, Scope.REFRESH)):
        with pytest.raises(TokenError):
            did_of(token, scope, NOW)


@pytest.mark.parametrize("change", ["", "x", "a.b.c", "..", "é.é.é"])
def test_garbage_is_an_invalid_token(change: str) -> None:
    with pytest.raises(TokenError) as wrong:
        did_of(change, Scope.ACCESS, NOW)
    assert wrong.value.error == "InvalidToken"


def test_a_changed_token_is_an_invalid_token() -> None:
    head, body, signature = session("did:plc:a", NOW).access.split(".")
    other = session("did:plc:b", NOW).access.split(".")[1]
    for token in (f"{head}.{other}.{signature}", f"{head}.{body}.{signature[:-2]}AA"):
        with pytest.raises(TokenError):
            did_of(token, Scope.ACCESS, NOW)
