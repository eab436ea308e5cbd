"""Wanted against existing, case by case: what follows when the plan changes under a delivery in each state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.changes import ExistingDelivery, NewDelivery, Unsent
from amplifier.campaign.delivery import DoubtReason, DropReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import OWN, PostId, Words
from amplifier.schedule.born import too_late_at
from amplifier.schedule.reconcile import WINDOW, keep_true
from tests.schedule.paper import OPENED, Paper, at, wanted

S = State
OPEN, GONE = [S.QUEUED, S.HELD], [S.SENDING, S.UNSURE, S.SENT, S.MISSED, S.DROPPED]
AHEAD, NEAR, PAST = 200.0, 90.0, 30.0  # where the plan moves it, in minutes; the time is 100


def planned(state: State, reason: str = "", *, frozen: bool = False, now: float = 100) -> Paper:
    """A post that was due at 60 minutes, with one delivery in this state; it is now 100 minutes."""
    paper = Paper()
    paper.follow([wanted()])
    paper.put(state, reason, frozen=frozen)
    paper.now = at(now)
    return paper


def test_a_wanted_post_is_added_once_for_each_account() -> None:
    paper = Paper()
    made = paper.follow([wanted(words={"x": "Vote", "bluesky": "Vote here"})])
    assert made.adds[0].deliveries == (
        NewDelivery(Words("x", "Vote", "en"), S.QUEUED),
        NewDelivery(Words("bluesky", "Vote here", "en"), S.QUEUED),
    )
    assert not paper.changes([wanted(words={"x": "Vote", "bluesky": "Vote here"})])


@pytest.mark.parametrize(
    ("minutes", "now", "state"),
    [
        (60, 0, S.QUEUED),
        (60, 60, S.QUEUED),
        (60, 74.9, S.QUEUED),
        (60, 75, S.MISSED),
        (0, 100, S.MISSED),
        (-15, 100, S.MISSED),
        (-16, 100, None),
    ],
)
def test_a_new_post_waits_or_is_missed_and_what_was_over_before_the_ledger_is_left_alone(
    minutes: float, now: float, state: State | None
) -> None:
    paper = Paper(now=at(now))
    paper.follow([wanted(minutes=minutes)])
    assert [row.state for row in paper.rows.values()] == ([state] if state else [])


def test_a_post_is_added_fourteen_days_ahead_and_not_before() -> None:
    paper = Paper()
    far = WINDOW / timedelta(minutes=1)
    paper.follow([wanted("soon", far), wanted("later", far + 1)])
    assert [post.id.slot for post in paper.posts.values()] == ["soon"]
    paper.now = at(1)
    paper.follow([wanted("soon", far), wanted("later", far + 1)])
    assert len(paper.rows) == 2


def test_a_post_that_moves_beyond_the_window_stays() -> None:
    paper = planned(S.QUEUED)
    paper.follow([wanted(minutes=20 * 24 * 60)])
    assert paper.rows[1].run_at == at(20 * 24 * 60)


@pytest.mark.parametrize(
    ("minutes", "state", "reason"),
    [
        (60, S.QUEUED, ""),
        (0, S.UNSURE, DoubtReason.NEW_LEDGER),
        (-20, S.UNSURE, DoubtReason.NEW_LEDGER),
        (-23 * 60, S.UNSURE, DoubtReason.NEW_LEDGER),
        (-25 * 60, None, ""),
    ],
)
def test_a_ledger_that_cannot_know_what_went_out_has_the_last_day_looked_for(
    minutes: float, state: State | None, reason: str
) -> None:
    paper = Paper()
    paper.follow([wanted(minutes=minutes)], fresh=True)
    assert [(row.state, row.reason) for row in paper.rows.values()] == ([(state, reason)] if state else [])


@pytest.mark.parametrize(
    ("state", "reason", "minutes", "after"),
    [
        (S.QUEUED, "", AHEAD, (S.QUEUED, "")),
        (S.QUEUED, "", NEAR, (S.QUEUED, "")),
        (S.QUEUED, "", PAST, (S.MISSED, "")),
        (S.HELD, "rejected", AHEAD, (S.HELD, "rejected")),
        (S.HELD, "rejected", NEAR, (S.HELD, "rejected")),
        (S.HELD, "rejected", PAST, (S.MISSED, "")),
        (S.MISSED, "", AHEAD, (S.HELD, HoldReason.OVERTAKEN)),
        (S.MISSED, "", NEAR, (S.MISSED, "")),
        (S.MISSED, "", PAST, (S.MISSED, "")),
        (S.DROPPED, DropReason.UNPLANNED, AHEAD, (S.QUEUED, "")),
        (S.DROPPED, DropReason.UNPLANNED, NEAR, (S.MISSED, "")),
        (S.DROPPED, DropReason.UNPLANNED_HOLD, AHEAD, (S.HELD, HoldReason.OVERTAKEN)),
        (S.DROPPED, "by a person", AHEAD, (S.DROPPED, "by a person")),
        (S.SENDING, "", AHEAD, (S.SENDING, "")),
        (S.UNSURE, "", AHEAD, (S.UNSURE, "")),
        (S.SENT, "", AHEAD, (S.SENT, "")),
        (S.SENT, "", PAST, (S.SENT, "")),
    ],
)
def test_a_milestone_that_moves_takes_with_it_what_has_not_gone_out(
    state: State, reason: str, minutes: float, after: tuple[State, str]
) -> None:
    paper = planned(state, reason)
    before = replace(paper.rows[1])
    plan = [wanted(minutes=minutes)]
    paper.follow(plan)
    assert paper.stands() == after
    assert not paper.changes(plan)
    if after[0] in OPEN or state in OPEN:
        assert (paper.rows[1].run_at, paper.rows[1].too_late_at) == (at(minutes), at(minutes + 15))
        assert paper.posts[1].moment.due_at == at(minutes)
    elif state is S.SENT:
        assert (paper.rows[1], paper.posts[1]) == (before, wanted())


@pytest.mark.parametrize("state", [S.SENDING, S.UNSURE])
def test_what_is_on_its_way_is_not_moved_but_its_post_is_so_that_it_comes_back_to_the_right_time(state: State) -> None:
    paper = planned(state)
    before = replace(paper.rows[1])
    paper.follow([wanted(minutes=AHEAD)])
    assert paper.rows[1] == before
    assert paper.posts[1].moment.due_at == at(AHEAD)


def test_a_new_limit_of_lateness_alone_counts_as_a_move() -> None:
    paper = planned(S.QUEUED, now=70)
    paper.follow([wanted(late_s=3600)])
    assert (paper.rows[1].run_at, paper.rows[1].too_late_at) == (at(60), at(120))
    assert paper.posts[1].too_late_s == 3600


@pytest.mark.parametrize(
    ("state", "frozen", "text", "after"),
    [
        (S.QUEUED, False, "New", (S.QUEUED, "")),
        (S.QUEUED, True, "Vote", (S.HELD, HoldReason.OVERTAKEN)),
        (S.HELD, False, "New", (S.HELD, "")),
        (S.HELD, True, "Vote", (S.HELD, "")),
        (S.SENDING, False, "Vote", (S.SENDING, HoldReason.OVERTAKEN)),
        (S.UNSURE, True, "Vote", (S.UNSURE, HoldReason.OVERTAKEN)),
        (S.SENT, True, "Vote", (S.SENT, "")),
        (S.MISSED, False, "Vote", (S.MISSED, "")),
        (S.DROPPED, False, "Vote", (S.DROPPED, "")),
    ],
)
def test_new_words_reach_what_waits_and_old_ones_do_not_go_out_by_themselves(
    state: State,
    frozen: bool,  # noqa: FBT001  a case
    text: str,
    after: tuple[State, str],
) -> None:
    paper = planned(state, frozen=frozen, now=50)
    plan = [replace(wanted(words={"x": "New"}), wording="second")]
    paper.follow(plan)
    assert (paper.rows[1].text, paper.stands()) == (text, after)
    assert not paper.changes(plan)
    assert paper.posts[1].wording == ("second" if text == "New" else "plain")


@pytest.mark.parametrize(
    ("state", "reason", "after"),
    [
        (S.QUEUED, "", (S.DROPPED, DropReason.UNPLANNED)),
        (S.HELD, "rejected", (S.DROPPED, DropReason.UNPLANNED_HOLD)),
        (S.HELD, HoldReason.UNWRITTEN, (S.DROPPED, DropReason.UNPLANNED)),
        (S.SENDING, "", (S.SENDING, HoldReason.OVERTAKEN)),
        (S.UNSURE, "", (S.UNSURE, HoldReason.OVERTAKEN)),
        (S.UNSURE, DoubtReason.NEW_LEDGER, (S.UNSURE, HoldReason.OVERTAKEN)),
        (S.UNSURE, HoldReason.DUPLICATE, (S.UNSURE, HoldReason.DUPLICATE)),
        (S.SENT, "", (S.SENT, "")),
        (S.MISSED, "", (S.MISSED, "")),
        (S.DROPPED, DropReason.UNPLANNED, (S.DROPPED, DropReason.UNPLANNED)),
    ],
)
@pytest.mark.parametrize("how", ["the whole post", "this account"])
def test_what_the_plan_leaves_out_goes_unless_it_has_gone_out(
    state: State, reason: str, after: tuple[State, str], how: str
) -> None:
    paper = planned(state, reason, now=50)
    plan = [] if how == "the whole post" else [wanted(words={"bluesky": "Vote"})]
    paper.follow(plan)
    assert paper.stands() == after
    assert not paper.changes(plan)


@pytest.mark.parametrize(("reason", "after"), [("", S.QUEUED), ("rejected", S.HELD), (HoldReason.DUPLICATE, S.HELD)])
def test_what_was_left_out_and_is_wanted_again_waits_for_whom_it_waited_before(reason: str, after: State) -> None:
    paper = planned(S.HELD if reason else S.QUEUED, reason, frozen=bool(reason), now=50)
    paper.follow([])
    paper.follow([wanted()])
    assert paper.stands()[0] is after


def test_what_was_left_out_comes_back_at_the_time_and_in_the_words_of_then() -> None:
    paper = planned(S.QUEUED, now=50)
    paper.follow([])
    paper.follow([wanted(minutes=AHEAD, words={"x": "New"})])
    assert (paper.stands(), paper.rows[1].text, paper.rows[1].run_at) == ((S.QUEUED, ""), "New", at(AHEAD))


def test_another_account_is_added_to_a_post_that_there_is() -> None:
    paper = planned(S.SENT, now=65)
    plan = [wanted(words={"x": "Vote", "bluesky": "Vote"})]
    paper.follow(plan)
    assert [(row.account, row.state, row.post) for row in paper.rows.values()] == [
        ("x", S.SENT, 1),
        ("bluesky", S.QUEUED, 1),
    ]
    assert not paper.changes(plan)


@pytest.mark.parametrize("state", [*OPEN, *GONE])
def test_a_renamed_slot_is_the_same_post(state: State) -> None:
    paper = planned(state, now=50)
    plan = [wanted("ballot", was="vote")]
    paper.follow(plan)
    assert (len(paper.rows), paper.stands()[0]) == (1, state)
    assert paper.posts[1].id == PostId("lab23", "ballot", "once")
    assert not paper.changes(plan)


def test_a_sent_post_that_is_renamed_keeps_the_time_at_which_it_was_said() -> None:
    paper = planned(S.SENT)
    plan = [wanted("ballot", AHEAD, was="vote")]
    paper.follow(plan)
    assert (paper.posts[1].id.slot, paper.posts[1].moment) == ("ballot", wanted().moment)
    assert not paper.changes(plan)


def test_a_persons_own_post_is_no_business_of_the_plan() -> None:
    paper = planned(S.QUEUED, now=50)
    paper.posts[1] = replace(wanted(), id=PostId("lab23", OWN, "20231010"))
    assert not paper.changes([])


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (S.QUEUED, (S.HELD, HoldReason.UNWRITTEN)),
        (S.HELD, (S.HELD, "")),
        (S.UNSURE, (S.UNSURE, HoldReason.OVERTAKEN)),
        (S.SENT, (S.SENT, "")),
    ],
)
def test_what_cannot_be_put_into_words_any_more_is_held_with_the_reason(state: State, after: tuple[State, str]) -> None:
    paper = planned(state, now=50)
    paper.unwritten = {wanted().id: "It is 2 too long."}
    changes = paper.follow([wanted()])
    assert paper.stands() == after
    assert [step.detail for step in changes.steps if step.after is S.HELD] == ["It is 2 too long."] * (
        state is S.QUEUED
    )
    assert not paper.changes([wanted()])


def test_what_can_be_written_again_in_time_waits_again_in_its_new_words() -> None:
    paper = planned(S.QUEUED, now=50)
    paper.unwritten = {wanted().id: "It is 2 too long."}
    paper.follow([wanted()])
    paper.unwritten = {}
    plan = [wanted(words={"x": "New"})]
    paper.follow(plan)
    assert (paper.stands(), paper.rows[1].text) == ((S.QUEUED, ""), "New")
    assert not paper.changes(plan)


@pytest.mark.parametrize(("state", "reason"), [(S.HELD, HoldReason.UNWRITTEN), (S.DROPPED, DropReason.UNPLANNED)])
def test_bytes_that_say_something_else_do_not_go_out_by_themselves_however_they_waited(
    state: State, reason: str
) -> None:
    paper = planned(state, reason, frozen=True, now=50)
    plan = [wanted(words={"x": "New"})]
    paper.follow(plan)
    assert (paper.stands()[0], paper.rows[1].text) == (S.HELD, "Vote")
    assert not paper.changes(plan)


@pytest.mark.parametrize("state", [S.QUEUED, S.MISSED, S.DROPPED])
def test_whoever_has_to_decide_is_told_why(state: State) -> None:
    paper = planned(state, DropReason.UNPLANNED_HOLD if state is S.DROPPED else "", frozen=state is S.QUEUED)
    words: Mapping[str, str] = {"x": "New" if state is S.QUEUED else "Vote"}
    (step,) = paper.follow([wanted(minutes=AHEAD, words=words)]).steps
    assert step.after is S.HELD
    assert step.detail


def test_the_last_moment_is_the_due_time_and_the_limit_of_lateness() -> None:
    assert too_late_at(wanted(minutes=0, late_s=90)) == OPENED + timedelta(seconds=90)


@pytest.mark.parametrize("hand_off", [True, False])
def test_a_slot_that_hands_are_to_post_from_now_on_or_no_more_is_theirs_or_ours_at_once(*, hand_off: bool) -> None:
    paper = Paper()
    paper.follow([replace(wanted(), hand_off=not hand_off)])
    plan = [replace(wanted(), hand_off=hand_off)]
    changes = paper.follow(plan)
    assert [one.post.hand_off for one in changes.rewrites] == [hand_off]
    assert not changes.steps
    assert not paper.changes(plan)
    paper.put(State.SENT)
    assert not paper.changes([replace(wanted(), hand_off=not hand_off)])


@pytest.mark.parametrize("reason", [HoldReason.REJECTED, HoldReason.IMPRINT, HoldReason.COPY])
def test_what_was_held_for_its_words_goes_on_with_other_ones_while_there_is_time(reason: str) -> None:
    other = wanted(words={"x": "Other words"})
    for now, state in ((70, S.QUEUED), (75, S.HELD)):
        paper = planned(S.HELD, reason, now=now)
        paper.follow([other])
        (row,) = paper.rows.values()
        assert (row.state, row.reason) == (state, "" if state is S.QUEUED else reason)
    frozen = planned(S.HELD, reason, frozen=True, now=70)
    frozen.follow([other])
    assert [row.state for row in frozen.rows.values()] == [S.HELD]


@pytest.mark.parametrize("reason", [HoldReason.OVERTAKEN, HoldReason.DUPLICATE, HoldReason.DOUBT])
def test_what_is_held_for_another_reason_waits_for_its_person_whatever_its_words(reason: str) -> None:
    paper = planned(S.HELD, reason, now=70)
    paper.follow([wanted(words={"x": "Other words"})])
    assert [row.state for row in paper.rows.values()] == [S.HELD]


@pytest.mark.parametrize("state", OPEN)
def test_a_ledger_that_cannot_know_what_went_out_calls_nothing_missed_that_was_moved(state: State) -> None:
    reason = HoldReason.STOPPED if state is S.HELD else ""
    for fresh, after in ((False, S.MISSED), (True, state)):
        paper = planned(state, reason, now=50)
        paper.follow([wanted(minutes=PAST)], fresh=fresh)
        assert [row.state for row in paper.rows.values()] == [after]


def test_what_a_person_kept_back_stays_back_when_its_time_moves() -> None:
    paper = planned(S.HELD, HoldReason.KEPT, now=70)
    paper.follow([wanted(minutes=AHEAD)])
    (row,) = paper.rows.values()
    assert (row.state, row.reason, row.run_at) == (S.HELD, HoldReason.KEPT, at(AHEAD))


WRONG = {(PostId("lab23", "vote", "once"), "x"): "Your words say “13:00”, the plan says 13:30 (debate)."}


@pytest.mark.parametrize(
    ("state", "reason", "after", "held_by"),
    [
        (S.QUEUED, "", S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.STOPPED, S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.ACCOUNT, S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.BUDGET, S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.HAND_OFF, S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.UNWRITTEN, S.HELD, HoldReason.UNTRUE),
        (S.HELD, HoldReason.KEPT, S.HELD, HoldReason.KEPT),
        (S.HELD, HoldReason.REJECTED, S.HELD, HoldReason.REJECTED),
        (S.DROPPED, DropReason.UNPLANNED, S.HELD, HoldReason.UNTRUE),
        (S.SENDING, "", S.SENDING, HoldReason.OVERTAKEN),
        (S.UNSURE, "", S.UNSURE, HoldReason.OVERTAKEN),
        (S.SENT, "", S.SENT, ""),
        (S.MISSED, "", S.MISSED, ""),
    ],
)
def test_untrue_words_in_each_state(state: State, reason: str, after: State, held_by: str) -> None:
    paper = planned(state, reason, now=30)
    paper.untrue = dict(WRONG)
    paper.follow([wanted()])
    assert paper.stands() == (after, held_by)
    assert not paper.changes([wanted()])


def test_what_was_untrue_goes_on_when_it_is_true_again_in_time_and_is_missed_when_it_is_not() -> None:
    for now, stands in ((30, (S.QUEUED, "")), (70, (S.QUEUED, "")), (80, (S.MISSED, ""))):
        paper = planned(S.HELD, HoldReason.UNTRUE, now=now)
        paper.follow([wanted()])
        assert paper.stands() == stands


def test_other_words_free_what_was_untrue_unless_its_bytes_cannot_change() -> None:
    paper = planned(S.HELD, HoldReason.UNTRUE, now=30)
    paper.follow([wanted(words={"x": "Other words"})])
    assert (paper.stands(), paper.rows[1].text) == ((S.QUEUED, ""), "Other words")
    paper = planned(S.HELD, HoldReason.UNTRUE, frozen=True, now=30)
    paper.follow([wanted(words={"x": "Other words"})])
    assert paper.stands() == (S.HELD, HoldReason.OVERTAKEN)


def test_what_is_untrue_in_another_way_says_so_once() -> None:
    paper = planned(S.QUEUED, now=30)
    paper.untrue = dict(WRONG)
    paper.follow([wanted()])
    paper.untrue = dict.fromkeys(WRONG, "It is 14:00 now.")
    changes = paper.follow([wanted()])
    assert [(step.kind, step.detail) for step in changes.steps] == [("untrue in another way", "It is 14:00 now.")]
    assert not paper.changes([wanted()])


def test_untrue_words_move_with_their_post_and_are_missed_with_it() -> None:
    paper = planned(S.HELD, HoldReason.UNTRUE, now=30)
    paper.untrue = dict(WRONG)
    paper.follow([wanted(minutes=AHEAD)])
    assert (paper.stands(), paper.rows[1].run_at) == ((S.HELD, HoldReason.UNTRUE), at(AHEAD))
    paper.now = at(100)
    paper.follow([wanted(minutes=PAST)])
    assert paper.stands() == (S.MISSED, "")


def test_a_new_post_with_untrue_words_is_born_held() -> None:
    paper = Paper(untrue=dict(WRONG))
    paper.follow([wanted()])
    assert (paper.stands(), paper.rows[1].detail) == ((S.HELD, HoldReason.UNTRUE), next(iter(WRONG.values())))
    late = Paper(untrue=dict(WRONG), now=at(100))
    late.follow([wanted()])
    assert late.stands() == (S.MISSED, "")


def unsent(state: State, reason: str = "", detail: str = "", *, late: float = 200) -> Unsent:
    delivery = ExistingDelivery(7, "x", state, reason, "At 13:00", frozen=False, detail=detail)
    return Unsent(delivery, PostId("lab23", OWN, "1"), "x", (), None, at(late))


def test_words_that_no_plan_writes_are_held_and_freed_alike() -> None:
    def steps(one: Unsent, why: str = "") -> list[tuple[State, str, str | None]]:
        untrue = {7: why} if why else {}
        return [(step.after, step.reason, step.detail) for step in keep_true([one], untrue, now=at(100))]

    assert steps(unsent(S.QUEUED)) == []
    assert steps(unsent(S.QUEUED), "Why.") == [(S.HELD, HoldReason.UNTRUE, "Why.")]
    assert steps(unsent(S.HELD, HoldReason.UNTRUE, "Why."), "Why.") == []
    assert steps(unsent(S.HELD, HoldReason.UNTRUE, "Why.")) == [(S.QUEUED, "", "")]
    assert [after for after, _, _ in steps(unsent(S.HELD, HoldReason.UNTRUE, "Why.", late=99))] == [S.MISSED]
    assert steps(unsent(S.HELD, HoldReason.KEPT), "Why.") == []
    assert [reason for _, reason, _ in steps(unsent(S.SENDING), "Why.")] == [HoldReason.OVERTAKEN]
    assert steps(unsent(S.SENDING)) == []


def test_what_moved_while_it_was_in_no_words_on_one_account_goes_out_there_at_its_new_time() -> None:
    paper = planned(S.QUEUED, now=10)
    both = wanted(words={"x": "Words", "bluesky": "Words"})
    paper.follow([both])
    half = replace(wanted(minutes=90, words={"bluesky": "Words"}), unwritten={"x": "It is 2 too long."})
    paper.follow([half])
    paper.follow([wanted(minutes=90, words={"x": "Words", "bluesky": "Words"})])
    assert (paper.stands(), paper.rows[1].run_at) == ((S.QUEUED, ""), at(90))
