from __future__ import annotations

from typing import Any

import pytest

from amplifier.sandbox.bluesky.records import RecordError, address, checked, draft, free_key
from amplifier.sandbox.ids import is_tid
from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.world import World

GOOD: dict[str, Any] = {"text": "Hello", "createdAt": "2026-11-22T12:00:00.000Z"}
OTHER = {"uri": "at://did:plc:a/app.bsky.feed.post/3k", "cid": "c"}


def test_a_good_record_gets_its_type() -> None:
    assert checked(GOOD)["$type"] == "app.bsky.feed.post"
    assert checked({**GOOD, "text": "", "langs": ["en", "de", "fr"], "reply": {"root": OTHER, "parent": OTHER}})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": None}, "$.record.text"),
        ({"text": "ä" * 301}, "grapheme too big (maximum 300, got 301) at $.record.text"),
        ({"text": "👨‍👩‍👧‍👦" * 121}, "string too big (maximum 3000, got 3025)"),
        ({"createdAt": "2026-11-22"}, "$.record.createdAt"),
        ({"createdAt": "2026-11-22T12:00:00"}, "$.record.createdAt"),
        ({"createdAt": None}, "$.record.createdAt"),
        ({"langs": ["a", "b", "c", "d"]}, "maximum 3, got 4"),
        ({"reply": {"parent": OTHER}}, "$.record.reply"),
        ({"$type": "app.bsky.feed.like"}, "expected app.bsky.feed.post"),
    ],
)
def test_the_first_thing_that_is_wrong_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError) as wrong:
        checked({**GOOD, **change})
    assert said in str(wrong.value)


@pytest.mark.parametrize("record", [None, [], "x", {}, {"text": "x"}])
def test_what_is_no_record_is_refused(record: Any) -> None:
    with pytest.raises(RecordError):
        checked(record)


def test_facets_and_references_say_whom_and_what_a_post_is_about(world: World) -> None:
    author = world.people.account(Network.BLUESKY, "a.example")
    index = {"byteStart": 0, "byteEnd": 1}
    features = [{"did": "did:plc:b"}, {"did": "did:plc:unknown"}, {"tag": "Lab23"}, {"uri": "https://example.org"}, 3]
    record = {
        **GOOD,
        "facets": [{"index": index, "features": features}, 4, {}],
        "tags": ["Vote", "lab23"],
        "langs": ["de"],
    }
    record["reply"] = {"root": OTHER, "parent": {**OTHER, "uri": "at://p"}}
    made = draft(record, author, "3k", {"did:plc:b": "b.example"}.get)
    assert (made.mentions, made.tags, made.in_reply_to, made.quotes) == (
        ("b.example",),
        ("lab23", "vote"),
        "at://p",
        None,
    )
    assert made.language == "de"
    for embed in ({"record": OTHER}, {"record": {"record": OTHER}}):
        assert draft({**GOOD, "embed": embed}, author, "3k", {}.get).quotes == OTHER["uri"]


def test_a_free_key_is_a_tid_nobody_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amplifier.sandbox.bluesky.records.now_ms", lambda: 1_696_858_800_000)
    author = world.people.account(Network.BLUESKY, "a.example")
    keys = []
    for _ in range(3):
        keys.append(free_key(world, author))
        world.add(PretendDraft(author, "x", ours=True, rkey=keys[-1]))
    assert len(set(keys)) == 3
    assert all(is_tid(key) for key in keys)
    assert world.post(Network.BLUESKY, address(author, keys[0])) is not None
