"""A person's own post that waits: found by a part of its name, and changed only as it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.delivery import State
from amplifier.campaign.post import PostId
from amplifier.compose.memory import REAL_TIME, Ahead
from amplifier.compose.sameness import PlannedText
from amplifier.errors import TemplateError, UsageError
from amplifier.operate.own import prepare_own, queue_own
from amplifier.operate.own_change import (
    carry_out,
    find_own,
    prepare_leaving_out,
    prepare_move_to,
    prepare_reword,
    prepare_taking_in,
)
from amplifier.schedule.program import post_name
from amplifier.store import delivery_views
from amplifier.store.operate.corrections import Hand
from tests.deliver.desk import Desk
from tests.store import filled
from tests.store.filled import NOW, after

SETTINGS = settings_file.load(Path(__file__).parents[2])
HAND = Hand("cli:jo", "", NOW, filled.FIRST_DAY)
pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture(autouse=True)
def _listed(desk: Desk) -> None:  # noqa: ARG001  the ledger that it works on
    filled.list_as(SETTINGS)


def queued(text: str = "We are in the hall", *accounts: str, now: int = 0) -> PostId:
    own = prepare_own(text, accounts or ("x", "mastodon"), SETTINGS, due_at=after(3600), now=after(now))
    queue_own(own, SETTINGS, actor="cli:jo", now=after(now))
    return own.post.id


def test_a_name_of_an_own_post_is_known_by_its_beginning_and_a_part_is_enough() -> None:
    post, other = queued(), queued("Come to the stall", now=1)
    rows = delivery_views.own_waiting()
    assert find_own("debate-soon", rows) is None
    assert find_own(post_name(post), rows) == post
    assert find_own(f"own/{post.occurrence[-8:]}", rows) == post
    assert find_own(post_name(other)[:19], rows) == other
    with pytest.raises(UsageError, match="Which one"):
        find_own("own", rows)
    with pytest.raises(UsageError, match="No post of your own called “own/x”"):
        find_own("own/x", rows)


def test_words_that_a_network_would_not_take_change_nothing() -> None:
    post = queued()
    with pytest.raises(TemplateError):
        prepare_reword(post, "a" * 281, SETTINGS, playing=REAL_TIME)
    with pytest.raises(UsageError, match="To leave it out: amplifier skip own/"):
        prepare_reword(post, " ", SETTINGS, playing=REAL_TIME)


def test_what_somebody_else_says_meanwhile_keeps_it_as_it_was() -> None:
    post = queued("We are in the hall", "mastodon")
    change = prepare_reword(post, "Come to the stall", SETTINGS, playing=REAL_TIME)
    assert change.echoes == ()
    queued("Come to the stall", "mastodon", now=1)
    with pytest.raises(UsageError, match="Somebody has said nearly the same a moment ago"):
        carry_out(change, SETTINGS, HAND, playing=REAL_TIME, facts={})
    assert delivery_views.views(post=post)[0].text.startswith("We are in the hall")


def test_a_move_that_brings_it_near_to_its_like_is_told_or_on_x_refused() -> None:
    far = prepare_own("Come to the stall", ("x", "mastodon"), SETTINGS, due_at=after(40 * 86_400), now=after(1))
    queue_own(far, SETTINGS, actor="cli:jo", now=after(1))
    post = queued("Come to the stalls", "mastodon")
    assert prepare_move_to(post, after(40 * 86_400 + 60), SETTINGS, playing=REAL_TIME).echoes
    assert prepare_move_to(post, after(7200), SETTINGS, playing=REAL_TIME).echoes == ()
    twin = queued("Come to the stalls", "x", now=2)
    with pytest.raises(UsageError, match="X takes no copies"):
        prepare_move_to(twin, after(40 * 86_400) - timedelta(minutes=1), SETTINGS, playing=REAL_TIME)


def test_an_account_on_which_it_does_not_wait_is_told() -> None:
    post = queued("We are in the hall", "mastodon")
    with pytest.raises(UsageError, match="does not wait to go out on x"):
        prepare_leaving_out(post, SETTINGS, on=["x"])


def test_nobody_agrees_to_a_post_that_somebody_else_has_changed_meanwhile() -> None:
    post = queued("We are in the hall", "mastodon")
    for shown in (
        prepare_reword(post, "Come to the stall", SETTINGS, playing=REAL_TIME),
        prepare_move_to(post, after(7200), SETTINGS, playing=REAL_TIME),
        prepare_leaving_out(post, SETTINGS),
    ):
        text = f"It rains {delivery_views.views(post=post)[0].text}"
        carry_out(
            prepare_reword(post, text[:40], SETTINGS, playing=REAL_TIME), SETTINGS, HAND, playing=REAL_TIME, facts={}
        )
        with pytest.raises(UsageError, match="Somebody has changed the post a moment ago"):
            carry_out(shown, SETTINGS, HAND, playing=REAL_TIME, facts={})
    (row,) = delivery_views.views(post=post)
    assert row.text.startswith("It rains It rains It rains")


def test_what_is_left_out_is_taken_in_as_it_was_shown() -> None:
    post = queued("We are in the hall", "mastodon", "x")
    carry_out(prepare_leaving_out(post, SETTINGS), SETTINGS, HAND, playing=REAL_TIME, facts={})
    shown = prepare_taking_in(post, SETTINGS, now=NOW, playing=REAL_TIME)
    one = prepare_taking_in(post, SETTINGS, now=NOW, playing=REAL_TIME, on=["x"])
    carry_out(one, SETTINGS, HAND, playing=REAL_TIME, facts={})
    with pytest.raises(UsageError, match="Somebody has changed the post a moment ago"):
        carry_out(shown, SETTINGS, HAND, playing=REAL_TIME, facts={})


PLANNED = Ahead((PlannedText("rally/once", "x", "Come to the stall", after(86_400)),), decided=0)


def test_other_words_another_time_and_taking_in_again_are_compared_with_the_plan() -> None:
    post = queued("Come to the stalls", "x")
    for prepare in (
        lambda: prepare_reword(post, "Come to the STALL", SETTINGS, playing=REAL_TIME, plan=PLANNED),
        lambda: prepare_move_to(post, after(7200), SETTINGS, playing=REAL_TIME, plan=PLANNED),
    ):
        with pytest.raises(UsageError, match="rally/once say nearly the same on x within 7 days"):
            prepare()
    assert prepare_move_to(post, after(20 * 86_400), SETTINGS, playing=REAL_TIME, plan=PLANNED).echoes == ()
    carry_out(prepare_leaving_out(post, SETTINGS), SETTINGS, HAND, playing=REAL_TIME, facts={})
    with pytest.raises(UsageError, match="rally/once say nearly the same on x within 7 days"):
        prepare_taking_in(post, SETTINGS, now=NOW, playing=REAL_TIME, plan=PLANNED)


def test_what_somebody_decides_while_a_person_thinks_keeps_it_as_it_was() -> None:
    post = queued("We are in the hall", "mastodon")
    change = prepare_move_to(post, after(7200), SETTINGS, playing=REAL_TIME, plan=Ahead(decided=0))
    with pytest.raises(UsageError, match="Somebody has decided about the plan a moment ago"):
        carry_out(change, SETTINGS, HAND, playing=REAL_TIME, facts={}, plan=Ahead(decided=7))
    assert delivery_views.views(post=post)[0].due_at == after(3600)


def test_what_says_nearly_the_same_as_another_can_still_be_left_out() -> None:
    post = queued("We are in the hall", "x")
    change = prepare_leaving_out(post, SETTINGS)
    said = Ahead((PlannedText("rally/once", "x", "We are in the hall", after(3600)),), decided=7)
    carry_out(change, SETTINGS, HAND, playing=REAL_TIME, facts={}, plan=said)
    assert delivery_views.views(post=post)[0].state is State.DROPPED


def test_a_time_that_passes_while_a_person_thinks_moves_nothing() -> None:
    post = queued("We are in the hall", "mastodon")
    change = prepare_move_to(post, after(60), SETTINGS, playing=REAL_TIME)
    late = replace(HAND, now=after(60))
    with pytest.raises(UsageError, match="The time that you were shown has passed since, so it was not moved"):
        carry_out(change, SETTINGS, late, playing=REAL_TIME, facts={})
    assert delivery_views.views(post=post)[0].due_at == after(3600)
    carry_out(change, SETTINGS, replace(HAND, now=after(59)), playing=REAL_TIME, facts={})
    assert delivery_views.views(post=post)[0].due_at == after(60)
