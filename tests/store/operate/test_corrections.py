"""Corrections as rows, on both databases: whole or not at all, each with its own key and its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.correction import Change, Way
from amplifier.campaign.delivery import RemoteState, State
from amplifier.campaign.post import Fact, PostId, Words
from amplifier.campaign.secret_link import LinkKind
from amplifier.errors import UsageError
from amplifier.store import deliveries, delivery_views, published_facts, secret_links
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import corrections
from amplifier.store.operate.corrections import Hand
from tests.store import filled
from tests.store.filled import FIRST_DAY, NOW, after, at_once, claim, receipt, row, sending, step

pytestmark = pytest.mark.usefixtures("opened")
HAND = Hand("cli:jo", "it slipped", NOW, FIRST_DAY)


def sent(account: str = "x", number: int = 7) -> tuple[int, PostId]:
    due = sending("It closes at 17:00.", account=account)
    deliveries.record([step(due, State.SENT, receipt=receipt(number))], now=NOW)
    return due.id, due.identity.post


def change(account: str = "x", way: Way = Way.REPOST, text: str = "Correction: 18:00.", newest: int = 0) -> Change:
    facts = (Fact("milestone.ballot", "18:00"),)
    return Change(account, way, "7", newest, Words(account, text, "en"), facts)


def test_a_repost_waits_for_its_deletion_and_neither_is_too_late_for_a_day() -> None:
    _, post = sent()
    deletion, words = (row(number) for number in corrections.correct(post, [change()], HAND))
    assert (deletion.verb, deletion.target, deletion.text, deletion.revision) == ("delete", "7", "", 1)
    assert (words.verb, words.waits_for, words.text, words.revision) == (
        "publish",
        deletion.pk,
        "Correction: 18:00.",
        1,
    )
    assert {one.too_late_at for one in (deletion, words)} == {NOW + timedelta(days=1)}
    assert [due.id for due in claim()] == [deletion.pk]
    keys = {one.key for one in DeliveryRow.objects.all()}
    assert len(keys) == 3


def test_the_keys_are_the_same_in_every_install() -> None:
    _, post = sent("bluesky")
    number = corrections.correct(post, [replace(change("bluesky"), account="bluesky")], HAND)[1]
    key = row(number).key
    assert len(key) == 13  # a record key
    DeliveryRow.objects.filter(revision=1).delete()
    again = corrections.correct(post, [replace(change("bluesky"), account="bluesky")], HAND)[1]
    assert row(again).key == key


def test_a_done_edit_leaves_the_post_out_and_edited() -> None:
    first, post = sent("mastodon")
    (number,) = corrections.correct(post, [change("mastodon", Way.EDIT)], HAND)
    (due,) = claim()
    assert (due.id, due.target, due.text) == (number, "7", "Correction: 18:00.")
    assert deliveries.begin(due, request=b"7", now=NOW, lease_until=after(60))
    assert deliveries.record([step(due, State.SENT)], now=NOW) == []
    assert row(first).remote_state == RemoteState.EDITED
    (found,) = published_facts.published_facts("lab23")
    assert (found.text, found.facts) == ("Correction: 18:00.", (Fact("milestone.ballot", "18:00"),))


def test_what_a_correction_says_as_one_account_does_is_about_it_whatever_it_is_called_by_then() -> None:
    filled.know([("blue", "bluesky", "bluesky-handle"), ("x", "x", "x-handle")])
    first, post = sent("x")
    facts = (Fact("voice.tag.blue", "#Blue23"), Fact("voice.tag.x", "#Lab23"))
    number = corrections.correct(post, [replace(change(), facts=facts)], HAND)[1]
    filled.know([("sky", "bluesky", "bluesky-handle"), ("x", "x", "x-handle")])
    (found,) = published_facts.unsent("lab23", among=[number])
    assert found.facts == (Fact("voice.tag.sky", "#Blue23"), Fact("voice.tag.x", "#Lab23"))
    assert row(first).post.facts[0][0].startswith("voice.tag.#")


def test_all_of_it_or_none() -> None:
    _, post = sent()
    with pytest.raises(UsageError, match="changed on mastodon meanwhile"):
        corrections.correct(post, [change(), change("mastodon")], HAND)
    assert DeliveryRow.objects.count() == 1


def test_of_two_people_at_once_one_is_told_to_look_again() -> None:
    _, post = sent()

    def correct() -> str:
        try:
            corrections.correct(post, [change()], HAND)
        except UsageError as error:
            return str(error)
        return "done"

    told = at_once([correct, correct])
    assert sorted(one[:8] for one in told) == ["The post", "done"]
    assert DeliveryRow.objects.filter(revision=1).count() == 2


def test_the_next_correction_takes_the_place_of_one_that_waits() -> None:
    _, post = sent()
    corrections.correct(post, [change()], HAND)
    corrections.correct(post, [change(text="Correction: 19:00.", newest=1)], HAND)
    states = {(one.revision, one.verb): (one.state, one.reason) for one in DeliveryRow.objects.filter(revision__gt=0)}
    assert states == {
        (1, "delete"): ("dropped", "replaced"),
        (1, "publish"): ("dropped", "replaced"),
        (2, "delete"): ("queued", ""),
        (2, "publish"): ("queued", ""),
    }


def test_what_may_be_out_after_all_is_not_replaced() -> None:
    _, post = sent()
    words = corrections.correct(post, [change()], HAND)[1]
    DeliveryRow.objects.filter(id=words).update(state="held", request=b"tried")
    with pytest.raises(UsageError, match="may be out after all"):
        corrections.correct(post, [change(newest=1)], HAND)


def test_what_somebody_says_to_have_posted_is_not_replaced_before_anybody_has_looked() -> None:
    _, post = sent()
    words = corrections.correct(post, [change()], HAND)[1]
    DeliveryRow.objects.filter(id=words).update(state="held", reason="hand_off")
    kind = LinkKind.HAND_OFF
    one = secret_links.make_secret_link(
        kind=kind, token="a" * 43, now=NOW, actor="service", person="anna", delivery=words
    )
    secret_links.give_link(one, receipt(8), now=NOW)
    with pytest.raises(UsageError, match="pasted the link of the last correction"):
        corrections.correct(post, [change(newest=1)], HAND)
    assert row(words).state == "held"
    secret_links.refuse_link(one, secret_links.pasted_link(words), "It says something else.", now=NOW)
    corrections.correct(post, [change(newest=1)], HAND)
    assert row(words).state == "dropped"


def test_a_retry_of_a_correction_keeps_its_time() -> None:
    _, post = sent()
    deletion = corrections.correct(post, [change()], HAND)[0]
    (due,) = claim(now=after(7200))
    assert deliveries.begin(due, request=b"7", now=after(7200), lease_until=after(7260))
    later = replace(step(due, State.QUEUED), run_at=after(7230))
    assert deliveries.record([later], now=after(7200)) == []
    kept = row(deletion)
    assert (kept.run_at, kept.too_late_at) == (after(7230), NOW + timedelta(days=1))
    assert deliveries.miss_overdue(now=after(7231)) == 0


def test_the_planner_does_not_see_corrections() -> None:
    first, post = sent()
    corrections.correct(post, [change()], HAND)
    rows = {one.id: one for one in delivery_views.views(post=post)}
    assert rows[first].identity.revision == 0
    assert len(rows) == 3
