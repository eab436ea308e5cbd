"""What was not understood is kept once, for a while, and little of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from amplifier.campaign.mention import LONGEST_RAW, LONGEST_REASON, Aside
from amplifier.store.listening import quarantine
from amplifier.store.listening.quarantine import LIFE, MOST, Pile, piles, set_aside, to_read_again
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")


def keep(*events: Aside, source: str = "x:mentions", reader: str = "v1", seconds: float = 0) -> None:
    with transaction.atomic():
        quarantine.keep(source, events, reader=reader, now=after(seconds))


def event(name: str, reason: str = "It has no author.") -> Aside:
    return Aside(name, f'{{"id":"{name}"}}'.encode(), reason)


def test_an_event_is_kept_with_its_place_what_came_why_and_when() -> None:
    keep(event("a"))
    (kept,) = set_aside()
    assert (kept.source, kept.at, kept.aside) == ("x:mentions", NOW, event("a"))


def test_the_same_event_met_again_is_kept_once() -> None:
    keep(event("a"), event("a"))
    keep(event("a"), seconds=9)
    keep(event("a"), source="x:#OurTag", seconds=9)
    assert piles() == (Pile("x:#OurTag", 1, after(9)), Pile("x:mentions", 1, NOW))


def test_they_are_few_short_and_grow_old() -> None:
    keep(Aside("p" * 999, b"x" * 10**6, "r" * 999))
    (kept,) = set_aside()
    assert (len(kept.aside.place), len(kept.aside.raw), len(kept.aside.reason)) == (100, LONGEST_RAW, LONGEST_REASON)
    for number in range(MOST + 30):
        keep(event(str(number)))
    keep(event("other"), source="bluesky:mentions")
    assert [pile.number for pile in piles()] == [1, MOST]
    assert set_aside(limit=2)[1].aside.place == str(MOST + 29)
    keep(seconds=LIFE / timedelta(seconds=1) + 1)  # a look that set nothing aside
    assert piles() == ()


def test_a_place_or_a_reason_that_no_database_takes_is_made_plain() -> None:
    keep(Aside("a\x00\ud83d", b"\x00\xff", "b\x00\ud83d"))
    (kept,) = set_aside()
    assert (kept.aside.place, kept.aside.raw, kept.aside.reason) == ("a  ", b"\x00\xff", "b  ")


def test_only_what_another_version_could_not_understand_is_read_again_and_not_what_was_cut() -> None:
    keep(event("a"))
    keep(event("b"), reader="v2")
    keep(Aside("c", b"x" * 10**6, ""))
    keep(event("d"), source="x:#OurTag")
    assert [kept.aside.place for kept in to_read_again("x:mentions", reader="v2")] == ["a"]


def test_what_is_understood_now_goes_and_the_rest_is_not_tried_twice() -> None:
    keep(event("a"), event("b"))
    a, b = to_read_again("x:mentions", reader="v2")
    with transaction.atomic():
        quarantine.judged(understood=[a.id], still=[(b.id, "Still no author.")], reader="v2")
    (kept,) = set_aside()
    assert (kept.id, kept.aside.reason) == (b.id, "Still no author.")
    assert to_read_again("x:mentions", reader="v2") == ()
