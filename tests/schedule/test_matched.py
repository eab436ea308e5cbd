"""A post of the plan and its row: by its name first, then by the name that it had."""

from __future__ import annotations

from dataclasses import replace

from amplifier.campaign.changes import ExistingPost
from amplifier.campaign.post import PostId
from amplifier.schedule.matched import former_id, matched
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
