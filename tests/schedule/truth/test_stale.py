"""Words are compared with the day on which they really go out: sent again, let go late, waited past midnight."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DeliveryView, Due, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.schedule.truth.review import review
from amplifier.store import claims, deliveries, delivery_views
from amplifier.store.holding import holds, stops
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import EVE, SOON, WAITS, WITH_EVE, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
AFTER_MIDNIGHT = "2023-10-09T00:05:00"
LATE = "2023-10-08T23:55:00"
UNTRUE = (State.HELD, HoldReason.UNTRUE)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{clock}+01:00")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def row(post: PostId, account: str = "mastodon") -> DeliveryView:
    return next(one for one in delivery_views.views(post=post) if one.identity.account == account)


def taken(desk: Desk) -> list[Due]:
    return claims.claim(now=desk.time, lease_until=desk.time + timedelta(minutes=1), limit=9)


def miss(desk: Desk, clock: str) -> None:
    """The worker was away until then."""
    desk.time = at(clock)
    deliveries.miss_overdue(now=desk.time)
    desk.planner.refresh()


def again(desk: Desk, post: PostId, account: str = "mastodon") -> None:
    overrides.send_again(row(post, account).id, actor="cli:jo", now=desk.time)


def test_a_missed_post_that_is_sent_again_says_what_the_plan_says_now(desk: Desk) -> None:
    miss(desk, "2023-10-08T18:20:00")
    desk.move("2023-10-09T15:20:00+01:00")
    assert row(EVE).text.startswith("The debate is at 14:40."), "what was missed stays as it was to be said"
    again(desk, EVE)
    assert not [one for one in taken(desk) if one.identity.post == EVE], "nothing goes before the planner has looked"
    assert desk.planner.refresh()
    (due,) = [one for one in taken(desk) if one.identity.post == EVE]
    assert (due.text.split(" #")[0], due.identity.account) == ("The debate is at 15:20.", "mastodon")
    assert not desk.planner.refresh()


def test_what_a_person_wrote_and_sends_again_is_compared_with_the_day_on_which_it_goes(desk: Desk) -> None:
    desk.edit(EVE, "The debate is tomorrow, be there", "mastodon")
    miss(desk, "2023-10-08T18:20:00")
    again(desk, EVE)
    desk.planner.refresh()
    assert desk.state(EVE, "mastodon") == WAITS, "it is still the day before"
    miss(desk, "2023-10-09T09:00:00")
    again(desk, EVE)
    desk.planner.refresh()
    assert desk.state(EVE, "mastodon")[:2] == UNTRUE
    assert [(one.post, f"{one.day}") for one in review(desk.program, now=desk.time).stale] == [(EVE, "2023-10-09")]


@pytest.mark.parametrize("words", ["The debate is tomorrow", "Only today: free coffee at our stall", "Sunday's stall"])
def test_an_own_post_that_is_sent_again_a_day_later_is_held(desk: Desk, words: str) -> None:
    own = desk.send_later(words, at("2023-10-08T20:00:00"))
    miss(desk, "2023-10-09T09:00:00")
    again(desk, own)
    assert desk.planner.is_stale(next(one for one in taken(desk) if one.identity.post == own))
    desk.planner.refresh()
    assert desk.state(own, "mastodon")[:2] == UNTRUE


def test_a_template_that_writes_tomorrow_out_is_held_when_it_goes_out_a_day_later(desk: Desk) -> None:
    desk.home.write("templates/lab23/soon.j2", "---\nask: watch\n---\n== plain\nTomorrow the delegates speak.\n")
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("at: debate - 1h", "at: 2023-10-01 09:00"))
    desk.planner.refresh()
    miss(desk, "2023-10-09T09:00:00")
    again(desk, EVE)
    desk.planner.refresh()
    said = "templates/lab23/soon.j2 says “Tomorrow”, written for Sun 8 Oct; the post goes out on Mon 9 Oct."
    assert desk.state(EVE, "mastodon") == (*UNTRUE, said)


def test_what_a_template_says_of_its_own_day_is_said_of_the_day_on_which_it_goes(desk: Desk) -> None:
    morning = PostId("lab23", "morning", "2023-10-08#1")
    miss(desk, "2023-10-08T12:00:00")
    assert "Sunday" in row(morning, "x").text
    desk.time = at("2023-10-09T08:00:00")
    again(desk, morning, "x")
    desk.planner.refresh()
    assert "Monday" in row(morning, "x").text


def test_words_that_a_person_lets_stand_go_out_late_and_no_longer_on_another_day(desk: Desk) -> None:
    desk.edit(EVE, "The debate is tomorrow, be there", "mastodon")
    miss(desk, "2023-10-09T09:00:00")
    again(desk, EVE)
    desk.planner.refresh()
    leave(desk.program, EVE, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert desk.state(EVE, "mastodon") == WAITS, "it has a deadline of its own, so it is not too late"
    miss(desk, "2023-10-10T09:00:00")
    again(desk, EVE)
    desk.planner.refresh()
    assert desk.state(EVE, "mastodon")[:2] == UNTRUE


@pytest.mark.parametrize("post", ["own", "edited"])
def test_what_waits_past_midnight_is_compared_with_the_new_day_before_it_goes(desk: Desk, post: str) -> None:
    words, waits = "The debate is tomorrow, be there", EVE
    if post == "own":
        waits = desk.send_later(words, at(LATE))
    else:
        desk.home.write("schedules/small.yaml", WITH_EVE.replace("2023-10-08 18:00", "2023-10-08 23:55"))
        desk.planner.refresh()
        desk.edit(EVE, words, "mastodon")
    desk.time = at(AFTER_MIDNIGHT)
    (due,) = [one for one in taken(desk) if one.identity.post == waits and one.identity.account == "mastodon"]
    assert desk.planner.is_stale(due), "also before the planner has seen the new day"
    assert desk.planner.refresh()
    assert desk.state(waits, "mastodon")[:2] == UNTRUE


def test_what_a_stop_held_past_midnight_does_not_go_on_with_yesterdays_words(desk: Desk) -> None:
    own = desk.send_later("The debate is tomorrow, be there", at(LATE))
    stops.stop(reason="wait", actor="cli:jo", now=at("2023-10-08T23:50:00"))
    desk.time = at("2023-10-08T23:56:00")
    holds.hold_blocked(now=desk.time)
    assert desk.state(own, "mastodon")[1] == HoldReason.STOPPED
    stops.lift(actor="cli:jo", now=at(AFTER_MIDNIGHT))
    desk.time = at(AFTER_MIDNIGHT)
    desk.planner.refresh()
    assert holds.release([row(own).id], actor="cli:jo", now=desk.time) == 0
    assert desk.state(own, "mastodon")[:2] == UNTRUE


@pytest.mark.parametrize("reason", [HoldReason.BUDGET, HoldReason.HAND_OFF, HoldReason.ACCOUNT])
def test_what_something_that_passes_held_past_midnight_waits_for_its_words(desk: Desk, reason: HoldReason) -> None:
    own = desk.send_later("The debate is tomorrow, be there", at(LATE))
    DeliveryRow.objects.filter(id=row(own).id).update(state="held", reason=reason, detail="No.")
    desk.time = at(AFTER_MIDNIGHT)
    desk.planner.refresh()
    assert desk.state(own, "mastodon")[:2] == UNTRUE
    assert holds.go_on(reason=reason, now=desk.time) == 0


def test_what_a_person_kept_back_is_compared_when_they_let_it_go_a_day_later(desk: Desk) -> None:
    own = desk.send_later("The debate is tomorrow, be there", at(LATE))
    DeliveryRow.objects.filter(id=row(own).id).update(state="held", reason="kept", detail="Kept.")
    desk.time = at(AFTER_MIDNIGHT)
    desk.planner.refresh()
    assert desk.state(own, "mastodon") == (State.HELD, HoldReason.KEPT, "Kept.")
    holds.release([row(own).id], actor="cli:jo", now=desk.time)
    (due,) = [one for one in taken(desk) if one.identity.post == own]
    assert desk.planner.is_stale(due)


def test_what_is_too_late_is_missed_and_not_held_for_its_words(desk: Desk) -> None:
    own = desk.send_later("The debate is tomorrow, be there", at("2023-10-08T20:00:00"))
    desk.time = at("2023-10-09T09:00:00")
    desk.planner.refresh()
    deliveries.miss_overdue(now=desk.time)
    assert desk.state(own, "mastodon")[0] is State.MISSED


def test_a_post_that_is_sent_again_is_not_late_because_its_milestone_moved_meanwhile(desk: Desk) -> None:
    miss(desk, "2023-10-09T14:30:00")
    desk.move("2023-10-09T15:00:00+01:00")
    again(desk, SOON)
    desk.planner.refresh()
    assert desk.state(SOON, "mastodon") == WAITS
    assert "15:00" in row(SOON).text
    desk.move("2023-10-09T16:00:00+01:00")
    assert (row(SOON).due_at, row(SOON).state) == (at("2023-10-09T15:00:00"), State.QUEUED), "it waits for its new time"


def test_a_move_shows_what_it_makes_true_on_the_day_on_which_it_really_goes(desk: Desk) -> None:
    desk.edit(EVE, "The debate is tomorrow, be there", "mastodon")
    miss(desk, "2023-10-09T09:00:00")
    again(desk, EVE)
    desk.planner.refresh()
    assert {one.post for one in desk.prepare("2023-10-10T14:40:00+01:00").freed} == {EVE}
    desk.move("2023-10-10T14:40:00+01:00")
    assert desk.state(EVE, "mastodon") == WAITS
