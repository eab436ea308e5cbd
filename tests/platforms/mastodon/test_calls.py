from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from mastodon import MastodonAPIError

from amplifier.platforms import own_word
from amplifier.platforms.host import HostSession
from amplifier.platforms.mastodon.calls import ask
from amplifier.platforms.port import Connection
from tests.platforms.stub import Said, Stub


def asking(stub: Stub) -> tuple[HostSession, Connection]:
    session = HostSession(stub.address, (1, 1), own_word.MASTODON_FAMILY)
    return session, Connection("labfreemvmt", stub.address + "/", "https://social.example", {"access_token": "t"})


def test_a_request_is_made_in_the_account_s_name_and_its_fields_are_a_form(stub: Stub) -> None:
    stub.answers["PUT /a"] = Said(200, {"id": "1"})

    assert ask(*asking(stub), "/a", method="PUT", fields={"status": "Zoë & co.", "media_ids[]": ["1", "2"]}) == {
        "id": "1"
    }

    (asked,) = stub.asked
    assert parse_qs(asked.body.decode()) == {"status": ["Zoë & co."], "media_ids[]": ["1", "2"]}
    assert asked.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("body", [{"error": "no such thing"}, [1], b"<html>"])
def test_a_refusal_is_raised_as_mastodon_py_does(stub: Stub, body: object) -> None:
    stub.answers["GET /a"] = Said(422, body)

    with pytest.raises(MastodonAPIError) as raised:
        ask(*asking(stub), "/a")

    words = "no such thing" if isinstance(body, dict) else None
    assert raised.value.args == ("Mastodon API returned error", 422, "Unprocessable Entity", words)


def test_an_answer_that_is_no_json_is_no_answer(stub: Stub) -> None:
    stub.answers["GET /a"] = Said(200, b"<html>")

    with pytest.raises(ValueError, match="Expecting value"):
        ask(*asking(stub), "/a")
