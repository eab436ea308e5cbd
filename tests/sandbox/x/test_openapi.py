"""The X face beside X's own OpenAPI: requests as tweepy sends them and every answer fit the schema it publishes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
import tweepy
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from tests.waiting import HANG_S

DATA = Path(os.environ.get("AMPLIFIER_REFERENCE_DATA") or Path(__file__).parents[4] / "shared" / "data")
SPEC = DATA / "x" / "openapi-2.167.json"
pytestmark = [
    pytest.mark.skipif(not SPEC.is_file(), reason="X's OpenAPI is not here: set AMPLIFIER_REFERENCE_DATA"),
    pytest.mark.filterwarnings("ignore:Unsupported scheme type"),  # OAuth 1.0a has no words in OpenAPI
]
SERVED = (
    "/2/tweets",
    "/2/tweets/{id}",
    "/2/users/me",
    "/2/users/{id}/tweets",
    "/2/users/{id}/mentions",
    "/2/tweets/search/recent",
)
FIELDS = ["created_at", "entities", "author_id", "in_reply_to_user_id", "referenced_tweets", "conversation_id"]
USER_FIELDS = ["created_at", "description", "public_metrics", "protected", "verified", "username"]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(SPEC.read_text())
    spec["paths"] = {path: spec["paths"][path] for path in SERVED}
    return spec


@pytest.fixture
def exchanged(base: str, published: dict[str, Any], x: Any) -> list[tuple[str, int]]:
    """Every exchange of the client is checked; the list tells which there were."""
    reads = Config(spec_validator_cls=None, extra_media_type_deserializers={"application/problem+json": json.loads})
    api = OpenAPI.from_dict({**published, "servers": [{"url": base}]}, config=reads)
    seen: list[tuple[str, int]] = []

    def check(answer: requests.Response, *_: Any, **__: Any) -> requests.Response:
        asked = RequestsOpenAPIRequest(answer.request)
        api.validate_response(asked, RequestsOpenAPIResponse(answer))
        if answer.request.method in {"POST", "DELETE"} and answer.ok:
            api.validate_request(asked)
        seen.append((answer.request.path_url.partition("?")[0], answer.status_code))
        return answer

    x.session.hooks["response"].append(check)
    return seen


def test_posts_timelines_mentions_and_search_fit(x: Any, door: Any, exchanged: list[tuple[str, int]]) -> None:
    me = x.get_me(user_fields=USER_FIELDS)["data"]["id"]
    own = x.create_tweet(text="Vote & win https://example.org/x #Lab23 @labfreemvmt $VOTE")["data"]["id"]
    x.create_tweet(text="Second", in_reply_to_tweet_id=own)
    door.say("x", "@labfreemvmt which room? #Lab23", in_reply_to=own)
    door.say("x", "Look", quotes=own)
    wanted = {
        "tweet_fields": [*FIELDS, "lang", "public_metrics", "reply_settings", "possibly_sensitive"],
        "user_fields": USER_FIELDS,
        "expansions": ["author_id", "in_reply_to_user_id", "referenced_tweets.id", "entities.mentions.username"],
        "user_auth": True,
    }
    assert x.get_users_tweets(me, **wanted)["meta"]["result_count"] == 2
    assert x.get_users_mentions(me, **wanted)["meta"]["result_count"] == 2
    assert x.search_recent_tweets("#lab23", max_results=10, **wanted)["meta"]["result_count"] == 2
    assert x.get_users_tweets(me, since_id=str(2**62), user_auth=True)["meta"]["result_count"] == 0
    assert "errors" in x.get_users_tweets("12", user_auth=True)
    assert len(exchanged) == 8


def test_posts_by_id_and_deletions_fit(x: Any, door: Any, exchanged: list[tuple[str, int]]) -> None:
    own = x.create_tweet(text="Vote & win https://example.org/x #Lab23")["data"]["id"]
    door.say("x", "@labfreemvmt which room?", in_reply_to=own)
    wanted = {"tweet_fields": [*FIELDS, "public_metrics"], "expansions": ["author_id"], "user_auth": True}
    assert x.get_tweet(own, **wanted)["data"]["public_metrics"]["reply_count"] == 1
    assert len(x.get_tweets([own, "12"], **wanted)["errors"]) == 1
    assert "errors" in x.get_tweet("12", user_auth=True)
    assert x.delete_tweet(own)["data"]["deleted"]
    with pytest.raises(tweepy.NotFound):
        x.delete_tweet(own)
    assert [status for _, status in exchanged] == [201, 200, 200, 200, 200, 404]


def test_a_wrong_parameter_is_refused_in_the_published_form(x: Any, exchanged: list[tuple[str, int]]) -> None:
    for path, query in (
        ("/2/users/12/tweets", {"max_results": 4}),
        ("/2/users/abc/mentions", {}),
        ("/2/tweets/search/recent", {"query": ""}),
    ):
        with pytest.raises(tweepy.BadRequest):
            x._make_request("GET", path, params=query, endpoint_parameters=tuple(query), user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        x._make_request("POST", "/2/tweets", json={"odd": 1}, user_auth=True)
    assert [status for _, status in exchanged] == [400] * 4


def test_the_fields_a_post_may_be_sent_with_are_those_published(published: dict[str, Any], door: Any) -> None:
    properties = published["components"]["schemas"]["CreatePostsRequest"]["properties"]
    url, headers = f"{door.base}/2/tweets", {"Authorization": "Bearer pretend-a"}
    for number, name in enumerate(properties):
        body = {name: None, "text": f"Number {number}"}
        answer = door.plain.post(url, json=body, headers=headers, timeout=HANG_S)
        assert "is not defined in the schema" not in answer.text, name
    answer = door.plain.post(url, json={"text": "x", "odd": None}, headers=headers, timeout=HANG_S)
    assert "is not defined in the schema" in answer.text
