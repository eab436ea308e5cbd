"""The Bluesky face beside answers that Bluesky's own server gave: same status, same error, same keys."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import HANG_S

DATA = Path(os.environ.get("AMPLIFIER_REFERENCE_DATA") or Path(__file__).parents[4] / "shared" / "data") / "bluesky"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="recorded answers of Bluesky's server are not here: set AMPLIFIER_REFERENCE_DATA"
)
# What the sandbox leaves out on purpose, or what needs a picture or a file that it does not serve.
LEFT_OUT = {"didDoc"}
# The AppView had no profile for the recorded accounts; ours have a name.
ADDED = {"displayName", "createdAt", "indexedAt"}


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return found


def same_shape(real: Any, ours: Any, path: str = "$") -> list[str]:
    """Where the keys or kinds of two answers differ."""
    if isinstance(real, dict) and isinstance(ours, dict):
        missing = [f"{path} lacks {key}" for key in real.keys() - ours.keys() - LEFT_OUT]
        surplus = [f"{path} has {key} too many" for key in ours.keys() - real.keys() - ADDED]
        deeper = [
            place for key in real.keys() & ours.keys() for place in same_shape(real[key], ours[key], f"{path}.{key}")
        ]
        return missing + surplus + deeper
    if isinstance(real, list) and isinstance(ours, list):
        return [place for one, other in zip(real, ours, strict=False) for place in same_shape(one, other, f"{path}[]")]
    return [] if type(real) is type(ours) else [f"{path} is {type(ours).__name__}, not {type(real).__name__}"]


class Repeat:
    """Asks the sandbox what was asked of the real server, with its own accounts in place of the recorded ones."""

    def __init__(self, base: str, plain: Any) -> None:
        self.base, self.plain = base, plain
        self.dids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        for handle in ("alice", "bob"):
            found = plain.post(
                f"{base}/xrpc/com.atproto.server.createSession",
                json={"identifier": f"{handle}.test", "password": "pretend"},
                timeout=HANG_S,
            ).json()
            self.dids[recorded(f"createAccount-{handle}")["body"]["did"]] = found["did"]
            self.tokens[handle] = found["accessJwt"]
            self.tokens[f"{handle} refresh"] = found["refreshJwt"]

    def ask(self, name: str, who: str = "", **changes: Any) -> tuple[dict[str, Any], Any]:
        real = recorded(name)
        asked = json.dumps(real["request"])
        for theirs, ours in self.dids.items():
            asked = asked.replace(theirs, ours)
        wanted = {**json.loads(asked), **changes}
        headers = {"Authorization": f"Bearer {self.tokens.get(who, who)}"} if who else {}
        answer = self.plain.request(
            wanted["method"],
            self.base + wanted["path"],
            json=wanted["json"],
            params=wanted["params"],
            headers=headers,
            timeout=HANG_S,
        )
        assert answer.status_code == real["status"], answer.text
        assert answer.headers["content-type"] == real["headers"]["content-type"]
        return real["body"], answer.json()


@pytest.fixture
def repeat(door: Any) -> Repeat:
    return Repeat(door.base, door.plain)


@pytest.mark.parametrize("name", ["createSession-401", "createRecord-no-token-401"])
def test_a_refusal_is_worded_as_there(repeat: Repeat, name: str) -> None:
    real, ours = repeat.ask(name)
    assert ours == real


def test_a_token_that_is_no_token_is_400_as_there(repeat: Repeat) -> None:
    real, ours = repeat.ask("getSession-bad-token", who="garbage")
    assert ours == real


def test_a_session_has_the_same_fields(repeat: Repeat) -> None:
    asked = {"identifier": "alice.test", "password": "pretend"}
    real, ours = repeat.ask("createSession", json=asked)
    assert same_shape(real, ours) == []
    for name in ("refreshSession", "refreshSession-reuse"):
        real, ours = repeat.ask(name, who="alice refresh")
        assert same_shape(real, ours) == []


def test_a_record_is_written_once_and_its_content_id_is_the_same_as_there(repeat: Repeat) -> None:
    real, ours = repeat.ask("createRecord", who="alice")
    assert same_shape(real, ours) == []
    assert ours["cid"] == real["cid"]
    real, ours = repeat.ask("putRecord-same-noop", who="alice")
    assert same_shape(real, ours) == []
    assert ours["cid"] == real["cid"]
    real, ours = repeat.ask("createRecord-duplicate-rkey-500", who="alice")
    assert ours == real
    real, ours = repeat.ask("createRecord-too-long-400", who="alice")
    assert ours == real


def test_mention_and_reply_are_told_as_there(repeat: Repeat) -> None:
    repeat.ask("createRecord", who="alice")
    repeat.ask("createRecord-mention", who="bob")
    repeat.ask("createRecord-reply", who="bob")
    real, ours = repeat.ask("listNotifications", who="alice")
    assert same_shape(real, ours) == []
    assert [item["reason"] for item in ours["notifications"]] == [item["reason"] for item in real["notifications"]]
    assert ours["notifications"][1]["cid"] != real["notifications"][1]["cid"]  # the facet names our account's DID
    real, ours = repeat.ask("listNotifications-limit1", who="alice")
    assert same_shape(real, ours) == []
    assert "cursor" in ours


def test_a_post_is_shown_as_there(repeat: Repeat) -> None:
    repeat.ask("createRecord", who="alice")
    repeat.ask("createRecord-reply", who="bob")
    real = recorded("getPostThread")  # what getPosts gives is the same view; that call itself was not recorded
    uri = real["request"]["params"]["uri"].replace(*next(iter(repeat.dids.items())))
    answer = repeat.plain.get(
        f"{repeat.base}/xrpc/app.bsky.feed.getPosts",
        params={"uris": uri},
        headers={"Authorization": f"Bearer {repeat.tokens['alice']}"},
        timeout=HANG_S,
    )
    (ours,) = answer.json()["posts"]
    assert same_shape(real["body"]["thread"]["post"], ours) == []
    assert ours["replyCount"] == real["body"]["thread"]["post"]["replyCount"] == 1


def test_a_profile_has_the_same_fields_as_far_as_it_goes(repeat: Repeat) -> None:
    real, ours = repeat.ask("getProfile", who="alice")
    for part in ("lists", "feedgens", "starterPacks", "labeler"):
        del real["associated"][part]
    assert same_shape(real, ours) == []


def test_too_many_log_ins_are_answered_as_there(repeat: Repeat) -> None:
    real = recorded("createSession-429")
    body = {"identifier": "alice.test", "password": "pretend"}
    for _ in range(31):
        answer = repeat.plain.post(f"{repeat.base}/xrpc/com.atproto.server.createSession", json=body, timeout=HANG_S)
    assert (answer.status_code, answer.json()) == (real["status"], real["body"])
    for name in ("ratelimit-limit", "ratelimit-remaining", "ratelimit-policy"):
        assert answer.headers[name] == real["headers"][name]
    assert {"ratelimit-reset", "retry-after"} <= {name.lower() for name in answer.headers}
