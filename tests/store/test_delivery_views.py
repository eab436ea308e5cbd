"""Deliveries as people see them."""

from __future__ import annotations

import pytest

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import Receipt, RemoteState, State, Verb
from amplifier.campaign.fate import Fate, Follows
from amplifier.campaign.post import OWN, PostId, Words
from amplifier.store import deliveries, delivery_views, posts
from amplifier.store.models import DeliveryRow, PostRow
from tests.store import filled
from tests.store.filled import NOW, add, after, receipt, sending, step, unsure

pytestmark = pytest.mark.usefixtures("opened")


def test_a_journey_tells_what_where_when_and_how_it_stands() -> None:
    due = sending("Vote now", account="bluesky")
    deliveries.record([step(due, State.SENT, receipt=receipt(12))], now=after(3))
    (seen,) = delivery_views.views()
    assert (seen.id, seen.identity, seen.platform, seen.text) == (due.id, due.identity, "bluesky", "Vote now")
    assert (seen.state, seen.reason, seen.receipt) == (State.SENT, "", receipt(12))
    assert (seen.due_at, seen.wall_time, seen.zone, seen.fold) == (NOW, "2023-10-10T12:00", "Europe/London", 0)
    assert (seen.milestone, seen.template, seen.too_late_at) == ("debate", "lab23/vote", after(900))
    assert (seen.first_sent_at, seen.sent_at) == (NOW, after(3))


def test_an_own_post_has_no_template() -> None:
    number = add()
    PostRow.objects.filter(deliveries=number).update(slot=OWN)
    assert delivery_views.views()[0].template == ""


def test_deliveries_are_counted_by_their_states() -> None:
    add(state=State.HELD)
    add()
    unsure(account="bluesky")
    assert delivery_views.counts() == {State.HELD: 1, State.QUEUED: 1, State.UNSURE: 1}
    assert delivery_views.counts()[State.SENT] == 0


def _went_out(text: str = "", *, account: str = "x", number: int = 12, remote: RemoteState = RemoteState.LIVE) -> int:
    due = filled.sent(text, account=account, number=number)
    DeliveryRow.objects.filter(id=due.id).update(remote_state=remote)
    return due.id


def _change(delivery: int, verb: Verb, state: State, *, text: str = "") -> int:
    first = filled.row(delivery)
    number = filled.change(verb, first.remote_id or "", account=first.account.label, text=text)
    DeliveryRow.objects.filter(id=number).update(
        post=first.post, state=state, sent_at=NOW if state is State.SENT else None
    )
    return number


def test_posts_are_told_by_how_they_stand_and_what_is_done_to_them_is_no_post() -> None:
    for number, remote in enumerate(RemoteState):
        _went_out(account="bluesky", number=number, remote=remote)
    withdrawn = _went_out(number=20, remote=RemoteState.WITHDRAWN)
    edited, going = _went_out(number=21, remote=RemoteState.EDITED), _went_out(number=22)
    _change(withdrawn, Verb.DELETE, State.SENT)
    _change(edited, Verb.EDIT, State.SENT, text="Better")
    _change(going, Verb.DELETE, State.QUEUED)
    add()
    found = delivery_views.tally()
    assert found.states == {State.SENT: 7, State.QUEUED: 1, State.DROPPED: 3}  # left out: those that made the changes
    assert found.fates == {Fate.LIVE: 2, Fate.CHANGED: 1, Fate.GONE: 1, Fate.WITHDRAWN: 2, Fate.CORRECTED: 1}
    assert found.ahead == {Follows.DELETION: 1}
    assert delivery_views.counts()[State.SENT] == 9


def test_what_is_coming_are_posts_and_no_corrections_or_deletions() -> None:
    first, second = _went_out(), _went_out(number=13)
    deletion = _change(first, Verb.DELETE, State.QUEUED)
    said_anew = _change(second, Verb.PUBLISH, State.QUEUED, text="Better")
    DeliveryRow.objects.filter(id=said_anew).update(target="")
    later, soon = add(due=after(60)), add(due=after(30))
    assert [one.id for one in delivery_views.coming()] == [soon, later]
    assert [one.id for one in delivery_views.coming(limit=1)] == [soon]
    assert delivery_views.number_coming() == 2
    assert [one.id for one in delivery_views.changing()] == [deletion, said_anew]


def test_a_post_comes_with_all_that_was_done_to_it() -> None:
    out = _went_out()
    deletion = _change(out, Verb.DELETE, State.QUEUED)
    add()
    for some in (out, deletion):
        assert [one.id for one in delivery_views.with_changes(delivery_views.views_by_id([some]))] == [out, deletion]


def test_journeys_come_by_their_due_time_and_of_the_chosen_states_only() -> None:
    late, early, held = add(due=after(60)), add(due=after(30)), add(due=after(10), state=State.HELD)
    assert [one.id for one in delivery_views.views()] == [held, early, late]
    assert [one.id for one in delivery_views.views(states=(State.QUEUED,))] == [early, late]
    assert [one.id for one in delivery_views.views(states=(State.QUEUED, State.HELD), limit=2)] == [held, early]


def test_what_was_sent_last_comes_first() -> None:
    first, second = sending(), sending(account="bluesky")
    deliveries.record([step(second, State.SENT, receipt=receipt(1))], now=after(1))
    deliveries.record([step(first, State.SENT, receipt=receipt(2))], now=after(2))
    assert [one.id for one in delivery_views.views(states=(State.SENT,), newest_first=True)] == [first.id, second.id]


def test_the_journeys_of_one_post_are_those_on_all_its_accounts() -> None:
    words = [Words(account, "Vote", "en") for account in ("x", "bluesky")]
    post = filled.wanted("vote", words)
    ids = posts.add_post(Add(post, None, tuple(NewDelivery(one, State.QUEUED) for one in words)), filled.ink())
    add()
    assert delivery_views.number_coming() == 2, "a post on two accounts is one"
    assert [one.id for one in delivery_views.views(post=post.id)] == ids
    assert [one.id for one in delivery_views.views_by_id(ids[1:])] == ids[1:]
    assert [one.id for one in delivery_views.views_of([post.id])] == ids
    assert delivery_views.views_of([]) == ()
    assert delivery_views.views(post=PostId("lab23", "vote", "2023-10-10#1")) == ()


def test_posts_of_ours_are_found_by_their_remote_ids() -> None:
    due = sending()
    deliveries.record([step(due, State.SENT, receipt=Receipt("12", ""))], now=NOW)
    add()
    assert delivery_views.deliveries_of("x", ["12", "13", ""]) == {"12": due.id}
    assert delivery_views.deliveries_of("bluesky", ["12"]) == {}
    assert delivery_views.deliveries_of("x", []) == {}


def test_the_busiest_milestone_is_the_one_on_which_most_of_what_waits_hangs() -> None:
    assert delivery_views.busiest_milestone() == ""
    vote, debate, other = (add(due=after(seconds)) for seconds in (30, 20, 10))
    add(state=State.HELD)
    PostRow.objects.filter(deliveries=vote).update(milestone="vote")
    PostRow.objects.filter(deliveries=other).update(milestone="")
    assert delivery_views.busiest_milestone() == "debate", "of two alike the one that has the next post"
    PostRow.objects.filter(deliveries=add(due=after(40))).update(milestone="vote")
    assert delivery_views.busiest_milestone() == "vote"
    assert [row.id for row in delivery_views.coming(1, milestone="vote")] == [vote]
    assert [row.id for row in delivery_views.coming(milestone="debate")] == [debate]


@pytest.mark.parametrize("said", ["debate + 1h", "debate"])
def test_an_own_post_hangs_on_no_milestone_however_its_time_was_said(said: str) -> None:
    planned = add(due=after(30))
    for minute in (10, 20):
        PostRow.objects.filter(deliveries=add(due=after(minute))).update(milestone=said, slot=OWN, occurrence=minute)
    assert delivery_views.busiest_milestone() == "debate"
    assert [row.id for row in delivery_views.coming(milestone="debate")] == [planned]
    assert [row.milestone for row in delivery_views.coming()] == ["", "", "debate"]
    PostRow.objects.filter(deliveries=planned).update(milestone="")
    assert delivery_views.busiest_milestone() == ""


def test_receipts_are_the_ids_of_what_is_out() -> None:
    due = sending("Vote now")
    add(account="bluesky")
    deliveries.record([step(due, State.SENT, receipt=receipt(12))], now=after(3))
    assert delivery_views.receipts() == {receipt(12).remote_id}
