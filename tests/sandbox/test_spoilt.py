"""What a broken server makes of a good answer: the same spoiling for every network, tried on the wire."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import requests

from amplifier.sandbox.faults import from_json
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.spoilt import refusal, spoilt
from amplifier.sandbox.wire import Reply, say
from amplifier.sandbox.world import World
from tests.waiting import HANG_S

GOOD = {
    Network.X: say({"data": {"id": "7", "text": "Hello", "edit_history_tweet_ids": ["7"]}}, 201),
    Network.BLUESKY: say({"uri": "at://did:plc:a/app.bsky.feed.post/7", "cid": "c", "validationStatus": "valid"}),
    Network.MASTODON: say({"id": "7", "uri": "u", "url": "http://x/7", "content": "<p>Hello</p>"}),
}


def spoil(kind: str, network: Network, world: World, answer: Reply | None = None, **more: Any) -> Reply:
    return spoilt(from_json({"kind": kind, **more}, 1), network, world, answer or GOOD[network])


@pytest.mark.parametrize("network", Network)
def test_an_answer_without_ids_keeps_the_rest(network: Network, world: World) -> None:
    said = json.loads(spoil("no_id", network, world).body)
    inner = said.get("data", said)
    assert inner
    assert not {"id", "uri", "url", "cid", "edit_history_tweet_ids"} & set(inner)


@pytest.mark.parametrize("network", Network)
def test_an_answer_for_another_post_is_for_the_newest_other_one(network: Network, sandbox: Any, door: Any) -> None:
    door.say(network, "An older one.")
    newest = door.say(network, "A newer one.")["remote_id"]
    said = json.loads(spoil("other_id", network, sandbox.world).body)
    inner = said.get("data", said)
    assert inner["uri" if network is Network.BLUESKY else "id"] == newest
    assert network is Network.BLUESKY or "A newer one." in str(inner)


def test_the_other_post_is_never_the_post_itself(sandbox: Any, door: Any) -> None:
    older = door.say("x", "An older one.")["remote_id"]
    newest = door.say("x", "A newer one.")["remote_id"]
    answer = say({"data": {"id": newest, "text": "A newer one.", "edit_history_tweet_ids": [newest]}}, 201)
    said = json.loads(spoil("other_id", Network.X, sandbox.world, answer).body)["data"]
    assert said == {"id": older, "text": "An older one.", "edit_history_tweet_ids": [older]}


@pytest.mark.parametrize("network", Network)
@pytest.mark.parametrize(("kind", "content_type"), [("between", "text/html"), ("gateway", "application/json")])
def test_something_in_between_speaks_in_its_own_words_and_asks_for_years(
    network: Network, kind: str, content_type: str
) -> None:
    said = refusal(from_json({"kind": kind, "status": 403, "retry_after": "years"}, 1), network)
    assert (said.status, said.content_type.partition(";")[0]) == (403, content_type)
    assert said.headers == {"Retry-After": "99999999"}
    assert b'"error"' not in said.body
    assert b'"title"' not in said.body


@pytest.mark.parametrize("network", Network)
def test_the_answer_is_about_something_else_where_there_is_no_other_post(network: Network, world: World) -> None:
    said, good = json.loads(spoil("other_id", network, world).body), json.loads(GOOD[network].body)
    assert said != good


@pytest.mark.parametrize("kind", ["no_id", "other_id", "other_answer"])
def test_a_refusal_stays_as_it_is_where_only_a_good_answer_could_be_spoilt(kind: str, world: World) -> None:
    no = say({"error": "no"}, 422)
    assert spoil(kind, Network.MASTODON, world, no) == no


@pytest.mark.parametrize("network", Network)
def test_the_answer_to_another_question_has_an_id_that_is_no_posts(network: Network, world: World) -> None:
    said = json.loads(spoil("other_answer", network, world).body)
    assert "Hello" not in str(said)
    assert {"id", "did"} & set(said.get("data", said))


@pytest.mark.parametrize("network", Network)
def test_a_suspended_account_and_a_duplicate_are_told_in_the_networks_words(network: Network) -> None:
    suspended = refusal(from_json({"kind": "suspended"}, 1), network)
    duplicate = refusal(from_json({"kind": "duplicate"}, 1), network)
    assert suspended.status in {401, 403}
    assert (duplicate.status, duplicate.body != suspended.body) == (
        {Network.X: 403, Network.BLUESKY: 400, Network.MASTODON: 503}[network],
        True,
    )


def posted(base: str) -> requests.Response:
    headers = {"Authorization": "Bearer pretend-a"}
    return requests.post(f"{base}/api/v1/statuses", data={"status": "Hello"}, headers=headers, timeout=HANG_S)


def spoil_next(door: Any, kind: str) -> None:
    door.post("faults", network="mastodon", operation="publish", kind=kind)


def test_a_broken_compression_cannot_be_read_by_any_client(base: str, door: Any) -> None:
    spoil_next(door, "broken_gzip")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        posted(base)
    spoil_next(door, "broken_gzip")
    with pytest.raises(httpx.DecodingError):
        httpx.post(f"{base}/api/v1/statuses", data={"status": "B"}, headers={"Authorization": "Bearer pretend-a"})
    assert len(door.posts("mastodon")) == 2


def test_a_length_that_is_too_short_cuts_the_answer_and_nothing_of_it_is_taken_for_the_next(
    base: str, door: Any
) -> None:
    spoil_next(door, "short_length")
    session = requests.Session()
    headers = {"Authorization": "Bearer pretend-a"}
    first = session.post(f"{base}/api/v1/statuses", data={"status": "A"}, headers=headers, timeout=HANG_S)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        first.json()
    assert session.post(f"{base}/api/v1/statuses", data={"status": "B"}, headers=headers, timeout=HANG_S).json()["id"]


def test_junk_is_long_and_means_nothing(base: str, door: Any) -> None:
    spoil_next(door, "junk")
    answer = posted(base)
    assert len(answer.content) == 100_000
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_bytes_that_are_no_text_stand_in_an_answer_that_would_else_be_good(base: str, door: Any) -> None:
    spoil_next(door, "bad_utf8")
    body = posted(base).content
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert json.loads(body.replace(b"\xff\xfe", b""))["content"] == "<p>Hello</p>"
