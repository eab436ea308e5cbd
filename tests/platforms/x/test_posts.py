from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.mention import Attached, Medium, MentionKind, Visibility
from amplifier.platforms.x.posts import canonical_id, counts, is_missing, may_say, mention, newest_id, plain, says
from tests.growth import LINEAR, growth

WEB = "https://x.com"
POST = {"id": "17", "text": "Hello", "author_id": "5", "created_at": "2026-10-09T12:00:00.000Z"}


def link(short: str, whole: str, **more: str) -> dict[str, str]:
    return {"url": short, "expanded_url": whole, "display_url": whole[8:28] + "…"} | more


def shown(text: str, *links: dict[str, str], **more: Any) -> dict[str, Any]:
    return {**POST, "text": text, "entities": {"urls": list(links)}, **more}


ONE = link("https://t.co/abc", "https://freemovement.example/motion?a=1&b=2")


@pytest.mark.parametrize(
    ("post", "text"),
    [
        (shown("Hello"), "Hello"),
        (shown("5 &lt; 6 &amp;amp; 7"), "5 < 6 &amp; 7"),
        (shown("See https://t.co/abc now", ONE), "See https://freemovement.example/motion?a=1&b=2 now"),
        (shown("https://t.co/abc", link("https://t.co/abc", "http://a.example/")), "a.example"),
        (shown("https://t.co/abc", link("https://t.co/abc", "https://a.example/x")), "https://a.example/x/"),
        (shown("Caf\u00e9"), "Cafe\u0301"),
        (shown("Hello"), "  Hello\n"),
        (
            shown("Look https://t.co/pic", link("https://t.co/pic", "https://x.com/a/photo/1", media_key="3_1")),
            "Look",
        ),
        (shown("Cut o…", note_tweet={"text": "Cut off no more"}), "Cut off no more"),
        (shown("Cut o…", note_post={"text": "Cut off no more"}), "Cut off no more"),
        (shown("a+b (c) [d] .*"), "a+b (c) [d] .*"),
        (shown("Twice https://t.co/abc https://t.co/abc", ONE), f"Twice {ONE['expanded_url']} {ONE['expanded_url']}"),
    ],
)
def test_a_post_says_what_was_sent_however_x_writes_it(post: dict[str, Any], text: str) -> None:
    assert says(post, text)


@pytest.mark.parametrize(
    ("post", "text"),
    [
        (shown("Hello"), "Hello!"),
        (shown("Hello there"), "Hello"),
        (shown("HELLO"), "Hello"),
        (shown("See https://t.co/abc", ONE), "See https://freemovement.example/other"),
        (shown("See https://t.co/abc"), "See https://freemovement.example/motion"),
        (shown("a.b"), "axb"),
    ],
)
def test_other_words_are_other_words(post: dict[str, Any], text: str) -> None:
    assert not says(post, text)


def test_people_read_the_real_links_and_signs() -> None:
    assert plain(shown("5 &lt; 6 https://t.co/abc", ONE)) == f"5 < 6 {ONE['expanded_url']}"


@pytest.mark.parametrize("name", ["edit_history_tweet_ids", "edit_history_post_ids"])
def test_an_edited_post_keeps_the_id_of_its_first_version(name: str) -> None:
    edited = {**POST, "id": "19", name: ["17", "19"]}

    assert canonical_id(edited) == "17"
    assert canonical_id(POST) == "17"


USERS = {"5": {"id": "5", "username": "passer_by", "name": "A passer-by"}}


def read(**more: Any) -> Any:
    return mention({**POST, **more}, USERS, "1", "https://x.com")


def test_a_mention_carries_its_author_address_and_time() -> None:
    found = read()

    assert (found.author_id, found.author_handle, found.author_name) == ("5", "passer_by", "A passer-by")
    assert found.url == "https://x.com/passer_by/status/17"
    assert found.posted_at == datetime(2026, 10, 9, 12, 0, tzinfo=UTC)
    assert found.kind is MentionKind.MENTION
    assert not found.markup


def test_an_author_whom_x_does_not_name_still_has_an_address() -> None:
    assert mention(POST, {}, "1", "https://x.com").url == "https://x.com/i/status/17"


@pytest.mark.parametrize("name", ["referenced_tweets", "referenced_posts"])
@pytest.mark.parametrize(
    ("reference", "answered", "kind"),
    [
        ("replied_to", "1", MentionKind.REPLY),
        ("replied_to", "9", MentionKind.MENTION),
        ("quoted", "", MentionKind.QUOTE),
    ],
)
def test_the_kind_follows_from_what_a_post_refers_to(
    name: str, reference: str, answered: str, kind: MentionKind
) -> None:
    found = read(in_reply_to_user_id=answered, **{name: [{"type": reference, "id": "16"}]})

    assert found.kind is kind
    assert (found.in_reply_to, found.quotes) == (("16", "") if reference == "replied_to" else ("", "16"))


def test_the_newest_version_is_the_last_of_its_history() -> None:
    assert newest_id({**POST, "edit_history_tweet_ids": ["17", "19"]}) == "19"
    assert newest_id({**POST, "edit_history_post_ids": ["17", "20"]}) == "20"
    assert newest_id(POST) == "17"


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"retweet_count": 3, "reply_count": 2}, (3, 2)),
        ({"repost_count": 3, "reply_count": 2}, (3, 2)),
        ({"retweet_count": 0, "repost_count": 0, "reply_count": 0}, (0, 0)),
        (None, (None, None)),
    ],
)
def test_counts_are_those_that_x_tells(metrics: dict[str, int] | None, expected: tuple[int | None, int | None]) -> None:
    assert counts({**POST, "public_metrics": metrics}) == expected


NOT_FOUND = {"type": "https://api.x.com/2/problems/resource-not-found"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"errors": [NOT_FOUND]}, True),
        ({"errors": [NOT_FOUND], "data": POST}, False),
        ({"errors": [NOT_FOUND, {"type": "about:blank"}]}, False),
        ({"errors": []}, False),
        ({}, False),
    ],
)
def test_a_post_is_missing_only_where_x_says_nothing_else(answer: dict[str, Any], *, expected: bool) -> None:
    assert is_missing(answer) == expected


@pytest.mark.parametrize(
    ("more", "attached"),
    [
        ({"attachments": {"media_keys": ["3_1", "3_2"]}}, (Attached(Medium.PICTURE), Attached(Medium.PICTURE))),
        ({"attachments": {"media_keys": ["7_1"]}}, (Attached(Medium.VIDEO),)),
        ({"attachments": {"media_keys": ["13_1"]}}, (Attached(Medium.VIDEO),)),
        ({"attachments": {"media_keys": ["16_1"]}}, (Attached(Medium.ANIMATION),)),
        ({"attachments": {"media_keys": ["99_1"]}}, (Attached(Medium.FILE),)),
        ({"attachments": {"poll_ids": ["1"]}}, (Attached(Medium.POLL),)),
        ({"attachments": {"media_keys": None, "poll_ids": None}}, ()),
        ({"attachments": None}, ()),
        ({}, ()),
    ],
)
def test_what_stands_beside_the_words_is_told_as_far_as_it_costs_nothing(
    more: dict[str, Any], attached: tuple[Attached, ...]
) -> None:
    assert mention(POST | more, {}, "1", WEB).attached == attached


def test_a_picture_that_only_its_link_tells_of_is_one_picture() -> None:
    links = [link("https://t.co/pic", "https://x.com/a/photo/1", media_key=key) for key in ("3_1", "3_1", "3_2")]
    found = mention(shown("Look https://t.co/pic", *links), {}, "1", WEB)
    assert (found.text, found.attached) == ("Look", (Attached(Medium.PICTURE), Attached(Medium.PICTURE)))


def test_links_in_a_mention_are_the_real_ones() -> None:
    assert mention(shown("See https://t.co/abc", ONE), {}, "1", WEB).text == f"See {ONE['expanded_url']}"


def test_what_is_null_never_becomes_the_word_none() -> None:
    found = mention(POST | {"text": None, "entities": None}, {"5": {"username": None, "name": None}}, "1", WEB)
    assert (found.text, found.author_handle, found.author_name) == ("", "", "")
    assert found.url == f"{WEB}/i/status/17"


@pytest.mark.parametrize(
    ("author", "shown_to"),
    [
        ({"5": {"protected": False}}, Visibility.PUBLIC),
        ({"5": {"protected": True}}, Visibility.PRIVATE),
        ({"5": {"protected": None}}, Visibility.UNKNOWN),
        ({"5": {}}, Visibility.UNKNOWN),
        ({}, Visibility.UNKNOWN),
    ],
)
def test_its_author_says_who_may_see_a_post(author: dict[str, dict[str, Any]], shown_to: Visibility) -> None:
    assert mention(POST, author, "1", WEB).visibility is shown_to


T = "https://t.co/a"


@pytest.mark.parametrize(
    ("shown", "text", "may"),
    [
        (f"Vote {T} now", "Vote https://meadow.example/x now", True),
        (f"Vote ({T}), {T}", "Vote (https://a.example), b.example", True),
        (f"{T}-{T}", "a.example-b.example", True),
        (f"{T}-{T}", "-b.example", False),
        (f"{T}-{T}", "a.example-", False),
        (f"Vote {T}", "Vote now please", False),
        (f"Vote {T} now", "Vote https://a.example later", False),
        (f"Vote  {T}", "Vote https://a.example", False),
        (f"({T})", "()", False),
    ],
)
def test_any_address_may_stand_where_x_put_its_own(shown: str, text: str, may: bool) -> None:  # noqa: FBT001
    assert may_say(shown, text) is may


@pytest.mark.parametrize("between", ["-", ":", "a-"])
def test_an_answer_full_of_addresses_takes_no_more_time_than_its_length(between: str) -> None:
    assert growth(lambda shown: may_say(shown, "a-" * len(shown)), f"{T}{between}", 300) < LINEAR
