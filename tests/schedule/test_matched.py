"""A post of the plan and its row: by its name first, then by the name that it had."""

from __future__ import annotations

from dataclasses import replace

from amplifier.campaign.changes import ExistingDelivery, ExistingPost
from amplifier.campaign.delivery import State
from amplifier.campaign.post import PostId, WantedPost
from amplifier.schedule.matched import Match, former_id, matched
from tests.schedule.paper import wanted

OLD, NEW = PostId("lab23", "old", "once"), PostId("lab23", "new", "once")
POST = wanted("new", was="old")


def row(number: int, post: PostId) -> ExistingPost:
    return ExistingPost(number, post, POST.moment, 900, ())


def test_a_post_has_the_row_of_its_name_or_else_of_its_former_name() -> None:
    old, new = row(1, OLD), row(2, NEW)
    assert [(one.row, one.former) for one in matched([POST], [old])] == [(old, None)]
    assert [(one.row, one.former) for one in matched([POST], [new])] == [(new, None)]
    assert [(one.row, one.former) for one in matched([POST], [old, new])] == [(new, old)]
    assert [(one.row, one.former) for one in matched([POST], [])] == [(None, None)]


def test_without_a_former_name_no_other_row_is_its() -> None:
    never = replace(POST, was="")
    assert former_id(never) == NEW
    assert [(one.row, one.former) for one in matched([never], [row(1, OLD)])] == [(None, None)]
    assert matched([never], [row(2, NEW)])[0].former is None


def daily(number: int, hour: int, *, day: str = "2023-10-06", slot: str = "stall") -> WantedPost:
    post = wanted(slot)
    return replace(
        post, id=PostId("lab23", slot, f"{day}#{number}"), moment=replace(post.moment, wall_time=f"{day}T{hour:02}:00")
    )


def there(row: int, post: WantedPost, state: State) -> ExistingPost:
    delivery = ExistingDelivery(row, "x", state, "", "Vote", frozen=False)
    return ExistingPost(row, post.id, post.moment, 900, (delivery,))


def names(found: list[Match]) -> list[tuple[str, int | None]]:
    return [(one.name.occurrence.partition("#")[2], one.row.row if one.row else None) for one in found]


NINE = there(1, daily(1, 9), State.SENT)
NOON = there(2, daily(2, 12), State.QUEUED)


def test_hours_that_change_before_anything_of_the_day_is_out_go_by_number() -> None:
    waiting = there(1, daily(1, 9), State.QUEUED)
    assert names(matched([daily(1, 10), daily(2, 12)], [waiting, NOON])) == [("1", 1), ("2", 2)]


def test_an_hour_that_is_taken_out_when_it_has_been_said_leaves_the_next_its_own_row() -> None:
    assert names(matched([daily(1, 12)], [NINE, NOON])) == [("2", 2)]


def test_an_earlier_hour_that_is_added_gets_a_number_that_was_never_used() -> None:
    assert names(matched([daily(1, 8), daily(2, 9)], [NINE])) == [("2", None), ("1", 1)]
    assert names(matched([daily(1, 8), daily(2, 9), daily(3, 12)], [NINE, NOON])) == [
        ("3", None), ("1", 1), ("2", 2),
    ]  # fmt: skip


def test_what_waits_follows_to_the_new_hour() -> None:
    assert names(matched([daily(1, 13)], [NINE, NOON])) == [("2", 2)]
    assert names(matched([daily(1, 10), daily(2, 13)], [NINE, NOON])) == [("2", 2), ("3", None)]


def test_other_days_and_other_slots_are_left_as_they_are() -> None:
    next_day = daily(1, 12, day="2023-10-07")
    other = daily(1, 12, slot="other")
    found = matched([daily(1, 12), next_day, other], [NINE, NOON, there(3, next_day, State.QUEUED)])
    assert names(found) == [("2", 2), ("1", 3), ("1", None)]
