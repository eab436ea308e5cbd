from __future__ import annotations

import json

import pytest

from amplifier.sandbox.bluesky.shapes import commit, invalid, own, problem
from amplifier.sandbox.nouns import Network, PretendAccount


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "InvalidRequest"),
        (401, "AuthMissing"),
        (429, "RateLimitExceeded"),
        (500, "InternalServerError"),
        (502, "UpstreamFailure"),
        (503, "NotEnoughResources"),
        (504, "UpstreamTimeout"),
        (418, "InternalServerError"),
    ],
)
def test_every_status_has_its_name(status: int, error: str) -> None:
    answer = problem(status)
    assert (answer.status, json.loads(answer.body)["error"]) == (status, error)


def test_an_error_may_be_named() -> None:
    assert json.loads(invalid("Bad").body) == {"error": "InvalidRequest", "message": "Bad"}
    assert json.loads(problem(400, "InvalidSwap", "Record was at c").body)["error"] == "InvalidSwap"


def test_a_session_never_leads_to_another_address() -> None:
    assert "didDoc" not in own(PretendAccount(1, Network.BLUESKY, "a.example", "A", "did:plc:a", 0))


def test_each_change_has_a_commit_of_its_own() -> None:
    first, second = commit("at://a", "c")["commit"], commit("at://b", "c")["commit"]
    assert first["cid"].startswith("bafyrei")
    assert first["cid"] != second["cid"]
