"""What a Mastodon-like server says, entry by entry: what makes no sense stops nothing, and no clock is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from amplifier.campaign.mention import MentionKind, RawMention, Visibility
from amplifier.errors import Unavailable
from amplifier.platforms.mastodon import listening
from amplifier.platforms.mastodon.listening import PAGES, MastodonListener, Query, reread
from amplifier.platforms.port import Page

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
MISSING = object()


def status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "uri": f"https://other.example/s/{number}",
        "url": f"https://other.example/@bell/{number}",
        "created_at": "2026-10-09T13:55:00Z",
        "content": f"<p>question {number}</p>",
        "account": {"id": "9", "acct": "bell@other.example", "display_name": "Bell"},
    } | more


def notification(number: int, kind: str = "mention", **more: Any) -> dict[str, Any]:
    said = {"id": str(number), "type": kind, "created_at": "2026-10-09T13:55:00Z"}
    return said | {"account": status(0)["account"], "status": status(number)} | more


class Server:
    """Shows `entries` as they are listed, by `max_id`; a habit may serve them otherwise."""

    def __init__(self, *entries: Any) -> None:
        self.entries = list(entries)
        self.asked: list[dict[str, str]] = []
        self.habit: Callable[[dict[str, str]], list[Any]] | None = None
        self.time = NOW
        self.cursor = ""

    def get(self, _: str, query: Query) -> bytes:
        bounds = dict(query)
        self.asked.append(bounds)
        found = self.habit(bounds) if self.habit else self.below(bounds)
        return json.dumps(found[: int(bounds["limit"])]).encode()

    def below(self, bounds: dict[str, str]) -> list[Any]:
        if "max_id" not in bounds:
            return self.entries
        return [one for one in self.entries if isinstance(one, dict) and self.number(one) < int(bounds["max_id"])]

    @staticmethod
    def number(one: dict[str, Any]) -> int:
        return int(one["id"]) if str(one.get("id", "")).isdecimal() else 10**9

    def look(self, minutes: float = 1, tag: str = "") -> Page:
        """A look so long after the one before; it must ask for a bounded number of pages."""
        self.time += timedelta(minutes=minutes)
        ear = MastodonListener(self.get, lambda: "1", lambda: self.time)
        before = len(self.asked)
        page = ear.tagged(tag, self.cursor) if tag else ear.notifications(self.cursor, ("mention", "quote"))
        assert len(self.asked) - before <= PAGES
        self.cursor = page.cursor
        return page

    def requests(self) -> int:
        """How many requests one more look takes."""
        before = len(self.asked)
        self.look()
        return len(self.asked) - before


def words(page: Page) -> list[str]:
    return [mention.text for mention in page.mentions]


def without(fields: dict[str, Any], *path: str, value: Any = MISSING) -> dict[str, Any]:
    """A copy in which what stands under this path is another value, or is not there."""
    changed = json.loads(json.dumps(fields))
    place = changed
    for name in path[:-1]:
        place = place[name]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return dict(changed)


BROKEN = [
    without(notification(5), "status", "account", value=None) | {"account": None},
    without(notification(5), "status", "account"),
    without(notification(5), "status", "account", "id", value=None),
    without(notification(5), "status", "uri"),
    without(notification(5), "status", "created_at"),
    without(notification(5), "status", "created_at", value="99999-01-01T00:00:00Z"),
    without(notification(5), "status", value=[1]),
    without(notification(5), "type"),
    without(notification(5), "id") | {"status": "gone"},
    without(notification(5), "status", "quote", value="x"),
    None,
    7,
    ["mention"],
    "mention",
]


@pytest.mark.parametrize("who", [{}, {"acct": None}, {"acct": ""}])
def test_whoever_has_no_handle_is_heard_all_the_same(who: dict[str, Any]) -> None:
    page = Server(notification(5, status=status(5, account={"id": "9"} | who, visibility="direct"))).look()
    (heard,) = page.mentions
    assert (heard.author_id, heard.author_handle, heard.visibility, page.aside) == ("9", "", Visibility.DIRECT, ())


@pytest.mark.parametrize("odd", BROKEN, ids=[json.dumps(one)[:60] for one in BROKEN])
def test_what_makes_no_sense_is_set_aside_and_all_others_are_heard(odd: Any) -> None:
    server = Server(notification(6), odd, notification(4))
    first = server.look()
    server.entries.insert(0, notification(7))
    second = server.look()

    assert (words(first), words(second)) == (["<p>question 4</p>", "<p>question 6</p>"], ["<p>question 7</p>"])
    assert len(first.aside) == 1
    assert first.aside[0].reason
    assert second.aside == ()  # told once
    assert first.problem is None


def test_only_the_kinds_of_the_table_are_taken_in_whatever_a_server_sends() -> None:
    kinds = (
        "status",
        "reblog",
        "favourite",
        "follow",
        "poll",
        "update",
        "quoted_update",
        "admin.report",
        "of_tomorrow",
    )
    entries = [notification(100 + place, kind) for place, kind in enumerate(kinds)]
    follow = without(notification(99, "follow"), "status")
    server = Server(*entries[::-1], follow, notification(7, "quote"), notification(5))

    page = server.look()

    assert [(m.kind, m.text) for m in page.mentions] == [
        (MentionKind.MENTION, "<p>question 5</p>"),
        (MentionKind.QUOTE, "<p>question 7</p>"),
    ]
    assert page.aside == ()
    assert server.look().mentions == ()


def test_a_notification_whose_status_is_gone_is_left_alone() -> None:
    server = Server(notification(6), without(notification(5), "status"), notification(4) | {"status": None})
    page = server.look()
    assert (words(page), page.aside) == (["<p>question 6</p>"], ())


def test_our_own_statuses_are_no_mentions() -> None:
    own = without(notification(5), "status", "account", "id", value="1")
    assert Server(own).look().mentions == ()


def test_a_server_that_knows_no_bounds_is_asked_twice_a_look_and_no_more() -> None:
    server = Server(*[notification(number) for number in range(60, 20, -1)])
    server.habit = lambda _: server.entries
    assert len(server.look().mentions) == 40
    assert [server.requests() for _ in range(5)] == [2] * 5
    server.entries.insert(0, notification(61))
    assert words(server.look()) == ["<p>question 61</p>"]


def test_a_server_that_takes_a_bound_to_include_itself_leads_nobody_in_a_circle() -> None:
    server = Server(*[notification(number) for number in range(5, 0, -1)])
    server.habit = lambda bounds: [one for one in server.entries if int(one["id"]) <= int(bounds.get("max_id", 99))]
    assert len(server.look().mentions) == 5
    assert max(server.requests() for _ in range(5)) <= 2


def test_a_server_whose_pages_never_end_is_asked_for_a_bounded_number_of_them() -> None:
    server = Server()
    numbers = count(1)
    server.habit = lambda _: [notification(next(numbers))]
    for _ in range(3):
        server.look()  # which counts its requests
    assert len(server.asked) == 3 * PAGES


def test_a_quiet_source_costs_one_request_a_look_and_one_more_a_minute() -> None:
    server = Server(*[notification(number) for number in range(200, 0, -1)])
    server.look()
    before = len(server.asked)
    for _ in range(20):
        server.look(minutes=0.05)
    assert len(server.asked) - before <= 20 + 6


@pytest.mark.parametrize("age_h", [0, 3, 100, 24 * 365])
def test_a_status_that_comes_late_from_another_server_is_heard_however_old_it_is(age_h: int) -> None:
    server = Server(*[status(number, id=str(10**9 - number * 3600)) for number in range(90)])
    server.look(tag="Lab23")
    late = status(500, id=str(10**9 - age_h * 3600 - 7))
    server.entries = sorted([*server.entries, late], key=lambda one: -int(one["id"]))

    heard = [server.look(tag="Lab23") for _ in range(10)]

    assert [text for page in heard for text in words(page)] == ["<p>question 500</p>"]
    assert {m.kind for page in heard for m in page.mentions} == {MentionKind.TAG}


def test_an_id_from_the_end_of_all_numbers_hides_nothing() -> None:
    for odd in ("9" * 30, 2**70, "zzzzzzzzzzzzzzzzzzzzzzzzzzzz", "../../x", "", -1):
        server = Server(notification(5) | {"id": odd}, notification(4))
        assert len(server.look().mentions) == 2
        server.entries.insert(1, notification(6))
        assert words(server.look()) == ["<p>question 6</p>"]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_an_author_s_clock_may_say_any_year(at: str) -> None:
    server = Server(without(notification(5), "status", "created_at", value=at), notification(4))
    assert len(server.look().mentions) == 2
    server.entries.insert(0, notification(6))
    assert words(server.look()) == ["<p>question 6</p>"]


def test_what_its_author_edited_is_told_once_more_and_then_no_more() -> None:
    server = Server(notification(5), notification(4))
    server.look()
    server.entries[1] = without(notification(4), "status", "content", value="<p>Other words</p>")
    assert [words(server.look()) for _ in range(3)] == [["<p>Other words</p>"], [], []]


def test_what_was_there_before_the_first_page_stays_unheard_also_when_it_is_edited() -> None:
    server = Server(*[notification(number) for number in range(100, 0, -1)])
    assert len(server.look().mentions) == 40
    server.entries[-1] = without(notification(1), "status", "content", value="<p>Other words</p>")
    assert [words(server.look()) for _ in range(10)] == [[]] * 10


@pytest.mark.parametrize("body", [b"<html>", b"null", b'{"error":"x"}', b""])
def test_an_answer_that_is_no_list_is_told_and_leaves_the_cursor(body: bytes) -> None:
    ear = MastodonListener(lambda *_: body, lambda: "1", lambda: NOW)
    with pytest.raises(Unavailable, match="Mastodon could not be read"):
        ear.notifications("", ("mention",))


def test_a_later_page_that_cannot_be_read_keeps_nothing_back_that_was_read_before_it() -> None:
    server = Server(*[notification(number) for number in range(200, 0, -1)])
    server.look()
    server.entries = [notification(number) for number in range(300, 0, -1)]
    good = server.get

    def broken(path: str, query: Query) -> bytes:
        return b"<html>" if "max_id" in dict(query) else good(path, query)

    server.get = broken  # type: ignore[method-assign]
    first = server.look()
    assert len(first.mentions) == 40
    assert isinstance(first.problem, Unavailable)
    server.get = good  # type: ignore[method-assign]
    rest = [server.look() for _ in range(5)]

    assert sum(len(page.mentions) for page in rest) == 60
    assert not any(page.problem for page in rest)


def test_a_cursor_of_an_older_version_loses_nothing_and_brings_nothing_older() -> None:
    server = Server(*[notification(number) for number in range(120, 0, -1)])
    server.cursor = '{"since":"60","seen":["0123456789ab"]}'
    heard = [text for _ in range(4) for text in words(server.look())]
    assert len(heard) == 61
    assert "<p>question 59</p>" not in heard


def test_what_was_set_aside_can_be_read_once_more() -> None:
    server = Server(without(notification(5), "status", "created_at"))
    (aside,) = server.look().aside
    assert reread(aside.raw, "", "1") == aside or reread(aside.raw, "", "1").reason == aside.reason  # type: ignore[union-attr]
    found = reread(json.dumps(notification(5)).encode(), "", "1")
    assert isinstance(found, RawMention)
    assert isinstance(reread(json.dumps(status(5)).encode(), "Lab23", "1"), RawMention)
    assert reread(json.dumps(notification(5, "follow")).encode(), "", "1") is None


def test_a_flood_beyond_one_look_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PAGES", 3)
    server = Server(*[notification(number) for number in range(50, 0, -1)])
    server.look()
    server.entries = [notification(number) for number in range(1050, 0, -1)]
    heard = [text for _ in range(20) for text in words(server.look())]
    assert len(set(heard)) == 1000
