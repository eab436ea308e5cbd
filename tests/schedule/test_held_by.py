"""For which cause a waiting delivery is held, and how it goes on when that has passed, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import PASSING, HoldReason
from amplifier.campaign.post import Fact, WantedPost
from tests.schedule.paper import Paper, at, wanted

S = State
TOO_LONG, TOO_LONGER = "It is 2 too long.", "It is 3 too long."
FIRST = wanted()


def put(state: State, reason: str = "", *, now: float, frozen: bool = False) -> Paper:
    """A post on paper that is due at 60 minutes and too late at 75, with its delivery in this state."""
    paper = Paper()
    paper.follow([FIRST])
    paper.put(state, reason, frozen=frozen)
    paper.now = at(now)
    return paper


def given(text: str) -> WantedPost:
    return replace(wanted(words={"x": text}), own_facts={"x": (Fact("milestone.debate", "1"),)})


@pytest.mark.parametrize("reason", [*sorted(PASSING), HoldReason.UNWRITTEN, HoldReason.UNTRUE, HoldReason.NEAR_COPY])
def test_of_several_causes_the_gravest_holds_it_and_the_next_one_when_that_has_passed(reason: HoldReason) -> None:
    paper = put(S.HELD, reason, now=50)
    where = (FIRST.id, "x")
    paper.untrue, paper.copies, paper.unwritten = {where: "Untrue."}, {where: "A copy."}, {FIRST.id: TOO_LONG}
    for cause, why in (
        (HoldReason.UNWRITTEN, TOO_LONG),
        (HoldReason.UNTRUE, "Untrue."),
        (HoldReason.NEAR_COPY, "A copy."),
    ):
        paper.follow([FIRST])
        assert (paper.stands(), paper.rows[1].detail) == ((S.HELD, cause), why)
        assert not paper.changes([FIRST])
        if paper.unwritten:
            paper.unwritten = {}
        elif paper.untrue:
            paper.untrue = {}
        else:
            paper.copies = {}
    paper.follow([FIRST])
    assert paper.stands() == (S.QUEUED, "")


@pytest.mark.parametrize("reason", [HoldReason.REJECTED, HoldReason.DOUBT, HoldReason.DUPLICATE, HoldReason.KEPT])
def test_what_waits_for_a_person_goes_on_doing_so_whatever_may_not_be_said(reason: HoldReason) -> None:
    paper = put(S.HELD, reason, now=50)
    paper.unwritten, paper.copies = {FIRST.id: TOO_LONG}, {(FIRST.id, "x"): "A copy."}
    assert not paper.changes([FIRST])
    paper.unwritten = {}
    assert not paper.changes([FIRST])


def test_why_it_can_be_put_into_no_words_is_told_as_it_is_now() -> None:
    paper = put(S.QUEUED, now=50)
    paper.unwritten = {FIRST.id: TOO_LONG}
    paper.follow([FIRST])
    paper.unwritten = {FIRST.id: TOO_LONGER}
    (step,) = paper.follow([FIRST]).steps
    assert (paper.stands(), paper.rows[1].detail) == ((S.HELD, HoldReason.UNWRITTEN), TOO_LONGER)
    assert step.kind == "cannot be written in another way"
    assert not paper.changes([FIRST])


def test_words_that_a_person_gives_after_the_hour_let_it_go_while_it_is_not_too_late() -> None:
    for now, stands in ((60, (S.QUEUED, "")), (74, (S.QUEUED, "")), (75, (S.MISSED, ""))):
        paper = put(S.HELD, HoldReason.UNWRITTEN, now=now)
        paper.follow([given("Other words")])
        assert (paper.stands(), paper.rows[1].text) == (stands, "Other words")


def test_what_fits_by_itself_after_its_hour_waits_for_a_person() -> None:
    for plan in (FIRST, wanted(words={"x": "Shorter"}), given(FIRST.words[0].text)):
        paper = put(S.HELD, HoldReason.UNWRITTEN, now=60)
        (step,) = paper.follow([plan]).steps
        assert paper.stands() == (S.HELD, HoldReason.OVERTAKEN)
        assert step.kind == "its hour came before that"
        assert paper.rows[1].text == plan.words[0].text
        assert not paper.changes([plan])


def test_bytes_of_before_wait_for_a_person_when_it_can_be_written_again() -> None:
    paper = put(S.HELD, HoldReason.UNWRITTEN, now=50, frozen=True)
    paper.follow([wanted(words={"x": "Shorter"})])
    assert (paper.stands(), paper.rows[1].text) == ((S.HELD, HoldReason.OVERTAKEN), "Vote")


@pytest.mark.parametrize("state", [S.QUEUED, S.HELD])
def test_what_is_in_no_words_moves_with_its_post(state: State) -> None:
    paper = put(state, HoldReason.UNWRITTEN if state is S.HELD else "", now=50)
    paper.unwritten = {FIRST.id: TOO_LONG}
    later = wanted(minutes=200)
    paper.follow([later])
    assert paper.stands() == (S.HELD, HoldReason.UNWRITTEN)
    assert (paper.rows[1].run_at, paper.rows[1].too_late_at) == (at(200), at(215))
    assert paper.posts[1].moment == later.moment
    assert not paper.changes([later])
    paper.now = at(100)
    paper.follow([wanted(minutes=30)])
    assert paper.stands() == (S.MISSED, "")


@pytest.mark.parametrize(
    ("now", "after"), [(50, (S.HELD, HoldReason.UNWRITTEN)), (65, (S.MISSED, "")), (90, (S.MISSED, ""))]
)
def test_what_is_wanted_again_while_it_is_in_no_words_is_held_or_missed(now: float, after: tuple[State, str]) -> None:
    paper = put(S.QUEUED, now=40)
    paper.follow([])
    assert paper.stands()[0] is S.DROPPED
    paper.now, paper.unwritten = at(now), {FIRST.id: TOO_LONG}
    paper.follow([FIRST])
    assert paper.stands() == after
    assert not paper.changes([FIRST])


@pytest.mark.parametrize("already", [False, True])
def test_what_was_missed_where_it_does_not_fit_is_held_when_its_time_lies_ahead_again(*, already: bool) -> None:
    both = wanted(words={"x": "Words", "bluesky": "Words"})
    paper = Paper()
    paper.follow([both])
    paper.now = at(80)
    paper.miss()
    half = replace(wanted(minutes=200, words={"bluesky": "Words"}), unwritten={"x": TOO_LONG})
    if already:  # its post moved on while nobody looked after it
        paper.posts[1] = replace(half, unwritten={})
    else:
        paper.follow([half])
        assert paper.stands() == (S.HELD, HoldReason.OVERTAKEN)
    again = wanted(minutes=200, words={"x": "Words", "bluesky": "Words"})
    paper.follow([again])
    assert paper.stands() == (S.HELD, HoldReason.OVERTAKEN)
    assert paper.rows[1].run_at == at(200)
    assert not paper.changes([again])
