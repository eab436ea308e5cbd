"""A post of the plan and its row: by its name first, then by the name that it had."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.changes import ExistingDelivery, ExistingPost
from amplifier.campaign.delivery import DropReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId, WantedPost
from amplifier.schedule.naming.matched import PostMatch, former_id, keeps_its_hour, matched
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


def there(
    row: int, post: WantedPost, state: State, reason: str = "", *, asked: bool = False, frozen: bool = False
) -> ExistingPost:
    delivery = ExistingDelivery(row, "x", state, reason, "Vote", frozen=frozen, asked=asked)
    return ExistingPost(row, post.id, post.moment, 900, (delivery,))


def names(found: list[PostMatch]) -> list[tuple[str, int | None]]:
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


# what belongs to its hour: out, missed, left out or kept back by a person, and what people were asked to post
SETTLED = [
    (State.SENT, "", False),
    (State.UNSURE, "", False),
    (State.HELD, HoldReason.HAND_OFF, True),
    (State.HELD, HoldReason.KEPT, False),
    (State.MISSED, "", False),
    (State.DROPPED, "", False),
    (State.DROPPED, DropReason.UNPLANNED, True),
]
# what goes to another hour where its own is taken out
LOOSE = [
    (State.QUEUED, "", False),
    (State.HELD, HoldReason.REJECTED, False),
    (State.HELD, HoldReason.DOUBT, False),
    (State.DROPPED, DropReason.UNPLANNED, False),
    (State.DROPPED, DropReason.UNPLANNED_HOLD, False),
]


@pytest.mark.parametrize(("state", "reason", "asked"), SETTLED)
def test_what_belongs_to_an_hour_is_given_to_no_other(state: State, reason: str, asked: bool) -> None:  # noqa: FBT001
    ten = there(1, daily(1, 10), state, reason, asked=asked)
    eleven = there(2, daily(2, 11), State.QUEUED)
    assert names(matched([daily(1, 9), daily(2, 10), daily(3, 11)], [ten, eleven])) == [
        ("3", None), ("1", 1), ("2", 2),
    ]  # fmt: skip
    assert names(matched([daily(1, 11)], [ten, eleven])) == [("2", 2)]
    assert names(matched([daily(1, 12)], [ten])) == [("2", None)]


@pytest.mark.parametrize(("state", "reason", "asked"), SETTLED)
def test_a_later_hour_that_is_settled_is_not_given_the_row_of_an_earlier_one(
    state: State,
    reason: str,
    asked: bool,  # noqa: FBT001
) -> None:
    waiting, settled = there(1, daily(1, 10), State.QUEUED), there(2, daily(2, 11), state, reason, asked=asked)
    assert names(matched([daily(1, 11)], [waiting, settled])) == [("2", 2)]


def test_what_may_be_there_stays_at_its_hour_and_goes_along_only_where_that_is_taken_out() -> None:
    tried = there(1, daily(1, 10), State.QUEUED, frozen=True)
    doubt = there(1, daily(1, 10), State.HELD, HoldReason.DOUBT)
    for one in (tried, doubt):
        assert names(matched([daily(1, 9), daily(2, 10)], [one])) == [("2", None), ("1", 1)]
        assert names(matched([daily(1, 12)], [one])) == [("1", 1)]


def of(found: PostMatch) -> tuple[str, str, int | None, int | None]:
    number = found.name.occurrence.partition("#")[2]
    return found.name.slot, number, found.row and found.row.row, found.former and found.former.row


def stall_and_table(**states: tuple[State, str]) -> list[ExistingPost]:
    """Three hours of a slot that was renamed before its `was:` was written: the rows of both names."""
    found = []
    for place, slot in enumerate(("stall", "table")):
        for number in (1, 2, 3):
            default = (State.DROPPED, DropReason.UNPLANNED) if slot == "stall" else (State.QUEUED, "")
            post = daily(number, 9 + number, slot=slot)
            found.append(there(10 * place + number, post, *states.get(f"{slot}{number}", default)))
    return found


def table(number: int, hour: int) -> WantedPost:
    return replace(daily(number, hour, slot="table"), was="stall")


def test_a_number_that_the_new_name_has_is_not_given_to_a_row_of_the_former_one() -> None:
    rows = stall_and_table(table1=(State.SENT, ""))
    found = matched([table(1, 11), table(2, 12), table(3, 13)], rows)
    assert [of(one) for one in found] == [("table", "2", 12, 2), ("table", "3", 13, 3), ("table", "4", None, None)]


def test_what_is_out_by_the_former_name_is_that_of_its_hour() -> None:
    rows = stall_and_table(stall1=(State.SENT, ""))
    found = matched([table(1, 9), table(2, 10), table(3, 11), table(4, 12)], rows)
    assert [of(one) for one in found] == [
        ("table", "4", None, None), ("table", "1", 11, 1), ("table", "2", 12, 2), ("table", "3", 13, 3),
    ]  # fmt: skip


def test_what_is_out_by_the_former_name_alone_keeps_that_where_the_number_is_another_hour_by_the_new_one() -> None:
    sent, moved = there(1, daily(1, 10), State.SENT), there(2, daily(1, 11, slot="table"), State.QUEUED)
    found = matched([table(1, 10), table(2, 11)], [sent, moved])
    assert [of(one) for one in found] == [("stall", "1", 1, None), ("table", "1", 2, None)]


def test_what_a_person_settled_by_the_former_name_is_settled() -> None:
    left, new = there(1, daily(1, 10), State.DROPPED), there(2, daily(1, 10, slot="table"), State.QUEUED)
    assert [of(one) for one in matched([table(1, 10)], [left, new])] == [("stall", "1", 1, None)]
    sent = there(2, daily(1, 10, slot="table"), State.SENT)
    assert [of(one) for one in matched([table(1, 10)], [left, sent])] == [("table", "1", 2, 1)]
    delivery = replace(left.deliveries[0], id=9)
    old_once, new_once = replace(row(1, OLD), deliveries=(delivery,)), row(2, NEW)
    assert [(one.row, one.name) for one in matched([POST], [old_once, new_once])] == [(old_once, OLD)]


def test_two_posts_that_clocks_show_at_one_time_have_a_row_each() -> None:
    one, other = there(1, daily(1, 3), State.SENT), there(2, daily(2, 3), State.SENT)
    assert names(matched([daily(1, 3), daily(2, 3)], [other, one])) == [("1", 1), ("2", 2)]


@st.composite
def days(draw: st.DrawFn) -> tuple[list[WantedPost], list[ExistingPost]]:
    """A slot's day in the plan, and rows of it by its name and its former one."""
    hours = sorted(draw(st.sets(st.integers(8, 14), max_size=5)))
    posts = [table(number, hour) for number, hour in enumerate(hours, 1)]
    rows = []
    for place, slot in enumerate(("stall", "table")):
        for number in draw(st.sets(st.integers(1, 4))):
            state, reason, asked = draw(st.sampled_from(SETTLED + LOOSE))
            post = daily(number, draw(st.integers(8, 14)), slot=slot)
            frozen = draw(st.booleans())
            rows.append(there(10 * place + number, post, state, reason, asked=asked, frozen=frozen))
    return posts, rows


@given(days())
def test_no_two_posts_have_one_row_or_one_name_and_what_belongs_to_an_hour_keeps_it(
    day: tuple[list[WantedPost], list[ExistingPost]],
) -> None:
    posts, rows = day
    found = matched(posts, rows)
    assert [one.post for one in found] == posts
    given_rows = [row.row for one in found for row in (one.row, one.former) if row]
    assert len(given_rows) == len(set(given_rows))
    assert len({one.name for one in found}) == len(found)
    there_by_name = {row.id: row for row in rows}
    for one in found:
        assert one.name not in there_by_name or one.row is there_by_name[one.name], "no name of another row"
        for row in (one.row, one.former):
            if row and keeps_its_hour(row):
                assert row.moment.wall_time == one.post.moment.wall_time
        at_its_hour = [row for row in rows if row.moment.wall_time == one.post.moment.wall_time]
        if any(keeps_its_hour(row) for row in at_its_hour):
            assert any(row and keeps_its_hour(row) for row in (one.row, one.former))
