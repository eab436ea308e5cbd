"""A server that answers oddly to a post of ours: whatever it does with the words, they go out once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from amplifier.platforms.mastodon.adapter import MastodonPlatform
from amplifier.platforms.port import Connection
from amplifier.platforms.x.adapter import XPlatform
from amplifier.platforms.x.posts import EPOCH
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from tests.contract.places import Vault
from tests.deliver.desk import Desk, receipt_of, stands, story
from tests.platforms.stub import Asked, Said, Stub
from tests.store import filled

Way = Callable[[str], str]
# How a server keeps words, and what it may be sent: these are ours all the same.
HARMLESS: dict[str, tuple[str, Way]] = {
    "it composes letters": ("Cafe\u0301 vote now", lambda text: unicodedata.normalize("NFC", text)),
    "it joins words": ("Vote now", lambda text: text.replace(" ", "\u00a0")),
    "it writes addresses out": ("Vote at example.com", lambda text: text.replace("example.com", "https://example.com")),
    "it ends addresses": ("See https://example.com now", lambda text: text.replace(".com", ".com/")),
}
# What a person has to see.
HARMFUL: dict[str, tuple[str, Way]] = {
    "it signs": ("Vote now", lambda text: f"{text}\n\nsent by an odd server"),
    "it mocks": ("Vote now", lambda _: "Stay at home"),
    "it cuts": ("Vote now, polls close at 17:00", lambda text: text[:8]),
}


class OddMastodon:
    """Keeps no idempotency key, and words in its own way. Every post is answered with 200 and our own account."""

    def __init__(self, desk: Desk, way: Way = lambda text: text) -> None:
        self.desk = desk
        self.way = way
        self.made: dict[str, dict[str, Any]] = {}
        self.words: dict[str, str] = {}
        self.tells_source = True
        self.more: dict[str, Any] = {}
        me = {"id": "1", "acct": "l", "username": "l", "url": "https://s.example/@l"}
        self.stub = Stub({"GET /api/v1/accounts/verify_credentials": Said(200, me)})
        self.stub.answers["POST /api/v1/statuses"] = self.post
        self.stub.answers["GET /api/v1/accounts/1/statuses"] = self.listed
        connection = Connection("l", self.stub.address, "https://s.example", {"access_token": "t"}, 1, 9)
        desk.networks["mastodon"] = MastodonPlatform(connection, Vault(), desk.now)  # type: ignore[assignment]
        desk.rehire()

    def post(self, asked: Asked) -> Said:
        number = str(len(self.made) + 1)
        self.words[number] = self.way(parse_qs(asked.body.decode())["status"][0])
        url = f"https://s.example/@l/{number}"
        self.made[number] = {
            "id": number,
            "uri": url,
            "url": url,
            "created_at": self.desk.time.isoformat(),
            "content": f"<p>{self.words[number]}</p>",
            "account": {"id": "1"},
            "visibility": "public",
        } | self.more
        self.stub.answers[f"GET /api/v1/statuses/{number}"] = lambda _: self.one(number)
        self.stub.answers[f"GET /api/v1/statuses/{number}/source"] = lambda _: self.source(number)
        return Said(200, self.made[number])

    def one(self, number: str) -> Said:
        gone = Said(404, {"error": "Record not found"})
        return Said(200, self.made[number]) if number in self.made else gone

    def source(self, number: str) -> Said:
        if not self.tells_source or number not in self.made:
            return Said(404, {"error": "Record not found"})
        return Said(200, {"id": number, "text": self.words[number], "spoiler_text": ""})

    def listed(self, asked: Asked) -> Said:
        return Said(200, [] if dict(asked.query).get("max_id") else list(self.made.values())[::-1])

    @property
    def posted(self) -> int:
        return self.stub.paths().count("POST /api/v1/statuses")


@pytest.fixture
def desk(sqlite_ledger: None) -> Iterator[Desk]:  # noqa: ARG001  the ledger that it works on
    filled.open_ledger()
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def server(desk: Desk) -> Iterator[OddMastodon]:
    made = OddMastodon(desk)
    yield made
    made.stub.close()


def play(desk: Desk, text: str, *, account: str = "mastodon", minutes: int = 20) -> int:
    """What becomes of a post in so many minutes, long after it would have been missed."""
    number = filled.add(text, account=account)
    for _ in range(minutes):
        desk.tick()
        desk.pass_by(60)
    return number


@pytest.mark.parametrize("tells_source", [True, False])
@pytest.mark.parametrize("case", HARMLESS)
def test_words_that_a_server_keeps_in_its_own_way_are_out_at_once(
    desk: Desk, server: OddMastodon, case: str, *, tells_source: bool
) -> None:
    text, server.way = HARMLESS[case]
    server.tells_source = tells_source

    number = play(desk, text)

    assert (stands(number), server.posted) == (("sent", ""), 1)
    assert story(number)[-2:] == ["sending", "sent"]


@pytest.mark.parametrize("tells_source", [True, False])
@pytest.mark.parametrize("case", HARMFUL)
def test_words_that_a_server_changes_are_never_sent_again_and_a_person_decides(
    desk: Desk, server: OddMastodon, case: str, *, tells_source: bool
) -> None:
    text, server.way = HARMFUL[case]
    server.tells_source = tells_source

    number = play(desk, text)

    assert (stands(number), server.posted) == (("held", "doubt"), 1)
    assert story(number)[-3:] == ["no clear answer", "not seen yet", "found otherwise"]
    assert "https://s.example/@l/1" in DeliveryRow.objects.get(id=number).detail


def test_what_a_person_wants_sent_again_waits_until_the_other_post_is_gone(desk: Desk, server: OddMastodon) -> None:
    text, server.way = HARMFUL["it signs"]
    number = play(desk, text)

    overrides.send_again(number, actor="wren", now=desk.time)
    for _ in range(3):
        desk.tick()
        desk.pass_by(60)
    assert (stands(number), server.posted) == (("held", "doubt"), 1)

    server.made.clear()
    server.way = lambda words: words
    overrides.send_again(number, actor="wren", now=desk.time)
    for _ in range(6):
        desk.tick()
        desk.pass_by(60)
    assert (stands(number), server.posted) == (("sent", ""), 2)


@pytest.mark.parametrize("visibility", ["private", "direct", "local", "mutuals"])
def test_a_post_that_not_everybody_may_see_is_not_plainly_sent(
    desk: Desk, server: OddMastodon, visibility: str
) -> None:
    server.more = {"visibility": visibility}

    number = play(desk, "Vote now")

    assert (stands(number), server.posted) == (("held", "doubt"), 1)
    assert "not for everybody to see" in DeliveryRow.objects.get(id=number).detail


def test_a_private_post_that_a_look_finds_is_not_plainly_sent_either(desk: Desk, server: OddMastodon) -> None:
    server.more = {"visibility": "private"}
    made = server.stub.answers["POST /api/v1/statuses"]

    def lost(asked: Asked) -> Said:
        made(asked)  # type: ignore[operator]
        return Said(503, {"error": "Oops"})

    server.stub.answers["POST /api/v1/statuses"] = lost

    number = play(desk, "Vote now")

    assert (stands(number), server.posted) == (("held", "doubt"), 1)


@pytest.mark.parametrize("visibility", ["public", "unlisted", "", None])
def test_a_post_that_everybody_may_see_is_sent(desk: Desk, server: OddMastodon, visibility: str | None) -> None:
    server.more = {"visibility": visibility}

    assert stands(play(desk, "Vote now", minutes=1)) == ("sent", "")


def test_a_post_that_is_older_than_the_request_is_not_plainly_sent(desk: Desk, server: OddMastodon) -> None:
    server.more = {"created_at": "2019-10-10T12:00:00.000Z"}

    number = play(desk, "Vote now")

    assert (stands(number), server.posted) == (("held", "doubt"), 1)
    assert "older than what was sent" in DeliveryRow.objects.get(id=number).detail


@pytest.mark.parametrize("more", [{"account": {"id": "99"}}, {"reblog": {"id": "5", "account": {"id": "99"}}}])
def test_somebody_else_s_post_with_our_words_is_never_ours(
    desk: Desk, server: OddMastodon, more: dict[str, Any]
) -> None:
    server.more = more
    desk.networks["mastodon"].verify()

    number = play(desk, "Vote now", minutes=2)

    assert (stands(number)[0], receipt_of(number)) == ("unsure", None)


def test_a_post_that_belongs_to_another_delivery_does_not_stand_for_this_one(desk: Desk, server: OddMastodon) -> None:
    first = play(desk, "Vote now", minutes=2)
    assert stands(first) == ("sent", "")
    good = server.stub.answers["POST /api/v1/statuses"]
    server.stub.answers["POST /api/v1/statuses"] = Said(200, server.made["1"])  # something in between remembers
    number = filled.add("Polls close at 17:00", account="mastodon", due=desk.time)
    desk.tick()
    assert stands(number)[0] == "unsure"

    server.stub.answers["POST /api/v1/statuses"] = good
    for _ in range(8):
        desk.pass_by(60)
        desk.tick()

    assert stands(number) == ("sent", "")
    assert [kept["content"] for kept in server.made.values()] == ["<p>Vote now</p>", "<p>Polls close at 17:00</p>"]


class OddX:
    """Answers each post with one of ours that says something else, or that was made years ago."""

    def __init__(self, desk: Desk, *, text: str, years_ago: int) -> None:
        ago = filled.NOW.replace(year=filled.NOW.year - years_ago)
        self.id = str(int((ago - EPOCH).total_seconds() * 1000) << 22)
        made = {"id": self.id, "text": text, "author_id": "1", "created_at": f"{ago:%Y-%m-%dT%H:%M:%S}.000Z"}
        self.stub = Stub(
            {
                "GET /2/users/me": Said(200, {"data": {"id": "1", "name": "L", "username": "l"}}),
                "POST /2/tweets": Said(201, {"data": made}),
                f"GET /2/tweets/{self.id}": Said(200, {"data": made}),
                "GET /2/users/1/tweets": Said(200, {"meta": {"result_count": 0}}),
            }
        )
        secrets = dict.fromkeys(("api_key", "api_secret", "access_token", "access_secret"), "t")
        connection = Connection("l", self.stub.address, "https://x.com", secrets, 1, 9)
        desk.networks["x"] = XPlatform(connection, Vault(), desk.now)  # type: ignore[assignment]
        desk.rehire()


@pytest.mark.parametrize(("text", "years_ago"), [("Stay at home", 0), ("Vote now", 4)])
def test_an_odd_answer_of_x_is_not_plainly_sent_nor_sent_again(desk: Desk, text: str, years_ago: int) -> None:
    server = OddX(desk, text=text, years_ago=years_ago)

    number = play(desk, "Vote now", account="x")

    assert (stands(number), server.stub.paths().count("POST /2/tweets")) == (("held", "doubt"), 1)
    server.stub.close()
