from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, OutcomeUnknown, Unavailable
from amplifier.platforms.bluesky.calls import Calls
from amplifier.platforms.port import Connection
from tests.contract.places import Vault
from tests.platforms.bluesky.pretend import LOGIN, NOW, PUT, REFRESH, WHO, XRPC, Server
from tests.platforms.stub import Said, Stub

GET_SESSION, PUT_RECORD = "com.atproto.server.getSession", "com.atproto.repo.putRecord"


@pytest.fixture
def server(stub: Stub) -> Server:
    return Server(stub)


def calls(server: Server, vault: Vault | None = None, password: str = "right") -> Calls:
    secrets = {"app_password": password}
    connection = Connection("labfreemvmt.example", server.stub.address, "https://bsky.app", secrets, 1, 1)
    return Calls(connection, vault or Vault(), lambda: NOW)


def uri(answer: Any) -> str:
    return str(answer.content["uri"])


def test_one_session_serves_every_call(server: Server) -> None:
    made = calls(server)

    assert made.own_did() == made.get(GET_SESSION)["did"] == "did:plc:us"
    made.post(PUT_RECORD, b"{}", uri, Verb.PUBLISH)

    assert server.stub.paths() == [LOGIN, WHO, PUT]


def test_a_call_that_was_refused_for_its_session_is_made_again_with_a_new_one(server: Server) -> None:
    made, vault = calls(server), Vault()
    made = calls(server, vault)
    made.own_did()
    server.good.clear()

    assert made.post(PUT_RECORD, b"{}", uri, Verb.PUBLISH).startswith("at://")
    assert server.stub.paths() == [LOGIN, PUT, REFRESH, LOGIN, PUT]
    assert vault.saves == 2


def test_a_session_that_soon_ends_is_renewed_first(server: Server) -> None:
    server.life = timedelta(minutes=4)
    made = calls(server)
    made.own_did()
    server.life = timedelta(hours=2)

    made.get(GET_SESSION)

    assert server.stub.paths() == [LOGIN, REFRESH, WHO]


def test_what_is_not_there_is_none_and_what_is_broken_is_not(server: Server) -> None:
    look = f"GET {XRPC}repo.getRecord"
    server.stub.answers[look] = Said(400, {"error": "RecordNotFound", "message": "Could not locate record"})
    assert calls(server).get_if_there("com.atproto.repo.getRecord", {}) is None

    server.stub.answers[look] = Said(500, {"error": "InternalServerError", "message": ""})
    with pytest.raises(Unavailable):
        calls(server).get_if_there("com.atproto.repo.getRecord", {})


@pytest.mark.parametrize("body", [b"<html>", b"null", b"[]", b"{}"])
def test_an_answer_to_a_change_that_makes_no_sense_is_unknown(server: Server, body: bytes) -> None:
    server.stub.answers[PUT] = Said(200, body)

    with pytest.raises(OutcomeUnknown):
        calls(server).post(PUT_RECORD, b"{}", uri, Verb.PUBLISH)


def test_an_answer_to_a_question_that_makes_no_sense_is_unavailable(server: Server) -> None:
    server.stub.answers[WHO] = Said(200, b"[]")
    made = calls(server)

    with pytest.raises(Unavailable):
        made.get(GET_SESSION)
    with pytest.raises(Unavailable, match="KeyError"), made.reading():
        raise KeyError("posts")


def test_a_log_in_that_is_refused_loses_the_account(server: Server) -> None:
    with pytest.raises(AccountLost):
        calls(server, password="wrong").own_did()
