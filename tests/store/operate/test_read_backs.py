"""What is looked at again, and what is written down of it, on both databases."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from amplifier.campaign.correction import Way
from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.store import deliveries, events, migrations
from amplifier.store.database.transaction import is_postgres, stamp
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import corrections, read_backs, withdrawals
from amplifier.store.operate.corrections import Hand
from amplifier.store.operate.read_backs import OutPost
from tests.store import filled
from tests.store.filled import FIRST_DAY, NOW, after, at_once, begin, claim, receipt, row, sending, step
from tests.store.operate.test_corrections import change

pytestmark = pytest.mark.usefixtures("opened")
HAND = Hand("cli:jo", "", NOW, FIRST_DAY)
WEEK = timedelta(days=7)


def sent(account: str = "x", number: int = 7) -> int:
    due = sending("It closes at 17:00.", account=account)
    deliveries.record([step(due, State.SENT, receipt=receipt(number))], now=NOW)
    return due.id


def out(account: str = "x") -> tuple[OutPost, ...]:
    return read_backs.out(account, since=NOW - WEEK, until=after(3600), limit=10)


def stories(number: int) -> list[tuple[str, str]]:
    told = [(one.kind, one.detail) for one in events.events_of(f"delivery:{number}")]
    return [one for one in told if one[0] in (EventKind.GONE, EventKind.CHANGED)]


def test_what_is_out_on_an_account_is_found_with_its_times() -> None:
    number = sent()
    sent("bluesky")
    assert out() == (OutPost(number, "x", NOW, None),)
    assert read_backs.out("x", since=NOW, until=after(1), limit=10) == ()
    DeliveryRow.objects.filter(id=number).update(remote_state="gone")
    assert out() == ()


def test_of_those_who_look_at_once_one_gets_it() -> None:
    sent()
    (one,) = out()
    found = at_once([lambda: read_backs.claim(one, now=after(60)) is not None] * 4)
    assert found.count(True) == 1
    assert out()[0].checked_at == after(60)
    assert read_backs.claim(one, now=after(90)) is None


def test_a_look_that_failed_counts_for_nothing() -> None:
    sent()
    (one,) = out()
    assert read_backs.claim(one, now=after(60))
    read_backs.give_back(one, taken_at=after(60))
    assert out() == (one,)


def test_a_post_that_is_gone_is_gone_once() -> None:
    number = sent()
    seen = read_backs.claim(out()[0], now=after(60))
    assert seen
    assert read_backs.keep_gone(seen, now=after(60))
    assert not read_backs.keep_gone(seen, now=after(61))
    assert row(number).remote_state == "gone"
    assert stories(number) == [("gone", "")]
    assert [one.id for one in read_backs.changed_outside(["x"], since=NOW - WEEK)] == [number]


def test_what_it_says_now_is_told_once_and_cut() -> None:
    number = sent()
    seen = read_backs.claim(out()[0], now=after(60))
    assert seen
    assert read_backs.keep_changed(seen, "It closes\nat 18:00. " + "x" * 400, now=after(60))
    assert not read_backs.keep_changed(seen, "It closes\nat 18:00. " + "x" * 400, now=after(61))
    assert read_backs.keep_changed(seen, "At 19:00.", now=after(62))
    told = stories(number)
    assert [kind for kind, _ in told] == ["changed", "changed"]
    assert told[0][1].startswith("It reads now: It closes at 18:00. xxx")
    assert len(told[0][1]) < 330
    assert row(number).remote_state == "edited"
    assert [one.id for one in read_backs.changed_outside(["x"], since=NOW - WEEK)] == [number]


def test_what_we_are_about_to_delete_is_no_news() -> None:
    number = sent()
    seen = read_backs.claim(out()[0], now=after(60))
    assert seen
    withdrawals.withdraw(seen.identity.post, ["x"], HAND)
    assert not read_backs.keep_gone(seen, now=after(60))
    assert row(number).remote_state == "live"


def test_what_we_edited_meanwhile_is_no_news_and_is_compared_with_our_words() -> None:
    number = sent("mastodon")
    seen = read_backs.claim(out("mastodon")[0], now=after(60))
    assert seen
    corrections.correct(seen.identity.post, [change("mastodon", way=Way.EDIT)], HAND)
    assert not read_backs.keep_changed(seen, "Correction: 18:00.", now=after(60))
    (due,) = claim()
    assert begin(due)
    deliveries.record([step(due, State.SENT)], now=NOW)
    assert not read_backs.keep_changed(seen, "Correction: 18:00.", now=after(61))
    again = read_backs.claim(out("mastodon")[0], now=after(99))
    assert again
    assert again.text == "Correction: 18:00."
    assert row(number).remote_state == "edited"
    assert read_backs.changed_outside(["mastodon"], since=NOW - WEEK) == ()
    assert read_backs.keep_changed(again, "At 19:00.", now=after(120)), "somebody else changes it after us"
    (outside,) = read_backs.changed_outside(["mastodon"], since=NOW - WEEK)
    assert (outside.id, outside.outside_text) == (number, "At 19:00.")
    corrections.correct(seen.identity.post, [change("mastodon", way=Way.EDIT, newest=1)], HAND)
    (due,) = claim()
    assert begin(due)
    deliveries.record([step(due, State.SENT)], now=after(180))
    assert row(number).outside_text is None, "our words stand there again"
    assert read_backs.changed_outside(["mastodon"], since=NOW - WEEK) == ()


def test_a_ledger_of_before_tells_others_changes_from_its_log() -> None:
    theirs, ours, gone = sent("mastodon", 1), sent("bluesky", 2), sent("x", 3)
    for number in (theirs, ours):
        DeliveryRow.objects.filter(id=number).update(remote_state="edited")
        told = events.Event(
            after(60), "service", events.of_delivery(number), EventKind.CHANGED, detail="It reads now: At 19:00."
        )
        events.note(told)
    DeliveryRow.objects.filter(id=gone).update(remote_state="gone")
    target = row(ours).remote_id
    edit = filled.add("Ours.", account="bluesky")
    DeliveryRow.objects.filter(id=edit).update(verb="edit", state="sent", sent_at=after(90), target=target)
    import_module(f"{migrations.__name__}.0019_the_log_is_not_the_state").carry_over(apps, None)
    assert [row(one).outside_text for one in (theirs, ours, gone)] == ["At 19:00.", None, None]


def _many(number: int) -> None:
    """At least so many posts that went out long ago, past every look: one, doubled until there are enough."""
    first = sent("x", 1)
    DeliveryRow.objects.filter(id=first).update(sent_at=NOW - timedelta(days=60))
    columns = [field.column for field in DeliveryRow._meta.fields if field.column != "id"]
    made = 1
    with connection.cursor() as cursor:
        while made < number:
            other = {"revision": f"revision + {made}", "remote_id": f"'old-' || (revision + {made})"}
            values = ", ".join(other.get(column, column) for column in columns)
            cursor.execute(f"INSERT INTO deliveries ({', '.join(columns)}) SELECT {values} FROM deliveries")
            made *= 2
        cursor.execute("ANALYZE")


def test_a_hundred_thousand_other_rows_are_not_read() -> None:
    _many(100_000)
    number = sent()
    assert [one.delivery for one in out()] == [number]
    with connection.cursor() as cursor:
        words = ["x", stamp(NOW - WEEK), stamp(after(3600)), 10]
        cursor.execute(("EXPLAIN " if is_postgres() else "EXPLAIN QUERY PLAN ") + read_backs.OUT, words)
        plan = " ".join(str(found) for found in cursor.fetchall())
    assert "deliveries_sent" in plan, plan
    assert "Seq Scan on deliveries" not in plan


def test_what_a_person_is_asked_to_delete_is_no_news_when_it_is_gone() -> None:
    due = sent()
    filled.change(Verb.DELETE, "7")
    DeliveryRow.objects.filter(verb=Verb.DELETE).update(post=row(due).post, state=State.HELD)
    seen = read_backs.claim(out()[0], now=after(3600))
    assert seen is not None
    assert not read_backs.keep_gone(seen, now=after(3600))
    assert row(due).remote_state == "live"
