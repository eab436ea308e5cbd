"""Bluesky's notifications one by one: what makes no sense stops nothing, and other kinds are left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import Unavailable
from amplifier.platforms.bluesky.listening import mentions, reread, told

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
US, WEB = "did:plc:us", "https://bsky.app"


def notification(number: int, **more: Any) -> dict[str, Any]:
    return {
        "uri": f"at://did:plc:who/app.bsky.feed.post/{number}",
        "author": {"did": "did:plc:who", "handle": "passer-by.example"},
        "reason": "mention",
        "record": {"text": f"question {number}"},
        "indexedAt": f"2026-10-09T13:{number:02d}:00.000Z",
    } | more


@pytest.mark.parametrize(
    "reason",
    ["like", "repost", "follow", "starterpack-joined", "verified", "like-via-repost", "subscribed-post", "of-tomorrow"],
)
def test_only_the_reasons_of_the_table_are_taken_in(reason: str) -> None:
    assert told(notification(5, reason=reason), US, WEB) is None
    body = json.dumps({"notifications": [notification(6, reason=reason, record=None), notification(5)]}).encode()
    page = mentions(lambda *_: body, "", own_did=US, web=WEB, now=NOW)
    assert ([one.text for one in page.mentions], page.aside) == (["question 5"], ())


def test_a_post_that_we_are_told_of_for_several_reasons_is_heard_for_the_one_that_concerns_us() -> None:
    both = [notification(5, reason="subscribed-post"), notification(5)]
    for listed in (both, both[::-1]):
        body = json.dumps({"notifications": listed}).encode()
        page = mentions(lambda *_, body=body: body, "", own_did=US, web=WEB, now=NOW)
        assert [one.text for one in page.mentions] == ["question 5"]


@pytest.mark.parametrize("wrong", [{"uri": "https://x.example"}, {"reason": None}, {"author": {}}, {"indexedAt": None}])
def test_what_does_not_say_who_said_it_where_or_when_cannot_be_understood(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        told(notification(5, **wrong), US, WEB)


@pytest.mark.parametrize("who", [{}, {"handle": None}, {"handle": ""}, {"handle": "handle.invalid"}])
def test_whoever_has_no_handle_is_heard_all_the_same(who: dict[str, Any]) -> None:
    body = json.dumps({"notifications": [notification(5, author={"did": "did:plc:who"} | who)]}).encode()
    page = mentions(lambda *_: body, "", own_did=US, web=WEB, now=NOW)
    assert ([one.author_handle for one in page.mentions], page.aside) == (["did:plc:who"], ())


def test_our_own_posts_are_no_mentions() -> None:
    assert told(notification(5, author={"did": US, "handle": "us.example"}), US, WEB) is None


def test_what_was_set_aside_can_be_read_once_more() -> None:
    assert isinstance(reread(json.dumps(notification(5)).encode(), US, WEB), RawMention)
    assert isinstance(reread(json.dumps(notification(5, indexedAt="soon")).encode(), US, WEB), Aside)


@pytest.mark.parametrize("body", [b"{}", b'{"cursor":"c"}', b"[]", b"<html>", b'{"notifications":null}'])
def test_an_answer_without_notifications_is_not_an_empty_one(body: bytes) -> None:
    with pytest.raises(Unavailable, match="Bluesky could not be read"):
        mentions(lambda *_: body, "", own_did=US, web=WEB, now=NOW)


def test_a_cursor_of_an_older_version_loses_nothing_and_brings_nothing_older() -> None:
    body = json.dumps({"notifications": [notification(number) for number in range(50, 0, -1)]}).encode()
    cursor = '{"since":"2026-10-09T13:30:00.000Z","seen":["0123456789ab"]}'
    page = mentions(lambda *_: body, cursor, own_did=US, web=WEB, now=NOW)
    assert len(page.mentions) == 21
