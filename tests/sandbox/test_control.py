from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import tweepy

from amplifier.sandbox.server import Sandbox
from tests.sandbox.conftest import TOKEN, Door
from tests.waiting import HANG_S


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Bearer "])
def test_nobody_passes_without_the_token(door: Any, key: str) -> None:
    for method, path in (
        ("GET", "world"),
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("GET", "wishes"),
        ("POST", "plan"),
    ):
        answer = door.plain.request(method, f"{door.base}/_/{path}", headers={"Authorization": key}, timeout=HANG_S)
        assert answer.status_code == 401


def test_the_world_tells_who_said_what_in_order(door: Any, x: Any, mastodon: Any) -> None:
    first = x.create_tweet(text="Hello #Lab23")["data"]["id"]
    second = door.say("x", "@labfreemvmt hello", in_reply_to=first)
    third = mastodon.status_post("Hello @labfreemvmt@social.example")
    told = door.get("world")
    assert [post["remote_id"] for post in told["posts"]] == [first, second["remote_id"], third.id]
    assert told["posts"][0] == {
        "network": "x",
        "account": "labfreemvmt",
        "ours": True,
        "remote_id": first,
        "text": "Hello #Lab23",
        "created_at": told["posts"][0]["created_at"],
        "mentions": [],
        "tags": ["lab23"],
        "in_reply_to": None,
        "quotes": None,
        "canonical_id": first,
        "deleted": False,
        "edited": False,
        "versions": ["Hello #Lab23"],
        "visibility": "public",
    }
    assert told["posts"][1] | {"page": second["page"]} == second
    assert told["posts"][2]["canonical_id"] == third.uri
    assert told["counts"] == {"x": 1, "bluesky": 0, "mastodon": 1, "ours": 2, "others": 1, "twice": 0}
    assert told["now"] >= told["posts"][2]["created_at"]


def test_a_wish_is_given_out_once_and_waited_for(door: Any) -> None:
    given: list[Any] = []
    waiting = threading.Thread(target=lambda: given.append(door.get("wishes?wait=60")))
    waiting.start()
    time.sleep(0.1)  # whether it waits by now or not, it is given the first
    wall = {"X-Wall": door.wish_word(), "Origin": door.base}
    for name in ("debate_slips", "pull_the_plug"):
        door.plain.post(f"{door.base}/wall/wish/{name}", headers=wall, timeout=HANG_S)
        waiting.join(HANG_S)
    given.append(door.get("wishes"))
    assert [[wish["name"] for wish in wishes] for wishes in given] == [["debate_slips"], ["pull_the_plug"]]
    assert door.get("wishes?wait=0.1") == []


def test_plan_and_sentence_reach_the_wall(door: Any) -> None:
    door.post("plan", lost=1, held=2, unsure=[{"network": "x", "text": "a", "since": "2023-10-09T10:00:00Z"}])
    door.post("said", sentence="The debate slipped.")
    state = door.plain.get(f"{door.base}/wall/state", timeout=HANG_S).json()
    strip = state["strip"]
    assert (strip["lost"], strip["held"], strip["missed"], strip["unsure"], strip["told"]) == (1, 2, 0, 1, True)
    assert state["said"]["sentence"] == "The debate slipped."


def test_a_mistake_is_answered_with_a_sentence(door: Any) -> None:
    for path, body in (
        ("faults", "[]"),
        ("say", "{}"),
        ("said", "{}"),
        ("plan", "[]"),
        ("plan", "{"),
        ("public", "{]"),
    ):
        answer = door.plain.post(f"{door.base}/_/{path}", data=body, headers=door._key, timeout=HANG_S)
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), path
    answer = door.plain.delete(f"{door.base}/_/faults/abc", headers=door._key, timeout=HANG_S)
    assert answer.status_code == 400


def test_limits_can_be_lifted_for_load(door: Any) -> None:
    assert door.get("limits") == {"enforced": True}
    assert door.post("limits", enforced=False) == {"enforced": False}
    assert door.get("limits") == {"enforced": False}


def test_the_clock_is_set_from_outside_and_everything_follows(door: Any, mastodon: Any, x: Any) -> None:
    assert door.post("clock", now="2023-10-09T11:00:00+01:00") == {"now": "2023-10-09T10:00:00.000Z", "is_set": True}
    time.sleep(0.01)
    status = mastodon.status_post("Hello", idempotency_key="k")
    assert status.created_at.isoformat() == "2023-10-09T10:00:00+00:00"
    assert int(status.id) >> 16 == 1_696_845_600_000
    x.create_tweet(text="Hello")  # signed by the real time
    answer = door.plain.get(f"{door.base}/api/v2/instance", timeout=HANG_S)
    assert answer.headers["Date"] == "Mon, 09 Oct 2023 10:00:00 GMT"
    door.post("clock", now="2023-10-09T11:00:01Z")
    assert mastodon.status_post("Hello", idempotency_key="k").id != status.id  # the key has lived its hour
    assert door.post("clock", now=None)["is_set"] is False
    assert door.get("clock")["now"] > "2026"


def test_rate_limits_count_on_the_clock_that_was_set(door: Any, x: Any) -> None:
    door.post("clock", now="2023-10-09T10:00:00Z")
    for _ in range(75):
        x.get_me()
    with pytest.raises(tweepy.TooManyRequests):
        x.get_me()
    door.post("clock", now="2023-10-09T10:15:00Z")
    assert x.get_me()


def test_x_remembers_a_text_for_a_day_on_that_clock(door: Any, x: Any) -> None:
    door.post("clock", now="2023-10-09T10:00:00Z")
    x.create_tweet(text="Hello")
    door.post("clock", now="2023-10-10T09:59:00Z")
    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        x.create_tweet(text="Hello")
    door.post("clock", now="2023-10-10T10:01:00Z")
    assert x.create_tweet(text="Hello")


def test_the_clock_of_one_sandbox_is_its_own_and_outlives_its_process(tmp_path: Path, door: Any) -> None:
    first = Sandbox(tmp_path / "other.db", port=0, token=TOKEN)
    first.start()
    other = Door(f"http://127.0.0.1:{first.port}")
    other.post("clock", now="2023-10-09T10:00:00Z")
    assert door.get("clock")["is_set"] is False
    other.plain.close()
    first.stop()
    again = Sandbox(tmp_path / "other.db", port=0, token=TOKEN)
    assert again.clock.now_ms() == 1_696_845_600_000
    again.stop()


@pytest.mark.parametrize("network", ["x", "bluesky", "mastodon"])
def test_somebody_edits_and_deletes_a_post_by_hand(door: Any, network: str) -> None:
    number = door.say(network, "As it was.")["remote_id"]
    changed = door.post("change", network=network, remote_id=number, text="As it is.")
    assert (changed["text"], changed["versions"]) == ("As it is.", ["As it was.", "As it is."])
    assert door.post("change", network=network, remote_id=number, text=None)["deleted"] is True
    assert door.posts(network)[0]["deleted"] is True
    answer = door.plain.post(
        f"{door.base}/_/change",
        json={"network": network, "remote_id": number, "text": "Again."},
        headers=door._key,
        timeout=HANG_S,
    )
    assert answer.status_code == 400


def test_a_clock_that_makes_no_sense_is_refused(door: Any) -> None:
    for body in ({}, {"now": "noon"}, {"now": "2023-10-09T10:00:00"}):
        answer = door.plain.post(f"{door.base}/_/clock", json=body, headers=door._key, timeout=HANG_S)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_what_somebody_of_the_campaign_posts_by_hand_is_ours_under_its_own_name(door: Any) -> None:
    said = {"network": "x", "handle": "labfreemvmt", "text": "By hand. #Lab23"}
    made = door.post("say", **said, ours=True)
    assert (made["ours"], made["page"]) == (True, f"/labfreemvmt/status/{made['remote_id']}")
    assert door.post("say", **said)["ours"] is False
    found = door.get("world")
    assert (found["counts"]["ours"], found["counts"]["others"]) == (1, 1)
    state = door.plain.get(f"{door.base}/wall/state", timeout=HANG_S).json()
    names = {post["name"] for column in state["networks"] for post in column["posts"]}
    assert names == {"Labour Campaign for Free Movement"}


@pytest.mark.parametrize(("network", "shown_to"), [("bluesky", "direct"), ("x", "direct"), ("mastodon", "secret")])
def test_nobody_says_anything_in_a_way_that_the_network_does_not_have(door: Any, network: str, shown_to: str) -> None:
    with pytest.raises(AssertionError, match=f"on {network} nothing is {shown_to}"):
        door.say(network, "psst", visibility=shown_to)
