"""What our posts state where they are out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.campaign.changes import Add, Changes, NewDelivery, Rewrite
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Fact, Words
from amplifier.store import deliveries, posts, stated
from amplifier.store.models import DeliveryRow
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
    found = {one.account: one for one in stated.stated("lab23")}
    assert found["x"].facts == (THEN,)
    assert found["mastodon"].facts == (NOW_SO,)
    assert found["x"].url.endswith("/7")


def test_what_may_be_out_counts_and_what_is_gone_does_not() -> None:
    for state, remote_state in (("unsure", ""), ("sending", ""), ("sent", "gone"), ("sent", "withdrawn"), ("held", "")):
        post = wanted(f"s-{state}-{remote_state}", [Words("x", f"{state} {remote_state}", "en")])
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
        DeliveryRow.objects.filter(post__slot=post.id.slot).update(state=state, remote_state=remote_state)
    assert {(one.post.slot, one.is_sure) for one in stated.stated("lab23")} == {
        ("s-unsure-", False),
        ("s-sending-", False),
    }


def test_names_are_those_of_what_went_out_the_newest_first() -> None:
    for number, state in enumerate(("sent", "queued", "unsure")):
        post = wanted(f"s{number}", [Words("x", f"{number}", "en")], due=after(number))
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
        DeliveryRow.objects.filter(post__slot=post.id.slot).update(state=state)
    assert [post.slot for post in stated.names("lab23")] == ["s2", "s0"]


def test_only_the_posts_of_some_deliveries_may_be_asked_for() -> None:
    for number in (1, 2):
        post = wanted(f"s{number}", [Words("x", f"{number}", "en")])
        posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink())
    DeliveryRow.objects.update(state="unsure")
    second = DeliveryRow.objects.get(post__slot="s2").pk
    assert [one.post.slot for one in stated.stated("lab23", among=[second])] == ["s2"]
    assert stated.stated("lab23", among=[]) == ()
