"""X's posts one by one: an id that is none moves no mark, and a walk costs no more than what is new."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplifier.campaign.mention import Aside, MentionKind, RawMention
from amplifier.errors import RateLimited, Unavailable
from amplifier.platforms.port import Page
from amplifier.platforms.watermark import Watermark
from amplifier.platforms.x.listening import EPOCH, PAGES, XListener

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)


def post(ago_s: float, **more: Any) -> dict[str, Any]:
    made = NOW - timedelta(seconds=ago_s)
    number = int((made - EPOCH).total_seconds() * 1000) << 22
    at = f"{made:%Y-%m-%dT%H:%M:%S}.000Z"
    return {"id": str(number), "text": f"question {ago_s:g}", "author_id": "5", "created_at": at} | more


class Server:
    """X as it lists `posts`, ten a page, by `since_id`, `until_id` and a token."""

    def __init__(self, *posts: Any) -> None:
        self.posts = list(posts)
        self.asked: list[dict[str, str]] = []
        self.time = NOW
        self.broken: Exception | None = None
        self.extra: dict[str, Any] = {"includes": {"users": [{"id": "5", "username": "bell", "name": "Bell"}]}}

    def get(self, _: str, query: dict[str, str]) -> bytes:
        self.asked.append(query)
        token = query.get("pagination_token") or query.get("next_token") or ""
        if token and self.broken:
            raise self.broken
        since, until = int(query.get("since_id", 0)), int(token or query.get("until_id", 2**80))
        numbered = [one for one in self.posts if not self._has_number(one) or since < int(one["id"]) < until]
        page = numbered[:10]
        told = {"result_count": len(page)} | ({"next_token": page[-1]["id"]} if len(numbered) > 10 else {})
        return json.dumps({"data": page, "meta": told} | self.extra).encode()

    @staticmethod
    def _has_number(one: Any) -> bool:
        return isinstance(one, dict) and str(one.get("id"))[:40].isdecimal() and 0 < int(str(one["id"])[:40]) < 2**63

    def ear(self) -> XListener:
        return XListener(self.get, lambda: "1", lambda: self.time, "https://x.com")

    def look(self, cursor: str = "", tag: str = "") -> Page:
        return self.ear().tagged(tag, "us", cursor) if tag else self.ear().mentions(cursor)


def words(page: Page) -> list[str]:
    return [mention.text for mention in page.mentions]


@pytest.mark.parametrize("odd", ["9" * 30, "9" * 5000, str(2**63), "٣", "-5", "1.5", "", "0", None, True, [], {}])
def test_an_id_that_is_none_of_x_s_is_set_aside_and_moves_no_mark(odd: Any) -> None:
    server = Server(post(100), post(100) | {"id": odd}, post(200))
    first = server.look()
    server.posts.insert(0, post(90))

    assert words(first) == ["question 200", "question 100"]
    assert [aside.reason for aside in first.aside]
    assert Watermark.read(first.cursor).since == post(100)["id"]
    assert words(server.look(first.cursor)) == ["question 90"]


def test_an_id_that_is_a_number_is_read_as_one_and_what_is_set_aside_says_where_it_stood() -> None:
    number = int(str(post(100)["id"]))
    page = Server(post(100) | {"id": number}).look()
    assert (words(page), Watermark.read(page.cursor).since) == (["question 100"], str(number))
    (aside,) = Server(post(100, author_id=None)).look().aside
    assert aside.place == str(number)


def test_an_id_from_the_future_hides_nothing_that_comes_before_it() -> None:
    ahead = post(-3600 * 24 * 365 * 50)
    server = Server(ahead, post(100))
    first = server.look()
    server.posts.insert(1, post(90))
    second = server.look(first.cursor)

    assert [len(first.mentions), words(second)] == [2, ["question 90"]]
    assert server.look(second.cursor).mentions == ()


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_is_not_that_of_the_id_moves_no_mark(at: str) -> None:
    server = Server(post(90), post(100, created_at=at), post(200))
    cursor = server.look().cursor
    assert Watermark.read(cursor).since == post(90)["id"]


@pytest.mark.parametrize("history", [None, [], [None], ["\ud800"], ["x", "9" * 40], {"a": 1}, "1", [[1]], [True]])
def test_a_history_that_names_no_posts_is_none(history: Any) -> None:
    odd, good = post(100, edit_history_tweet_ids=history), post(200)
    page = Server(odd, good).look()
    assert good["id"] in {one.canonical_id for one in page.mentions}
    assert {one.canonical_id for one in page.mentions} <= {good["id"], odd["id"], "1"}
    assert len(page.mentions) + len(page.aside) == 2


@pytest.mark.parametrize("included", [None, [], "x", {"users": None}, {"users": "x"}, {"users": [None, 1, {}]}])
def test_authors_that_do_not_come_with_the_posts_leave_a_link_that_works(included: Any) -> None:
    server = Server(post(100))
    server.extra = {"includes": included}
    (mention,) = server.look().mentions
    assert mention.url == f"https://x.com/i/status/{post(100)['id']}"
    assert mention.author_id == "5"


def test_a_post_that_names_no_author_is_set_aside_since_it_may_be_ours() -> None:
    anonymous = post(100)
    del anonymous["author_id"]
    page = Server(anonymous).look()
    assert (page.mentions, [one.reason for one in page.aside]) == ((), ["It has no author_id."])


@pytest.mark.parametrize("meta", [None, [], "x", {"next_token": 7}, {"next_token": []}])
def test_a_page_that_does_not_say_where_the_next_one_is_was_the_last(meta: Any) -> None:
    server = Server(post(100))
    server.extra = {"meta": meta}
    assert len(server.look().mentions) == 1
    assert len(server.asked) == 1


def test_a_page_that_fails_keeps_nothing_back_that_was_read_before_it() -> None:
    server = Server(post(300))
    cursor = server.look().cursor
    server.posts = [post(100 + number) for number in range(25)] + server.posts
    server.broken = RateLimited("Too often.", NOW)
    first = server.look(cursor)
    server.broken = None
    second = server.look(first.cursor)

    assert (len(first.mentions), first.problem is not None, len(second.mentions)) == (10, True, 15)
    third = server.look(second.cursor)
    assert (third.mentions, third.problem) == ((), None)


def test_a_look_says_whether_there_is_more_that_it_did_not_come_to() -> None:
    server = Server(*[post(300 + number) for number in range(20)])
    page = server.look()
    assert not page.is_unfinished  # what was there before is not wanted
    server.posts = [post(150 + number / 2) for number in range(10 * PAGES + 20)] + server.posts
    first = server.look(page.cursor)
    server.posts.insert(0, post(90))
    second = server.look(first.cursor)  # below where the first was broken off: it does not see the top
    third = server.look(second.cursor)

    assert [len(one.mentions) for one in (first, second, third)] == [10 * PAGES, 20, 1]
    assert [one.is_unfinished for one in (first, second, third)] == [True, True, False]


def test_the_first_page_that_fails_is_raised() -> None:
    for body in (b"<html>", b"{}", b'{"errors":[]}'):
        with pytest.raises(Unavailable, match="X answered without saying"):
            XListener(lambda *_, body=body: body, lambda: "1", lambda: NOW, "").mentions("")


class Refusing(Server):
    """X where it calls a request wrong (or fails) as long as that has bounds, or whatever it asks for."""

    def __init__(self, *posts: Any, whatever: bool = False, is_refusal: bool = True) -> None:
        super().__init__(*posts)
        self.whatever = whatever
        self.is_refusal = is_refusal

    def get(self, _: str, query: dict[str, str]) -> bytes:
        if self.whatever or "since_id" in query:
            self.asked.append(query)
            raise Unavailable("X could not be read.") from ValueError("since_id")
        return super().get(_, query)

    def ear(self) -> XListener:
        return replace(super().ear(), has_refused=lambda cause: self.is_refusal and isinstance(cause, ValueError))


def test_a_mark_older_than_x_s_search_reaches_is_left_and_what_it_still_shows_is_heard() -> None:
    server = Refusing(post(100))
    page = server.look(Watermark(since=post(9 * 86_400)["id"]).written(), "tag")
    assert words(page) == ["question 100"]
    assert ["since_id" in query for query in server.asked] == [True, False]


@pytest.mark.parametrize(
    ("whatever", "is_refusal", "since", "asked"),
    [
        pytest.param(True, True, "", 1, id="refused without a bound: asked again it would be refused again"),
        pytest.param(True, True, "7", 2, id="refused with a bound, and without"),
        pytest.param(False, False, "7", 1, id="failed otherwise"),
    ],
)
def test_no_other_failure_asks_twice(*, whatever: bool, is_refusal: bool, since: str, asked: int) -> None:
    server = Refusing(post(100), whatever=whatever, is_refusal=is_refusal)
    with pytest.raises(Unavailable):
        server.look(Watermark(since=since).written() if since else "", "tag")
    assert len(server.asked) == asked


def test_a_walk_ends_where_a_page_brings_nothing_new() -> None:
    server = Server(*[post(100 + number) for number in range(5)])
    cursor = server.look().cursor
    tokens = iter(range(100))
    server.get = lambda _, query: (  # type: ignore[method-assign]
        server.asked.append(query)
        or json.dumps({"data": server.posts, "meta": {"next_token": f"t{next(tokens)}"}}).encode()
    )
    before = len(server.asked)
    assert server.look(cursor).mentions == ()
    assert len(server.asked) - before == 1
    assert PAGES == 10


def test_what_was_set_aside_is_read_once_more_with_its_author() -> None:
    server = Server(post(100, created_at="soon"))
    (aside,) = server.look().aside
    again = server.ear().reread(aside.raw, "")
    assert isinstance(again, Aside)
    assert again.reason == aside.reason
    mended = aside.raw.replace(b"soon", b"2026-10-09T13:00:00Z")
    found = server.ear().reread(mended, "OurTag")
    assert isinstance(found, RawMention)
    assert (found.author_handle, found.kind) == ("bell", MentionKind.TAG)
    assert isinstance(server.ear().reread(b"{", ""), Aside)


def test_posts_with_a_tag_are_of_that_kind() -> None:
    assert [mention.kind for mention in Server(post(100)).look(tag="OurTag").mentions] == [MentionKind.TAG]
