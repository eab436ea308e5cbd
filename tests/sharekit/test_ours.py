"""Which posts of ours are offered for boosting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.delivery import DeliveryView, RemoteState, State, Verb
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.sharekit.ours import Past, to_boost

CLOSES = "2023-10-08T17:00"
NOW = "2023-10-08T16:00"


def move(campaign: Any, *, at: str, old: str, kind: DecisionKind = DecisionKind.MILESTONE_MOVED) -> Decision:
    return Decision(1, kind, "closes", "", campaign.local(old).isoformat(), "somebody", "", campaign.local(at))


def texts(campaign: Any, past: Past, *templates: str, closes: str = CLOSES, now: str = NOW) -> list[str]:
    names = [f"lab23/{name}" for name in templates or ("ballot",)]
    moved = {"closes": campaign.local(closes)}
    found = to_boost(names, past, now=campaign.local(now), milestones=moved, pretend=True)
    return [post.text for post in found]


def test_the_newest_post_on_each_network_is_offered_in_the_networks_order(campaign: Any) -> None:
    sent = (
        campaign.sent("ballot", "newest there", platform="mastodon", number=3),
        campaign.sent("ballot", "newest", number=2),
        campaign.sent("ballot", "older", number=1),
    )
    assert texts(campaign, Past(sent)) == ["newest", "newest there"]


def test_only_posts_of_these_templates_are_offered(campaign: Any) -> None:
    sent = (campaign.sent("other", "not this"), campaign.sent("ballot", "this"))
    assert texts(campaign, Past(sent)) == ["this"]


def test_a_post_says_when_it_was_due_in_the_campaigns_time(campaign: Any) -> None:
    past = Past((campaign.sent("ballot", "words", at="2023-10-08T10:05"),))
    (post,) = to_boost(["lab23/ballot"], past, now=campaign.local(NOW), milestones={}, pretend=True)
    assert (post.title, post.said, post.url) == ("X", "Sunday 10:05", "http://127.0.0.1:8900/x/1")


def test_a_post_without_a_receipt_or_a_safe_address_gives_way_to_an_older_one(campaign: Any) -> None:
    without = replace(campaign.sent("ballot", "without", number=3), receipt=None)
    elsewhere = campaign.sent("ballot", "elsewhere", url="https://there.example/1", number=2)
    assert texts(campaign, Past((without, elsewhere, campaign.sent("ballot", "older")))) == ["older"]


def test_a_post_that_names_a_milestones_old_time_is_left_to_rest(campaign: Any) -> None:
    moved = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20")
    stale = campaign.sent("ballot", "Until 16:20.", at="2023-10-08T11:00")
    assert texts(campaign, Past((stale,), (moved,))) == []
    assert texts(
        campaign,
        Past((stale, campaign.sent("ballot", "Soon."))),
    ) == ["Until 16:20."]
    assert texts(campaign, Past((campaign.sent("ballot", "Soon.", at="2023-10-08T11:00"),), (moved,))) == ["Soon."]


def test_a_post_sent_after_the_move_names_the_time_it_means(campaign: Any) -> None:
    moved = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20")
    assert texts(campaign, Past((campaign.sent("ballot", "Until 16:20.", at="2023-10-08T13:00"),), (moved,)))


def test_a_weekday_or_date_that_the_move_did_not_change_is_no_reason(campaign: Any) -> None:
    moved = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20")
    assert texts(campaign, Past((campaign.sent("ballot", "Until Sunday 8 October."),), (moved,)))
    assert not texts(campaign, Past((campaign.sent("ballot", "Until Sunday."),), (moved,)), closes="2023-10-09T17:00")


@pytest.mark.parametrize("day", ["Sonntag", "8. Oktober", "Sunday"])
def test_an_old_day_is_known_in_the_posts_own_language_and_in_that_of_former_times(campaign: Any, day: str) -> None:
    moved = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20")
    post = replace(campaign.sent("ballot", f"Bis {day}."), language="de")
    assert texts(campaign, Past((post,), (moved,)))
    assert not texts(campaign, Past((post,), (moved,)), closes="2023-10-09T17:00")


def test_other_decisions_and_forgotten_milestones_change_nothing(campaign: Any) -> None:
    stale = campaign.sent("ballot", "Until 16:20.", at="2023-10-08T11:00")
    other = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20", kind=DecisionKind.SLOT_SKIPPED)
    forgotten = replace(move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20"), subject="gone")
    assert texts(campaign, Past((stale,), (other, forgotten)))


def test_the_posts_that_people_took_out_are_known_by_name() -> None:
    skip = Decision(1, DecisionKind.SLOT_SKIPPED, "last/once", "", "", "somebody", "", datetime.now(UTC))
    words = replace(skip, kind=DecisionKind.WORDS_REPLACED, subject="opens/once")
    assert Past(decisions=(skip, words)).skipped == {"last/once"}


def test_what_was_taken_back_or_is_gone_is_not_offered(campaign: Any) -> None:
    for remote_state in (RemoteState.WITHDRAWN, RemoteState.GONE):
        gone = replace(campaign.sent("ballot", "gone", number=2), remote_state=remote_state)
        assert texts(campaign, Past((gone, campaign.sent("ballot", "there", number=1)))) == ["there"]


def done_to(post: DeliveryView, verb: Verb, text: str, *, state: State = State.SENT, at: str = "") -> DeliveryView:
    """A correction or a deletion of this post."""
    there = post.receipt.remote_id if post.receipt else ""
    when = datetime.fromisoformat(at).astimezone(post.due_at.tzinfo) if at else post.sent_at
    return replace(
        post,
        id=post.id + 100,
        identity=replace(post.identity, verb=verb, revision=1),
        text=text,
        state=state,
        receipt=None,
        target=there,
        sent_at=when if state is State.SENT else None,
    )


def test_a_post_that_was_corrected_is_offered_in_the_words_that_are_there_now(campaign: Any) -> None:
    first = replace(campaign.sent("ballot", "Jane Smith", platform="mastodon"), remote_state=RemoteState.EDITED)
    edit = done_to(first, Verb.EDIT, "Correction: Jane Smythe")
    (post,) = to_boost(["lab23/ballot"], Past((edit, first)), now=campaign.local(NOW), milestones={}, pretend=True)
    assert (post.text, post.url) == ("Correction: Jane Smythe", "http://127.0.0.1:8900/mastodon/1")


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.SENDING, State.UNSURE])
@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.DELETE])
def test_what_is_to_be_corrected_or_deleted_is_left_to_rest(campaign: Any, verb: Verb, state: State) -> None:
    wrong = campaign.sent("ballot", "wrong", number=2)
    past = Past((wrong, done_to(wrong, verb, "right", state=state), campaign.sent("ballot", "there")))
    assert texts(campaign, past) == ["there"]
    assert texts(campaign, Past((wrong, campaign.sent("ballot", "there")))) == ["wrong"]


def test_what_somebody_else_changed_there_is_not_offered_in_words_that_are_not_there(campaign: Any) -> None:
    changed = replace(campaign.sent("ballot", "ours", number=2), remote_state=RemoteState.EDITED, outside_text="Else")
    assert texts(campaign, Past((changed, campaign.sent("ballot", "there")))) == ["there"]


def test_what_states_what_is_no_longer_so_is_not_offered_on_the_account_that_says_it(campaign: Any) -> None:
    untrue, there = campaign.sent("ballot", "old link", number=2), campaign.sent("ballot", "there")
    post = untrue.identity.post
    assert texts(campaign, Past((untrue, there), untrue=frozenset({(post, "x")}))) == ["there"]
    assert texts(campaign, Past((untrue, there), untrue=frozenset({(post, "bluesky")}))) == ["old link"]


def test_a_correction_that_names_the_new_time_is_offered_after_the_move(campaign: Any) -> None:
    moved = move(campaign, at="2023-10-08T12:00", old="2023-10-08T16:20")
    first = replace(campaign.sent("ballot", "Until 16:20."), remote_state=RemoteState.EDITED)
    edit = done_to(first, Verb.EDIT, "Not 16:20 any more: 17:00.", at="2023-10-08T12:05:00+01:00")
    assert texts(campaign, Past((first, edit), (moved,))) == ["Not 16:20 any more: 17:00."]


@pytest.mark.parametrize(
    ("words", "is_offered", "is_over"),
    [
        ("The ballot is tomorrow.", "2023-10-08T23:59", "2023-10-09T00:00"),
        ("Bore fory mae'r bleidlais.", "2023-10-08T23:59", "2023-10-09T00:00"),
        ("This morning at the stall.", "2023-10-08T12:59", "2023-10-08T13:00"),
        ("See you on Tuesday.", "2023-10-10T23:59", "2023-10-11T00:00"),
        ("See you on 9 October.", "2023-10-09T23:59", "2023-10-10T00:00"),
    ],
)
def test_a_post_rests_as_soon_as_the_day_it_names_is_no_longer_so(
    campaign: Any, words: str, is_offered: str, is_over: str
) -> None:
    past = Past((campaign.sent("ballot", words, number=2), campaign.sent("ballot", "Older, and so on any day.")))
    assert texts(campaign, past, now=is_offered) == [words]
    assert texts(campaign, past, now=is_over) == ["Older, and so on any day."]


@pytest.mark.parametrize("zone", ["Atlantis/Poseidonis", "../etc", ""])
def test_a_post_in_a_time_zone_that_nobody_knows_here_gives_way_and_stops_no_other(campaign: Any, zone: str) -> None:
    lost = replace(campaign.sent("ballot", "newest", number=2), zone=zone)
    assert texts(campaign, Past((lost, campaign.sent("ballot", "older", number=1)))) == ["older"]
