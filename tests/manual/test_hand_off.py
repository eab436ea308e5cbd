"""Who is asked next, and how a secret link stands for whoever opens its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DeliveryView, DoubtReason, Receipt, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import MOST_TOGETHER, HandOffRequest, LinkKind, PastedLink, SecretLink
from amplifier.manual.hand_off import (
    LinkStatus,
    in_one_notice,
    link_status,
    next_asks,
    of_this_round,
    posted_after,
)
from tests.deliver.told import NOW, journey

PEOPLE = ("anna", "bo", "cleo")
ROW = journey(1, State.HELD, reason=HoldReason.HAND_OFF)


def secret_link(number: int, person: str, *, at: float = 0, taken: bool = False) -> SecretLink:
    made = NOW + timedelta(seconds=at)
    return SecretLink(number, LinkKind.HAND_OFF, 1, person, made, made if taken else None, None, None)


def asks(
    *before: SecretLink,
    at: float,
    row: DeliveryView = ROW,
    people: tuple[str, ...] = PEOPLE,
    since: float | None = None,
) -> list[HandOffRequest]:
    now = NOW + timedelta(seconds=at)
    asked = {1: before} if before else {}
    wanted = {} if since is None else {1: NOW + timedelta(seconds=since)}
    return list(next_asks([row], asked, people, since=wanted, now=now, hand_over_after_s=300))


def test_the_first_who_listens_is_asked_first() -> None:
    assert asks(at=0) == [HandOffRequest(1, "anna", 0)]


def test_after_five_minutes_unclaimed_the_next_one_is_asked_round_the_list() -> None:
    assert asks(secret_link(1, "anna"), at=299) == []
    assert asks(secret_link(1, "anna"), at=300) == [HandOffRequest(1, "bo", 1)]
    assert asks(secret_link(1, "anna"), secret_link(2, "bo", at=300), at=500) == []
    assert asks(secret_link(1, "anna"), secret_link(2, "bo", at=300), at=600) == [HandOffRequest(1, "cleo", 2)]
    assert asks(secret_link(3, "cleo"), at=400) == [HandOffRequest(1, "anna", 1)]


def test_whoever_is_on_it_keeps_it() -> None:
    assert asks(secret_link(1, "anna", taken=True), at=800) == []


def test_what_was_asked_before_hands_were_wanted_anew_does_not_count() -> None:
    before = secret_link(1, "anna", taken=True)
    assert asks(before, at=400, since=400) == [HandOffRequest(1, "anna", 1)]
    assert asks(before, at=400, since=400, people=("anna",)) == [HandOffRequest(1, "anna", 1)]
    assert asks(before, secret_link(2, "anna", at=400), at=699, since=400) == []
    assert asks(before, secret_link(2, "anna", at=400), at=700, since=400) == [HandOffRequest(1, "bo", 2)]
    assert asks(secret_link(1, "anna", at=400, taken=True), at=800, since=400) == []


def test_a_deletion_is_asked_of_everybody_once_a_round() -> None:
    row = replace(ROW, identity=replace(ROW.identity, verb=Verb.DELETE))
    both = [secret_link(1, "anna"), secret_link(2, "bo", at=300)]
    assert asks(both[0], at=300, row=row, people=("anna", "bo")) == [HandOffRequest(1, "bo", 1)]
    assert asks(*both, at=700, row=row, people=("anna", "bo")) == []
    assert asks(*both, at=700, row=row, people=("anna", "bo"), since=700) == [HandOffRequest(1, "anna", 2)]


def test_somebody_alone_is_not_asked_over_and_over() -> None:
    assert asks(secret_link(1, "anna"), at=700, people=("anna",)) == []


def test_nobody_is_asked_for_what_is_too_late_or_where_nobody_listens() -> None:
    assert asks(at=901 + 1) == []
    assert asks(at=0, people=()) == []


def test_one_person_is_told_once_of_all_that_is_to_be_done_in_the_order_of_its_time() -> None:
    def at(number: int, due: float, *, slot: str, verb: Verb = Verb.PUBLISH) -> DeliveryView:
        row = journey(number, State.HELD, reason=HoldReason.HAND_OFF, slot=slot)
        due_at = NOW + timedelta(seconds=due)
        return replace(row, due_at=due_at, identity=replace(row.identity, verb=verb))

    rows = {
        1: at(1, 60, slot="late"),
        2: at(2, 0, slot="go"),
        3: at(3, 0, slot="bo"),
        4: at(4, 0, slot="go"),
        5: at(5, 0, slot="go", verb=Verb.DELETE),
        6: at(6, 0, slot="go"),
    }
    asks = [HandOffRequest(number, "bo" if number == 6 else "anna", 0) for number in rows]
    found = [[one.delivery for one in several] for several in in_one_notice(asks, rows)]
    assert found == [[3, 2, 4, 1], [5], [6]]


def test_a_notice_has_room_for_twenty() -> None:
    rows = {number: journey(number, State.HELD) for number in range(1, 2 * MOST_TOGETHER + 2)}
    found = in_one_notice([HandOffRequest(number, "anna", 0) for number in rows], rows)
    assert [len(several) for several in found] == [MOST_TOGETHER, MOST_TOGETHER, 1]


def test_whoever_left_the_list_is_followed_by_the_first() -> None:
    assert asks(secret_link(1, "dora"), at=300) == [HandOffRequest(1, "anna", 1)]


NONE = PastedLink()
GIVEN = PastedLink(pending=Receipt("1", "https://x.com/us/status/1"), by="hand:anna")


@pytest.mark.parametrize(
    ("row", "mine", "others", "link", "stands"),
    [
        (ROW, secret_link(1, "anna"), [], NONE, LinkStatus.ASKED),
        (ROW, secret_link(1, "anna", taken=True), [], NONE, LinkStatus.MINE),
        (ROW, secret_link(1, "anna"), [secret_link(2, "bo")], NONE, LinkStatus.PASSED),
        (ROW, secret_link(1, "anna"), [secret_link(2, "bo", taken=True)], NONE, LinkStatus.OTHERS),
        (ROW, secret_link(1, "anna"), [], GIVEN, LinkStatus.CHECKING),
        (journey(1, State.MISSED), secret_link(1, "anna"), [], NONE, LinkStatus.LATE),
        (journey(1, State.MISSED), secret_link(1, "anna"), [], GIVEN, LinkStatus.CHECKING),
        (journey(1, State.SENT), secret_link(1, "anna"), [], GIVEN, LinkStatus.OUT),
        (replace(journey(1, State.SENT), remote_state="withdrawn"), secret_link(1, "anna"), [], NONE, LinkStatus.OFF),
        (journey(1, State.DROPPED), secret_link(1, "anna"), [], NONE, LinkStatus.OFF),
        (journey(1, State.UNSURE, reason=DoubtReason.BY_HAND), secret_link(1, "anna"), [], NONE, LinkStatus.LOOKING),
        (journey(1, State.UNSURE), secret_link(1, "anna"), [], NONE, LinkStatus.WAITS),
        (journey(1, State.HELD, reason=HoldReason.STOPPED), secret_link(1, "anna"), [], NONE, LinkStatus.WAITS),
        (journey(1, State.QUEUED), secret_link(1, "anna"), [], NONE, LinkStatus.WAITS),
    ],
)  # fmt: skip
def test_how_it_stands(
    row: DeliveryView, mine: SecretLink, others: list[SecretLink], link: PastedLink, stands: LinkStatus
) -> None:
    assert link_status(row, mine, [mine, *others], link) is stands


def test_an_secret_link_of_an_earlier_round_waits_until_somebody_is_asked_anew() -> None:
    assert of_this_round([secret_link(1, "anna", taken=True)], NOW + timedelta(seconds=1)) == ()
    assert link_status(ROW, secret_link(1, "anna", taken=True), [], NONE) is LinkStatus.WAITS


def test_a_post_from_before_its_time_is_another_post() -> None:
    assert posted_after(ROW) == ROW.due_at - timedelta(minutes=2)
