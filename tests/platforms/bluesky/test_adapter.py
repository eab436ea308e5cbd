from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from amplifier.errors import AccountLost, AlreadyPublished, OutcomeUnknown, Rejected, Unavailable
from amplifier.platforms.bluesky.adapter import PAGES, BlueskyPlatform
from amplifier.platforms.port import Connection, Part, Sought
from tests.contract.places import Vault
from tests.platforms.bluesky.pretend import KEY, LOGIN, NOW, PUT, REFRESH, WHO, XRPC, Server
from tests.platforms.stub import Asked, Said, Stub

FROZEN = f'{{"collection":"app.bsky.feed.post","repo":"did:plc:us","rkey":"{KEY}"}}'.encode()


@pytest.fixture
def server(stub: Stub) -> Server:
    return Server(stub)


def connected(server: Server, vault: Vault | None = None, password: str = "right") -> BlueskyPlatform:
    secrets = {"app_password": password}
    connection = Connection("labfreemvmt.example", server.stub.address, "https://bsky.app", secrets, 1, 1)
    return BlueskyPlatform(connection, vault or Vault(), lambda: NOW)


def test_nothing_is_asked_before_it_is_needed(server: Server) -> None:
    connected(server)

    assert server.stub.asked == []


def test_exactly_the_prepared_bytes_are_sent(server: Server) -> None:
    adapter = connected(server)
    request = adapter.prepare(Part("Zoë: ask @nobody.example or @help.example", "en"), KEY, NOW)

    receipt = adapter.publish(request)

    assert server.stub.asked[-1].body == request
    body = json.loads(request)
    assert (body["repo"], body["rkey"], body["swapRecord"]) == ("did:plc:us", KEY, None)
    assert [facet["features"][0]["did"] for facet in body["record"]["facets"]] == ["did:plc:help.example"]
    assert receipt.remote_id == f"at://did:plc:us/app.bsky.feed.post/{KEY}"
    assert receipt.url == f"https://bsky.app/profile/did:plc:us/post/{KEY}"


def test_a_handle_is_looked_up_once(server: Server) -> None:
    adapter = connected(server)

    for _ in range(2):
        adapter.prepare(Part("Ask @help.example", "en"), KEY, NOW)

    assert server.stub.paths().count(f"GET {XRPC}identity.resolveHandle") == 1


def test_a_handle_that_cannot_be_looked_up_now_is_no_unknown_handle(server: Server) -> None:
    server.stub.answers[f"GET {XRPC}identity.resolveHandle"] = Said(503, {"error": "x", "message": "y"})

    with pytest.raises(Unavailable):
        connected(server).prepare(Part("Ask @help.example", "en"), KEY, NOW)


def test_the_server_s_own_documents_lead_nowhere_else(server: Server) -> None:
    adapter = connected(server)

    adapter.verify()  # the log-in named http://elsewhere.example as the account's server
    adapter.verify()

    assert server.stub.paths() == [LOGIN, WHO, WHO]


def test_a_saved_session_is_used_before_any_log_in(server: Server) -> None:
    vault = Vault()
    connected(server, vault).verify()

    connected(server, vault, password="wrong").verify()

    assert server.stub.paths().count(LOGIN) == 1
    assert vault.saves == 1


def test_another_account_s_saved_session_is_left_alone(server: Server) -> None:
    vault = Vault()
    connected(server, vault).verify()
    assert vault.session is not None
    vault.session = vault.session.replace("labfreemvmt.example", "another.example")

    connected(server, vault).verify()

    assert server.stub.paths().count(LOGIN) == 2


def test_an_address_in_a_saved_session_leads_nowhere(server: Server) -> None:
    vault = Vault()
    connected(server, vault).verify()
    assert vault.session is not None
    vault.session = vault.session.replace(server.stub.address, "http://elsewhere.example")
    adapter = connected(server, vault)
    adapter.verify()
    server.good.clear()

    adapter.verify()

    assert server.stub.paths() == [LOGIN, WHO, WHO, WHO, REFRESH, LOGIN, WHO]


def test_a_vault_with_rubbish_in_it_is_an_empty_one(server: Server) -> None:
    vault = Vault()
    vault.session = "rubbish"

    connected(server, vault).verify()

    assert server.stub.paths() == [LOGIN, WHO]


def test_a_token_that_soon_ends_is_renewed_before_it_is_used(server: Server) -> None:
    server.life = timedelta(minutes=4)
    adapter = connected(server)
    adapter.verify()
    server.life = timedelta(hours=2)

    adapter.verify()

    assert server.stub.paths() == [LOGIN, WHO, REFRESH, WHO]


def test_a_session_that_another_process_renewed_is_taken_from_the_vault(server: Server) -> None:
    vault = Vault()
    first, second = connected(server, vault), connected(server, vault)
    first.verify()
    second.verify()
    session = vault.session
    server.good.clear()  # both tokens end
    first.verify()  # this one renews
    assert vault.session != session
    server.stub.asked.clear()

    second.verify()

    assert server.stub.paths() == [WHO, WHO]


def test_a_session_that_is_gone_for_good_is_replaced_by_a_log_in(server: Server) -> None:
    vault = Vault()
    adapter = connected(server, vault)
    adapter.verify()
    server.good.clear()

    adapter.verify()

    assert server.stub.paths() == [LOGIN, WHO, WHO, REFRESH, LOGIN, WHO]
    assert vault.saves == 2


def test_sessions_that_never_work_lose_the_account_after_a_bounded_number_of_tries(server: Server) -> None:
    server.stub.answers[WHO] = Said(400, {"error": "InvalidToken", "message": "Token could not be verified"})

    with pytest.raises(AccountLost):
        connected(server).verify()

    assert server.stub.paths().count(WHO) == 3


def test_a_token_refused_while_publishing_leads_to_one_post(server: Server) -> None:
    adapter = connected(server)
    request = adapter.prepare(Part("Hello", "en"), KEY, NOW)
    server.good.clear()

    assert adapter.publish(request).remote_id.endswith(KEY)
    assert server.stub.paths() == [LOGIN, PUT, REFRESH, LOGIN, PUT]


def test_a_wrong_password_loses_the_account(server: Server) -> None:
    with pytest.raises(AccountLost):
        connected(server, password="wrong").publish(FROZEN)


def test_a_log_in_that_breaks_while_publishing_has_published_nothing(server: Server) -> None:
    server.stub.answers[LOGIN] = Said(502, {"error": "UpstreamFailure", "message": ""})

    with pytest.raises(Unavailable):
        connected(server).publish(FROZEN)


def test_an_account_that_is_switched_off_is_lost(server: Server) -> None:
    off = {"did": "did:plc:us", "handle": "labfreemvmt.example", "active": False, "status": "suspended"}
    server.stub.answers[WHO] = Said(200, off)

    with pytest.raises(AccountLost, match="suspended"):
        connected(server).verify()


def test_an_answer_about_another_record_is_no_receipt(server: Server) -> None:
    server.stub.answers[PUT] = Said(200, {"uri": "at://did:plc:who/app.bsky.feed.post/3kabcdefgh234", "cid": "c"})

    with pytest.raises(OutcomeUnknown):
        connected(server).publish(FROZEN)


def test_another_post_under_our_key_is_told_apart(server: Server) -> None:
    server.stub.answers[PUT] = Said(400, {"error": "InvalidSwap", "message": "Record was at c"})

    with pytest.raises(AlreadyPublished):
        connected(server).publish(FROZEN)


@pytest.mark.parametrize("body", [b"<html>", b'{"cid":"c"}', b'["uri"]'])
def test_a_success_without_an_address_is_unknown(server: Server, body: bytes) -> None:
    server.stub.answers[PUT] = Said(200, body)

    with pytest.raises(OutcomeUnknown):
        connected(server).publish(FROZEN)


def test_find_tells_absence_from_failure(server: Server) -> None:
    adapter = connected(server)
    request = adapter.prepare(Part("Hello", "en"), KEY, NOW)
    sought = Sought(request, NOW, frozenset())
    look = f"GET {XRPC}repo.getRecord"

    server.stub.answers[look] = Said(400, {"error": "RecordNotFound", "message": "Could not locate record"})
    assert adapter.find(sought) is None
    server.stub.answers[look] = Said(500, {"error": "InternalServerError", "message": ""})
    with pytest.raises(Unavailable):
        adapter.find(sought)


def notification(number: int, minutes_ago: float) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes_ago)
    return {
        "uri": f"at://did:plc:who/app.bsky.feed.post/{number}",
        "author": {"did": "did:plc:who", "handle": "passer-by.example"},
        "reason": "mention",
        "record": {"text": f"question {number}"},
        "indexedAt": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
    }


def test_a_mention_from_a_phone_whose_clock_is_behind_is_not_lost(server: Server) -> None:
    listing = "GET /xrpc/app.bsky.notification.listNotifications"
    adapter = connected(server)
    server.stub.answers[listing] = Said(200, {"notifications": [notification(1, 1)]})
    first = adapter.mentions("")
    server.stub.answers[listing] = Said(200, {"notifications": [notification(1, 1), notification(2, 20)]})

    second = adapter.mentions(first.cursor)

    assert [m.text for m in first.mentions] == ["question 1"]
    assert [m.text for m in second.mentions] == ["question 2"]


def test_only_what_concerns_us_is_asked_for_and_taken(server: Server) -> None:
    listing = "GET /xrpc/app.bsky.notification.listNotifications"
    like = notification(2, 2) | {"reason": "like"}
    server.stub.answers[listing] = Said(200, {"notifications": [notification(1, 1), like]})

    page = connected(server).mentions("")

    assert [m.text for m in page.mentions] == ["question 1"]
    assert [value for name, value in server.stub.asked[-1].query if name == "reasons"] == ["mention", "reply", "quote"]


def test_hashtags_cannot_be_listened_to(server: Server) -> None:
    with pytest.raises(Unavailable):
        connected(server).tagged("Lab23", "")


LIST, LOOK, REMOVE = f"GET {XRPC}repo.listRecords", f"GET {XRPC}repo.getRecord", f"POST {XRPC}repo.deleteRecord"
COUNTS = "GET /xrpc/app.bsky.feed.getPosts"
URI = f"at://did:plc:us/app.bsky.feed.post/{KEY}"


def entry(key: str, minutes_ago: float, text: str = "Hello") -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes_ago)
    value = {"text": text, "createdAt": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"}
    return {"uri": f"at://did:plc:us/app.bsky.feed.post/{key}", "cid": "c", "value": value}


def test_the_oldest_of_all_pages_is_spotted_since_keys_do_not_tell_the_time(server: Server) -> None:
    def pages(asked: Asked) -> Said:
        if ("cursor", "two") in asked.query:
            return Said(200, {"records": [entry("c", 4), entry("b", 7), entry("a", 90)]})
        return Said(200, {"records": [entry("e", 1), entry("d", 9, "Other words")], "cursor": "two"})

    server.stub.answers[LIST] = pages
    adapter = connected(server)

    spotted = adapter.spot("Hello", NOW - timedelta(minutes=30), frozenset({entry("b", 7)["uri"]}))

    assert spotted is not None
    assert spotted.remote_id.endswith("/c")
    assert spotted.url == "https://bsky.app/profile/did:plc:us/post/c"


def test_spotting_stops_after_a_bounded_number_of_pages(server: Server) -> None:
    server.stub.answers[LIST] = Said(200, {"records": [entry("e", 1, "Other words")], "cursor": "again"})

    assert connected(server).spot("Hello", NOW - timedelta(minutes=30), frozenset()) is None
    assert server.stub.paths().count(LIST) == PAGES


@pytest.mark.parametrize(
    "odd", [Said(200, {}), Said(200, {"records": ["odd"]}), Said(200, b"<html>"), Said(200, b"[]")]
)
def test_a_listing_that_makes_no_sense_is_no_empty_one(server: Server, odd: Said) -> None:
    server.stub.answers[LIST] = odd

    with pytest.raises(Unavailable):
        connected(server).spot("Hello", NOW, frozenset())


def test_a_post_is_read_with_its_counts(server: Server) -> None:
    server.stub.answers[LOOK] = Said(200, entry(KEY, 5))
    server.stub.answers[COUNTS] = Said(200, {"posts": [{"uri": URI, "repostCount": 4, "replyCount": 2}]})

    seen = connected(server).read(URI, "Hello")

    assert seen is not None
    assert (seen.says_the_same, seen.boosts, seen.replies) == (True, 4, 2)


@pytest.mark.parametrize(
    "odd",
    [
        Said(400, {"error": "InvalidRequest", "message": "No service configured"}),
        Said(502, {"error": "UpstreamFailure", "message": ""}),
        Said(200, {"posts": []}),
        Said(200, {"posts": [{"uri": "at://other", "repostCount": 4, "replyCount": 2}]}),
        Said(200, {"posts": [{"uri": URI}]}),
        Said(200, {}),
    ],
)
def test_counts_that_cannot_be_had_are_none(server: Server, odd: Said) -> None:
    server.stub.answers |= {LOOK: Said(200, entry(KEY, 5)), COUNTS: odd}

    seen = connected(server).read(URI, "Hello")

    assert seen is not None
    assert (seen.boosts, seen.replies) == (None, None)


@pytest.mark.parametrize(
    "odd", [Said(200, {"uri": URI}), Said(200, entry("other", 5)), Said(200, b"[]"), Said(500, {})]
)
def test_an_answer_that_makes_no_sense_is_not_gone(server: Server, odd: Said) -> None:
    server.stub.answers[LOOK] = odd

    with pytest.raises(Unavailable):
        connected(server).read(URI, "Hello")
    with pytest.raises(Unavailable):
        connected(server).read("12", "Hello")


def test_only_our_own_record_is_deleted(server: Server) -> None:
    server.stub.answers[REMOVE] = Said(200, {})
    adapter = connected(server)

    adapter.delete(URI)
    assert json.loads(server.stub.asked[-1].body) == {
        "repo": "did:plc:us",
        "collection": "app.bsky.feed.post",
        "rkey": KEY,
    }
    for other in (URI.replace("us", "other"), "12"):
        with pytest.raises(Rejected):
            adapter.delete(other)
    assert server.stub.paths().count(REMOVE) == 1


@pytest.mark.parametrize(
    "odd",
    [
        Said(200, b"<html>"),
        Said(200, b"null"),
        Said(200, {"ok": True}),  # so a log-in page of a local network greets programs
        Said(403, {"message": "Forbidden"}),
        Said(500, {}),
        Said(503, {}),
    ],
)
def test_a_deletion_that_is_not_confirmed_is_unknown(server: Server, odd: Said) -> None:
    server.stub.answers[REMOVE] = odd

    with pytest.raises(OutcomeUnknown):
        connected(server).delete(URI)


def test_a_success_that_was_the_last_one_allowed_says_until_when_to_rest(server: Server) -> None:
    headers = {"ratelimit-remaining": "1", "ratelimit-reset": "600"}  # a post takes two points
    server.stub.answers[PUT] = Said(200, {"uri": URI, "cid": "c"}, headers)

    rest = connected(server).publish(FROZEN).rest_until

    assert rest == NOW + timedelta(seconds=600)


def test_a_look_that_is_answered_with_another_record_finds_nothing_and_says_so(server: Server) -> None:
    adapter = connected(server)
    request = adapter.prepare(Part("Hello", "en"), KEY, NOW)
    other = {"uri": "at://did:plc:who/app.bsky.feed.post/3kabcdefgh234", "cid": "c", "value": {}}
    server.stub.answers[f"GET {XRPC}repo.getRecord"] = Said(200, other)

    with pytest.raises(Unavailable):
        adapter.find(Sought(request, NOW, frozenset()))
