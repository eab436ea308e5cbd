"""The page of what could not be understood: what came is shown as it is, and does nothing."""

from __future__ import annotations

from amplifier.campaign.mention import Aside
from amplifier.clock import utc_now
from amplifier.store.listening import mentions, quarantine
from amplifier.store.listening.quarantine import LIFE
from tests.web.campaign import Campaign, unsafe

NASTY = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'\u202e{{ 7*7 }}\x00\ud83d"


def set_aside(source: str, raw: bytes, reason: str) -> None:
    mentions.take_in(source, [], cursor="c", now=utc_now(), aside=[Aside("7", raw, reason)])


def test_a_log_that_was_understood_says_so_and_leads_nowhere_else(opened: Campaign) -> None:
    assert opened.get("/mentions/aside").truth == "Everything that was heard could be understood."
    assert "/mentions/aside" not in opened.get("/mentions").links()


def test_what_came_is_shown_with_its_source_and_its_reason(opened: Campaign) -> None:
    set_aside("bluesky:mentions", b'{"reason":"mention"}', "It has no author.handle.")
    assert "/mentions/aside" in opened.get("/mentions").links()
    assert "1 thing that a network told could not be understood; all the rest was taken in." in opened.get("/").text
    page = opened.get("/mentions/aside")
    assert page.truth == "One thing that a network told could not be understood. All the rest was taken in."
    for words in (
        "Bluesky",
        "mentions",
        "It has no author.handle.",
        '{"reason":"mention"}',
        "You need not do anything.",
    ):
        assert words in page.text
    assert "/mentions" in page.links()


def test_all_that_there_is_is_counted_and_not_what_is_shown(opened: Campaign) -> None:
    for source in ("bluesky:mentions", "x:mentions"):
        odd = [Aside("7", f"{number}".encode(), "It has no id.") for number in range(80)]
        mentions.take_in(source, [], cursor="c", now=utc_now(), aside=odd)
    page = opened.get("/mentions/aside")
    assert page.truth == "160 things that a network told could not be understood. All the rest was taken in."
    assert "These are the newest 100." in page.text
    assert page.text.count("Show what came") == 100
    mentions.take_in("x:mentions", [], cursor="c", now=utc_now() + LIFE + LIFE)
    set_aside("x:mentions", b"{}", "It has no id.")
    assert "These are the newest" not in opened.get("/mentions/aside").text


def test_what_strangers_servers_send_does_nothing(opened: Campaign) -> None:
    set_aside("x:mentions", NASTY.encode(errors="surrogatepass") + b"\xff" * 9000, NASTY)
    set_aside("an account that is gone:#Tag", b"", "")
    page = opened.get("/mentions/aside")
    assert unsafe(page) == unsafe(opened.get("/mentions"))
    assert "<script>alert(1)</script>" in page.text  # as words
    assert "an account that is gone" in page.text


def test_only_a_look_is_allowed(opened: Campaign) -> None:
    assert opened.client.post("/mentions/aside").status_code in {403, 405}


def test_where_no_more_are_kept_it_says_that_there_may_be_more(opened: Campaign) -> None:
    odd = [Aside("7", f'{{"id":{number}}}'.encode(), "It has no name.") for number in range(quarantine.MOST + 20)]
    mentions.take_in("x:mentions", [], cursor="c", now=utc_now(), aside=odd)
    told = "100 things or more that a network told could not be understood. All the rest was taken in."
    assert opened.get("/mentions/aside").truth == told
