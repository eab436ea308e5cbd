"""The log of mentions: whatever strangers wrote does nothing, filters and pages hold, follow-ups are only added to."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from amplifier.campaign.mention import MentionKind, Status, Visibility
from amplifier.clock import utc_now
from amplifier.schedule.playing import playing
from amplifier.store.listening import mentions
from amplifier.store.listening.heard import FollowupRow
from amplifier.store.models import DeliveryRow
from amplifier.web.inbox import log
from tests.web.campaign import Campaign, Page, mention, unsafe

NASTY = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b onclick=alert(1)>bold</b> \u202egnp.exe {{ 7*7 }}"
HOSTILE = [
    "status=nonsense",
    "status=new&status=' OR 1=1 --",
    "network=myspace",
    "kind=love",
    "older=999999999999999999999",
    "older=9223372036854775808",
    "older=" + "9" * 5000,
    "older=-1",
    "older=1e9",
    "older=%D9%A3",
    "older=%00",
    "q=%00",
    "q=%25_%5C%27%22",
    "q=" + "x" * 5000,
    "q=%ED%A0%80",
    "q=%FF%FE",
    "q=%F0%9F%8F%B3",
    "said=forged",
    "said=" + "x" * 3000,
    "said=%00:%00:%00",
    "=",
    "&&&;;;",
    "%",
]


def numbers(page: Page) -> list[int]:
    """The mentions on this page, in its order."""
    return [int(one["id"].removeprefix("mention-")) for one in page.named("li") if "id" in one]


def texts() -> dict[int, str]:
    return {one.id: one.mention.text for one in mentions.mentions(mentions.Filter(), limit=1000)}


def shown(page: Page) -> list[str]:
    return [texts()[number] for number in numbers(page)]


def test_nobody_yet_and_everybody_dealt_with_are_said(opened: Campaign) -> None:
    assert opened.get("/mentions").truth == "Nobody has mentioned you yet."
    opened.hear(mention(1), mention(2))
    assert opened.get("/mentions").truth == "2 mentions are new."
    first, second = texts()
    opened.send(f"/mentions/{first}", {"status": "waiting"}, on="/mentions")
    assert opened.get("/mentions").truth == "1 mention is new, 1 waits for somebody."
    for number in (first, second):
        opened.send(f"/mentions/{number}", {"status": "done"}, on="/mentions")
    assert opened.get("/mentions").truth == "Everybody has been dealt with."


def test_the_newest_stands_first_with_its_author_its_time_and_one_way_to_the_original(opened: Campaign) -> None:
    opened.hear(mention(1), mention(2, kind=MentionKind.REPLY))
    page = opened.get("/mentions")
    assert shown(page) == ["Mention 2.", "Mention 1."]
    assert "Wren @wren.example answers us on X" in page.text
    assert page.links().count("https://x.example/wren/status/2") == 1
    out = next(one for one in page.named("a") if one["href"].endswith("/2"))
    assert (out["target"], out["rel"]) == ("_blank", "noopener noreferrer")


def test_the_words_of_strangers_are_shown_to_the_letter_and_do_nothing(opened: Campaign) -> None:
    opened.hear(mention(1, text=NASTY, author_name=NASTY[:290], author_handle="<i>wren</i>"))
    page = opened.get("/mentions")
    assert "<script>alert(1)</script><img" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "<bdi>&lt;script&gt;" in page.html  # its own direction, so that U+202E turns nothing of ours around
    assert '<bdi class="quiet">@&lt;i&gt;wren&lt;/i&gt;</bdi>' in page.html
    assert unsafe(page) == []


def test_a_long_text_is_folded_and_still_inert(opened: Campaign) -> None:
    opened.hear(mention(1, text=NASTY * 20))
    page = opened.get("/mentions")
    assert page.named("details")
    assert unsafe(page) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/",
        "/posts/skip",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "",
    ],
)
def test_an_address_that_is_not_one_of_the_web_never_becomes_a_link(opened: Campaign, url: str) -> None:
    opened.hear(mention(1, url=url))
    page = opened.get("/mentions")
    assert "Mention 1." in page.text
    assert "Open it on X" not in page.text
    assert unsafe(page) == []


def test_our_post_that_it_is_about_stands_beneath(opened: Campaign) -> None:
    delivery = DeliveryRow.objects.get(post__slot="hello", account__label="x")
    opened.hear(mention(1, about=delivery.pk), mention(2, about=987654))
    words = " ".join(delivery.text.split())  # as a page shows them
    assert opened.get("/mentions").text.count(f"About our post: {words}") == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["4", "3", "2", "1"]),
        ("status=new", ["4", "3", "2"]),
        ("status=answered", ["1"]),
        ("network=bluesky", ["2"]),
        ("kind=quote", ["3"]),
        ("q=FOUR", ["4"]),
        ("q=robin", ["2"]),
        ("status=new&network=x&kind=mention", ["4"]),
        ("status=done", []),
        ("status=nonsense&network=myspace&kind=love", ["4", "3", "2", "1"]),
    ],
)
def test_filters_narrow_the_log_and_together_they_narrow_more(opened: Campaign, asked: str, found: list[str]) -> None:
    opened.hear(
        mention(1, text="1"),
        mention(2, text="2", network="bluesky", author_handle="robin.example"),
        mention(3, text="3", kind=MentionKind.QUOTE),
        mention(4, text="4 is four"),
    )
    first = min(texts())
    opened.send(f"/mentions/{first}", {"status": "answered"}, on="/mentions")
    page = opened.get(f"/mentions?{asked}")
    assert [text[0] for text in shown(page)] == found
    assert ("No mention is like that." in page.text) is (found == [])


def test_every_mention_is_on_exactly_one_page(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PAGE", 5)
    opened.hear(*(mention(number, text=f"say {number}") for number in range(1, 13)))
    seen: list[int] = []
    address = "/mentions?q=say"
    for _ in range(3):
        page = opened.get(address)
        seen += numbers(page)
        older = [link for link in page.links() if "older=" in link]
        address = older[0] if older else ""
    assert address == ""
    assert seen == sorted(texts(), reverse=True)
    assert "/mentions?q=say" in page.links()  # back to the newest


def test_no_address_whatever_it_asks_makes_the_page_fail(anywhere: Campaign) -> None:
    anywhere.hear(mention(1))
    for query in HOSTILE:
        page = anywhere.get(f"/mentions?{query}")
        assert (page.status, unsafe(page)) == (200, []), query


def test_a_follow_up_is_written_with_who_and_when_and_shown(opened: Campaign) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    page = opened.send(f"/mentions/{number}", {"status": "answered", "note": "Thanked her."}, on="/mentions")
    assert "The mention by @wren.example is marked “answered”." in page.text
    assert "answered : Thanked her. console, " in page.text
    found = mentions.mention(number)
    assert found is not None
    assert found.status is Status.ANSWERED
    (note,) = found.notes
    assert (note.actor, note.status, note.note) == ("console", Status.ANSWERED, "Thanked her.")


def test_every_step_stays_and_the_database_refuses_to_change_one(anywhere: Campaign) -> None:
    anywhere.hear(mention(1))
    (number,) = texts()
    for status in ("waiting", "answered", "new"):
        anywhere.send(f"/mentions/{number}", {"status": status, "note": f"to {status}"}, on="/mentions")
    found = mentions.mention(number)
    assert found is not None
    assert [(note.status.value, note.note) for note in found.notes] == [
        ("waiting", "to waiting"),
        ("answered", "to answered"),
        ("new", "to new"),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        FollowupRow.objects.update(note="never said")
    assert connection.is_usable()


@pytest.mark.parametrize("note", ["x" * 201, "\u00e9" * 201])
def test_a_note_over_200_characters_is_refused_and_nothing_changes(anywhere: Campaign, note: str) -> None:
    anywhere.hear(mention(1))
    (number,) = texts()
    page = anywhere.send(f"/mentions/{number}", {"status": "done", "note": note}, on="/mentions")
    assert "A note has at most 200 characters. Nothing was changed." in page.text
    found = mentions.mention(number)
    assert found is not None
    assert (found.status, found.notes) == (Status.NEW, ())


@pytest.mark.parametrize("note", ["x" * 200, "\U0001f3f3" * 200, "one\0two\r\nthree\x1b[31m"])
def test_a_note_of_200_characters_fits_and_control_characters_are_left_out(anywhere: Campaign, note: str) -> None:
    anywhere.hear(mention(1))
    (number,) = texts()
    anywhere.send(f"/mentions/{number}", {"status": "done", "note": note}, on="/mentions")
    found = mentions.mention(number)
    assert found is not None
    assert found.notes[0].note == (note if len(note) == 200 else "onetwothree[31m")


@pytest.mark.parametrize("status", ["", "nonsense", "NEW", "done\0", "new,done"])
def test_a_status_that_is_none_is_refused(opened: Campaign, status: str) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    page = opened.send(f"/mentions/{number}", {"status": status}, on="/mentions")
    assert "Choose one of the statuses. Nothing was changed." in page.text
    assert not FollowupRow.objects.exists()


def test_a_mention_that_there_is_not_is_404(anywhere: Campaign) -> None:
    anywhere.hear(mention(1))
    for number in ("1", "0", "9223372036854775808", "9" * 40, "9" * 5000, "-1", "1.5", "x", "%00"):
        page = anywhere.send(f"/mentions/{number}", {"status": "done"}, on="/mentions")
        assert (page.status, page.truth) == (404, "Nothing is at this address."), number
    assert not FollowupRow.objects.exists()


def test_a_form_without_its_token_writes_nothing(opened: Campaign) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    opened.get("/mentions")
    assert opened.client.post(f"/mentions/{number}", {"status": "done"}).status_code == 403
    assert not FollowupRow.objects.exists()


def test_after_a_follow_up_one_is_back_at_the_same_place(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PAGE", 2)
    opened.hear(*(mention(number) for number in range(1, 6)))
    older = sorted(texts(), reverse=True)[1]
    where = {"network": "x", "q": "Mention & more?", "older": str(older)}
    here = f"/mentions?{urlencode(where | {'q': 'Mention'})}"
    page = opened.get(here)
    number = numbers(page)[0]
    kept = {one["name"]: one["value"] for one in page.named("input") if one.get("name", "").startswith("on_")}
    assert kept == {"on_network": "x", "on_q": "Mention", "on_older": str(older)}
    done = opened.client.post(
        f"/mentions/{number}",
        {"status": "done", "csrfmiddlewaretoken": page.field("csrfmiddlewaretoken"), **kept},
    )
    assert done["Location"].startswith(f"/mentions?network=x&q=Mention&older={older}&said=")
    assert done["Location"].endswith(f"#mention-{number}")


def test_a_form_cannot_lead_anywhere_else(opened: Campaign) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    token = opened.get("/mentions").field("csrfmiddlewaretoken")
    kept = {"on_q": "\r\nSet-Cookie: a=b#//evil.example", "on_status": "//evil.example", "on_older": "//evil.example"}
    done = opened.client.post(f"/mentions/{number}", {"status": "done", "csrfmiddlewaretoken": token, **kept})
    assert done.status_code == 302
    assert done["Location"].startswith("/mentions?q=Set-Cookie%3A+a%3Db%23%2F%2Fevil.example&said=")


def test_what_was_searched_for_stands_in_its_field_and_nowhere_else(opened: Campaign) -> None:
    opened.hear(mention(1))
    page = opened.get("/mentions?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.field("q") == '"><script>alert(1)</script>'
    assert unsafe(page) == []


def test_every_field_has_its_label(opened: Campaign) -> None:
    opened.hear(mention(1))
    html = opened.get("/mentions").html
    fields = html.count("<select") + html.count("<input") - html.count('type="hidden"')
    assert fields == html.count("<label")


def test_in_a_rehearsal_a_mention_is_told_in_the_campaigns_own_time(opened: Campaign) -> None:
    opened.hear(mention(1))
    (one,) = mentions.mentions(mentions.Filter(), limit=1)
    stage = playing(opened.install.settings)
    assert stage.campaign(one.mention.posted_at) != one.mention.posted_at
    said = stage.campaign(one.mention.posted_at).astimezone(ZoneInfo(opened.install.settings.campaign.zone))
    assert f"{said:%a %-d %b %H:%M}" in opened.get("/mentions").text


@pytest.mark.parametrize(
    ("shown_to", "mark"),
    [
        (Visibility.DIRECT, "private message"),
        (Visibility.PRIVATE, "for followers only"),
        (Visibility.UNKNOWN, "perhaps private"),
        (Visibility.PUBLIC, ""),
        (Visibility.UNLISTED, ""),
    ],
)
def test_what_not_everybody_may_see_bears_a_mark(opened: Campaign, shown_to: Visibility, mark: str) -> None:
    opened.hear(mention(1, visibility=shown_to), mention(2))
    page = opened.get("/mentions")
    assert [one["class"] for one in page.named("strong") if one.get("class") == "private"] == ["private"] * bool(mark)
    assert mark in page.text
    assert page.truth == ("2 mentions are new, 1 of them not known to be public." if mark else "2 mentions are new.")
    assert len(numbers(opened.get("/mentions?privacy=private"))) == bool(mark)
    assert len(numbers(opened.get("/mentions?privacy=public"))) == 2 - bool(mark)


def test_who_spoke_privately_is_named_in_no_address(opened: Campaign) -> None:
    opened.hear(mention(1, visibility=Visibility.DIRECT))
    (number,) = texts()
    page = opened.send(f"/mentions/{number}", {"status": "done"}, on="/mentions")
    assert "The private mention is marked “done”." in page.text


def test_a_count_that_goes_on_and_on_ends(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "COUNTED", 2)
    opened.hear(mention(1), mention(2), mention(3))
    assert opened.get("/mentions").truth == "2 or more mentions are new."


def test_a_name_that_shows_nothing_gives_way_to_the_handle(opened: Campaign) -> None:
    opened.hear(mention(1, author_name="\u200b\u3164"))
    html = opened.get("/mentions").html
    assert '<bdi class="name">@wren.example</bdi>' in html
    assert '<bdi class="quiet">@wren.example' not in html


def test_whoever_looks_like_us_bears_a_badge(opened: Campaign) -> None:
    opened.hear(mention(1, author_handle="l\u0430bfreemvmt"), mention(2))
    badges = [words for tag, words in opened.get("/mentions").words if words in ("looks like us", "mixed alphabets")]
    assert badges == ["looks like us", "mixed alphabets"]


@pytest.mark.parametrize("words", ["@wren.example", "wren", "@Wren", "Thanked", "M%C3%9CLLER"])
def test_what_stands_on_the_page_is_found_by_its_words(opened: Campaign, words: str) -> None:
    rowan = {"author_handle": "rowan", "author_name": "Rowan", "url": "https://x.example/rowan/status/2"}
    opened.hear(mention(1, text="M\u00fcller hall"), mention(2, text="No", **rowan))
    number = next(number for number, text in texts().items() if text == "M\u00fcller hall")
    opened.send(f"/mentions/{number}", {"status": "answered", "note": "Thanked her."}, on="/mentions")
    assert numbers(opened.get(f"/mentions?q={words}")) == [number]


def test_a_search_that_ends_before_the_log_does_says_so_and_goes_on(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "WINDOW", 3)
    opened.hear(*(mention(number, text="needle" if number in (1, 5) else "hay") for number in range(1, 7)))
    page = opened.get("/mentions?q=needle")
    assert [len(numbers(page)), "This goes back to" in page.text, "Look further back" in page.text] == [1, True, True]
    page = opened.get(next(link for link in page.links() if "older=" in link))
    assert [len(numbers(page)), "This goes back to" in page.text] == [1, True]
    page = opened.get("/mentions?q=nowhere")
    assert "No mention since" in page.text
    assert unsafe(page) == []
    last = opened.get(next(link for link in page.links() if "older=" in link))
    assert "No mention since" in last.text


def test_who_was_slower_is_told_on_the_page_and_the_note_is_kept(opened: Campaign) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    stale = opened.get("/mentions").field("seen")
    assert stale == "0"
    opened.send(f"/mentions/{number}", {"status": "answered", "seen": "0", "note": "Thanked."}, on="/mentions")
    page = opened.send(f"/mentions/{number}", {"status": "ignored", "seen": stale, "note": "Spam"}, on="/mentions")
    assert "Somebody else on this page was quicker, at " in page.text
    assert "The mention by @wren.example is marked “answered”, and stays so." in page.text
    assert "Your note is kept beneath it. To change it, save once more." in page.text
    found = mentions.mention(number)
    assert found is not None
    assert (found.status, [note.note for note in found.notes]) == (Status.ANSWERED, ["Thanked.", "Spam"])
    page = opened.send(f"/mentions/{number}", {"status": "ignored", "seen": page.field("seen")}, on="/mentions")
    assert "is marked “ignored”." in page.text


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "1.5"])
def test_what_somebody_had_seen_may_be_any_nonsense(opened: Campaign, seen: str) -> None:
    opened.hear(mention(1))
    (number,) = texts()
    page = opened.send(f"/mentions/{number}", {"status": "done", "seen": seen}, on="/mentions")
    assert "is marked “done”." in page.text


def test_a_clock_that_is_off_is_shown_with_when_we_saw_it(opened: Campaign) -> None:
    opened.hear(mention(1))
    opened.hear(mention(2), mention(3, posted_at=utc_now()))
    page = opened.get("/mentions")
    assert shown(page) == ["Mention 3.", "Mention 2.", "Mention 1."]
    assert page.text.count("first seen") == 2  # the first, too, is a day old


def test_an_edit_after_somebody_dealt_with_it_is_marked_and_can_be_shown_alone(opened: Campaign) -> None:
    opened.hear(mention(1, fingerprint="a"), mention(2))
    number = next(number for number, text in texts().items() if text == "Mention 1.")
    opened.send(f"/mentions/{number}", {"status": "done", "note": ""}, on="/mentions")
    opened.hear(mention(1, fingerprint="b", text="Other words."))

    page = opened.get("/mentions")
    assert "edited since" in page.text
    assert "Show 1 edited after somebody had dealt with it" in page.text
    assert "1 mention was edited after somebody had dealt with it." in opened.get("/").text
    assert "/mentions?edited=since" in page.links()
    alone = opened.get("/mentions?edited=since")
    assert shown(alone) == ["Other words."]
    back = opened.send(
        f"/mentions/{number}", {"status": "done", "note": "", "on_edited": "since"}, on="/mentions?edited=since"
    )
    assert shown(back) == []
    assert "edited since" not in opened.get("/mentions").text


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_no_year_of_an_author_s_clock_takes_down_the_page(opened: Campaign, year: int) -> None:
    opened.hear(mention(1), mention(2, posted_at=datetime(year, 12, 31, 23, 59, tzinfo=UTC)), mention(3))
    page = opened.get("/mentions")
    assert sorted(shown(page)) == ["Mention 1.", "Mention 2.", "Mention 3."]
    assert "first seen" in page.text


def words_on(page: Page) -> str:
    return next(one["value"] for one in page.named("input") if one.get("name") == "words")


@pytest.mark.parametrize("before", ["", "waiting"])
def test_an_edit_between_reading_and_saving_stays_in_view(opened: Campaign, before: str) -> None:
    opened.hear(mention(1, fingerprint="a", text="Could I help?"))
    (number,) = texts()
    if before:
        opened.send(f"/mentions/{number}", {"status": before, "seen": "0"}, on="/mentions")
    seen = words_on(opened.get("/mentions"))
    opened.hear(mention(1, fingerprint="b", text="I am outside with a knife."))
    step = {"status": "done", "note": "Thanked", "seen": "1" if before else "0", "words": seen}
    page = opened.send(f"/mentions/{number}", step, on="/mentions")

    one = mentions.mention(number)
    assert one is not None
    assert (one.status, one.notes[-1].note, one.edited_since) == (Status.DONE, "Thanked", True)
    assert "edited it since you read it. Read it again." in page.text
    assert shown(opened.get("/mentions?edited=since")) == ["I am outside with a knife."]

    again = {"status": "reported", "seen": str(len(one.notes)), "words": words_on(opened.get("/mentions"))}
    page = opened.send(f"/mentions/{number}", again, on="/mentions")
    assert "since you read it" not in page.text
    assert shown(opened.get("/mentions?edited=since")) == []


def test_a_page_from_before_words_had_a_mark_saves_as_ever(opened: Campaign) -> None:
    opened.hear(mention(1, text="Hi"))
    (number,) = texts()
    assert words_on(opened.get("/mentions")) == ""
    opened.hear(mention(1, fingerprint="b", text="Hi"))
    opened.send(f"/mentions/{number}", {"status": "done", "seen": "0", "words": ""}, on="/mentions")
    assert mentions.edited_since() == 0
