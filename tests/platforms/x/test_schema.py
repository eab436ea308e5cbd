"""Whether what the adapter really sends is what X's own published schema allows."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest

from amplifier.campaign.delivery import Receipt
from amplifier.platforms.port import Connection, Part, Sought
from amplifier.platforms.x.adapter import XPlatform
from tests.contract.places import Vault
from tests.platforms.stub import Asked, Said, Stub
from tests.platforms.x.test_adapter import ME, NOW, SECRETS, listed, post

SHARED = Path(os.environ.get("AMPLIFIER_REFERENCE_DATA") or Path(__file__).parents[4] / "shared" / "data")
SCHEMA = SHARED / "x" / "openapi-2.167.json"
# The schema writes "post" where X's documentation and own tools (xdevplatform/xurl, August 2026) still say "tweet".
RENAMED = {"tweet.fields": "post.fields", "edit_history_tweet_ids": "edit_history_post_ids"}
RENAMED |= {"note_tweet": "note_post", "referenced_tweets": "referenced_posts"}

pytestmark = [
    pytest.mark.skipif(not SCHEMA.exists(), reason=f"X's OpenAPI schema is not at {SCHEMA} (AMPLIFIER_REFERENCE_DATA)"),
    pytest.mark.filterwarnings("ignore:Unsupported scheme type"),
]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text())
    return found


LINK = "https://freemovement.example/"
TEXT = f"Zoë: {LINK} 👩‍👩‍👧 #Lab23 @labfreemvmt"


@pytest.fixture
def sent(stub: Stub) -> list[Asked]:
    """Every kind of request that the adapter makes, as it came over the wire."""
    numbers = count(31)

    def page(_: Asked) -> Said:
        number = next(numbers)
        return listed(post(number, author="5"), more=f"page{number}")

    stub.answers |= {
        "GET /2/users/me": ME,
        "POST /2/tweets": Said(201, {"data": {"id": "77", "text": TEXT.replace(LINK, "https://t.co/a")}}),
        "GET /2/tweets/77": Said(200, {"data": post(77)}),
        "DELETE /2/tweets/77": Said(200, {"data": {"deleted": True}}),
        "GET /2/users/1/tweets": listed(post(1, "Other words"), more="abcdefgh"),
        "GET /2/users/1/mentions": page,
        "GET /2/tweets/search/recent": page,
    }
    adapter = XPlatform(Connection("labfreemvmt", stub.address, "https://x.com", SECRETS), Vault(), lambda: NOW)
    request = adapter.prepare(Part(TEXT, "en"), "key", NOW)
    assert isinstance(adapter.publish(request), Receipt)
    adapter.find(Sought(request, datetime(2026, 10, 9, 11, 59, tzinfo=UTC), frozenset()))
    adapter.read("77", "Words")
    adapter.delete("77")
    cursor = ""
    for _ in range(4):  # from the first look to one that goes on where another broke off
        cursor = adapter.mentions(cursor).cursor
        adapter.tagged("Lab23", cursor)
    return stub.asked


def as_x_gets_it(asked: Asked, pattern: str, ids: dict[str, str]) -> MockRequest:
    return MockRequest(
        "https://api.x.com",
        asked.method.lower(),
        asked.path,
        path_pattern=pattern,
        args=dict(asked.query),
        view_args=ids,
        headers={"Authorization": asked.headers["authorization"]},
        data=asked.body or None,
        content_type=asked.headers.get("content-type", ""),
    )


def pattern_of(path: str) -> str:
    return path.replace("/1/", "/{id}/").replace("/77", "/{id}")


def parameters(spec: dict[str, Any], pattern: str, method: str) -> dict[str, Any]:
    found = spec["paths"][pattern][method].get("parameters", [])
    named = [spec["components"]["parameters"][p["$ref"].rsplit("/", 1)[-1]] if "$ref" in p else p for p in found]
    return {parameter["name"]: parameter for parameter in named}


def test_the_adapter_s_requests_keep_to_the_schema(spec: dict[str, Any], sent: list[Asked]) -> None:
    schema = OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))
    for asked in sent:
        pattern = pattern_of(asked.path)
        ids = {"id": next(part for part in asked.path.split("/") if part in {"1", "77"})} if "{id}" in pattern else {}

        schema.validate_request(as_x_gets_it(asked, pattern, ids))

    assert {f"{asked.method} {asked.path}" for asked in sent} >= {"GET /2/tweets/77", "DELETE /2/tweets/77"}
    assert {asked.path for asked in sent} == {
        "/2/tweets",
        "/2/tweets/77",
        "/2/users/me",
        "/2/users/1/tweets",
        "/2/users/1/mentions",
        "/2/tweets/search/recent",
    }


def test_every_parameter_and_field_has_a_name_that_the_schema_knows(spec: dict[str, Any], sent: list[Asked]) -> None:
    fields = {"post.fields": "Post", "user.fields": "User"}
    used = set()
    for asked in sent:
        known = parameters(spec, pattern_of(asked.path), asked.method.lower())
        for name, value in ((RENAMED.get(name, name), value) for name, value in asked.query):
            used.add(name)
            assert name in known
            if name in fields:
                has = spec["components"]["schemas"][fields[name]]["properties"]
                assert {RENAMED.get(field, field) for field in value.split(",")} <= has.keys()
            elif name == "expansions":
                assert set(value.split(",")) <= set(known[name]["schema"]["items"]["enum"])
    assert {"since_id", "until_id", "start_time", "max_results", "query", "next_token", "pagination_token"} <= used


def test_the_check_sees_a_body_that_x_would_refuse(spec: dict[str, Any], sent: list[Asked]) -> None:
    schema = OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))
    (publish,) = (asked for asked in sent if asked.method == "POST")
    wrong = Asked("POST", publish.path, [], publish.headers, b'{"text":"hello","nonsense":1}')

    with pytest.raises(Exception, match="nonsense"):
        schema.validate_request(as_x_gets_it(wrong, "/2/tweets", {}))
