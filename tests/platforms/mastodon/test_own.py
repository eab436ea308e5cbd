from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplifier.errors import OutcomeUnknown, Unavailable
from amplifier.platforms.host import Answer
from amplifier.platforms.mastodon import own as module
from amplifier.platforms.mastodon.own import Own

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
TEXT = "Polls close at 17:00"
NOBODY: frozenset[str] = frozenset()
PAGE = 40


class Server:
    """Lists statuses, newest first, and tells their sources; counts what it is asked."""

    def __init__(self, many: int = 0, *, apart_s: float = 60) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.sources: dict[str, str | None] = {}
        self.pages = 0
        self.asked: list[str] = []
        self.answer: Answer | None = None
        self.failure: Exception | None = None
        if many:
            self.say("Of yesterday", 86_400)
        for number in range(many):
            self.say(f"Number {number} of the others: {'abcdefghij'[number % 10] * 20}", apart_s * (many - number))
        self.own = Own(self.page, self.source, lambda: self.answer)

    def say(self, text: str, seconds_ago: float = 0, *, content: str = "", source: str | None = "") -> str:
        name = str(len(self.statuses) + 1)
        made = {"id": name, "uri": f"u{name}", "url": "", "created_at": NOW - timedelta(seconds=seconds_ago)}
        self.statuses.append(made | {"content": content or f"<p>{text}</p>"})
        self.sources[name] = text if source == "" else source
        self.statuses.sort(key=lambda one: one["created_at"])
        return name

    def page(self, max_id: str = "") -> list[dict[str, Any]]:
        self.pages += 1
        newest_first = self.statuses[::-1]
        if max_id:
            place = next(n for n, one in enumerate(newest_first) if one["id"] == max_id)
            newest_first = newest_first[place + 1 :]
        return newest_first[:PAGE]

    def source(self, status: Mapping[str, Any]) -> str | None:
        self.asked.append(status["id"])
        if self.failure:
            raise self.failure
        return self.sources[status["id"]]

    def spot(self, text: str = TEXT, *, hours: float = 2.5, taken: frozenset[str] = NOBODY) -> str:
        found = self.own.spot(text, NOW - timedelta(hours=hours), taken)
        return str(found["id"]) if found else ""


def test_only_what_is_alike_is_asked_for_its_source() -> None:
    server = Server(100)
    ours = server.say(TEXT)

    assert server.spot() == ours
    assert (server.pages, server.asked) == (3, [ours])


def test_a_second_look_reads_one_page_and_asks_nothing_again() -> None:
    server = Server(100)
    server.say("polls close at 17:00")  # alike, but not our words

    assert server.spot() == ""
    server.pages, server.asked = 0, []
    assert server.spot() == ""
    assert (server.pages, server.asked) == (1, [])


def test_what_came_since_the_look_before_is_seen_however_much_it_is() -> None:
    server = Server(100)
    assert server.spot() == ""
    ours = server.say(TEXT, -1)
    for number in range(90):
        server.say(f"Later {number}", -2 - number)
    server.pages = 0

    assert server.spot() == ours
    assert server.pages == 3


def test_what_is_listed_late_behind_a_younger_one_is_seen() -> None:
    server = Server(100)
    assert server.spot() == ""
    ours = server.say(TEXT, 60 + module.SETTLED.total_seconds() - 1)  # the newest is a minute old

    assert server.spot() == ours


def test_a_look_further_back_reads_further_back() -> None:
    server = Server(100)
    ours = server.say(TEXT, 3.5 * 3600)

    assert server.spot() == ""
    assert server.spot(hours=4) == ours
    server.pages = 0
    assert server.spot() == ""
    assert server.spot(hours=4) == ours
    assert server.pages == 2


def test_a_burst_that_nothing_has_settled_of_is_read_again_whole() -> None:
    server = Server(100, apart_s=0.1)

    assert server.spot() == ""
    ours = server.say(TEXT, 5)
    assert server.spot() == ours


def test_what_was_deleted_on_the_newest_page_is_not_found() -> None:
    server = Server(100)
    ours = server.say(TEXT)
    assert server.spot() == ours
    server.statuses = [one for one in server.statuses if one["id"] != ours]

    assert server.spot() == ""


def test_a_source_counts_until_the_status_is_edited_or_shows_otherwise() -> None:
    server = Server()
    ours = server.say(TEXT, source="polls close at 17:00")
    assert (server.spot(), server.spot()) == ("", "")
    assert server.asked == [ours]

    server.sources[ours] = TEXT
    server.statuses[0]["edited_at"] = NOW
    assert server.spot() == ours
    assert server.asked == [ours, ours]
    server.statuses[0]["content"] = f"<p>{TEXT}!</p>"
    server.sources[ours] = "something else"
    assert server.spot() == ""


def test_nothing_that_is_kept_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 50)
    monkeypatch.setattr(module, "SOURCES", 3)
    server = Server(100)
    for number in range(5):
        server.say("polls close at 17:00", -number)
    assert server.spot() == ""
    server.asked.clear()

    assert server.spot() == ""
    assert len(server.asked) == 5  # the bound is smaller than what one look asks, so all are asked again
    ours = server.say(TEXT, 99 * 60)  # behind what is kept
    assert server.spot() == ours


def test_of_what_is_near_the_nearest_alone_is_asked() -> None:
    server = Server(20)
    for minute in range(10, 40):
        server.say(f"Polls close at 16:{minute}", minute)
    odd = server.say(TEXT, content="<p>Polls close at 17:00 ©c</p>")

    assert server.spot() == odd
    assert server.asked == [odd]


def test_a_server_that_tells_no_source_is_believed_by_what_it_shows() -> None:
    server = Server(5)
    ours = server.say(
        "Polls close at 17:00 & later!", content=r"<p>Polls close at 17:00 &amp;amp; later\!</p>", source=None
    )

    assert server.spot("Polls close at 17:00 & later!") == ours


def test_a_page_in_place_of_the_source_hides_no_status_that_shows_our_words() -> None:
    server = Server(5)
    ours = server.say(TEXT)
    server.failure, server.answer = RuntimeError("a page"), Answer(404, {}, is_own=False)
    assert server.spot() == ours

    server.answer = Answer(503, {}, is_own=False)
    with pytest.raises(RuntimeError):
        server.spot()
    server.answer = Answer(404, {}, is_own=False)
    with pytest.raises(RuntimeError):
        server.spot("Polls close *at* 17:00")  # alike alone is no proof


@pytest.mark.parametrize(
    ("content", "source", "asked"),
    [
        (f"<p>{TEXT}</p>", "whatever", 0),
        ("<p>Polls close at &amp;nbsp;17:00</p>", TEXT, 1),
        (r"<p>Polls\_close</p>", TEXT, 1),
        ("<p>Polls <em>close</em> at 17:00!</p>", None, 1),
    ],
)
def test_an_answer_that_shows_the_words_otherwise_is_asked_for_its_source_at_once(
    content: str, source: str | None, asked: int
) -> None:
    server = Server()
    made = server.say(TEXT, content=content, source=source)

    server.own.must_say(server.statuses[0], TEXT)

    assert server.asked == [made] * asked


@pytest.mark.parametrize("source", ["Other words", "polls close at 17:00", None])
def test_an_answer_whose_source_says_otherwise_is_no_receipt(source: str | None) -> None:
    server = Server()
    server.say(TEXT, content="<p>Other words</p>", source=source)

    with pytest.raises(OutcomeUnknown):
        server.own.must_say(server.statuses[0], TEXT)


def test_an_answer_whose_source_cannot_be_had_is_no_receipt() -> None:
    server = Server()
    server.say(TEXT, content="<p>Polls close at 17:00!</p>")
    server.failure = RuntimeError("no answer")

    with pytest.raises(OutcomeUnknown, match="other words"):
        server.own.must_say(server.statuses[0], TEXT)


def boost(server: Server, text: str = TEXT, **more: Any) -> None:
    name = server.say(text, 60)
    next(one for one in server.statuses if one["id"] == name).update({"reblog": {"id": "9"}} | more)


@pytest.mark.parametrize("more", [{}, {"reblog": None, "account": {"id": "99"}}, {"account": {"id": "99"}}])
def test_what_somebody_else_said_is_not_ours_wherever_it_is_listed(more: dict[str, Any]) -> None:
    server = Server(3)
    server.own = Own(server.page, server.source, lambda: None, lambda: "1")
    boost(server, **more)

    assert server.spot() == ""
    assert server.asked == []
    server.say(TEXT, 30)
    assert server.spot() == "6"


def test_a_server_that_lists_the_same_again_and_again_ends_the_look_at_once() -> None:
    server = Server(60, apart_s=1)
    all_pages, server.page = server.page, lambda max_id="": all_pages()  # type: ignore[method-assign,misc]  # noqa: ARG005
    server.own = Own(server.page, server.source, lambda: None)

    with pytest.raises(Unavailable, match="again and again"):
        server.spot()
    assert server.pages == 2


def test_a_server_that_lists_the_last_one_again_has_no_more() -> None:
    server = Server()
    for number in range(3):
        server.say(f"Number {number}", 60)
    pages = server.page

    def inclusive(max_id: str = "") -> list[dict[str, Any]]:
        return [*(one for one in server.statuses if one["id"] == max_id), *pages(max_id)]

    server.own = Own(inclusive, server.source, lambda: None)
    assert server.spot() == ""
    assert server.pages == 2


def test_of_many_that_are_alike_a_look_asks_a_few_and_the_next_ones_go_on() -> None:
    server = Server()
    for _ in range(12):
        server.say("Polls close at 17.00!", 60)
    found = server.say(TEXT, 10, content="<p>Polls close at 17·00</p>")

    asked = []
    for _ in range(2):
        before = len(server.asked)
        with pytest.raises(Unavailable, match="the next look goes on"):
            server.spot()
        asked.append(len(server.asked) - before)
    assert server.spot() == found
    assert asked == [5, 5]
    assert len(set(server.asked)) == 13


def test_what_shows_our_words_is_asked_before_what_is_alike() -> None:
    server = Server()
    for _ in range(12):
        server.say("Polls close at 17.00!", 60)
    found = server.say(TEXT, 10)

    assert server.spot() == found
    assert server.asked == [found]
