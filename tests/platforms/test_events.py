"""An answer event by event: what one holds, be it bytes or nesting, keeps no other from being read."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.mention import LONGEST_RAW, Aside, MentionKind, RawMention
from amplifier.platforms.events import (
    EARLIEST,
    LATEST,
    Unreadable,
    bytes_of,
    event_of,
    instant,
    listing,
    next_place,
    understood,
    word,
)
from tests.growth import LINEAR, growth

GOOD = b'{"id":"1","text":"Good, [really]: {yes}"}'
DEEP = b"[" * 100_000 + b"]" * 100_000
AT = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)


def raw_mention(event: Any) -> RawMention:
    return RawMention(str(event["id"]), MentionKind.MENTION, "7", "bell.example", "Bell", "Hi", False, "", AT)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b'{"id":"2","x":' + DEEP + b"}", id="nested too deep"),
        pytest.param(b'{"id":"2","x":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}", id="nested deep"),
        pytest.param(b'{"id":' + b"9" * 5000 + b"}", id="a number without end"),
        pytest.param(b'{"id":2,}', id="a comma too many"),
        pytest.param(b"{id:2}", id="no quotes"),
        pytest.param(b"undefined", id="a word of another language"),
    ],
)
@pytest.mark.parametrize("name", ["", "data"])
def test_one_event_that_cannot_be_read_hides_no_other(odd: bytes, name: str) -> None:
    body = b"[" + b",".join((GOOD, odd, GOOD)) + b"]"
    page = listing(b'{"meta":{"next":"n"},"data":' + body + b"}" if name else body, name)

    assert [event == json.loads(GOOD) for event in page.events] == [True, False, True]
    assert isinstance(page.events[1], Unreadable)
    assert page.rest == ({"meta": {"next": "n"}} if name else {})
    assert not page.problem


@pytest.mark.parametrize(
    "body", [b"[" + GOOD + b"]", b"\xef\xbb\xbf [ " + GOOD + b" ] ", b'[{"id":"1","text":"\xff\xfe\x01\n"}]']
)
def test_bytes_that_are_no_text_and_marks_before_it_are_read_all_the_same(body: bytes) -> None:
    (event,) = listing(body).events
    assert event["id"] == "1"


def test_of_an_answer_that_was_cut_off_what_is_whole_is_read_and_the_rest_is_told() -> None:
    page = listing(b'{"cursor":"c","notifications":[' + GOOD + b"," + GOOD[:9], "notifications")

    assert [event["id"] for event in page.events] == ["1"]
    assert page.rest == {"cursor": "c"}
    assert page.problem == "The answer was cut off."


@pytest.mark.parametrize(
    "body", [b"", b"null", b"<html>", b'"data"', b"7", b'{"error":"x"}', b'{"data":{}}', b"{", b"\xff"]
)
@pytest.mark.parametrize("name", ["", "data"])
def test_what_is_no_list_at_all_is_refused_as_a_whole(body: bytes, name: str) -> None:
    with pytest.raises(ValueError, match="The answer"):
        listing(body, name)


def test_an_answer_may_say_that_there_is_nothing_by_leaving_the_list_out() -> None:
    assert listing(b'{"meta":{}}', "data", empty="meta").events == ()
    with pytest.raises(ValueError, match="no list"):
        listing(b'{"errors":[]}', "data", empty="meta")


HEAD = b'{"meta":{"next":"n"},"data":['
ENDS = [len(HEAD) + number * (len(GOOD) + 1) + len(GOOD) for number in range(5)]  # where each of five events ends
BODY = HEAD + b",".join([GOOD] * 5) + b"]}"


def test_whatever_bytes_are_changed_the_answer_is_read_up_to_them_or_refused() -> None:
    chance = random.Random(23)
    refused = 0
    for _ in range(3000):
        spoilt = bytearray(BODY[: chance.randint(1, len(BODY))])
        for _ in range(chance.randint(0, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.choice(b'"\\[]{},:0\xff\x00 x')
        intact = next((at for at, sign in enumerate(spoilt) if sign != BODY[at]), len(spoilt))
        try:
            page = listing(bytes(spoilt), "data")
        except ValueError:
            refused += 1
            assert intact < len(HEAD)
            continue
        whole = sum(end < intact for end in ENDS)
        assert page.events[:whole] == (json.loads(GOOD),) * whole
        assert all(isinstance(bytes_of(event), bytes) for event in page.events)
    assert refused < 1500, "of most answers at least a part is read"


def test_whatever_stands_in_the_words_of_one_event_the_others_are_read() -> None:
    chance = random.Random(23)
    words = GOOD.index(b"Good")
    for _ in range(300):
        odd, spoilt = chance.randrange(5), bytearray(BODY)
        for _ in range(chance.randint(1, 4)):
            place = ENDS[odd] - len(GOOD) + words + chance.randrange(len(GOOD) - words - len('"}'))
            spoilt[place] = chance.choice(b"[]{},:0\xff\x00 x")
        page = listing(bytes(spoilt), "data")
        assert [event == json.loads(GOOD) for event in page.events] == [
            number != odd or spoilt == BODY for number in range(5)
        ]
        assert page.events[odd]["id"] == "1"
        assert (page.rest, page.problem) == ({"meta": {"next": "n"}}, "")


def test_what_is_kept_of_an_event_is_bounded_and_can_be_read_again() -> None:
    event = {"id": "1", "text": "\ud83d half \u0000"}
    assert event_of(bytes_of(event)) == event
    assert len(bytes_of({"text": "a" * 10**6})) == LONGEST_RAW
    assert bytes_of(Unreadable(b"x" * 10**6, "")) == b"x" * LONGEST_RAW


def _raises(error: Exception) -> Callable[[Any], RawMention]:
    def read(_: Any) -> RawMention:
        raise error

    return read


@pytest.mark.parametrize(
    ("event", "read", "reason"),
    [
        (Unreadable(b"{", "It is no JSON."), raw_mention, "It is no JSON."),
        ([1], raw_mention, "It is no JSON object."),
        (None, raw_mention, "It is no JSON object."),
        ({}, raw_mention, "It has no id."),
        ({"id": 1}, _raises(RecursionError()), "It is nested too deep."),
        ({"id": 1}, _raises(TypeError("'NoneType' object\nis \x00 odd")), "'NoneType' object is   odd"),
        ({"id": 1}, _raises(OverflowError("date value out of range")), "date value out of range"),
    ],
)
def test_what_cannot_be_understood_is_set_aside_with_the_reason(
    event: Any, read: Callable[[Any], RawMention], reason: str
) -> None:
    found = understood(event, "place", read)
    assert found == Aside("place", bytes_of(event), reason)


def test_what_is_understood_keeps_what_came() -> None:
    found = understood({"id": 1}, "", raw_mention)
    assert isinstance(found, RawMention)
    assert found.raw == b'{"id":1}'
    assert understood({"id": 1}, "", lambda _: None) is None


@pytest.mark.parametrize("odd", [{}, {"a": None}, {"a": ""}, {"a": {}}, {"a": []}, {"a": 1.5}, {"a": True}, None, "a"])
def test_a_word_is_a_text_that_is_there(odd: Any) -> None:
    with pytest.raises((ValueError, KeyError)):
        word(odd, "a")
    assert word({"a": {"b": 12345}}, "a", "b") == "12345"


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "",
        "soon",
        "99999-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        1e300,
        "2026-13-01",
    ],
)
def test_a_time_is_one_that_our_calendar_has(odd: Any) -> None:
    with pytest.raises(ValueError, match="Its at is no"):
        instant({"at": odd}, "at")
    assert instant({"at": "2026-10-09T16:00:00+02:00"}, "at") == AT == instant({"at": "2026-10-09T14:00:00"}, "at")


@pytest.mark.parametrize("odd", [None, 7, [], {}, "", "a\x00", "a\ud83d", "a\n", "a" * 2000])
def test_a_next_page_that_nobody_can_ask_for_is_none(odd: Any) -> None:
    assert next_place(odd) == ""
    assert next_place("2026-10-09T14:00:00.000Z::bafy") == "2026-10-09T14:00:00.000Z::bafy"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("0001-01-01T00:00:00+14:00", EARLIEST),
        ("0001-01-01T00:00:00Z", EARLIEST),
        ("1969-12-31T23:59:59Z", EARLIEST),
        ("9999-12-31T23:59:59-14:00", LATEST),
        ("9999-12-31T23:59:59", LATEST),
    ],
)
def test_no_author_s_clock_is_believed_to_the_end_of_the_calendar(said: str, believed: datetime) -> None:
    event = {"id": "1", "at": said}
    found = understood(event, "", lambda one: replace(raw_mention(one), posted_at=datetime.fromisoformat(said)))

    assert instant(event, "at") == believed
    assert isinstance(found, RawMention)
    assert found.posted_at == believed


def test_a_time_without_a_zone_is_utc_wherever_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    naive = replace(raw_mention({"id": "1"}), posted_at=AT.replace(tzinfo=None))
    found = understood({"id": "1"}, "", lambda _: naive)
    monkeypatch.undo()
    time.tzset()

    assert isinstance(found, RawMention)
    assert found.posted_at == AT


CUT = {
    "escaped quotation marks": (b'[{"id":"1","x":"', b'\\"'),
    "quotation marks": (b'[{"id":"1","x":', b'"'),
    "deep and cut inside a text": (b"[" * 101 + b'["', b'\\"'),
    "commas": (b"[", b","),
    "objects": (b'[{"x":', b'{"a":"'),
    "backslashes": (b'["', b"\\"),
    "texts": (b"[", b'"a",'),
}


@pytest.mark.parametrize("case", CUT.values(), ids=list(CUT))
def test_what_is_cut_off_takes_no_more_time_than_its_length(case: tuple[bytes, bytes]) -> None:
    def read(body: bytes) -> None:
        with contextlib.suppress(ValueError):
            listing(case[0] + body)

    assert growth(read, case[1], 4000) < LINEAR


def test_a_text_that_is_not_closed_hides_nothing_before_it() -> None:
    page = listing(b'[{"id":"1"},{"id":"2","x":"' + b'\\"}' * 50)
    assert (list(page.events), bool(page.problem)) == ([{"id": "1"}], True)
