from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplifier.errors import AlreadyPublished, OutcomeUnknown, Rejected, Unavailable
from amplifier.platforms.port import Connection, Part, Sought
from amplifier.platforms.x import adapter as module
from amplifier.platforms.x.adapter import XPlatform
from amplifier.platforms.x.listening import EPOCH
from tests.contract.places import Vault
from tests.platforms.stub import Asked, Said, Stub

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
SECRETS = {"api_key": "k", "api_secret": "ks", "access_token": "t", "access_secret": "ts"}
ME = Said(200, {"data": {"id": "1", "name": "Us", "username": "labfreemvmt"}})
TEXT = "Polls close at 17:00"


def connected(stub: Stub, now: Callable[[], datetime] = lambda: NOW) -> XPlatform:
    stub.answers.setdefault("GET /2/users/me", ME)
    return XPlatform(Connection("labfreemvmt", stub.address, "https://x.com", SECRETS, 1, 1), Vault(), now)


def post(number: int, text: str = TEXT, author: str = "1", **more: Any) -> dict[str, Any]:
    made = datetime(2026, 10, 9, 12, 0, tzinfo=UTC) + timedelta(seconds=number)
    return {"id": str(number), "text": text, "author_id": author, "created_at": f"{made:%Y-%m-%dT%H:%M:%S}.000Z"} | more


def recent(seconds_ago: float, **more: Any) -> dict[str, Any]:
    """A stranger's post with an id of its time, as X gives them."""
    made = NOW - timedelta(seconds=seconds_ago)
    number = int((made - EPOCH).total_seconds() * 1000) << 22
    return post(0, author="5") | {"id": str(number), "created_at": f"{made:%Y-%m-%dT%H:%M:%S}.000Z"} | more


def listed(*posts: dict[str, Any], more: str = "") -> Said:
    meta = {"result_count": len(posts)} | ({"next_token": more} if more else {})
    users = [{"id": "5", "username": "passer_by", "name": "A passer-by"}]
    body: dict[str, Any] = {"meta": meta, "includes": {"users": users}}
    return Said(200, body | ({"data": list(posts)} if posts else {}))


def sought(**more: Any) -> Sought:
    fields = {
        "request": b'{"text":"Polls close at 17:00"}',
        "after": post(0)["created_at"],
        "taken": frozenset(),
    } | more
    return Sought(fields["request"], datetime.fromisoformat(str(fields["after"])), fields["taken"])


def test_exactly_the_prepared_bytes_are_sent_signed_by_oauth_1(stub: Stub) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "Zoë &lt;3 #Lab23"}})
    adapter = connected(stub)
    request = adapter.prepare(Part("Zoë <3 #Lab23", "en"), "key", NOW)

    receipt = adapter.publish(request)

    (asked,) = stub.asked
    assert asked.body == request == '{"text":"Zoë <3 #Lab23"}'.encode()
    assert asked.headers["authorization"].startswith("OAuth ")
    assert "oauth_token" in asked.headers["authorization"]
    assert receipt.remote_id == "77"
    assert receipt.url == "https://x.com/labfreemvmt/status/77"


@pytest.mark.parametrize("does", ["publish", "delete"])
def test_nothing_is_changed_on_a_connection_that_was_idle(stub: Stub, does: str) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "Hello"}})
    stub.answers[REMOVE] = Said(200, {"data": {"deleted": True}})
    moment = [NOW]
    adapter = connected(stub, lambda: moment[0])

    for pause in (0, 1, 60):
        moment[0] += timedelta(seconds=pause)
        adapter.publish(b'{"text":"Hello"}') if does == "publish" else adapter.delete("77")

    first, second, third = (asked.connection for asked in stub.asked)
    assert first == second != third


@pytest.mark.parametrize("made", [{"id": "9", "name": "Somebody"}, {"id": "9", "text": "Other words"}])
def test_an_answer_about_something_else_is_no_receipt(stub: Stub, made: dict[str, str]) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": made})

    with pytest.raises(OutcomeUnknown):
        connected(stub).publish(b'{"text":"Hello"}')


def test_the_answer_shows_a_link_in_x_s_own_form(stub: Stub) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "Hello &amp; welcome https://t.co/abc"}})

    assert connected(stub).publish(b'{"text":"Hello & welcome https://social.example/a"}').remote_id == "77"


@pytest.mark.parametrize(
    ("told", "is_ours"),
    [
        (Said(200, {"data": post(77, "Hello")}), True),
        (Said(200, {"data": post(77, "Hello", author="5")}), False),
        (Said(200, {"data": post(77, "Other words")}), False),
        (Said(200, {"data": post(78, "Hello")}), False),
        (Said(404, {"title": "Not Found"}), False),
        (Said(503, {"title": "Service Unavailable"}), False),
        (Said(403, b"<html>", {"Content-Type": "text/html"}), False),
    ],
)
def test_an_answer_that_shows_the_words_otherwise_is_asked_for_by_its_id_at_once(
    stub: Stub, told: Said, *, is_ours: bool
) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "Hel\u2026"}})
    stub.answers["GET /2/tweets/77"] = told
    adapter = connected(stub)

    if is_ours:
        assert adapter.publish(b'{"text":"Hello"}').remote_id == "77"
    else:
        with pytest.raises(OutcomeUnknown, match="another post"):
            adapter.publish(b'{"text":"Hello"}')
    assert stub.paths()[:2] == ["POST /2/tweets", "GET /2/tweets/77"]


def test_a_success_without_an_id_is_unknown(stub: Stub) -> None:
    stub.answers["POST /2/tweets"] = Said(200, {"errors": [{"message": "odd"}]})

    with pytest.raises(OutcomeUnknown):
        connected(stub).publish(b'{"text":"Hello"}')


def test_a_duplicate_is_told_apart(stub: Stub) -> None:
    detail = "You are not allowed to create a Tweet with duplicate content."
    stub.answers["POST /2/tweets"] = Said(403, {"detail": detail, "title": "Forbidden"})

    with pytest.raises(AlreadyPublished):
        connected(stub).publish(b'{"text":"Hello"}')


def test_find_gives_the_oldest_that_nobody_owns_from_all_pages(stub: Stub) -> None:
    def pages(asked: Asked) -> Said:
        if ("pagination_token", "two") in asked.query:
            return listed(post(3), post(2), post(1, taken=True))
        return listed(post(9, "Other words"), post(5), more="two")

    stub.answers["GET /2/users/1/tweets"] = pages

    receipt = connected(stub).find(sought(taken=frozenset({"1"})))

    assert receipt is not None
    assert receipt.remote_id == "2"
    assert ("start_time", "2026-10-09T12:00:00Z") in stub.asked[-1].query


def test_find_takes_nothing_older_even_if_x_shows_it(stub: Stub) -> None:
    stub.answers["GET /2/users/1/tweets"] = listed(post(-60))

    assert connected(stub).find(sought()) is None


def test_a_post_in_the_second_of_the_attempt_is_found(stub: Stub) -> None:
    stub.answers["GET /2/users/1/tweets"] = listed(post(0))  # X tells whole seconds: really 0.9

    assert connected(stub).find(sought(after="2026-10-09T12:00:00.700+00:00")) is not None


def test_looking_stops_after_a_bounded_number_of_pages(stub: Stub) -> None:
    tokens = iter(range(100))
    stub.answers["GET /2/users/1/tweets"] = lambda _: listed(post(9, "Other words"), more=f"page {next(tokens)}")

    assert connected(stub).find(sought()) is None
    assert stub.paths().count("GET /2/users/1/tweets") == module.PAGES


def test_looking_is_not_led_in_a_circle(stub: Stub) -> None:
    stub.answers["GET /2/users/1/tweets"] = listed(post(9, "Other words"), more="again")

    assert connected(stub).find(sought()) is None
    assert stub.paths().count("GET /2/users/1/tweets") == 2


def test_an_answer_that_says_nothing_is_no_empty_timeline(stub: Stub) -> None:
    stub.answers["GET /2/users/1/tweets"] = Said(200, {"errors": [{"title": "Not Found Error"}]})

    with pytest.raises(Unavailable):
        connected(stub).find(sought())


def test_who_we_are_is_asked_once(stub: Stub) -> None:
    stub.answers["GET /2/users/1/tweets"] = listed()
    adapter = connected(stub)

    adapter.find(sought())
    adapter.find(sought())

    assert stub.paths().count("GET /2/users/me") == 1


def test_an_edited_mention_comes_once_in_its_newest_form(stub: Stub) -> None:
    edited = post(31, "@labfreemvmt When?", "5", edit_history_tweet_ids=["30", "31"])
    stub.answers["GET /2/users/1/mentions"] = listed(edited, post(30, "@labfreemvmt Whne?", "5"), post(29, author="1"))

    (mention,) = connected(stub).mentions("").mentions

    assert mention.canonical_id == "30"
    assert mention.text == "@labfreemvmt When?"


def test_a_mention_that_shows_late_is_not_lost(stub: Stub) -> None:
    adapter = connected(stub)
    early, late = recent(15), recent(20)
    stub.answers["GET /2/users/1/mentions"] = listed(early)
    first = adapter.mentions("")

    def newer(asked: Asked) -> Said:
        since = int(dict(asked.query).get("since_id", 0))
        return listed(*(found for found in (early, late) if int(found["id"]) > since))

    stub.answers["GET /2/users/1/mentions"] = newer
    second = adapter.mentions(first.cursor)

    assert [m.canonical_id for m in first.mentions] == [early["id"]]
    assert [m.canonical_id for m in second.mentions] == [late["id"]]


def test_the_mark_goes_to_x_as_since_id(stub: Stub) -> None:
    adapter = connected(stub)
    stub.answers["GET /2/users/1/mentions"] = listed(post(31, author="5"))

    adapter.mentions(adapter.mentions("").cursor)

    assert ("since_id", "31") in stub.asked[-1].query


def test_a_mark_older_than_x_s_search_begins_anew(stub: Stub) -> None:
    def search(asked: Asked) -> Said:
        if any(name == "since_id" for name, _ in asked.query):
            return Said(400, {"errors": [{"message": "'since_id' must be a tweet id created after …"}]})
        return listed(post(40, "about #Lab23", "5"))

    stub.answers["GET /2/tweets/search/recent"] = listed(post(31, author="5"))
    adapter = connected(stub)
    cursor = adapter.tagged("Lab23", "").cursor
    stub.answers["GET /2/tweets/search/recent"] = search

    page = adapter.tagged("Lab23", cursor)

    assert [m.canonical_id for m in page.mentions] == ["40"]
    assert ("query", "#Lab23 -is:retweet -from:labfreemvmt") in stub.asked[-1].query


def test_no_key_or_token_reaches_the_log(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "A secret plan"}})
    stub.answers["GET /2/users/1/mentions"] = listed()
    adapter = connected(stub)

    adapter.publish(b'{"text":"A secret plan"}')
    adapter.mentions("")

    assert "oauth" not in caplog.text.lower()
    assert "A secret plan" not in caplog.text


def test_the_request_is_canonical_json() -> None:
    stub = Stub({})
    try:
        request = connected(stub).prepare(Part("a", "en"), "key", NOW)
    finally:
        stub.close()
    assert json.loads(request) == {"text": "a"}
    assert stub.asked == []


MISSING = {"errors": [{"resource_id": "77", "type": "https://api.x.com/2/problems/resource-not-found"}]}
ONE, REMOVE = "GET /2/tweets/77", "DELETE /2/tweets/77"


def test_a_success_that_was_the_last_one_allowed_says_until_when_to_rest(stub: Stub) -> None:
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int((NOW + timedelta(minutes=10)).timestamp()))}
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": "77", "text": "Hello"}}, headers)

    assert connected(stub).publish(b'{"text":"Hello"}').rest_until == NOW + timedelta(minutes=10)


def test_a_post_that_was_edited_is_read_in_its_newest_version(stub: Stub) -> None:
    versions = {"edit_history_tweet_ids": ["77", "78"]}
    metrics = {"public_metrics": {"retweet_count": 4, "reply_count": 2}}
    stub.answers[ONE] = Said(200, {"data": post(77, **versions)})
    stub.answers["GET /2/tweets/78"] = Said(200, {"data": post(78, "Other words", **versions, **metrics)})

    seen = connected(stub).read("77", TEXT)

    assert seen is not None
    assert (seen.says_the_same, seen.text, seen.boosts, seen.replies) == (False, "Other words", 4, 2)
    assert seen.url == "https://x.com/labfreemvmt/status/78"


@pytest.mark.parametrize("gone", [Said(200, MISSING), Said(404, {"title": "Not Found"})])
def test_gone_is_what_x_itself_calls_gone(stub: Stub, gone: Said) -> None:
    stub.answers |= {ONE: gone, REMOVE: gone}

    assert connected(stub).read("77", TEXT) is None
    connected(stub).delete("77")


@pytest.mark.parametrize(
    "odd",
    [
        Said(200, {"errors": [{"type": "https://api.x.com/2/problems/not-authorized-for-resource"}]}),
        Said(200, {}),
        Said(200, b"null"),
        Said(200, {"data": post(78), "errors": []}),
        Said(404, b"<html>", {"Content-Type": "text/html"}),
        Said(503, {"title": "Service Unavailable"}),
    ],
)
def test_an_answer_that_does_not_say_so_is_not_gone(stub: Stub, odd: Said) -> None:
    stub.answers[ONE] = odd

    with pytest.raises(Unavailable):
        connected(stub).read("77", TEXT)


@pytest.mark.parametrize("odd", [Said(200, {"data": {"deleted": False}}), Said(200, {}), Said(500, {}), Said(503, {})])
def test_a_deletion_that_is_not_confirmed_is_unknown(stub: Stub, odd: Said) -> None:
    stub.answers[REMOVE] = odd

    with pytest.raises(OutcomeUnknown):
        connected(stub).delete("77")


def test_a_post_that_is_not_ours_is_not_deleted(stub: Stub) -> None:
    stub.answers[REMOVE] = Said(403, {"detail": "You are not allowed to delete this Tweet.", "title": "Forbidden"})

    with pytest.raises(Rejected, match="does not delete"):
        connected(stub).delete("77")


def test_an_id_is_never_a_path(stub: Stub) -> None:
    adapter = connected(stub)
    stub.otherwise = Said(404, {"title": "Not Found"})

    for call in (lambda: adapter.read("7/../8?a", TEXT), lambda: adapter.delete("7/../8?a")):
        call()

    assert {asked.path for asked in stub.asked} == {"/2/tweets/7%2F..%2F8%3Fa"}


@pytest.mark.parametrize(("text", "made_s_ago"), [("Stay at home", 5), (TEXT, 3 * 3600)])
def test_an_odd_answer_names_the_post_that_it_is_about(stub: Stub, text: str, made_s_ago: float) -> None:
    made = recent(made_s_ago, text=text)
    stub.answers |= {"POST /2/tweets": Said(201, {"data": made}), f"GET /2/tweets/{made['id']}": Said(503, {})}
    adapter = connected(stub)

    with pytest.raises(OutcomeUnknown) as raised:
        adapter.publish(adapter.prepare(Part(TEXT, "en"), "key", NOW))

    assert (raised.value.remote_id, raised.value.url) == (made["id"], f"https://x.com/labfreemvmt/status/{made['id']}")


@pytest.mark.parametrize("odd", ["5\ud83d", "", None, "5\n", "a b"])
def test_an_id_that_cannot_be_kept_is_no_receipt(stub: Stub, odd: Any) -> None:
    stub.answers["POST /2/tweets"] = Said(201, {"data": {"id": odd, "text": TEXT}})
    adapter = connected(stub)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(adapter.prepare(Part(TEXT, "en"), "key", NOW))
