"""A post is of the day on which it goes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.store.filled import wanted


def test_a_post_is_of_the_day_for_which_it_was_planned_until_it_goes_out_on_another() -> None:
    post = wanted("soon", [])
    assert post.day == post.due_day == date.fromisoformat(post.moment.wall_time[:10])
    late = replace(post, goes_on=date(2023, 10, 31))
    assert (late.day, late.due_day) == (date(2023, 10, 31), post.due_day)
