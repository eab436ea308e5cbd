"""A delivery's keys are the same wherever and whenever they are made, and its moves are the ones that were agreed."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.delivery import (
    BASE32_SORTABLE,
    CLOSED_BY_A_RECEIPT,
    FINAL,
    MOVES,
    MOVES_BY_A_PERSON,
    ON_ITS_WAY,
    DeliveryId,
    DropReason,
    Receipt,
    State,
    Verb,
    idempotency_key,
    is_left_out_for_good,
    record_key,
    waits_for_a_person,
)
from amplifier.campaign.hold_reasons import PASSING, HoldReason
from amplifier.campaign.post import PostId

FIRST_DAY = date(2023, 9, 24)
DEBATE = DeliveryId(PostId("lab23", "debate-now", "once"), "x")
US, THEM = "x labfreemvmt", "mastodon social.example labfreemvmt"
# What these keys were when the first posts were made with them. A change would send every coming post anew beside one
# that may be out under the old key; it takes a migration, not another golden value.
DEBATE_KEY = "ebaf7421-84d4-59d7-8efb-76fcd4a1db1e"
DEBATE_TID = "3ka6bgjrz2qj6"
TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")  # atproto.com/specs/tid

names = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=20)
identities = st.builds(
    DeliveryId,
    st.builds(PostId, names, names, names),
    names,
    st.integers(0, 30),
    st.integers(0, 5),
)
days = st.dates(date(2006, 3, 21), date(2100, 1, 1))


def moment_of(tid: str) -> datetime:
    """The time in a TID, read as the specification says: 53 bits of microseconds, then 10 bits of a clock's number."""
    number = 0
    for letter in tid:
        number = number << 5 | BASE32_SORTABLE.index(letter)
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=number >> 10)


def test_the_keys_are_the_ones_they_always_were() -> None:
    assert idempotency_key(DEBATE, US) == DEBATE_KEY
    assert record_key(DEBATE, US, FIRST_DAY) == DEBATE_TID


def test_another_process_on_another_day_makes_the_same_keys() -> None:
    program = (
        "from datetime import date\n"
        "from amplifier.campaign.account import identity\n"
        "from amplifier.campaign.delivery import *\n"
        "one = DeliveryId(PostId('lab23', 'debate-now', 'once'), 'x')\n"
        "us = identity('x', '@LabFreeMvmt').name\n"
        "print(idempotency_key(one, us), record_key(one, us, date(2023, 9, 24)))\n"
    )
    for seed, zone in (("0", "UTC"), ("7", "Pacific/Kiritimati")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [DEBATE_KEY, DEBATE_TID]


@given(identity=identities)
def test_an_idempotency_key_is_a_uuid_and_the_same_every_time(identity: DeliveryId) -> None:
    key = idempotency_key(identity, US)
    assert str(uuid.UUID(key)) == key
    assert uuid.UUID(key).version == 5
    assert idempotency_key(identity, US) == key


@given(identity=identities, first_day=days)
def test_a_record_key_is_a_tid_within_the_campaigns_first_day(identity: DeliveryId, first_day: date) -> None:
    key = record_key(identity, US, first_day)
    assert TID.fullmatch(key)
    assert moment_of(key).date() == first_day
    assert record_key(identity, US, first_day) == key


def test_a_later_first_day_makes_a_later_key() -> None:
    keys = [record_key(DEBATE, US, FIRST_DAY + timedelta(days=number)) for number in range(400)]
    assert keys == sorted(keys)


@given(one=identities, other=identities, us=names, them=names)
def test_two_deliveries_never_share_a_key(one: DeliveryId, other: DeliveryId, us: str, them: str) -> None:
    same = replace(one, account="") == replace(other, account="") and us == them
    assert (idempotency_key(one, us) == idempotency_key(other, them)) is same
    assert (record_key(one, us, FIRST_DAY) == record_key(other, them, FIRST_DAY)) is same


@given(one=identities, label=names)
def test_what_an_account_is_called_has_no_part_in_its_keys(one: DeliveryId, label: str) -> None:
    assert idempotency_key(replace(one, account=label), US) == idempotency_key(one, US)
    assert record_key(replace(one, account=label), US, FIRST_DAY) == record_key(one, US, FIRST_DAY)


def test_each_part_of_the_identity_makes_another_key() -> None:
    post = DEBATE.post
    others = [
        DEBATE,
        DeliveryId(PostId("lab24", post.slot, post.occurrence), "x"),
        DeliveryId(PostId(post.campaign, "vote", post.occurrence), "x"),
        DeliveryId(PostId(post.campaign, post.slot, "2023-10-09#1"), "x"),
        DeliveryId(post, "x", part=1),
        DeliveryId(post, "x", revision=1),
        DeliveryId(post, "x", part=1, revision=1),
    ]
    assert len({idempotency_key(one, us) for one in others for us in (US, THEM)}) == 2 * len(others)
    assert len({record_key(one, us, FIRST_DAY) for one in others for us in (US, THEM)}) == 2 * len(others)


def test_a_hundred_thousand_deliveries_have_as_many_record_keys() -> None:
    posts = (PostId("lab23", f"slot-{number}", "once") for number in range(100_000))
    assert len({record_key(DeliveryId(post, "bluesky"), US, FIRST_DAY) for post in posts}) == 100_000


def test_no_name_can_be_read_as_another() -> None:
    assert DeliveryId(PostId("a", "b-c", "d"), "e").name(US) != DeliveryId(PostId("a-b", "c", "d"), "e").name(US)
    assert DEBATE.name(US).split("\n") == ["lab23", "debate-now", "once", "x labfreemvmt", "0", "0"]


def test_every_state_is_in_the_table_of_moves() -> None:
    assert set(MOVES) == set(State)
    assert all(state not in reached for state, reached in MOVES.items())


@pytest.mark.parametrize("state", list(State))
def test_the_service_moves_a_delivery_only_as_agreed(state: State) -> None:
    agreed = {
        State.QUEUED: {State.SENDING, State.MISSED, State.HELD, State.DROPPED},
        State.SENDING: {State.SENT, State.QUEUED, State.UNSURE, State.HELD},
        State.UNSURE: {State.SENT, State.QUEUED, State.HELD},
        State.HELD: {State.DROPPED, State.MISSED, State.QUEUED, State.UNSURE},
        State.SENT: set(),
        State.MISSED: {State.HELD},
        State.DROPPED: {State.QUEUED, State.MISSED, State.HELD, State.UNSURE},
    }
    assert MOVES[state] == agreed[state]


def test_nothing_leads_out_of_sent_and_only_a_call_leads_into_it() -> None:
    assert MOVES[State.SENT] == frozenset()
    assert State.SENT not in MOVES_BY_A_PERSON
    assert {state for state, reached in MOVES.items() if State.SENT in reached} == {State.SENDING, State.UNSURE}


def test_only_a_queued_delivery_is_ever_sent() -> None:
    both = [(state, reached) for table in (MOVES, MOVES_BY_A_PERSON) for state, reached in table.items()]
    assert {state for state, reached in both if State.SENDING in reached} == {State.QUEUED}


def test_what_was_missed_goes_out_only_if_a_person_says_so() -> None:
    assert MOVES[State.MISSED] == {State.HELD}
    assert State.QUEUED in MOVES_BY_A_PERSON[State.MISSED]
    assert {State.SENT, State.MISSED, State.DROPPED} == FINAL


def test_a_late_receipt_closes_everything_that_is_not_being_sent() -> None:
    assert {State.SENDING, State.SENT} | CLOSED_BY_A_RECEIPT == set(State)
    assert {State.SENDING, State.SENT} & CLOSED_BY_A_RECEIPT == set()
    assert {State.SENDING, State.UNSURE} == ON_ITS_WAY


def test_a_person_moves_only_what_they_can_answer_for() -> None:
    assert {
        State.MISSED: {State.QUEUED, State.UNSURE, State.SENT},
        State.UNSURE: {State.SENT, State.UNSURE, State.DROPPED},
        State.HELD: {State.QUEUED, State.UNSURE, State.DROPPED, State.SENT, State.MISSED},
        State.QUEUED: {State.HELD, State.DROPPED, State.SENT, State.UNSURE},
    } == MOVES_BY_A_PERSON


def test_what_is_in_doubt_is_never_queued_by_a_person_before_somebody_has_looked() -> None:
    assert State.QUEUED not in MOVES_BY_A_PERSON[State.UNSURE]


def test_what_passes_by_itself_is_no_fault_of_the_post() -> None:
    assert {HoldReason.STOPPED, HoldReason.ACCOUNT, HoldReason.BUDGET, HoldReason.HAND_OFF} == PASSING


def test_a_change_has_keys_of_its_own_and_a_post_the_ones_it_always_had() -> None:
    changes = [replace(DEBATE, verb=verb, revision=1) for verb in (Verb.PUBLISH, Verb.EDIT, Verb.DELETE)]
    assert len({idempotency_key(one, US) for one in [DEBATE, *changes]}) == 4


def test_when_to_rest_is_no_part_of_the_proof() -> None:
    assert Receipt("12", "https://x.com/us/status/12", datetime(2023, 10, 10, tzinfo=UTC)) == Receipt(
        "12", "https://x.com/us/status/12"
    )


def test_a_hold_that_the_planner_or_time_ends_waits_for_nobody() -> None:
    waiting = {reason for reason in HoldReason if waits_for_a_person(State.HELD, reason)}
    words = {HoldReason.UNWRITTEN, HoldReason.NEAR_COPY, HoldReason.UNTRUE}
    assert waiting == set(HoldReason) - PASSING - words
    assert not waits_for_a_person(State.QUEUED, HoldReason.KEPT)


def test_only_what_the_plan_left_out_comes_back_with_it() -> None:
    assert [
        is_left_out_for_good("dropped", why) for why in (DropReason.UNPLANNED, DropReason.UNPLANNED_HOLD, "by hand", "")
    ] == [
        False,
        False,
        True,
        True,
    ]
    assert not is_left_out_for_good(State.HELD, "by hand")
