from __future__ import annotations

import json
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


def known(server: Server, vault: Vault, *, did: str, handle: str = "labfreemvmt.example") -> Calls:
    """Calls of an account whose id was proven."""
    secrets = {"app_password": "right"}
    connection = Connection(handle, server.stub.address, "https://bsky.app", secrets, 1, 1, known_id=lambda: did)
    return Calls(connection, vault, lambda: NOW)


def test_a_saved_session_of_another_account_is_not_used_though_the_handle_is_the_same(server: Server) -> None:
    vault = Vault()
    calls(server, vault).own_did()

    with pytest.raises(AccountLost, match=r"log in to @labfreemvmt\.example, and @labfreemvmt\.example is another"):
        known(server, vault, did="did:plc:another").post(PUT_RECORD, b"{}", uri, Verb.PUBLISH)

    assert PUT not in server.stub.paths()
    assert server.stub.paths().count(LOGIN) == 2


def test_keys_of_another_account_may_ask_who_they_are_and_nothing_else(server: Server) -> None:
    made = known(server, Vault(), did="did:plc:another")

    assert made.get(GET_SESSION)["did"] == "did:plc:us"
    with pytest.raises(AccountLost):
        made.post(PUT_RECORD, b"{}", uri, Verb.DELETE)


def test_an_account_that_was_renamed_keeps_its_session_and_logs_in_by_its_id(server: Server) -> None:
    vault = Vault()
    known(server, vault, did="did:plc:us", handle="old.example").own_did()
    assert json.loads(server.stub.asked[0].body)["identifier"] == "did:plc:us"

    known(server, vault, did="did:plc:us", handle="old.example").post(PUT_RECORD, b"{}", uri, Verb.PUBLISH)

    assert server.stub.paths() == [LOGIN, PUT]


def test_an_account_that_is_listed_by_its_did_keeps_its_session(server: Server) -> None:
    vault = Vault()
    for _ in range(2):
        known(server, vault, did="", handle="did:plc:us").own_did()

    assert server.stub.paths() == [LOGIN]
