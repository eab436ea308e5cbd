"""What our posts state where they are out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.campaign.changes import Add, Changes, NewDelivery, Rewrite, Waits
from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.post import OWN, Fact, Words
from amplifier.store import deliveries, posts, published_facts
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import NOW, after, begin, claim, ink, receipt, step, wanted

pytestmark = pytest.mark.usefixtures("opened")
THEN, NOW_SO = (
    Fact("milestone.debate", "2023-10-10T14:40:00+01:00"),
    Fact("milestone.debate", "2023-10-10T15:20:00+01:00"),
)


def test_a_post_that_is_out_on_one_account_states_what_it_stated_when_the_others_change() -> None:
    words = [Words("x", "At 14:40.", "en"), Words("mastodon", "At 14:40.", "en")]
    post = replace(wanted("soon", words), facts=(THEN,))
    posts.add_post(Add(post, None, tuple(NewDelivery(one, State.QUEUED) for one in words)), ink())
    due = next(one for one in claim() if one.identity.account == "x")
    assert begin(due)
    deliveries.record([step(due, State.SENT, receipt=receipt(7))], now=NOW)

    def slipped(existing: object) -> Changes:
        return Changes(rewrites=(Rewrite(existing[0].row, replace(post, facts=(NOW_SO,))),))  # type: ignore[index]

    for _ in range(2):  # once more changes nothing
        posts.replan("lab23", slipped, ink())
    DeliveryRow.objects.filter(account__label="mastodon").update(state="sent", remote_id="8", remote_state="live")
    found = {one.account: one for one in published_facts.published_facts("lab23")}
    assert found["x"].facts == (THEN,)
    assert found["mastodon"].facts == (NOW_SO,)
    assert found["x"].url.endswith("/7")


def test_what_may_be_out_counts_and_what_is_gone_does_not() -> None:
    for state, remote_state in (("unsure", ""), ("sending", ""), ("sent", "gone"), ("sent", "withdrawn"), ("held", "")):
        post = wanted(f"s-{state}-{remote_state}", [Words("x", f"{state} {remote_state}", "en")])
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
        DeliveryRow.objects.filter(post__slot=post.id.slot).update(state=state, remote_state=remote_state)
    assert {(one.post.slot, one.is_sure) for one in published_facts.published_facts("lab23")} == {
        ("s-unsure-", False),
        ("s-sending-", False),
    }


def test_names_are_those_of_what_went_out_the_newest_first() -> None:
    for number, state in enumerate(("sent", "queued", "unsure")):
        post = wanted(f"s{number}", [Words("x", f"{number}", "en")], due=after(number))
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
        DeliveryRow.objects.filter(post__slot=post.id.slot).update(state=state)
    assert [post.slot for post in published_facts.names("lab23")] == ["s2", "s0"]


def test_only_the_posts_of_some_deliveries_may_be_asked_for() -> None:
    for number in (1, 2):
        post = wanted(f"s{number}", [Words("x", f"{number}", "en")])
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
    DeliveryRow.objects.update(state="unsure")
    second = DeliveryRow.objects.get(post__slot="s2").pk
    assert [one.post.slot for one in published_facts.published_facts("lab23", among=[second])] == ["s2"]
    assert published_facts.published_facts("lab23", among=[]) == ()


def test_own_posts_and_corrections_that_are_not_out_are_found_with_what_they_state() -> None:
    own = replace(wanted(OWN, [Words("x", "At 14:40.", "en")]), facts=(THEN,))
    (number,) = posts.add_post(Add(own, None, (NewDelivery(own.words[0], State.QUEUED),)), ink())
    filled.add("Planned", account="bluesky")
    again = filled.change(Verb.PUBLISH, "", account="mastodon", text="Correction: at 14:40")
    DeliveryRow.objects.filter(id=again).update(state="held", reason="stopped", detail="Stopped.")
    filled.change(Verb.DELETE, "12", account="bluesky", text="")
    found = {one.delivery.id: one for one in published_facts.unsent("lab23")}
    assert set(found) == {number, again}
    assert (found[number].facts, found[number].waits) == (
        (THEN,),
        Waits(own.moment.due_at, own.moment.due_at, again=False),
    )
    held = found[again].delivery
    assert (held.state, held.reason, held.detail, found[again].waits) == (State.HELD, "stopped", "Stopped.", None)
    assert [one.delivery.id for one in published_facts.unsent("lab23", among=[again])] == [again]
    DeliveryRow.objects.filter(id=number).update(state="sent")
    assert {one.delivery.id for one in published_facts.unsent("lab23")} == {again}


def test_whether_any_of_some_would_go_out_by_itself() -> None:
    post = wanted("s1", [Words("x", "1", "en")])
    (number,) = posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
    rows = DeliveryRow.objects.filter(id=number)
    for state, reason, going in (
        ("queued", "", True),
        ("held", "stopped", True),
        ("held", "hand_off", True),
        ("held", "untrue", False),
        ("held", "kept", False),
        ("sent", "", False),
    ):
        rows.update(state=state, reason=reason)
        assert published_facts.is_any_going([(post.id, "x")], []) is going
        assert published_facts.is_any_going([], [number]) is going
        assert not published_facts.is_any_going(
            [(post.id, "bluesky"), (replace(post.id, slot="s2"), "x")], [number + 1]
        )
    assert not published_facts.is_any_going([], [])


def test_what_the_plan_wants_and_waits_past_its_time_is_told_while_it_may_still_go() -> None:
    late, again = filled.add(due=after(-600)), filled.add(due=after(-9000))
    filled.add(due=after(-9000))
    filled.add(due=after(60))
    own = replace(wanted(OWN, [Words("x", "By hand", "en")]), moment=wanted("late", [], due=after(-600)).moment)
    posts.add_post(Add(own, None, (NewDelivery(own.words[0], State.QUEUED),)), ink())
    DeliveryRow.objects.filter(id=again).update(run_at=NOW, too_late_at=after(900), state="held")
    found = [waits for _, waits in published_facts.late("lab23", now=NOW)]
    assert found == [Waits(after(-600), after(-600), again=False), Waits(after(-9000), NOW, again=True)]
    DeliveryRow.objects.filter(id=late).update(state="sent")
    assert [waits.again for _, waits in published_facts.late("lab23", now=NOW)] == [True]


def test_what_an_older_own_post_states_is_added_to_each_of_its_deliveries() -> None:
    words = [Words("x", "At 14:40.", "en"), Words("mastodon", "At 14:40.", "en")]
    numbers = posts.add_post(
        Add(wanted(OWN, words), None, tuple(NewDelivery(one, State.QUEUED) for one in words)), ink()
    )
    published_facts.state(dict.fromkeys(numbers, (THEN,)))
    assert [one.facts for one in published_facts.unsent("lab23")] == [(THEN,), (THEN,)]
    published_facts.state({numbers[0]: (NOW_SO,)})
    assert {one.delivery.id: one.facts for one in published_facts.unsent("lab23")}[numbers[0]] == (NOW_SO,)
