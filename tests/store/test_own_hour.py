"""What is out on one account keeps the hour at which it went out, while the rest of its post moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.correction import Change, Way
from amplifier.campaign.delivery import Due, Receipt, State, Transition
from amplifier.campaign.post import PostId, Words
from amplifier.store import claims, deliveries, delivery_views, published_facts
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import corrections
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_names_that_change import Names
from tests.schedule.test_words_of_people import SOON, Desk

pytestmark = pytest.mark.usefixtures("any_ledger")
THEN, LATER, LAST = "2023-10-09T13:40", "2023-10-09T17:40", "2023-10-09T19:40"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    due(made, THEN)
    return made


def due(desk: Desk, wall_time: str) -> None:
    """It is five seconds past this hour."""
    desk.time = datetime.fromisoformat(f"{wall_time}:05+01:00")
    desk.planner.refresh()


def begin(desk: Desk, account: str = "x") -> Due:
    claimed = claims.claim(now=desk.time, lease_until=desk.time, limit=99)
    (one,) = [due for due in claimed if due.identity.post == SOON and due.identity.account == account]
    assert deliveries.begin(one, request=b"b", now=desk.time, lease_until=desk.time + timedelta(minutes=1))
    return one


def become(desk: Desk, one: Due, before: State, after: State) -> None:
    receipt = Receipt(f"{one.id}", f"https://x.example/{one.id}") if after is State.SENT else None
    step = Transition(one.id, one.fence, before, after, after.value, receipt=receipt)
    assert not deliveries.record([step], now=desk.time)


def hours(*, revision: int = 0) -> dict[str, str]:
    rows = [row for row in delivery_views.views(post=SOON) if row.identity.revision == revision]
    assert all(row.due_at.isoformat()[11:16] == f"{int(row.wall_time[11:13]) - 1}{row.wall_time[13:]}" for row in rows)
    return {row.identity.account: row.wall_time for row in rows}


def test_what_is_out_keeps_its_hour_however_often_the_rest_moves(desk: Desk) -> None:
    become(desk, begin(desk), State.SENDING, State.SENT)
    for to, hour in (("18:40", LATER), ("20:40", LAST)):
        desk.move(f"2023-10-09T{to}:00+01:00")
        assert hours() == {"x": THEN, "bluesky": hour, "mastodon": hour}
    (said,) = published_facts.published_facts("lab23")
    assert said.wall_time == THEN
    due(desk, LAST)
    become(desk, begin(desk, "bluesky"), State.SENDING, State.SENT)
    desk.move("2023-10-09T21:40:00+01:00")
    assert hours() == {"x": THEN, "bluesky": LAST, "mastodon": "2023-10-09T20:40"}


def test_what_moves_back_leaves_it_its_hour_as_well(desk: Desk) -> None:
    become(desk, begin(desk), State.SENDING, State.SENT)
    desk.move("2023-10-09T14:35:00+01:00")
    assert hours() == {"x": THEN, "bluesky": "2023-10-09T13:35", "mastodon": "2023-10-09T13:35"}


def test_what_corrects_it_after_the_move_is_of_its_own_hour(desk: Desk) -> None:
    become(desk, begin(desk), State.SENDING, State.SENT)
    desk.move("2023-10-09T18:40:00+01:00")
    put_right(desk)
    assert set(hours(revision=1).values()) == {THEN}
    desk.move("2023-10-09T20:40:00+01:00")
    assert set(hours(revision=1).values()) == {THEN}


def test_what_was_being_corrected_as_it_moved_is_of_its_own_hour(desk: Desk) -> None:
    become(desk, begin(desk), State.SENDING, State.SENT)
    put_right(desk)
    desk.move("2023-10-09T18:40:00+01:00")
    assert set(hours(revision=1).values()) == {THEN}


def put_right(desk: Desk) -> None:
    """Somebody corrects what is out on X."""
    (out,) = delivery_views.views(post=SOON, states=[State.SENT])
    assert out.receipt
    change = Change("x", Way.REPOST, out.receipt.remote_id, 0, Words("x", "The debate is late.", "en"), ())
    assert corrections.correct(SOON, [change], Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day))


def test_what_may_be_out_keeps_its_hour_until_it_goes_out_at_another(desk: Desk) -> None:
    one = begin(desk)
    become(desk, one, State.SENDING, State.UNSURE)
    desk.move("2023-10-09T18:40:00+01:00")
    assert hours()["x"] == THEN
    become(desk, one, State.UNSURE, State.QUEUED)
    assert hours()["x"] == LATER, "it is not out, and waits as the others do"
    assert DeliveryRow.objects.filter(id=one.id).update(state=State.QUEUED, reason="", run_at=desk.time)
    due(desk, LATER)
    become(desk, begin(desk), State.SENDING, State.SENT)
    desk.move("2023-10-09T20:40:00+01:00")
    assert hours() == {"x": LATER, "bluesky": LAST, "mastodon": LAST}


def test_a_place_that_is_new_to_what_is_out_has_the_hour_at_which_it_goes_out(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.slots(("one", "hello", "2023-10-06 09:00"))
    assert names.at("09:00")
    text = names.file(("one", "hello", "2023-10-06 12:00")).replace("[bluesky]", "[bluesky, mastodon]")
    names.home.write("schedules/small.yaml", text)
    names.planner.refresh()
    rows = delivery_views.views(post=PostId("lab23", "one", "once"))
    assert {row.identity.account: row.wall_time[11:] for row in rows} == {"bluesky": "09:00", "mastodon": "12:00"}
