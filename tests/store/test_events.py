"""What has happened cannot be rewritten: the database itself refuses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from amplifier.campaign.mention import Status
from amplifier.campaign.plan import DecisionKind
from amplifier.store import decisions, events
from amplifier.store.events import Event, events_of, of_delivery, write_events
from amplifier.store.listening import mentions
from amplifier.store.listening.heard import FollowupRow, MentionRow
from amplifier.store.models import DecisionRow, EventRow
from tests.store.filled import NOW, add, after, mention

pytestmark = pytest.mark.usefixtures("opened")


def refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


def raw(words: str) -> Callable[[], object]:
    def run() -> object:
        with connection.cursor() as cursor:
            return cursor.execute(words)

    return run


@pytest.fixture
def history(opened: None) -> None:  # noqa: ARG001  the ledger that it fills
    write_events([Event(NOW, "service", "delivery:1", "planned")])
    decisions.keep_decision(
        kind=DecisionKind.SLOT_SKIPPED, subject="a/once", value="", replaced="", actor="cli:ola", reason="", now=NOW
    )
    mentions.take_in("s", [mention("a")], cursor="c", now=NOW)
    number = mentions.mentions(mentions.Filter())[0].id
    mentions.follow_up(number, status=Status.DONE, note="", actor="cli:ola", now=NOW)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    "act",
    [
        lambda: EventRow.objects.update(detail="nothing happened"),
        lambda: EventRow.objects.all().delete(),
        raw("UPDATE events SET actor = 'somebody else'"),
        raw("DELETE FROM events"),
        lambda: DecisionRow.objects.update(value="another"),
        raw("DELETE FROM decisions"),
        lambda: FollowupRow.objects.update(status="new"),
        raw("UPDATE followups SET note = 'never'"),
    ],
)
def test_what_happened_cannot_be_changed_or_taken_away(act: Callable[[], object]) -> None:
    assert refused(act)


@pytest.mark.usefixtures("history")
def test_a_follow_up_goes_with_its_mention_so_that_a_person_can_be_forgotten() -> None:
    MentionRow.objects.all().delete()
    assert FollowupRow.objects.count() == 0


def test_the_history_of_one_subject_is_read_oldest_first() -> None:
    other = Event(NOW, "service", "delivery:2", "planned")
    first = Event(NOW, "service", "delivery:1", "planned", after="queued", detail="why")
    second = Event(after(-5), "cli:ola", "delivery:1", "moved", "queued", "queued", 3, "")
    write_events([first, other])
    write_events([second])
    assert events_of(of_delivery(1)) == (first, second)


def test_every_delivery_begins_with_its_event() -> None:
    number = add()
    (planned,) = events.events_of(of_delivery(number))
    assert planned == Event(NOW, "service", f"delivery:{number}", "planned", after="queued")


def test_of_each_subject_the_last_time_of_a_kind_is_known() -> None:
    for at, subject, kind in (
        (1, "a", "held"),
        (3, "a", "held"),
        (2, "b", "held"),
        (4, "a", "other"),
        (5, "c", "other"),
    ):
        events.note(events.Event(after(at), "service", subject, kind))
    assert events.last_written(["a", "b", "c"], "held") == {"a": after(3), "b": after(2)}
    assert events.last_written(["a", "b", "c"], "held", "other") == {"a": after(4), "b": after(2), "c": after(5)}
    assert events.last_written(["a", "b"]) == {}
