"""What strangers' servers and clocks may do, over the wire, on all three networks: a good mention is always heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from amplifier.platforms.port import Page
from tests.platforms.heard import NETWORKS, NOW, Bluesky, Network, X
from tests.platforms.stub import Asked, Said, Stub

pytestmark = pytest.mark.program

GONE = object()
DEEP = '{"a":' * 5000 + "1" + "}" * 5000


@pytest.fixture(params=NETWORKS, ids=[one.name for one in NETWORKS])
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    stub = Stub({})
    yield request.param(stub)
    stub.close()


def changed(event: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy in which what stands under this path is another value, or is not there."""
    copy: dict[str, Any] = json.loads(json.dumps(event))
    place = copy
    for name in path[:-1]:
        place = place[name]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def heard(page: Page) -> set[str]:
    return {word for mention in page.mentions for word in mention.text.split() if word.strip("</p>").isdecimal()}


def numbers(page: Page) -> set[int]:
    return {int(word.strip("</p>")) for word in heard(page)}


def test_a_good_mention_is_heard_in_the_same_page_and_behind_it(network: Network, odd: Any) -> None:
    network.shown = [network.event(6, ago_s=100), odd(network), network.event(4, ago_s=300)]
    first = network.platform.mentions("")
    network.time += timedelta(minutes=2)
    network.shown.insert(0, network.event(7, ago_s=10))
    second = network.platform.mentions(first.cursor)
    third = network.platform.mentions(second.cursor)

    assert numbers(first) >= {4, 6}
    assert (numbers(second), numbers(third)) == ({7}, set())


def _with(name: str, value: Any) -> Any:
    def odd(network: Network) -> Any:
        return changed(network.event(5, ago_s=200), getattr(network, name), value)

    return odd


def _raw(fields: str) -> Any:
    def odd(network: Network) -> bytes:
        return json.dumps(network.event(5, ago_s=200)).encode()[:-1] + b"," + fields.encode() + b"}"

    return odd


ODD = {
    **{
        f"{name} {said}": _with(name, value)
        for name in ("author", "place", "when", "handle")
        for said, value in (
            ("missing", GONE),
            ("null", None),
            ("a number", 12345),
            ("a list", [1]),
            ("an object", {"a": 1}),
            ("empty", ""),
            ("zero", "a\x00b"),
            ("half", "a\ud83d"),
            ("long", "a" * 100_000),
            ("huge", 10**40),
            ("true", True),
        )
    },
    "year 0": _with("when", "0000-01-01T00:00:00Z"),
    "year 99999": _with("when", "99999-01-01T00:00:00Z"),
    "year 1 elsewhere": _with("when", "0001-01-01T00:00:00+14:00"),
    "not even an object": lambda _: "event",
    "null": lambda _: None,
    "a list": lambda _: [[]],
    "nested deep": _raw(f'"deep":{DEEP}'),
    "a number without end": _raw(f'"number":{"9" * 6000}'),
    "broken": lambda _: b'{"id": undefined, }',
}


@pytest.fixture(params=ODD.values(), ids=list(ODD))
def odd(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_what_an_event_is_to_us_is_told_once(network: Network) -> None:
    network.shown = [network.event(6), changed(network.event(5), network.when, "soon")]
    first = network.platform.mentions("")
    again = [network.platform.mentions(first.cursor) for _ in range(2)]

    (aside,) = first.aside
    assert aside.reason
    assert network.platform.reread(aside.raw, "")
    assert [page.mentions for page in again] == [(), ()]
    if network.name != "x":  # X shows it again until its id is behind the mark
        assert [page.aside for page in again] == [(), ()]


@pytest.mark.parametrize("body", [b"<html>", b"null", b"[1", b'"x"', b"7", b"", b'{"errors":[{"title":"x"}]}'])
def test_an_answer_that_is_no_listing_is_told_as_such(network: Network, body: bytes) -> None:
    network.shown = [network.event(6)]
    cursor = network.platform.mentions("").cursor
    network.spoil = lambda _: body
    problems = []
    try:
        problems.append(network.platform.mentions(cursor).problem)
    except Exception as error:  # noqa: BLE001  what kind it is stands below
        problems.append(error)  # type: ignore[arg-type]
    network.spoil = lambda good: good
    network.shown.insert(0, network.event(7))

    assert [type(one).__name__ for one in problems] == ["Unavailable"]
    assert network.name.lower() in str(problems[0]).lower()
    assert numbers(network.platform.mentions(cursor)) == {7}


@pytest.mark.parametrize("habit", ["ignores every bound", "repeats its token"])
def test_a_server_that_leads_in_a_circle_costs_few_requests(network: Network, habit: str) -> None:
    network.shown = [network.event(number, ago_s=600 - number) for number in range(40, 0, -1)]
    token = {"x": {"meta": {"next_token": "again"}}, "bluesky": {"cursor": "again"}}.get(network.name, {})

    def serve(asked: Asked) -> Said:
        events = network.shown if habit == "ignores every bound" else network.page(asked)
        body = json.loads(network.body(events))
        return Said(200, body | token if isinstance(body, dict) else body)

    network.stub.answers[network.listing] = serve
    cursor = network.platform.mentions("").cursor
    for _ in range(6):
        network.time += timedelta(minutes=1)
        before = network.stub.paths().count(network.listing)
        page = network.platform.mentions(cursor)
        cursor = page.cursor
        assert page.mentions == ()
        assert network.stub.paths().count(network.listing) - before <= 3


# Bluesky's AppView puts a notification where its author's clock, if that is behind, says that it belongs.


@pytest.fixture
def bluesky() -> Iterator[Bluesky]:
    stub = Stub({})
    yield Bluesky(stub)
    stub.close()


def appview(network: Bluesky, asked: Asked) -> Said:
    """Newest first by indexedAt, the cursor leads backwards."""
    query = dict(asked.query)
    listed = sorted(network.shown, key=lambda one: str(one["indexedAt"]), reverse=True)
    below = [one for one in listed if not query.get("cursor") or one["indexedAt"] < query["cursor"]]
    page = below[: int(query["limit"])]
    more = {"cursor": page[-1]["indexedAt"]} if len(below) > len(page) else {}
    return Said(200, {"notifications": page} | more)


@pytest.mark.parametrize("busy", [5, 90, 250, 380])
@pytest.mark.parametrize("hours", [0.5, 2, 26, 24 * 365 * 56])
def test_a_mention_is_heard_however_far_behind_its_author_s_clock_is(bluesky: Bluesky, hours: float, busy: int) -> None:
    bluesky.stub.answers[bluesky.listing] = lambda asked: appview(bluesky, asked)
    bluesky.shown = [bluesky.event(number, ago_s=number * 600) for number in range(1, busy)]
    cursor = bluesky.platform.mentions("").cursor
    bluesky.shown.append(bluesky.event(7000, ago_s=hours * 3600))
    found: list[int] = []
    for _ in range(12):
        bluesky.time += timedelta(minutes=1)
        before = bluesky.stub.paths().count(bluesky.listing)
        page = bluesky.platform.mentions(cursor)
        cursor = page.cursor
        found += numbers(page)
        assert bluesky.stub.paths().count(bluesky.listing) - before <= 3

    assert found == [7000]


def test_an_author_s_clock_that_is_ahead_hides_nothing(network: Network) -> None:
    ahead = network.event(9, ago_s=-3600 * 24 * 365)
    network.shown = [ahead, network.event(5, ago_s=60)]
    first = network.platform.mentions("")
    network.time += timedelta(minutes=1)
    network.shown = [ahead, network.event(6, ago_s=-30), network.event(5, ago_s=60)]
    second = network.platform.mentions(first.cursor)

    assert (numbers(first), numbers(second)) == ({5, 9}, {6})
    assert network.platform.mentions(second.cursor).mentions == ()


def test_an_edit_is_told_once_more(network: Network) -> None:
    network.shown = [network.event(6, ago_s=100), network.event(5, ago_s=200)]
    first = network.platform.mentions("")
    edited = network.event(5, ago_s=200, words="Other words")
    if isinstance(network, X):
        versions = [edited["id"], network.event(5, ago_s=40)["id"]]
        edited |= {"id": versions[-1], "edit_history_tweet_ids": versions}
    network.shown = [edited, network.shown[0]] if isinstance(network, X) else [network.shown[0], edited]
    second = network.platform.mentions(first.cursor)

    (mention,) = second.mentions
    assert "Other words" in mention.text
    assert mention.canonical_id in {one.canonical_id for one in first.mentions}
    assert network.platform.mentions(second.cursor).mentions == ()


def test_an_older_version_that_shows_after_the_newer_does_not_bring_back_its_words() -> None:
    stub = Stub({})
    network = X(stub)
    old, new = network.event(5, ago_s=20), network.event(5, ago_s=10, words="Other words")
    new["edit_history_tweet_ids"] = old["edit_history_tweet_ids"] = [old["id"], new["id"]]
    network.shown = [new]
    first = network.platform.mentions("")
    network.shown = [new, old]
    assert len(first.mentions) == 1
    assert network.platform.mentions(first.cursor).mentions == ()
    assert network.now() == NOW
    stub.close()


def looks(network: Network, cursor: str, times: int = 3) -> tuple[set[int], str]:
    """What some looks hear, two minutes apart, and where they end."""
    found: set[int] = set()
    for _ in range(times):
        network.time += timedelta(minutes=2)
        page = network.platform.mentions(cursor)
        found, cursor = found | numbers(page), page.cursor
    return found, cursor


@pytest.mark.parametrize("share", [0.1, 0.34, 0.7, 0.95])
def test_an_answer_that_is_cut_off_loses_nothing_that_it_did_not_show(network: Network, share: float) -> None:
    network.shown = [network.event(1)]
    cursor = network.platform.mentions("").cursor
    network.time += timedelta(minutes=5)
    network.shown = [network.event(number, ago_s=-60 - number) for number in range(11, 1, -1)] + network.shown
    network.spoil = lambda body: body[: int(len(body) * share)]
    cut = network.platform.mentions(cursor)
    network.spoil = lambda body: body
    found, cursor = looks(network, cut.cursor)

    assert cut.problem is not None
    assert numbers(cut) | found == set(range(2, 12))
    assert looks(network, cursor)[0] == set()


def test_a_first_answer_that_is_cut_off_is_no_first_look(network: Network) -> None:
    network.shown = [network.event(number, ago_s=-number) for number in range(10, 0, -1)]
    network.spoil = lambda body: body[: len(body) // 3]
    cut = network.platform.mentions("")
    network.spoil = lambda body: body

    assert 0 < len(cut.mentions) < 10
    assert looks(network, cut.cursor)[0] == set(range(1, 11))


def paged(network: Network, asked: Asked) -> Said:
    """Newest first, ten a page, by whatever the network pages with."""
    query = dict(asked.query)
    token = next((int(query[name]) for name in ("pagination_token", "cursor") if name in query), 0)
    if "max_id" in query:
        token = next(place for place, one in enumerate(network.shown) if one["id"] == query["max_id"]) + 1
    shown = network.page(Asked("GET", "", [one for one in asked.query if one[0] in {"since_id", "until_id"}], {}, b""))
    page, more = shown[token : token + 10], len(shown) > token + 10
    if network.name == "mastodon":
        return Said(200, page)
    body = json.loads(network.body(page))
    following = {"x": {"meta": {"next_token": str(token + 10)}}, "bluesky": {"cursor": str(token + 10)}}[network.name]
    return Said(200, body | following if more else body)


def test_a_first_answer_that_shows_nothing_opens_no_way_to_years_of_old_mentions(network: Network) -> None:
    cursor = network.platform.mentions("").cursor
    old = [network.event(number, ago_s=30 * 86400 - number * 3600) for number in range(400, 0, -1)]
    network.shown = [network.event(402, ago_s=300), *old]
    network.stub.answers[network.listing] = lambda asked: paged(network, asked)
    found, cursor = looks(network, cursor, 12)
    network.shown.insert(0, network.event(403, ago_s=-600))
    later, _ = looks(network, cursor, 12)

    assert {402} <= found <= {402, *range(392, 401)}
    assert later == {403}


def test_all_that_comes_after_a_first_look_at_nothing_is_heard_however_much(network: Network) -> None:
    cursor = network.platform.mentions("").cursor
    network.time += timedelta(minutes=2)
    network.shown = [network.event(number, ago_s=-number) for number in range(90, 0, -1)]
    network.stub.answers[network.listing] = lambda asked: paged(network, asked)

    assert looks(network, cursor, 4)[0] == set(range(1, 91))


@pytest.mark.parametrize("kind", [one for one in NETWORKS if one.name != "mastodon"], ids=lambda one: one.name)
def test_a_page_with_nothing_on_it_is_no_end_where_it_names_the_next(kind: type[Network]) -> None:
    stub = Stub({})
    network = kind(stub)
    network.shown = [network.event(1)]
    cursor = network.platform.mentions("").cursor
    network.time += timedelta(minutes=5)
    pages = {"": [7, 6, 5], "b": [], "c": [], "d": [4, 3, 2, 1]}
    following = {"": "b", "b": "c", "c": "d", "d": ""}

    def answer(asked: Asked) -> Said:
        query = dict(asked.query)
        token = query.get("pagination_token") or query.get("cursor") or ""
        body = json.loads(network.body([network.event(number, ago_s=1 - number) for number in pages[token]]))
        more = {"meta": {"next_token": following[token]}} if network.name == "x" else {"cursor": following[token]}
        return Said(200, body | more)

    stub.answers[network.listing] = answer
    assert looks(network, cursor)[0] == {2, 3, 4, 5, 6, 7}
    stub.close()


@pytest.mark.parametrize("kind", [one for one in NETWORKS if one.name != "mastodon"], ids=lambda one: one.name)
def test_pages_with_nothing_on_them_without_end_are_left_and_hide_nothing(kind: type[Network]) -> None:
    stub = Stub({})
    network = kind(stub)
    network.shown = [network.event(1)]
    cursor = network.platform.mentions("").cursor
    good = stub.answers[network.listing]

    def answer(_: Asked) -> Said:
        token = f"t{len(stub.asked)}"
        return Said(200, json.loads(network.body([])) | {"meta": {"next_token": token}, "cursor": token})

    stub.answers[network.listing] = answer
    before = len(stub.asked)
    _, cursor = looks(network, cursor, 2)
    assert len(stub.asked) - before <= 2 * 10
    stub.answers[network.listing] = good
    network.shown.insert(0, network.event(2, ago_s=-60))
    assert looks(network, cursor)[0] >= {2}
    stub.close()


def test_many_with_one_time_cost_no_more_requests_than_others(bluesky: Bluesky) -> None:
    bluesky.shown = [bluesky.event(1)]
    cursor = bluesky.platform.mentions("").cursor
    shown = [*(bluesky.event(number, ago_s=-60) for number in range(2, 900)), bluesky.event(1)]

    def listed(asked: Asked) -> Said:
        begin = int(dict(asked.query).get("cursor", 0))
        more = {"cursor": str(begin + 100)} if begin + 100 < len(shown) else {}
        return Said(200, {"notifications": shown[begin : begin + 100]} | more)

    bluesky.stub.answers[bluesky.listing] = listed
    found, cursor = looks(bluesky, cursor, 2)
    before = bluesky.stub.paths().count(bluesky.listing)
    again, _ = looks(bluesky, cursor, 5)

    assert (found, again) == (set(range(2, 900)), set())
    assert bluesky.stub.paths().count(bluesky.listing) - before <= 5 * 2
