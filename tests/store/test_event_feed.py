"""What happened since: everything beyond the cursor, once, also where numbers are given before they are committed."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import State, Transition
from amplifier.store import deliveries, event_feed, events
from amplifier.store.database.transaction import whole
from tests.store import filled

pytestmark = pytest.mark.usefixtures("opened")


def test_news_are_the_events_beyond_the_cursor_in_their_order() -> None:
    number = filled.add()
    first = event_feed.events_after(0, limit=10)
    assert [(one.kind, one.delivery) for one in first] == [("planned", number)]
    assert event_feed.events_after(first[-1].id, limit=10) == ()
    deliveries.miss_overdue(now=filled.after(1000))
    (missed,) = event_feed.events_after(first[-1].id, limit=10)
    assert (missed.before, missed.after, missed.at) == ("queued", "missed", filled.after(1000))


def test_a_doubt_is_new_once_and_again_after_that_until_there_is_another() -> None:
    due = filled.unsure()
    for _ in range(3):
        (due,) = filled.claim_unsure()
        still = Transition(due.id, due.fence, State.UNSURE, State.UNSURE, "not seen yet", run_at=filled.NOW)
        deliveries.record([still], now=filled.NOW)
    told = [one.again for one in event_feed.events_after(0, limit=100) if one.kind == "not seen yet"]
    assert told == [False, True, True]


def test_what_is_about_something_else_is_about_no_delivery() -> None:
    write(events.Event(filled.NOW, "cli:anna", "service", "stopped", detail="all: Trouble."))
    (one,) = event_feed.events_after(0, limit=10)
    assert (one.delivery, one.subject, one.actor) == (0, "service", "cli:anna")


def test_the_last_event_before_an_instant_is_where_a_first_look_begins() -> None:
    filled.add()
    assert event_feed.last_before(filled.NOW) == 0
    assert event_feed.last_before(filled.after(1)) == event_feed.events_after(0, limit=10)[-1].id


@whole
def write(event: events.Event) -> None:
    event_feed.hold_writers()
    events.write_events([event])
