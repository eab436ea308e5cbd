from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.platforms.watermark import Item, Watermark
from tests.examples import examples

START = datetime(2026, 10, 9, 12, 0, tzinfo=UTC)
OVERLAP = timedelta(seconds=60)
PAGE = 3


def item(second: float, name: str = "") -> Item:
    at = START + timedelta(seconds=second)
    return Item(mark=f"{int(second * 1000):09d}", canonical_id=name or f"post {second}", at=at)


def look(shown: list[Item], cursor: str, now: datetime, pages: int) -> tuple[list[str], str]:
    """One look at a network that shows newest first, a page at a time, as the adapters do it."""
    mark = Watermark.read(cursor)
    walk = [i for i in sorted(shown, key=lambda i: i.mark, reverse=True) if i.mark > mark.since]
    walk = [i for i in walk if not mark.before or i.mark < mark.before]
    read = walk[: pages * PAGE][::-1]
    stopped_at = read[0].mark if len(walk) > len(read) else ""
    after = (
        mark.walked(read, now - OVERLAP, stopped_at)
        if cursor
        else mark.begun(read, now - OVERLAP, is_all=not stopped_at)
    )
    return [i.canonical_id for i in read if mark.is_new(i.canonical_id)], after.written()


@settings(max_examples=examples(200), deadline=None)
@given(seed=st.integers(0, 2**32), pages=st.integers(1, 4), count=st.integers(0, 60))
def test_every_post_comes_once_however_late_it_shows_and_however_many_there_are(
    seed: int, pages: int, count: int
) -> None:
    chance = random.Random(seed)
    # Each post is said at some second and shown up to 50 seconds later, but not after a flood that was read in parts.
    posts = sorted(chance.sample(range(600), min(count, 600)))
    late = {second: second + (chance.random() * 50 if pages == 4 else 0) for second in posts}
    found: list[str] = []
    cursor = ""
    now = START - timedelta(seconds=1)
    names, cursor = look([], cursor, now, 1)
    for second in range(0, 2000, chance.randint(5, 40)):
        now = START + timedelta(seconds=second)
        shown = [item(s) for s in posts if late[s] <= second]
        names, cursor = look(shown, cursor, now, pages)
        found += names

    assert sorted(found) == sorted(f"post {s}" for s in posts)


def test_a_first_look_wants_nothing_older_than_it_saw() -> None:
    shown = [item(second) for second in range(10)]
    now = START + timedelta(seconds=11)

    first, cursor = look(shown, "", now, 1)
    second, _ = look(shown, cursor, now, 9)

    assert first == ["post 7", "post 8", "post 9"]
    assert second == []


def test_after_a_first_look_at_all_there_is_something_older_may_still_turn_up() -> None:
    now = START + timedelta(seconds=11)
    first, cursor = look([item(10)], "", now, 1)

    second, _ = look([item(5), item(10)], cursor, now, 9)

    assert (first, second) == (["post 10"], ["post 5"])


def test_a_first_look_at_nothing_is_still_a_look() -> None:
    nothing, cursor = look([], "", START, 1)
    assert nothing == []
    assert cursor

    everything, _ = look([item(second) for second in range(7)], cursor, START, 9)

    assert len(everything) == 7


def test_the_mark_settles_behind_the_newest_and_remembers_what_lies_between() -> None:
    items = [item(0), item(50), item(100)]

    after = Watermark().advanced(items, START + timedelta(seconds=60))

    assert after.since == items[1].mark
    assert [after.is_new(i.canonical_id) for i in items] == [True, True, False]
    assert Watermark.read(after.written()) == after


def test_a_walk_that_was_broken_off_is_finished_before_anything_new() -> None:
    shown = [item(second) for second in range(100, 110)]
    mark = Watermark(since=item(50).mark).written()
    now = START + timedelta(seconds=500)

    first, cursor = look(shown, mark, now, 1)
    shown.append(item(200))
    second, cursor = look(shown, cursor, now, 2)
    third, cursor = look(shown, cursor, now, 2)
    fourth, _ = look(shown, cursor, now, 2)

    assert first == ["post 107", "post 108", "post 109"]
    assert second == [f"post {n}" for n in range(101, 107)]
    assert third == ["post 100"]
    assert fourth == ["post 200"]
