"""The planner's transaction: what exists, what the plan decides about it, and all of that written or nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import connection

from amplifier.campaign.changes import Add, Changes, ExistingDelivery, ExistingPost, NewDelivery, Rewrite, Step
from amplifier.campaign.correction import facts_of
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Fact, Moment, PostId, Words
from amplifier.errors import UsageError
from amplifier.store import deliveries, delivery_views, events, posts
from amplifier.store.models import DeliveryRow, PostRow
from tests.store import filled
from tests.store.filled import NOW, add, after, begin, claim, ink, row, wanted
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("opened")
X, BLUESKY = Words("x", "Vote", "en"), Words("bluesky", "Vote here", "en")
POST = wanted("vote", [X, BLUESKY])
NEW = Add(POST, None, (NewDelivery(X, State.QUEUED), NewDelivery(BLUESKY, State.MISSED, "why")))


def existing() -> list[ExistingPost]:
    found: list[ExistingPost] = []

    def look(there: Sequence[ExistingPost]) -> Changes:
        found.extend(there)
        return Changes()

    assert not posts.replan("lab23", look, ink())
    return found


def apply(changes: Changes) -> None:
    assert posts.replan("lab23", lambda _: changes, ink(after(5))) == changes


def test_a_post_is_added_with_its_deliveries_each_in_the_state_it_is_born_in() -> None:
    numbers, late = posts.add_post(NEW, ink()), after(900)
    assert existing() == [
        ExistingPost(
            row=PostRow.objects.get().pk,
            id=POST.id,
            moment=POST.moment,
            too_late_s=900,
            deliveries=(
                ExistingDelivery(numbers[0], "x", State.QUEUED, "", "Vote", frozen=False, too_late_at=late),
                ExistingDelivery(
                    numbers[1], "bluesky", State.MISSED, "why", "Vote here", frozen=False, too_late_at=late
                ),
            ),
            template="lab23/vote",
            wording="plain",
        )
    ]
    assert [one.wall_time for one in delivery_views.views()] == ["2023-10-10T12:00"] * 2
    assert (row(numbers[0]).run_at, row(numbers[0]).too_late_at) == (NOW, after(900))


def test_what_the_words_rest_on_is_kept_with_the_post() -> None:
    facts = (Fact("milestone.debate", "2023-10-10T14:40:00+01:00"),)
    posts.add_post(replace(NEW, post=replace(POST, facts=facts)), replace(ink(), plan_version=4))
    kept = PostRow.objects.get()
    assert kept.facts == [["milestone.debate", "2023-10-10T14:40:00+01:00"]]
    assert (kept.template, kept.wording, kept.milestone, kept.plan_version) == ("lab23/vote", "plain", "debate", 4)


def test_own_words_rest_on_facts_of_their_own_and_what_is_out_keeps_its_own() -> None:
    debate, later = Fact("milestone.debate", "14:40"), Fact("milestone.debate", "15:20")
    posts.add_post(replace(NEW, post=replace(POST, facts=(debate,), own_facts={"x": ()})), ink())
    kept = PostRow.objects.get()
    assert kept.facts == [["milestone.debate", "14:40"], ["", "", filled.number("x"), 0]]
    DeliveryRow.objects.filter(account__label="x").update(state="sent")
    kept.facts += [["link.motion", "m", filled.number("x"), 1]]  # a correction
    kept.save()
    link = Fact("link.motion", "m2")
    apply(
        Changes(
            rewrites=(Rewrite(kept.pk, replace(POST, facts=(later,), own_facts={"x": (link,), "bluesky": (link,)})),)
        )
    )
    kept.refresh_from_db()
    assert facts_of(kept.facts, filled.number("x"), 0) == ()
    assert facts_of(kept.facts, filled.number("x"), 1) == (Fact("link.motion", "m"),)
    assert facts_of(kept.facts, filled.number("bluesky"), 0) == (link,)
    assert facts_of(kept.facts, filled.number("mastodon"), 0) == (later,)
    apply(Changes(rewrites=(Rewrite(kept.pk, replace(POST, facts=(later,))),)))
    kept.refresh_from_db()
    assert facts_of(kept.facts, filled.number("bluesky"), 0) == (later,)
    assert facts_of(kept.facts, filled.number("x"), 0) == ()


def test_what_moves_in_no_words_keeps_those_that_it_had_and_what_they_state() -> None:
    facts = (Fact("milestone.debate", "14:40"),)
    posts.add_post(replace(NEW, post=replace(POST, facts=facts)), ink())
    later = replace(POST.moment, due_at=after(3600), wall_time="2023-10-10T13:00")
    moved = replace(POST, moment=later, template="lab23/other", wording="other").in_no_words("Too long.")
    apply(Changes(rewrites=(Rewrite(PostRow.objects.get().pk, moved),)))
    kept = PostRow.objects.get()
    assert (kept.due_at, kept.wall_time) == (after(3600), "2023-10-10T13:00")
    assert (kept.template, kept.wording, kept.facts) == ("lab23/vote", "plain", [["milestone.debate", "14:40"]])


def test_the_same_post_is_never_added_twice() -> None:
    assert len(posts.add_post(NEW, ink())) == 2
    assert posts.add_post(NEW, ink()) == []
    assert len(delivery_views.views()) == 2


def test_two_planners_in_one_instant_add_one_post() -> None:
    def plan() -> Changes:
        def decide(there: Sequence[ExistingPost]) -> Changes:
            return Changes() if there else Changes(adds=(NEW,))

        return posts.replan("lab23", decide, ink())

    filled.at_once([plan] * 6)
    assert len(delivery_views.views()) == 2


def test_other_campaigns_are_not_looked_at() -> None:
    posts.add_post(replace(NEW, post=replace(POST, id=PostId("other", "vote", "once"))), ink())
    assert existing() == []


def test_a_post_gets_another_account_later() -> None:
    posts.add_post(replace(NEW, deliveries=NEW.deliveries[:1]), ink())
    row_of_post = existing()[0].row
    apply(Changes(adds=(Add(POST, row_of_post, NEW.deliveries[1:]),)))
    assert [one.account for one in existing()[0].deliveries] == ["x", "bluesky"]


def test_frozen_is_what_has_bytes_of_an_attempt() -> None:
    filled.unsure()
    assert [one.deliveries[0].frozen for one in existing()] == [True]


def test_a_step_moves_a_delivery_with_its_event_and_voids_the_claim_made_before() -> None:
    number = add()
    (due,) = claim()
    words = Words("x", "Vote at 15:20", "cy")
    apply(
        Changes(
            steps=(Step(number, State.QUEUED, State.QUEUED, "moved", "", after(2400), after(3300), words, "Slipped."),)
        )
    )
    kept = row(number)
    assert (kept.run_at, kept.too_late_at, kept.text, kept.language) == (after(2400), after(3300), words.text, "cy")
    assert (kept.fence, kept.lease_until, kept.detail) == (due.fence + 1, None, "Slipped.")
    assert not begin(due)
    last = events.events_of(events.of_delivery(number))[-1]
    assert (last.at, last.kind, last.before, last.after) == (after(5), "moved", "queued", "queued")


def test_a_step_that_says_no_words_leaves_them() -> None:
    number = add("Vote")
    apply(Changes(steps=(Step(number, State.QUEUED, State.HELD, "held", "rejected", detail=None),)))
    kept = row(number)
    assert (kept.state, kept.reason, kept.text, kept.run_at) == ("held", "rejected", "Vote", NOW)


def test_a_step_from_a_state_that_is_no_longer_changes_nothing() -> None:
    due = filled.sending()
    apply(Changes(steps=(Step(due.id, State.QUEUED, State.DROPPED, "no longer planned", "unplanned"),)))
    assert row(due.id).state == "sending"
    assert events.events_of(events.of_delivery(due.id))[-1].kind == "sending"


def test_of_what_is_on_its_way_only_the_reason_is_noted_and_its_receipt_still_counts() -> None:
    due = filled.sending()
    apply(Changes(steps=(Step(due.id, State.SENDING, State.SENDING, "overtaken", "overtaken"),)))
    kept = row(due.id)
    assert (kept.state, kept.reason, kept.fence) == ("sending", "overtaken", due.fence)
    assert kept.lease_until is not None
    assert deliveries.record([filled.step(due, State.SENT, receipt=filled.receipt(1))], now=NOW) == []


def test_a_post_is_rewritten_under_its_own_number() -> None:
    posts.add_post(NEW, ink())
    before = existing()[0]
    moment = Moment(after(2400), "2023-10-10T13:40", "Europe/London", 1)
    renamed = replace(POST, id=PostId("lab23", "ballot", "once"), moment=moment, too_late_s=60)
    apply(Changes(rewrites=(Rewrite(before.row, renamed),)))
    (found,) = existing()
    assert found == replace(before, id=renamed.id, moment=moment, too_late_s=60)


def test_a_plan_that_breaks_in_the_middle_changes_nothing() -> None:
    number = add()
    broken = Add(POST, None, (NewDelivery(Words("nowhere", "Vote", "en"), State.QUEUED),))
    step = Step(number, State.QUEUED, State.DROPPED, "no longer planned", "unplanned")
    with pytest.raises(UsageError, match="nowhere"):
        apply(Changes(adds=(broken,), steps=(step,)))
    assert row(number).state == "queued"
    assert PostRow.objects.count() == 1


def test_a_call_does_not_begin_between_what_the_plan_sees_and_what_it_writes() -> None:
    number = add()
    (due,) = claim()
    looked, begun = threading.Event(), []

    def send() -> None:
        try:
            looked.wait(HANG_S)
            begun.append(begin(due))
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    thread.start()

    def decide(there: Sequence[ExistingPost]) -> Changes:
        looked.set()
        time.sleep(0.2)  # the other thread tries to begin now, and has to wait
        state = there[0].deliveries[0].state
        return Changes(steps=(Step(number, state, State.DROPPED, "no longer planned", "unplanned"),))

    posts.replan("lab23", decide, ink())
    thread.join(HANG_S)
    assert begun == [False]
    assert row(number).state == "dropped"


def test_who_posts_it_is_read_as_it_was_written() -> None:
    posts.add_post(replace(NEW, post=replace(POST, hand_off=True)), ink())
    assert [post.hand_off for post in existing()] == [True]
