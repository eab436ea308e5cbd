from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.mention import Attached, Medium, MentionKind, Visibility
from amplifier.platforms.bluesky.notifications import mark, mention

US, WEB = "did:plc:us", "https://bsky.app"
OURS = f"at://{US}/app.bsky.feed.post/3kaaaaaaaaaa2"
THEIRS = "at://did:plc:them/app.bsky.feed.post/3kbbbbbbbbbb2"
SHARED = Path(os.environ.get("AMPLIFIER_REFERENCE_DATA") or Path(__file__).parents[4] / "shared" / "data")
RECORDED = SHARED / "bluesky" / "listNotifications.json"


def notification(reason: str = "mention", **record: Any) -> dict[str, Any]:
    return {
        "uri": "at://did:plc:who/app.bsky.feed.post/3kcccccccccc2",
        "author": {"did": "did:plc:who", "handle": "passer-by.example"},
        "reason": reason,
        "record": {"$type": "app.bsky.feed.post", "text": "When?", "createdAt": "1999-01-01T00:00:00Z"} | record,
        "indexedAt": "2026-10-09T13:40:05.123Z",
    }


def test_a_mention_carries_author_words_address_and_the_network_s_time() -> None:
    found = mention(notification(), US, WEB)

    assert found.canonical_id == "at://did:plc:who/app.bsky.feed.post/3kcccccccccc2"
    assert (found.author_id, found.author_handle, found.author_name) == ("did:plc:who", "passer-by.example", "")
    assert found.text == "When?"
    assert found.url == "https://bsky.app/profile/did:plc:who/post/3kcccccccccc2"
    assert found.posted_at == datetime(2026, 10, 9, 13, 40, 5, 123000, tzinfo=UTC)
    assert (found.kind, found.in_reply_to, found.quotes) == (MentionKind.MENTION, "", "")
    assert found.visibility is Visibility.PUBLIC


@pytest.mark.parametrize(
    ("reason", "record", "kind", "in_reply_to", "quotes"),
    [
        ("reply", {"reply": {"parent": {"uri": OURS}, "root": {"uri": OURS}}}, MentionKind.REPLY, OURS, ""),
        ("mention", {"reply": {"parent": {"uri": OURS}, "root": {"uri": OURS}}}, MentionKind.REPLY, OURS, ""),
        ("mention", {"reply": {"parent": {"uri": THEIRS}}}, MentionKind.MENTION, THEIRS, ""),
        ("reply", {"reply": {"parent": {"uri": THEIRS}, "root": {"uri": OURS}}}, MentionKind.REPLY, THEIRS, ""),
        ("quote", {"embed": {"record": {"uri": OURS, "cid": "c"}}}, MentionKind.QUOTE, "", OURS),
        ("mention", {"embed": {"record": {"uri": OURS, "cid": "c"}}}, MentionKind.QUOTE, "", OURS),
        ("quote", {"embed": {"record": {"record": {"uri": OURS}}, "media": {}}}, MentionKind.QUOTE, "", OURS),
    ],
)
def test_what_a_post_refers_to_decides_its_kind(
    reason: str, record: dict[str, Any], kind: MentionKind, in_reply_to: str, quotes: str
) -> None:
    found = mention(notification(reason, **record), US, WEB)

    assert (found.kind, found.in_reply_to, found.quotes) == (kind, in_reply_to, quotes)


@pytest.mark.parametrize(
    "record", [{"reply": "nonsense"}, {"reply": {"parent": 7}}, {"embed": []}, {"embed": {"record": "x"}}, {"text": 5}]
)
def test_a_record_that_breaks_the_schema_does_not_stop_the_listening(record: dict[str, Any]) -> None:
    assert mention(notification(**record), US, WEB).kind is MentionKind.MENTION


def test_a_record_that_is_no_record_does_not_stop_the_listening() -> None:
    assert mention(notification() | {"record": None}, US, WEB).text == ""


def test_marks_compare_as_times_do() -> None:
    times = [datetime(2026, 10, 9, 13, 40, 5, micro, tzinfo=UTC) for micro in (0, 1000, 999000)]

    assert [mark(at) for at in times] == sorted(mark(at) for at in times)
    assert mark(datetime(5, 1, 1, tzinfo=UTC)) < mark(times[0])  # a year of one digit, too


@pytest.mark.skipif(not RECORDED.exists(), reason=f"recorded answers of Bluesky are not at {RECORDED}")
def test_what_the_real_server_answered_is_understood() -> None:
    answered = json.loads(RECORDED.read_text())["body"]["notifications"]

    found = [mention(entry, US, WEB) for entry in answered]

    assert {m.kind for m in found} >= {MentionKind.REPLY}
    assert all(m.canonical_id.startswith("at://") and m.text and m.author_handle for m in found)


@pytest.mark.parametrize("handle", ["handle.invalid", "", None])
def test_who_has_no_handle_that_leads_anywhere_is_known_by_did(handle: str | None) -> None:
    found = mention(notification() | {"author": {"did": "did:plc:who", "handle": handle}}, US, WEB)
    assert (found.author_handle, found.author_name) == ("did:plc:who", "")
    assert found.url == "https://bsky.app/profile/did:plc:who/post/3kcccccccccc2"


def test_what_is_null_never_becomes_the_word_none() -> None:
    found = mention(notification(text=None, reply={"parent": {"uri": None}}, embed={"record": {"uri": None}}), US, WEB)
    assert (found.text, found.in_reply_to, found.quotes) == ("", "", "")


@pytest.mark.parametrize(
    ("embed", "attached"),
    [
        (
            {"images": [{"alt": "A hall"}, {"alt": ""}]},
            (Attached(Medium.PICTURE, "A hall"), Attached(Medium.PICTURE, "")),
        ),
        ({"items": [{"alt": "A hall"}]}, (Attached(Medium.PICTURE, "A hall"),)),
        ({"video": {"ref": "b"}, "alt": "A speech"}, (Attached(Medium.VIDEO, "A speech"),)),
        ({"video": {"ref": "b"}}, (Attached(Medium.VIDEO, ""),)),
        (
            {"external": {"uri": "https://a.example/", "title": "A"}},
            (Attached(Medium.LINK, "A", "https://a.example/"),),
        ),
        (
            {"record": {"record": {"uri": OURS}}, "media": {"images": [{"alt": "A hall"}]}},
            (Attached(Medium.PICTURE, "A hall"),),
        ),
        ({"record": {"uri": OURS}}, ()),
        ({"images": "nonsense", "external": 7}, ()),
        ({"images": [None]}, ()),
    ],
)
def test_what_stands_beside_the_words_is_told(embed: dict[str, Any], attached: tuple[Attached, ...]) -> None:
    assert mention(notification(embed=embed), US, WEB).attached == attached
