from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.mention import Attached, Medium, MentionKind, Visibility
from amplifier.platforms.mastodon.statuses import mention, plain, said_at, same_content, same_source

STATUS: dict[str, Any] = {
    "id": "01HABCDEF",
    "uri": "https://social.example/users/who/statuses/1",
    "url": "https://social.example/@who/1",
    "created_at": "2026-10-09T12:00:00.123Z",
    "content": "<p>When?</p>",
    "account": {"id": "9", "acct": "who@other.example", "display_name": "Who"},
}


@pytest.mark.parametrize("source", ["Hello\nthere", "Hello\r\nthere", " Hello\nthere\n"])
def test_the_source_is_ours_up_to_line_ends(source: str) -> None:
    assert same_source(source, "Hello\nthere")


def test_other_words_are_other_words() -> None:
    assert not same_source("Hello there", "Hello\nthere")
    assert not same_content("<p>Polls close at 18:00</p>", "Polls close at 17:00")


LINKED = (
    '<p>See <a href="https://freemovement.example/motion?a=1&amp;b=2"><span class="invisible">https://</span>'
    '<span class="ellipsis">freemovement.example/mot</span><span class="invisible">ion?a=1&amp;b=2</span></a></p>'
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>Hello<br>there</p><p>you</p>", "Hello\nthere\n\nyou"),
        ("<p>5 &lt; 6 &amp;amp; 7</p>", "5 < 6 &amp; 7"),
        (LINKED, "See https://freemovement.example/motion?a=1&b=2"),
        (
            '<p>Ask <span class="h-card"><a href="https://social.example/@help">@<span>help</span></a></span> now</p>',
            "Ask @help@social.example now",
        ),
        ('<p><a href="/tags/lab23">#<span>Lab23</span></a></p>', "#Lab23"),
        ("Plain text without paragraphs", "Plain text without paragraphs"),
        ("<p>👩‍👩‍👧‍👦 Zoë</p>", "👩‍👩‍👧‍👦 Zoë"),
    ],
)
def test_the_content_shows_our_text_however_the_server_marks_it_up(content: str, text: str) -> None:
    assert same_content(content, text)


def test_words_in_two_paragraphs_stay_apart() -> None:
    assert plain("<p>one</p><p>two</p>").split() == ["one", "two"]


@pytest.mark.parametrize(
    "value",
    ["2026-10-09T12:00:00Z", datetime(2026, 10, 9, 12, tzinfo=UTC), datetime(2026, 10, 9, 12)],  # noqa: DTZ001
)
def test_a_time_is_utc_whether_it_was_parsed_or_not(value: object) -> None:
    assert said_at({"created_at": value}) == datetime(2026, 10, 9, 12, tzinfo=UTC)


def test_a_mention_carries_author_markup_address_and_time() -> None:
    found = mention(STATUS, MentionKind.MENTION, "1")

    assert found.canonical_id == "https://social.example/users/who/statuses/1"
    assert (found.author_id, found.author_handle, found.author_name) == ("9", "who@other.example", "Who")
    assert (found.text, found.markup) == ("<p>When?</p>", True)
    assert found.url == "https://social.example/@who/1"
    assert (found.kind, found.in_reply_to, found.quotes) == (MentionKind.MENTION, "", "")


@pytest.mark.parametrize(
    ("more", "kind", "in_reply_to", "quotes"),
    [
        ({"in_reply_to_id": "5", "in_reply_to_account_id": "1"}, MentionKind.REPLY, "5", ""),
        ({"in_reply_to_id": "5", "in_reply_to_account_id": "7"}, MentionKind.MENTION, "5", ""),
        ({"quote": {"state": "accepted", "quoted_status": {"id": "5"}}}, MentionKind.MENTION, "", "5"),
        ({"quote": {"state": "accepted", "quoted_status_id": "5"}}, MentionKind.MENTION, "", "5"),
        ({"quote": {"state": "pending", "quoted_status": None}}, MentionKind.MENTION, "", ""),
    ],
)
def test_what_a_status_refers_to_is_told(
    more: dict[str, Any], kind: MentionKind, in_reply_to: str, quotes: str
) -> None:
    found = mention(STATUS | more, MentionKind.MENTION, "1")

    assert (found.kind, found.in_reply_to, found.quotes) == (kind, in_reply_to, quotes)


def test_a_content_warning_is_part_of_what_was_said() -> None:
    assert mention(STATUS | {"spoiler_text": "Food <3"}, MentionKind.TAG, "1").text == "<p>Food &lt;3</p><p>When?</p>"


def test_a_status_without_a_page_is_known_by_its_uri() -> None:
    assert mention(STATUS | {"url": None}, MentionKind.TAG, "1").url == STATUS["uri"]


@pytest.mark.parametrize(
    ("more", "shown_to"),
    [
        ({"visibility": "public"}, Visibility.PUBLIC),
        ({"visibility": "unlisted"}, Visibility.UNLISTED),
        ({"visibility": "private"}, Visibility.PRIVATE),
        ({"visibility": "direct"}, Visibility.DIRECT),
        ({"visibility": "local"}, Visibility.UNKNOWN),  # of another server of the family
        ({"visibility": None}, Visibility.UNKNOWN),
        ({}, Visibility.UNKNOWN),
    ],
)
def test_a_status_says_who_may_see_it(more: dict[str, Any], shown_to: Visibility) -> None:
    assert mention(STATUS | more, MentionKind.MENTION, "1").visibility is shown_to


@pytest.mark.parametrize("field", ["content", "spoiler_text", "in_reply_to_id", "url"])
def test_what_a_server_leaves_empty_never_becomes_the_word_none(field: str) -> None:
    found = mention(STATUS | {field: None}, MentionKind.MENTION, "1")
    assert "None" not in (found.text, found.url, found.in_reply_to)
    who = mention(STATUS | {"account": {"id": "9", "acct": None, "display_name": None}}, MentionKind.MENTION, "1")
    assert (who.author_handle, who.author_name) == ("", "")


@pytest.mark.parametrize(
    ("more", "attached"),
    [
        ({"media_attachments": [{"type": "image", "description": "A hall"}]}, Attached(Medium.PICTURE, "A hall")),
        ({"media_attachments": [{"type": "image", "description": None}]}, Attached(Medium.PICTURE, "")),
        ({"media_attachments": [{"type": "gifv"}]}, Attached(Medium.ANIMATION, "")),
        ({"media_attachments": [{"type": "video", "description": "A"}]}, Attached(Medium.VIDEO, "A")),
        ({"media_attachments": [{"type": "audio"}]}, Attached(Medium.AUDIO, "")),
        ({"media_attachments": [{"type": "unknown"}]}, Attached(Medium.FILE, "")),
        ({"media_attachments": [{}]}, Attached(Medium.FILE, "")),
        ({"poll": {"options": [{"title": "Yes"}, {"title": "No"}]}}, Attached(Medium.POLL, "Yes / No")),
        ({"card": {"url": "https://a.example/", "title": "A"}}, Attached(Medium.LINK, "A", "https://a.example/")),
    ],
)
def test_what_stands_beside_the_words_is_told(more: dict[str, Any], attached: Attached) -> None:
    assert mention(STATUS | more, MentionKind.MENTION, "1").attached == (attached,)


@pytest.mark.parametrize(
    "more", [{"media_attachments": None, "poll": None, "card": None}, {"media_attachments": [None]}]
)
def test_where_nothing_stands_beside_the_words_nothing_is_told(more: dict[str, Any]) -> None:
    assert mention(STATUS | more, MentionKind.MENTION, "1").attached == ()
