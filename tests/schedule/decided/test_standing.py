"""What goes out when words stand: told by its mark, and for no account that was not meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided.standing import as_waiting, mark, must_be_meant
from amplifier.schedule.truth.free_words import Stale, Wrong

WRONG = Wrong(
    "14:40", "milestone.debate", "2023-10-10T14:40:00+01:00", "2023-10-10T15:20:00+01:00", "the plan says 15:20"
)
ON_X = as_waiting(Stale(PostId("lab23", "own", "a"), "x", "At 14:40.", date(2023, 10, 10), (WRONG,)))
ON_MASTODON = replace(ON_X, account="mastodon", text="Come at 14:40.")


def test_the_mark_is_another_for_other_words_accounts_and_facts_but_not_in_another_order() -> None:
    assert mark([ON_X, ON_MASTODON]) == mark([ON_MASTODON, ON_X])
    again = replace(ON_X, changed=(replace(WRONG, now="2023-10-10T15:20:30+01:00"),))
    others = [replace(ON_X, text="At 14:40!"), replace(ON_X, is_out=True), replace(ON_X, day="2023-10-11"), again]
    marks = [[ON_X], [ON_MASTODON], [], *([one] for one in others)]
    assert len({mark(one) for one in marks}) == len(marks)


def test_one_account_is_meant_only_where_the_post_waits_there_alone() -> None:
    must_be_meant([ON_X], "x")
    must_be_meant([ON_X, ON_MASTODON], "")
    with pytest.raises(UsageError, match="mastodon would send them too"):
        must_be_meant([ON_X, ON_MASTODON], "x")
    with pytest.raises(UsageError, match="on mastodon they are out and would stay"):
        must_be_meant([ON_X, replace(ON_MASTODON, is_out=True)], "x")
