"""The whole policy of delivery: what follows from every outcome, and that nothing leads to a blind repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.campaign.delivery import MOVES, DeliveryId, DoubtReason, Due, Receipt, State, Transition, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.deliver.decide import (
    SLOWEST_S,
    Pauses,
    after_attempt,
    after_change,
    after_look,
    after_second_look,
    put_back,
    refuse,
)
from amplifier.errors import (
    AccountLost,
    AlreadyPublished,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Unavailable,
)
from tests.examples import examples

NOW = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)
PAUSES = Pauses(settle=90, look_again=60, retry_after=30)
RECEIPT = Receipt("12", "https://x.com/us/status/12")
LATER = NOW + timedelta(minutes=9)
DUE = Due(
    id=7,
    identity=DeliveryId(PostId("lab23", "vote", "once"), "x"),
    text="Vote",
    language="en",
    key="key",
    request=None,
    state=State.QUEUED,
    reason="",
    fence=3,
    attempts=0,
    looks=0,
    due_at=NOW,
    too_late_at=NOW + timedelta(minutes=15),
    first_sent_at=None,
)
UNSURE = replace(DUE, state=State.UNSURE, request=b"bytes", attempts=1, first_sent_at=NOW)


def s(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def attempt(outcome: Receipt | PlatformError, due: Due = DUE, jitter: float = 0.0) -> Transition:
    return after_attempt(due, outcome, now=NOW, pauses=PAUSES, jitter=jitter)


def look(
    found: Receipt | PlatformError | None, due: Due = UNSURE, *, needed: int = 2, now: datetime = NOW
) -> Transition:
    return after_look(due, found, now=now, pauses=PAUSES, looks_needed=needed)


@pytest.mark.parametrize(
    ("outcome", "after", "kind", "reason", "run_at"),
    [
        (RECEIPT, State.SENT, "sent", "", None),
        (RateLimited("Too often.", LATER), State.QUEUED, "rate limited", "", LATER),
        (RateLimited("Too often.", LATER, "app"), State.QUEUED, "rate limited", "", LATER),
        (Unavailable("Not reached."), State.QUEUED, "not reached", "", s(15)),
        (Rejected("Too long."), State.UNSURE, "refused", DoubtReason.REFUSED, s(60)),
        (AccountLost("Revoked."), State.QUEUED, "account lost", "", NOW),
        (AlreadyPublished("Duplicate."), State.UNSURE, "said to be there", HoldReason.DUPLICATE, s(90)),
        (OutcomeUnknown("No answer."), State.UNSURE, "no clear answer", "", s(90)),
        (PlatformError("Something of no class."), State.UNSURE, "no clear answer", "", s(90)),
    ],
)
def test_every_outcome_of_an_attempt_has_its_step(
    outcome: Receipt | PlatformError, after: State, kind: str, reason: str, run_at: datetime | None
) -> None:
    step = attempt(outcome)
    assert (step.id, step.fence, step.before) == (7, 3, State.SENDING)
    assert (step.after, step.kind, step.reason, step.run_at, step.looks) == (after, kind, reason, run_at, 0)
    assert (step.receipt is RECEIPT) == (outcome is RECEIPT)
    assert str(outcome) in step.detail or outcome is RECEIPT


@pytest.mark.parametrize("error", [OutcomeUnknown("No answer."), AlreadyPublished("Duplicate."), PlatformError("?")])
def test_what_may_be_out_is_never_queued_again_without_a_look(error: PlatformError) -> None:
    assert attempt(error).after is State.UNSURE
    assert attempt(error).gives_up_bytes is False


@pytest.mark.parametrize(
    "error", [RateLimited("Too often.", LATER), Unavailable("No."), Rejected("No."), AccountLost("No.")]
)
def test_a_clear_no_to_the_first_attempt_gives_its_bytes_up_and_to_a_later_one_does_not(error: PlatformError) -> None:
    assert attempt(error).gives_up_bytes
    assert not attempt(error, replace(DUE, request=b"bytes", attempts=1)).gives_up_bytes


REFUSED = replace(UNSURE, request=None, reason=DoubtReason.REFUSED, detail="Too long.")


def test_a_refused_post_is_looked_for_once_and_then_held_with_what_the_network_said() -> None:
    step = look(None, REFUSED, needed=3)
    assert (step.after, step.reason, step.detail) == (State.HELD, HoldReason.REJECTED, "Too long.")


def test_a_refusal_of_a_post_that_is_out_all_the_same_ends_as_sent() -> None:
    step = look(RECEIPT, REFUSED)
    assert (step.after, step.receipt) == (State.SENT, RECEIPT)


@pytest.mark.parametrize("error", [Unavailable("Not reached."), RateLimited("Too often.", LATER), AccountLost("No.")])
def test_what_the_network_said_of_a_refused_post_outlives_a_look_that_fails(error: PlatformError) -> None:
    step = look(error, REFUSED)
    assert (step.after, step.reason, step.detail) == (State.UNSURE, DoubtReason.REFUSED, "Too long.")


def test_a_receipt_gives_nothing_up() -> None:
    assert not attempt(RECEIPT).gives_up_bytes


def test_a_network_that_asks_us_to_wait_is_left_alone_by_the_whole_account() -> None:
    assert attempt(RateLimited("Too often.", LATER)).account_until == LATER
    assert put_back(DUE, RateLimited("Too often.", LATER), now=NOW, pauses=PAUSES, jitter=0).account_until == LATER
    assert attempt(Unavailable("Not reached.")).account_until is None


def test_an_account_that_is_lost_is_paused_however_we_learn_it() -> None:
    lost = AccountLost("Revoked.")
    steps = [attempt(lost), put_back(DUE, lost, now=NOW, pauses=PAUSES, jitter=0), look(lost)]
    assert [step.account_lost for step in steps] == ["Revoked."] * 3
    assert [step.after for step in steps] == [State.QUEUED, State.QUEUED, State.UNSURE]


@pytest.mark.parametrize(
    ("attempts", "jitter", "pause"),
    [(0, 0.0, 15), (0, 0.999, 29.985), (1, 0.0, 30), (2, 0.0, 60), (3, 0.0, 120), (4, 0.0, 150), (99, 0.0, 150)],
)
def test_the_pause_after_a_failure_doubles_up_to_five_minutes_and_is_spread(
    attempts: int, jitter: float, pause: float
) -> None:
    due = replace(DUE, attempts=attempts)
    for step in (
        attempt(Unavailable("No."), due, jitter),
        put_back(due, Unavailable("No."), now=NOW, pauses=PAUSES, jitter=jitter),
    ):
        assert step.run_at is not None
        assert (step.run_at - NOW).total_seconds() == pytest.approx(pause)
        assert step.run_at - NOW <= timedelta(seconds=SLOWEST_S)


@pytest.mark.parametrize(
    ("found", "after", "run_at"),
    [
        (RECEIPT, State.SENT, None),
        (RateLimited("Too often.", LATER), State.UNSURE, LATER),
        (Unavailable("Not reached."), State.UNSURE, s(60)),
        (AccountLost("Revoked."), State.UNSURE, s(60)),
        (OutcomeUnknown("No answer."), State.UNSURE, s(60)),
        (Rejected("?"), State.UNSURE, s(60)),
        (None, State.UNSURE, s(60)),
    ],
)
@pytest.mark.parametrize("reason", ["", HoldReason.DUPLICATE, "new_ledger"])
def test_every_outcome_of_a_first_look_has_its_step_and_keeps_why_it_is_unsure(
    found: Receipt | PlatformError | None, after: State, run_at: datetime | None, reason: str
) -> None:
    step = look(found, replace(UNSURE, reason=reason))
    assert (step.before, step.after, step.run_at) == (State.UNSURE, after, run_at)
    assert step.reason == ("" if found is RECEIPT else reason)
    assert (step.receipt is RECEIPT) == (found is RECEIPT)


@pytest.mark.parametrize(("needed", "looks", "enough"), [(1, 0, True), (2, 0, False), (2, 1, True), (3, 1, False)])
def test_only_enough_looks_that_see_nothing_lead_to_a_new_attempt(needed: int, looks: int, enough: bool) -> None:  # noqa: FBT001  a case
    step = look(None, replace(UNSURE, looks=looks), needed=needed)
    assert step.after is (State.QUEUED if enough else State.UNSURE)
    assert step.looks == (0 if enough else looks + 1)
    assert step.run_at == (NOW if enough else s(60))


@pytest.mark.parametrize("error", [Unavailable("No."), RateLimited("No.", LATER), AccountLost("No."), Rejected("No.")])
def test_a_look_that_failed_does_not_count(error: PlatformError) -> None:
    assert look(error, replace(UNSURE, looks=1)).looks == 1


@pytest.mark.parametrize(("now", "after"), [(s(899), State.QUEUED), (s(900), State.HELD), (s(9999), State.HELD)])
def test_what_is_not_there_and_too_late_waits_for_a_person(now: datetime, after: State) -> None:
    step = look(None, replace(UNSURE, looks=1), now=now)
    assert step.after is after
    assert step.reason == ("" if after is State.QUEUED else HoldReason.OVERTAKEN)


def test_what_the_network_calls_a_duplicate_is_adopted_or_held_and_never_sent_again() -> None:
    duplicate = replace(UNSURE, reason=HoldReason.DUPLICATE, looks=1)
    assert look(RECEIPT, duplicate).after is State.SENT
    step = look(None, duplicate)
    assert (step.after, step.reason) == (State.HELD, HoldReason.DUPLICATE)
    assert step.detail


@pytest.mark.parametrize(
    ("error", "after", "kind"),
    [
        (Unavailable("No."), State.QUEUED, "not reached"),
        (OutcomeUnknown("No."), State.QUEUED, "not reached"),
        (RateLimited("No.", LATER), State.QUEUED, "rate limited"),
        (Rejected("No."), State.HELD, "rejected"),
        (AccountLost("No."), State.QUEUED, "account lost"),
    ],
)
def test_what_could_not_be_prepared_was_not_sent_so_there_is_no_doubt(
    error: PlatformError, after: State, kind: str
) -> None:
    step = put_back(DUE, error, now=NOW, pauses=PAUSES, jitter=0)
    assert (step.before, step.after, step.kind, step.detail[:3]) == (State.QUEUED, after, kind, "No.")


GAP = replace(PAUSES, gap=60)


@pytest.mark.parametrize(
    ("outcome", "until"),
    [
        (RECEIPT, s(60)),
        (OutcomeUnknown("No answer."), s(60)),
        (Unavailable("No."), None),
        (Rejected("No."), None),
        (AccountLost("No."), None),
        (AlreadyPublished("Duplicate."), None),
    ],
)
def test_after_what_is_out_or_may_be_the_account_keeps_its_gap(
    outcome: Receipt | PlatformError, until: datetime | None
) -> None:
    step = after_attempt(DUE, outcome, now=NOW, pauses=GAP, jitter=0)
    assert (step.post_until, step.account_until) == (until, None)
    assert attempt(outcome).post_until is None


@pytest.mark.parametrize("rest", [30, 600])
def test_the_gap_and_the_networks_wish_to_rest_both_hold(rest: float) -> None:
    receipt = Receipt("12", "https://x.com/us/status/12", rest_until=s(rest))
    step = after_attempt(DUE, receipt, now=NOW, pauses=GAP, jitter=0)
    assert (step.post_until, step.account_until) == (s(60), s(rest))


@pytest.mark.parametrize("made", [Unavailable, OutcomeUnknown, AlreadyPublished, Rejected])
def test_whoever_asks_us_to_wait_is_left_alone_until_then_whatever_became_of_the_call(
    made: type[PlatformError],
) -> None:
    step = attempt(made("No.", LATER))
    assert step.account_until == LATER
    assert step.run_at == LATER
    before = put_back(DUE, made("No.", LATER), now=NOW, pauses=PAUSES, jitter=0)
    assert before.account_until == LATER


def test_a_look_that_is_asked_to_wait_waits() -> None:
    assert look(Unavailable("No.", LATER)).run_at == LATER
    assert look(Unavailable("No.", s(5))).run_at == s(60)


@pytest.mark.parametrize(("scope", "wide"), [("account", False), ("app", True)])
def test_a_limit_of_the_app_is_told_apart_from_one_of_the_account(
    scope: Literal["account", "app"], *, wide: bool
) -> None:
    error = RateLimited("Too often.", LATER, scope)
    assert attempt(error).app_wide is wide
    assert put_back(DUE, error, now=NOW, pauses=PAUSES, jitter=0).app_wide is wide


@pytest.mark.parametrize(
    ("outcome", "strain"),
    [
        (RECEIPT, 0),
        (Unavailable("No."), 30),
        (OutcomeUnknown("No."), 30),
        (RateLimited("No.", LATER), 0),
        (Rejected("No."), 0),
        (AlreadyPublished("No."), 0),
        (AccountLost("No."), 0),
    ],
)
def test_only_a_network_that_does_not_serve_us_strains_its_account(
    outcome: Receipt | PlatformError, strain: float
) -> None:
    assert attempt(outcome).strain == strain


def test_on_an_account_that_parks_its_doubts_nothing_is_sent_twice_without_a_person() -> None:
    seen = replace(UNSURE, looks=1)
    step = after_look(seen, None, now=NOW, pauses=PAUSES, looks_needed=2, park=True)
    assert (step.after, step.reason, step.run_at) == (State.HELD, HoldReason.DOUBT, None)
    found = after_look(seen, RECEIPT, now=NOW, pauses=PAUSES, looks_needed=2, park=True)
    assert found.after is State.SENT


@pytest.mark.parametrize("park", [True, False])
def test_what_a_person_wants_again_goes_out_when_a_look_saw_nothing(*, park: bool) -> None:
    again = replace(UNSURE, reason=DoubtReason.AGAIN)
    step = after_look(again, None, now=s(899), pauses=PAUSES, looks_needed=1, park=park)
    assert (step.after, step.run_at) == (State.QUEUED, s(899))


def test_what_a_person_wanted_again_is_held_when_the_look_came_too_late() -> None:
    step = look(None, replace(UNSURE, reason=DoubtReason.AGAIN), needed=1, now=s(900))
    assert (step.after, step.reason) == (State.HELD, HoldReason.OVERTAKEN)


@pytest.mark.parametrize("now", [NOW, s(9999)])
def test_what_somebody_says_is_posted_and_is_not_seen_waits_for_hands_and_is_never_sent(now: datetime) -> None:
    step = look(None, replace(UNSURE, reason=DoubtReason.BY_HAND, request=None), needed=1, now=now)
    assert (step.after, step.reason) == (State.HELD, HoldReason.HAND_OFF)


@pytest.mark.parametrize("reason", [DoubtReason.NEW_LEDGER, DoubtReason.RESTORED])
def test_what_was_due_and_a_new_or_restored_ledger_does_not_find_waits_for_a_person(reason: str) -> None:
    doubt = replace(UNSURE, reason=reason)
    step = look(None, doubt, needed=1)
    assert (step.after, step.reason) == (State.HELD, HoldReason.DOUBT)
    assert "somebody may have changed it, left it out or withdrawn it" in step.detail
    assert look(None, doubt, needed=1, now=s(900)).reason == HoldReason.OVERTAKEN
    ahead = replace(doubt, due_at=s(60), too_late_at=s(960))
    step = look(None, ahead, needed=1)
    assert (step.after, step.detail) == (State.QUEUED, "Looked: it is not out. It waits for its time.")
    step = look(None, replace(ahead, reason=DoubtReason.AGAIN), needed=1)
    assert (step.after, step.detail) == (State.QUEUED, "Looked: it is not out. It waits for its time.")


def test_what_is_found_in_other_words_keeps_those_that_are_there() -> None:
    step = after_look(UNSURE, RECEIPT, now=NOW, pauses=PAUSES, looks_needed=2, words="Theirs")
    assert (step.after, step.words) == (State.SENT, "Theirs")
    assert "other words than the plan has" in step.detail


def test_a_change_without_an_error_is_done() -> None:
    step = after_change(DUE, None, now=NOW, pauses=GAP, jitter=0)
    assert (step.before, step.after, step.receipt, step.account_until) == (State.SENDING, State.SENT, None, None)


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (OutcomeUnknown("No answer."), State.UNSURE),
        (Unavailable("No."), State.QUEUED),
        (RateLimited("No.", LATER), State.QUEUED),
        (Rejected("Gone."), State.HELD),
        (AccountLost("No."), State.QUEUED),
    ],
)
def test_a_change_that_failed_follows_the_policy_of_a_post(error: PlatformError, after: State) -> None:
    edit = replace(DUE, identity=replace(DUE.identity, verb=Verb.EDIT))
    assert after_change(edit, error, now=NOW, pauses=PAUSES, jitter=0).after is after


def second_look(error: PlatformError | None = None, *, is_done: bool = False) -> Transition:
    return after_second_look(UNSURE, error, is_done=is_done, now=NOW, pauses=PAUSES)


def test_a_change_that_came_through_is_sent_and_one_that_did_not_is_simply_done_again() -> None:
    assert (second_look(is_done=True).after, second_look(is_done=True).kind) == (State.SENT, "found")
    assert (second_look().after, second_look().run_at) == (State.QUEUED, NOW)


def test_a_look_for_a_change_that_failed_is_repeated_later() -> None:
    step = second_look(Unavailable("Not reached."))
    assert (step.after, step.run_at) == (State.UNSURE, s(60))


def test_what_the_campaigns_own_rules_refuse_is_held_before_anything_is_sent() -> None:
    step = refuse(DUE, "It lacks its imprint.")
    assert (step.before, step.after, step.reason) == (State.QUEUED, State.HELD, HoldReason.IMPRINT)
    assert step.detail == "It lacks its imprint."


OUTCOMES = st.sampled_from(
    [
        RECEIPT,
        RateLimited("Too often.", LATER),
        Unavailable("Not reached."),
        Rejected("Too long."),
        AccountLost("Revoked."),
        AlreadyPublished("Duplicate."),
        OutcomeUnknown("No answer."),
        PlatformError("?"),
    ]
)
LOOKS = st.one_of(st.none(), st.none(), OUTCOMES)


@settings(max_examples=examples(300))
@given(
    outcomes=st.lists(st.tuples(OUTCOMES, st.lists(LOOKS, max_size=6), st.integers(0, 1800)), max_size=6),
    needed=st.integers(1, 3),
)
def test_no_sequence_of_outcomes_repeats_what_may_be_out_without_enough_looks(
    outcomes: list[tuple[Receipt | PlatformError, list[Receipt | PlatformError | None], int]], needed: int
) -> None:
    """A little life of one delivery: every step is one of the table, and each doubt is looked at enough."""
    due = DUE
    for outcome, looks, seconds in outcomes:
        step = after_attempt(due, outcome, now=NOW, pauses=PAUSES, jitter=0.5)
        assert step.after in MOVES[State.SENDING]
        saw_nothing = 0
        due = replace(due, request=due.request or b"bytes", state=step.after, reason=step.reason, looks=step.looks)
        due = replace(due, attempts=due.attempts + 1)
        if step.gives_up_bytes:
            due = replace(due, request=None)
        certain = isinstance(outcome, RateLimited | Unavailable | AccountLost)
        assert (step.after is State.QUEUED) == certain
        for found in looks:
            if due.state is not State.UNSURE:
                break
            step = after_look(due, found, now=s(seconds), pauses=PAUSES, looks_needed=needed)
            assert step.after is State.UNSURE or step.after in MOVES[State.UNSURE]
            saw_nothing += found is None
            due = replace(due, state=step.after, reason=step.reason, looks=step.looks)
        if due.state is State.QUEUED and not certain:
            assert saw_nothing >= needed
            assert not isinstance(outcome, AlreadyPublished | Rejected)
            assert s(seconds) < due.too_late_at
            assert due.request is not None
        if due.state is not State.QUEUED:
            break


@pytest.mark.parametrize(("verb", "kept"), [(Verb.PUBLISH, True), (Verb.EDIT, False), (Verb.DELETE, False)])
def test_the_post_that_an_unclear_answer_named_is_kept_with_the_delivery(verb: Verb, *, kept: bool) -> None:
    due = replace(DUE, identity=replace(DUE.identity, verb=verb))
    error = OutcomeUnknown("Other words.", remote_id=RECEIPT.remote_id, url=RECEIPT.url)
    step = after_attempt(due, error, now=NOW, pauses=PAUSES, jitter=0)
    assert (step.after, step.answered) == (State.UNSURE, RECEIPT if kept else None)
    assert after_attempt(due, OutcomeUnknown("No answer."), now=NOW, pauses=PAUSES, jitter=0).answered is None


@pytest.mark.parametrize("reason", ["", *DoubtReason, HoldReason.DUPLICATE])
def test_what_is_there_otherwise_than_it_was_sent_is_held_whoever_asked_for_the_look(reason: str) -> None:
    step = look(replace(RECEIPT, doubt="It shows other words:"), replace(UNSURE, reason=reason, looks=1))
    assert (step.after, step.reason, step.receipt, step.answered) == (State.HELD, HoldReason.DOUBT, None, RECEIPT)
    assert step.detail.startswith(f"It shows other words: {RECEIPT.url}")
