"""A listing in the order of strangers' clocks is heard whole, each thing once, with few requests a look."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.campaign.mention import Aside, MentionKind, RawMention
from amplifier.errors import Unavailable
from amplifier.platforms.port import Page
from amplifier.platforms.trail import KEPT, KEPT_ON_THE_WAY, MOST_TRIES, SWEEP, Entry, Leaf, Trail, walk
from tests.examples import examples

NOW = datetime(2026, 10, 9, 12, 0, tzinfo=UTC)
SIZE = 10


def said(number: int, words: str = "Hi") -> RawMention:
    return RawMention(f"post {number}", MentionKind.MENTION, "7", "bell.example", "Bell", words, False, "", NOW)


@dataclass
class Place:
    """A listing, newest mark first, ten a page; each look is a while after the one before."""

    entries: list[Entry] = field(default_factory=list)
    time: datetime = NOW
    cursor: str = ""
    pages: int = 8
    used: int = 0
    fetch: Callable[[str], Leaf] | None = None

    def add(self, number: int, mark: float, words: str = "Hi") -> None:
        self.entries.append(Entry(f"{mark:020.3f}", f"post {number}", said(number, words)))

    def page(self, position: str) -> Leaf:
        below = sorted((one for one in self.entries if not position or one.mark < position), key=lambda one: one.mark)
        shown = below[::-1][:SIZE]
        return Leaf(tuple(shown), shown[-1].mark if len(below) > SIZE else "")

    def look(self) -> Page:
        self.used = 0

        def fetch(position: str) -> Leaf:
            self.used += 1
            return (self.fetch or self.page)(position)

        page = walk(Trail.read(self.cursor), fetch, pages=self.pages, now=self.time)
        assert self.used <= self.pages
        self.time += SWEEP
        self.cursor = page.cursor
        return page

    def heard(self, looks: int = 1) -> list[str]:
        return [mention.canonical_id for _ in range(looks) for mention in self.look().mentions]


@settings(max_examples=examples(150), deadline=None)
@given(seed=st.integers(0, 2**32), pages=st.integers(2, 6), count=st.integers(0, 120))
def test_everything_is_heard_once_wherever_it_turns_up_and_however_much_there_is(
    seed: int, pages: int, count: int
) -> None:
    chance = random.Random(seed)
    place = Place(pages=pages)
    found = place.heard()
    number = 0
    while number < count:
        for _ in range(chance.choice((0, 1, 3, 40))):
            place.add(number, chance.uniform(0, 1000) if chance.random() < 0.3 else 1000 + number)
            number += 1
        found += place.heard()
    found += place.heard(looks=3 * number // SIZE + 4)

    assert sorted(found) == sorted(f"post {n}" for n in range(number))


def test_a_first_look_wants_one_page_and_nothing_that_was_there_below_it() -> None:
    place = Place()
    for number in range(300):
        place.add(number, number)
    assert place.heard() == [f"post {number}" for number in range(290, 300)]
    assert place.used == place.pages
    assert place.heard(looks=40) == []
    place.add(400, 250.5)  # late, among what was there
    place.add(401, 20.5)  # below all that anybody has looked at
    assert place.heard(looks=40) == ["post 400"]


def test_a_quiet_listing_costs_a_page_a_look_and_one_more_now_and_then() -> None:
    place = Place()
    for number in range(70):
        place.add(number, number)
    place.look()
    used = []
    for _ in range(30):
        place.look()
        used.append(place.used)
        place.time -= SWEEP * 0.9
    assert max(used) == 2
    assert sum(used) < 30 + 5


def test_what_is_remembered_is_bounded_whatever_comes() -> None:
    place = Place(pages=8)
    place.look()
    for number in range(6000):
        place.add(number, number)
    found: list[str] = []
    sizes = []
    while len(set(found)) < 6000:
        found += place.heard()
        sizes.append(len(Trail.read(place.cursor).met))
        assert len(sizes) < 200
        assert len(place.cursor) < 150_000
    place.heard(looks=60)
    assert max(sizes) == KEPT_ON_THE_WAY
    assert len(Trail.read(place.cursor).met) <= KEPT + SIZE * place.pages
    assert len(place.cursor) < 40_000


def test_what_shows_something_else_is_told_again_wherever_it_stands() -> None:
    place = Place()
    for number in range(30):
        place.add(number, number)
    place.look()
    place.add(31, 31)
    place.look()
    last, *rest = sorted(place.entries, key=lambda one: one.mark)[::-1]
    place.entries = [Entry(last.mark, last.name, said(31, "Other words")), *rest]
    (mention,) = place.look().mentions
    assert mention.text == "Other words"
    assert place.heard(looks=5) == []


def test_what_was_nothing_to_us_and_becomes_a_mention_is_heard() -> None:
    place = Place()
    place.entries = [Entry("1", "post 1", None)]
    assert place.heard() == []
    place.entries = [Entry("1", "post 1", said(1))]
    assert place.heard(looks=3) == ["post 1"]


def test_what_has_no_mark_belongs_where_it_stands_and_is_told_once() -> None:
    place = Place()
    place.add(1, 1)
    place.add(2, 2)
    odd = Entry("", "bytes", Aside("", b"{}", "No mark."))
    place.fetch = lambda position: Leaf((*place.page(position).entries, odd), "")
    assert [len(place.look().aside) for _ in range(3)] == [1, 0, 0]
    place.add(3, 3)
    assert place.heard() == ["post 3"]


def test_nothing_without_a_mark_opens_the_way_to_what_was_there_before() -> None:
    place = Place(pages=1)
    for number in range(100):
        place.add(number, number)
    odd = Entry("", "bytes", Aside("", b"{}", "No mark."))
    place.fetch = lambda position: Leaf((odd, *place.page(position).entries), place.page(position).next)
    place.look()
    place.pages = 8
    assert place.heard(looks=20) == []


def test_a_page_that_fails_ends_the_look_with_what_was_read_and_is_gone_back_to() -> None:
    place = Place()
    place.look()
    for number in range(60):
        place.add(number, number)
    failing = {"is": True}

    def fetch(position: str) -> Leaf:
        if position and failing["is"]:
            raise Unavailable("Not now.")
        return place.page(position)

    place.fetch = fetch
    page = place.look()
    assert (len(page.mentions), str(page.problem)) == (SIZE, "Not now.")
    assert place.heard(looks=3) == []
    failing["is"] = False
    assert len(place.heard(looks=3)) == 50


def fails(place: Place, position: str) -> Leaf:
    if position:
        raise Unavailable("Not now.")
    return place.page(position)


def is_cut(place: Place, position: str) -> Leaf:
    return is_cut_at_once(place, position) if position else place.page(position)


def is_cut_at_once(place: Place, position: str) -> Leaf:
    return Leaf(place.page(position).entries[:3], "", Unavailable("Cut off."))


@pytest.mark.parametrize("trouble", [fails, is_cut, is_cut_at_once])
@pytest.mark.parametrize("is_busy", [False, True], ids=["a quiet top", "a top with something new"])
def test_pages_that_fail_now_and_then_take_nothing_from_the_way_down(
    trouble: Callable[[Place, str], Leaf], *, is_busy: bool
) -> None:
    place = Place(pages=40)
    for number in range(350):
        place.add(number, number)
    place.look()
    place.add(400, 5.5)  # at the foot, 35 pages down
    found: list[str] = []
    for look in range(1, 151):
        is_bad = look % 3 == 0
        if is_busy and is_bad:
            place.add(1000 + look, 1000 + look)
        place.fetch = partial(trouble, place) if is_bad else None
        page = place.look()
        found += [one.canonical_id for one in page.mentions]
        assert (page.problem is not None) == is_bad

    wanted = {"post 400"} | ({f"post {1000 + look}" for look in range(3, 151, 3)} if is_busy else set())
    assert (set(found), len(found)) == (wanted, len(wanted))


def test_a_place_that_its_server_knows_no_more_is_left_and_the_way_down_begun_again() -> None:
    place = Place()
    for number in range(70):
        place.add(number, number)
    place.look()
    place.look()
    gone = Trail.read(place.cursor).at
    place.add(100, 5.5)

    def fetch(position: str) -> Leaf:
        return fails(place, position) if position == gone else place.page(position)

    place.fetch = fetch
    for entry in place.entries[-3:]:  # pages are cut elsewhere from now on
        place.entries.append(Entry(f"{entry.mark}5", f"more {entry.name}", None))
    assert place.heard(looks=MOST_TRIES - 1) == []
    assert Trail.read(place.cursor).at == gone
    assert place.heard(looks=12) == ["post 100"]


def test_a_look_says_whether_there_is_more_that_it_did_not_come_to() -> None:
    place = Place(pages=3)
    for number in range(40):
        place.add(number, number)
    assert not place.look().is_unfinished  # what was there before is not wanted
    for number in range(100, 150):
        place.add(number, number)
    assert [place.look().is_unfinished for _ in range(4)] == [True, True, False, False]
    place.fetch = partial(fails, place)
    assert place.look().is_unfinished
    place.fetch = None
    assert not place.look().is_unfinished


def test_whatever_comes_what_was_there_before_us_stays_unheard() -> None:
    place = Place(pages=8)
    for number in range(60):
        place.add(number, number)
    before = place.heard()
    for number in range(100, 100 + KEPT_ON_THE_WAY + 500):
        place.add(number, number)
    found = place.heard(looks=KEPT_ON_THE_WAY // SIZE)

    assert sorted(before) == [f"post {number}" for number in range(50, 60)]
    assert {f"post {number}" for number in range(60)} & set(found) == set()
    assert set(found) == {f"post {number}" for number in range(100, 100 + KEPT_ON_THE_WAY + 500)}


def test_an_answer_that_is_not_whole_is_taken_in_and_told() -> None:
    place = Place()
    place.add(1, 1)
    place.fetch = lambda position: Leaf(place.page(position).entries, "", Unavailable("Cut off."))
    page = place.look()
    assert (len(page.mentions), str(page.problem)) == (1, "Cut off.")


def test_a_listing_that_leads_in_a_circle_is_left() -> None:
    place = Place()
    for number in range(25):
        place.add(number, number)
    places = ["", "a", "b"]
    place.fetch = lambda position: Leaf(
        place.page("").entries, {"": "a", "a": "b", "b": "a"}[position] if position in places else ""
    )
    place.look()
    for _ in range(10):
        place.look()
        assert place.used <= 2


def test_a_clock_of_ours_that_is_set_back_stops_no_way_down() -> None:
    place = Place()
    for number in range(50):
        place.add(number, number)
    place.look()
    place.time = NOW - timedelta(days=400)
    place.add(60, 5.5)
    assert place.heard(looks=8) == ["post 60"]


def test_more_with_one_mark_than_can_be_remembered_are_wanted_no_more() -> None:
    place = Place(pages=KEPT_ON_THE_WAY)
    place.add(0, 0)
    place.look()
    for number in range(1, KEPT_ON_THE_WAY + 500):
        place.entries.append(Entry(f"{5:020.3f}", f"post {number}", said(number)))
    place.fetch = lambda position: Leaf(
        tuple(place.entries[int(position or 0) : int(position or 0) + 100]),
        str(int(position or 0) + 100) if int(position or 0) + 100 < len(place.entries) else "",
    )
    place.heard()
    assert len(Trail.read(place.cursor).met) <= KEPT_ON_THE_WAY
    assert place.heard(looks=3) == []
    assert place.used <= 2
    place.entries.insert(0, Entry(f"{6:020.3f}", "post 9999", said(9999)))
    assert place.heard() == ["post 9999"]


def test_a_cursor_that_never_saw_anything_wants_nothing_older_either() -> None:
    kept = Trail((), "", "", NOW.isoformat(), is_begun=True).written()
    assert Trail.read(kept).empty == NOW.isoformat()
