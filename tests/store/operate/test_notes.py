"""What a person has to take note of stays until one has, however much is written down after it."""

from __future__ import annotations

import pytest
from django.db import connection

from amplifier.campaign.delivery import State
from amplifier.campaign.event_kinds import EventKind
from amplifier.store import deliveries, events, receipts
from amplifier.store.database.transaction import is_postgres
from amplifier.store.events import Event, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import notes, overrides
from tests.store import filled
from tests.store.filled import NOW, add, after, receipt, row

pytestmark = pytest.mark.usefixtures("opened")
MANY = 100_500


def fill_the_log() -> None:
    """More events than anybody looks through."""
    series = f"generate_series(1, {MANY}) AS n(i)" if is_postgres() else "n"
    begin = (
        "" if is_postgres() else f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) "
    )
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO events (at, actor, subject, kind, "before", "after", fence, detail) '
            f"{begin}SELECT CURRENT_TIMESTAMP, 'service', 'service', 'noise', '', '', 0, '' FROM {series}"
        )


def test_what_may_be_out_twice_stays_whatever_is_written_after_it() -> None:
    due = filled.sent("Vote")
    receipts.keep_late_receipt(due.id, receipt(13), fence=0, now=NOW)
    fill_the_log()
    (second,) = notes.perhaps_twice()
    assert (second.delivery, second.url, second.at) == (due.id, receipt(13).url, NOW)
    notes.take_note(due.id, actor="cli:ola", now=after(1))
    assert notes.perhaps_twice() == ()
    assert events.events_of(events.of_delivery(due.id))[-1].kind == EventKind.SEEN
    receipts.keep_late_receipt(due.id, receipt(14), fence=0, now=after(2))
    assert [one.url for one in notes.perhaps_twice()] == [receipt(14).url]


def test_what_was_missed_stays_until_somebody_has_seen_it() -> None:
    number = add(due=after(-1000))
    assert deliveries.miss_overdue(now=NOW) == 1
    fill_the_log()
    assert notes.unnoted_missed() == (number,)
    notes.take_note(number, actor="cli:ola", now=NOW)
    write_events([Event(NOW, "service", events.of_delivery(number), "a remark")])
    assert notes.unnoted_missed() == ()
    assert notes.noted([number, 999]) == {number}


def test_what_is_missed_once_more_is_to_be_seen_once_more() -> None:
    number = add(due=after(-1000))
    deliveries.miss_overdue(now=NOW)
    notes.take_note(number, actor="cli:ola", now=NOW)
    overrides.send_again(number, actor="cli:ola", now=NOW)
    assert row(number).state == State.QUEUED
    DeliveryRow.objects.filter(id=number).update(too_late_at=after(-1))
    deliveries.miss_overdue(now=NOW)
    assert notes.unnoted_missed() == (number,)


def test_all_that_somebody_was_shown_is_noted_at_once_and_nothing_else() -> None:
    missed, later, twice = add(due=after(-1000)), add(due=after(-2000)), filled.sent("Vote")
    deliveries.miss_overdue(now=NOW)
    receipts.keep_late_receipt(twice.id, receipt(13), fence=0, now=NOW)
    assert notes.take_note_of_missed([missed, twice.id, 999], actor="cli:ola", now=NOW) == 1
    assert notes.unnoted_missed() == (later,)
    assert [one.delivery for one in notes.perhaps_twice()] == [twice.id]
    assert events.events_of(events.of_delivery(missed))[-1].kind == EventKind.SEEN
    assert notes.take_note_of_missed([missed], actor="cli:ola", now=NOW) == 0
