"""What is further ahead than the ledger looks: people decide about it as about any other post."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Distance
from amplifier.campaign.post import PostId
from amplifier.compose.memory import must_be_the_plan
from amplifier.compose.sameness import Verdict
from amplifier.errors import TemplateError, UsageError
from amplifier.schedule.decided.ahead import find_gone_out, next_beyond, said_by_the_plan, still_to_come, to_be_said
from amplifier.schedule.decided.change import find_post, prepare_move
from amplifier.schedule.decided.rewording import decide_words, prepare_plan_words
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.schedule.truth.review import find_untrue, review
from amplifier.store import decisions, delivery_views
from amplifier.store.models import DeliveryRow
from tests.schedule.homes import EIGHT, SCHEDULE
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import SOON, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
THANKS = PostId("lab23", "thanks", "once")
FAR = (
    SCHEDULE
    + "  - name: thanks\n    template: lab23/soon\n    at: 2023-10-25 10:00\n    accounts: [bluesky, mastodon]\n"
)

BYE = PostId("lab23", "bye", "once")
GOODBYE = """\
  - {name: bye, template: lab23/soon, wording: other, at: 2023-10-27 10:00, accounts: [x]}
  - {name: later, template: lab23/soon, wording: plain, at: 2023-10-29 10:00, accounts: [x]}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A post lies 19 days ahead: the ledger has no row of it."""
    made = Desk(tmp_path)
    campaign = made.settings.campaign
    longer = campaign.model_copy(update={"last_day": campaign.last_day + timedelta(days=28)})
    made.settings = made.settings.model_copy(update={"campaign": longer})
    made.home.write("schedules/small.yaml", FAR)
    made.hire()
    assert delivery_views.views(post=THANKS) == ()
    return made


def come_near(desk: Desk) -> list[tuple[str, str, str]]:
    desk.time = datetime.fromisoformat("2023-10-20T10:00:00+01:00")
    desk.planner.refresh()
    rows = delivery_views.views(post=THANKS)
    return [(row.identity.account, row.state.value, row.text.split("\n")[0]) for row in rows]


def test_a_post_far_ahead_is_still_to_come_on_all_that_the_plan_wants(desk: Desk) -> None:
    coming = still_to_come(desk.program, THANKS)
    assert coming
    assert [said.account for said in coming.words] == ["bluesky", "mastodon"]
    assert still_to_come(desk.program, PostId("lab23", "nobody", "once")) is None


def test_where_it_has_gone_out_it_is_not_still_to_come(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(state="sent")
    coming = still_to_come(desk.program, SOON)
    assert coming
    assert [said.account for said in coming.words] == ["bluesky", "mastodon"]


def test_other_words_for_a_post_far_ahead_are_the_ones_that_go_out(desk: Desk) -> None:
    words = dict.fromkeys(("bluesky", "mastodon"), "We lost, and we thank you all the same.")
    made = decide_words(desk.program, THANKS, words, actor="cli:jo", reason="", now=desk.time)
    assert json.loads(made.value) == words
    said = "We lost, and we thank you all the same."
    assert come_near(desk) == [("bluesky", "queued", said), ("mastodon", "queued", said)]


def test_a_post_far_ahead_is_left_out_for_good(desk: Desk) -> None:
    decide_skip(desk.program, find_post(desk.program, "thanks"), actor="cli:jo", reason="", now=desk.time)
    assert come_near(desk) == []


def test_words_for_a_post_far_ahead_are_held_when_they_become_untrue_and_may_be_left(desk: Desk) -> None:
    text = "Since the debate on Monday at 14:40 you have been great"
    decide_words(desk.program, THANKS, {"bluesky": text}, actor="cli:jo", reason="", now=desk.time)
    later = "2023-10-09T15:20:00+01:00"
    assert [one.post for one in desk.prepare(later).stale] == [THANKS]
    desk.move(later)
    assert [one.post for one in review(desk.program, now=desk.time).stale] == [THANKS]
    assert find_untrue(desk.program, "thanks", now=desk.time) == THANKS
    leave(desk.program, THANKS, actor="cli:jo", reason="", now=desk.time)
    assert {state for _, state, _ in come_near(desk)} == {"queued"}


def test_a_move_names_what_follows_it_far_ahead(desk: Desk) -> None:
    desk.home.write("schedules/small.yaml", FAR.replace("at: 2023-10-25 10:00", "at: debate + 384h"))
    desk.planner.refresh()
    assert delivery_views.views(post=THANKS) == ()
    move = prepare_move(desk.program, "debate", Distance(timedelta(minutes=40)), now=desk.time)
    assert "thanks/once" in {one.post for one in move.shifts}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "There are no words for thanks/once"),
        ({"bluesky": " "}, "There are no words for thanks/once"),
        ({"x": "Thank you"}, "thanks/once does not go to x. It goes to bluesky and mastodon."),
    ],
)
def test_a_decision_that_would_change_nothing_is_refused(desk: Desk, words: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        decide_words(desk.program, THANKS, words, actor="cli:jo", reason="", now=desk.time)
    assert decisions.decisions() == ()


def test_words_for_an_account_on_which_it_is_out_are_refused_and_the_others_may_change(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(state="sent")
    with pytest.raises(UsageError, match="soon/once is sent on x already"):
        decide_words(desk.program, SOON, {"x": "Hello"}, actor="cli:jo", reason="", now=desk.time)
    decide_words(desk.program, SOON, {"bluesky": "Hello"}, actor="cli:jo", reason="", now=desk.time)
    DeliveryRow.objects.filter(post__slot="soon").update(state="sending")
    with pytest.raises(UsageError, match="on its way already"):
        decide_words(desk.program, SOON, {"mastodon": "Hello"}, actor="cli:jo", reason="", now=desk.time)


def test_what_is_out_everywhere_but_where_it_was_left_out_says_so(desk: Desk) -> None:
    decide_skip(desk.program, SOON, actor="cli:jo", reason="", now=desk.time, on=["x"])
    desk.planner.refresh()
    DeliveryRow.objects.filter(post__slot="soon").exclude(account__label="x").update(state="sent")
    with pytest.raises(UsageError, match="is sent on bluesky and sent on mastodon already, and goes nowhere"):
        decide_words(desk.program, SOON, {"x": "Hello"}, actor="cli:jo", reason="", now=desk.time)


def test_where_the_template_cannot_be_put_into_words_a_person_still_can(desk: Desk) -> None:
    long = "---\nask: watch\n---\n== plain\n" + "a" * 252 + " {{ milestones.debate | weekday }}.\n"
    desk.home.write("templates/lab23/soon.j2", long)
    desk.planner.refresh()
    desk.move("2023-10-11T14:40:00+01:00")  # a longer weekday
    coming = still_to_come(desk.program, SOON)
    assert coming
    assert set(coming.unwritten) == {"x"}
    decide_words(desk.program, SOON, {"x": "Short"}, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    (row,) = [one for one in delivery_views.views(post=SOON) if one.identity.account == "x"]
    assert row.text.startswith("Short")
    assert still_to_come(desk.program, SOON).unwritten == {}  # type: ignore[union-attr]
    with pytest.raises(TemplateError):
        decide_words(desk.program, SOON, {"x": "long " * 80}, actor="cli:jo", reason="", now=desk.time)


def test_what_has_not_gone_out_yet_cannot_be_taken_back_and_it_says_what_can(desk: Desk) -> None:
    instead = "To leave it out: amplifier skip"
    for name in ("thanks", "thanks/once"):
        with pytest.raises(UsageError, match=r"thanks/once has not gone out yet\. To leave it out: amplifier skip"):
            find_gone_out(desk.program, name, instead=instead)
    with pytest.raises(UsageError, match="Nothing called “nobody” is out"):
        find_gone_out(desk.program, "nobody", instead=instead)
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(state="sent")
    assert find_gone_out(desk.program, "soon", instead=instead) == SOON


def test_the_next_post_is_known_where_the_ledger_does_not_look_that_far(desk: Desk) -> None:
    found = next_beyond(desk.program, now=desk.time)
    assert found
    assert found.id == THANKS
    come_near(desk)
    assert next_beyond(desk.program, now=desk.time) is None
    assert {row.state for row in delivery_views.views(post=THANKS)} == {State.QUEUED}


# What the plan is still to say, by all decisions and however far ahead


def said_ahead(desk: Desk) -> dict[tuple[str, str], str]:
    ahead = to_be_said(desk.program, now=desk.time)
    return {(one.post, one.account): one.text.split("\n")[0] for one in ahead.said}


def test_what_the_plan_is_to_say_holds_what_was_decided_a_moment_ago_and_what_is_far_ahead(desk: Desk) -> None:
    words = {"x": "See you in the hall"}
    made = decide_words(desk.program, SOON, words, actor="cli:jo", reason="", now=desk.time)
    ahead = to_be_said(desk.program, now=desk.time)
    assert said_ahead(desk)["soon/once", "x"] == "See you in the hall"
    assert ("thanks/once", "bluesky") in said_ahead(desk)
    assert ahead.decided == made.id
    (row,) = [one for one in delivery_views.views(post=SOON) if one.identity.account == "x"]
    assert row.id in ahead.instead, "the ledger has its old words until the planner looks again"


def test_what_is_out_left_out_or_over_is_not_to_be_said(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(state="sent")
    DeliveryRow.objects.filter(post__slot="soon", account__label="bluesky").update(state="dropped", reason="by hand")
    decide_skip(desk.program, THANKS, actor="cli:jo", reason="", now=desk.time)
    there = said_ahead(desk)
    assert [account for post, account in there if post == "soon/once"] == ["mastodon"]
    assert not [post for post, _ in there if post == "thanks/once"]
    desk.time += timedelta(days=40)
    ahead = to_be_said(desk.program, now=desk.time)
    assert ahead.said == ()
    assert not ahead.instead & {row.id for row in delivery_views.views(post=SOON)}, (
        "what waits late is in the ledger alone"
    )


@pytest.mark.parametrize(
    ("changes", "is_to_be_said"),
    [
        ({"state": "sent"}, False),
        ({"state": "sending"}, False),
        ({"state": "unsure"}, False),
        ({"state": "dropped", "reason": "skipped"}, False),
        ({"state": "dropped", "reason": "unplanned"}, True),
        ({}, True),
        ({"state": "held", "reason": "stopped"}, True),
        ({"state": "missed"}, True),
        ({"state": "sent", "revision": 1}, True),
    ],
)
def test_where_it_is_out_may_be_or_was_left_out_for_good_it_is_not_to_be_said(
    desk: Desk, changes: dict[str, object], *, is_to_be_said: bool
) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(**changes)
    assert (("soon/once", "x") in said_ahead(desk)) is is_to_be_said


@pytest.mark.parametrize(
    "doubt",
    [
        {"request": b"bytes"},
        {"unseen_since": EIGHT},
        {"state": "held", "reason": "hand_off"},
        {"state": "held", "reason": "doubt"},
    ],
    ids=["frozen", "unseen", "hands", "doubt"],
)
def test_what_may_be_out_gives_way_to_no_plan(desk: Desk, doubt: dict[str, object]) -> None:
    (row,) = [one for one in delivery_views.views(post=SOON) if one.identity.account == "x"]
    assert row.id in to_be_said(desk.program, now=desk.time).instead
    DeliveryRow.objects.filter(id=row.id).update(**doubt)
    assert row.id not in to_be_said(desk.program, now=desk.time).instead


def test_a_planned_post_far_ahead_gets_no_words_that_another_is_to_have_by_then(desk: Desk) -> None:
    desk.home.write("schedules/small.yaml", f"{FAR}{GOODBYE}")
    desk.planner.refresh()
    words = {"x": "We lost, and we thank you all the same."}
    assert all(not delivery_views.views(post=one) for one in (THANKS, BYE))
    decide_words(desk.program, BYE, words, actor="cli:jo", reason="", now=desk.time)
    with pytest.raises(UsageError, match="later/once and bye/once say the same on x within 7 days"):
        decide_words(desk.program, replace(BYE, slot="later"), words, actor="cli:jo", reason="", now=desk.time)


def test_the_plans_words_that_come_back_say_what_they_are_too_near_to(desk: Desk) -> None:
    desk.home.write("schedules/small.yaml", f"{FAR}{GOODBYE}")
    desk.planner.refresh()
    planned = still_to_come(desk.program, BYE)
    assert planned
    text = planned.words[0].text
    decide_words(desk.program, BYE, {"x": "Goodbye"}, actor="cli:jo", reason="", now=desk.time)
    assert prepare_plan_words(desk.program, BYE, now=desk.time).echoes == ()
    later = replace(BYE, slot="later")
    decide_words(desk.program, later, {"x": text.split("\n")[0]}, actor="cli:jo", reason="", now=desk.time)
    (echo,) = prepare_plan_words(desk.program, BYE, now=desk.time).echoes
    assert (echo.said.post, echo.before.post, echo.verdict) == ("bye/once", "later/once", Verdict.REFUSED)


def test_a_plan_whose_files_changed_meanwhile_is_none_to_write_by(desk: Desk) -> None:
    plan = said_by_the_plan(desk.program.settings, now=desk.time)
    must_be_the_plan(plan)
    desk.home.write("schedules/small.yaml", f"{SCHEDULE}\n")
    desk.planner.refresh()
    with pytest.raises(UsageError, match="The plan's files changed a moment ago, so nothing was changed"):
        must_be_the_plan(plan)
    must_be_the_plan(said_by_the_plan(desk.program.settings, now=desk.time))
