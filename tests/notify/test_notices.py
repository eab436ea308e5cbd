"""What people are told: one short sentence for all that belongs together, in words that help, and nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.delivery import DeliveryView, DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import FeedEvent
from amplifier.notify.notices import LONGEST, Scene, drafts, next_try, please
from amplifier.policy import Topic
from tests.deliver.told import NOW, journey, news, scene


def sentences(found: list[FeedEvent], where: Scene) -> list[tuple[Topic, str]]:
    return [(draft.topic, draft.sentence) for draft in drafts(found, where)]


def test_one_missed_post_is_named_with_its_account_and_time() -> None:
    told = [news(7, "missed", after="missed", delivery=1)]
    assert sentences(told, scene(journey(1, State.MISSED))) == [
        (
            Topic.MISSED,
            (
                "“Ballot closes at three.” was missed on X, due 14:40 Liverpool: it was too late to send it. "
                "Send it now, or leave it."
            ),
        )
    ]


def test_forty_nine_missed_posts_are_one_sentence() -> None:
    rows = [journey(n, State.MISSED, account=("x", "bluesky")[n % 2]) for n in range(1, 50)]
    (draft,) = drafts([news(n, "missed", after="missed", delivery=n) for n in range(1, 50)], scene(*rows))
    assert draft.sentence.startswith("49 posts were missed on Bluesky and X, the first due 14:40 Liverpool: “Ballot")
    assert draft.key == "missed:1"


def test_the_same_post_on_three_networks_is_one_post() -> None:
    rows = [journey(n, State.MISSED, account=name, slot="go") for n, name in enumerate(("x", "bluesky", "mastodon"), 1)]
    (draft,) = drafts([news(n, "missed", after="missed", delivery=n) for n in (1, 2, 3)], scene(*rows))
    assert "was missed on X, Bluesky and Mastodon" in draft.sentence


def test_each_topic_has_its_own_sentence() -> None:
    told = [
        news(1, "missed", after="missed", delivery=1),
        news(2, "rejected", before="sending", after="held", delivery=2),
        news(3, "held: budget", after="held", delivery=3),
        news(4, "not seen yet", before="unsure", after="unsure", delivery=4),
        news(5, "perhaps twice", before="sent", after="sent", delivery=5),
        news(6, "gone", before="live", after="gone", delivery=6),
    ]
    rows = (
        journey(1, State.MISSED),
        journey(2, State.HELD, reason=HoldReason.REJECTED),
        journey(3, State.HELD, reason=HoldReason.BUDGET),
        journey(4, State.UNSURE),
        journey(5, State.SENT),
        journey(6, State.SENT),
    )
    found = dict(sentences(told, scene(*rows)))
    assert set(found) == {Topic.MISSED, Topic.HELD, Topic.BUDGET, Topic.UNSURE, Topic.TWICE, Topic.CHANGED}
    assert "the network refuses it as it is. Give it other words" in found[Topic.HELD]
    assert "The month's budget has no room for “Ballot" in found[Topic.BUDGET]
    assert "We do not know whether “Ballot" in found[Topic.UNSURE]
    assert "may be out twice" in found[Topic.TWICE]
    assert "on X, of 14:40 Liverpool, is no longer there" in found[Topic.CHANGED]


@pytest.mark.parametrize(
    ("told", "row"),
    [
        (news(1, "missed", after="missed", delivery=1), journey(1, State.QUEUED)),
        (news(1, "rejected", after="held", delivery=1), journey(1, State.DROPPED)),
        (news(1, "not seen yet", before="unsure", after="unsure", delivery=1), journey(1, State.SENT)),
    ],
    ids=["sent again", "left out", "found"],
)
def test_what_is_so_no_longer_is_not_told(told: FeedEvent, row: object) -> None:
    assert drafts([told], scene(row)) == ()  # type: ignore[arg-type]


WHY = "Your words say “14:40”, the plan says 15:20 (debate)."


@pytest.mark.parametrize("before", ["queued", "held"])
def test_words_that_are_no_longer_so_are_told_with_what_they_say_and_what_is_so(before: str) -> None:
    told = [news(1, "held: untrue", before=before, after="held", delivery=1)]
    ((topic, sentence),) = sentences(told, scene(replace(journey(1, State.HELD, reason=HoldReason.UNTRUE), detail=WHY)))
    assert topic is Topic.HELD
    assert sentence == (
        "“Ballot closes at three.” is held on X, due 14:40 Liverpool: "
        "your words say “14:40”, the plan says 15:20 (debate)."
    )
    assert sentences(told, scene(journey(1, State.QUEUED))) == []


@pytest.mark.parametrize(
    ("kind", "reason", "says"),
    [
        ("cannot be written", HoldReason.UNWRITTEN, "it does not fit any more. Give it other words"),
        ("near copy", HoldReason.NEAR_COPY, "nearly the same is said on X within 7 days"),
        ("words changed after an attempt", HoldReason.OVERTAKEN, "the plan changed after an attempt"),
        ("its hour came before that", HoldReason.OVERTAKEN, "or its time has passed. Look, then decide"),
    ],
)
@pytest.mark.parametrize("before", ["queued", "held", "dropped"])
def test_what_the_plan_holds_is_told_also_where_something_else_held_it_before(
    before: str, kind: str, reason: HoldReason, says: str
) -> None:
    told = [news(1, kind, before=before, after="held", delivery=1)]
    ((topic, sentence),) = sentences(told, scene(journey(1, State.HELD, reason=reason)))
    assert topic is Topic.HELD
    assert says in sentence


def test_a_long_list_of_what_is_no_longer_so_still_fits_a_notice() -> None:
    told = [news(1, "held: untrue", after="held", delivery=1)]
    row = replace(journey(1, State.HELD, reason=HoldReason.UNTRUE), detail=" ".join([WHY] * 9))
    ((_, sentence),) = sentences(told, scene(row))
    assert len(sentence) <= LONGEST


@pytest.mark.parametrize("reason", [HoldReason.STOPPED, HoldReason.ACCOUNT, HoldReason.HAND_OFF])
def test_what_another_notice_tells_is_not_told_by_post(reason: HoldReason) -> None:
    told = [news(1, f"held: {reason}", after="held", delivery=1)]
    assert drafts(told, scene(journey(1, State.HELD, reason=reason))) == ()


def test_whoever_held_it_back_needs_no_telling() -> None:
    told = [news(1, "held", after="held", delivery=1, actor="cli:anna")]
    assert drafts(told, scene(journey(1, State.HELD))) == ()


def test_a_first_unclear_answer_and_a_doubt_told_before_are_not_told() -> None:
    told = [
        news(1, "no clear answer", before="sending", after="unsure", delivery=1),
        news(2, "cannot look yet", before="unsure", after="unsure", delivery=1, again=True),
    ]
    assert drafts(told, scene(journey(1, State.UNSURE))) == ()


def test_a_person_who_says_that_it_is_out_is_not_told_that_it_is_unsure() -> None:
    told = [news(1, "not seen yet", before="unsure", after="unsure", delivery=1)]
    assert drafts(told, scene(journey(1, State.UNSURE, reason=DoubtReason.BY_HAND))) == ()


def test_an_account_lost_is_one_alert_with_how_many_posts_wait() -> None:
    waiting = {"x": [journey(n, State.QUEUED) for n in range(1, 50)]}
    told = [news(1, "account lost", before="ok", after="lost", subject="account:x")]
    (draft,) = drafts(told, scene(waiting=waiting, lost=["x"]))
    assert draft.sentence == ("X no longer lets us in: 49 posts wait, the first due 14:40 Liverpool. Renew its access.")
    assert drafts(told, scene(waiting=waiting)) == ()  # it is back already


def test_a_stop_and_its_end_are_told_with_who_and_why() -> None:
    told = [
        news(1, "stopped", subject="service", actor="cli:anna", detail="account:x: The wrong words went out."),
        news(2, "resumed", subject="service", actor="cli:bo", detail="all"),
    ]
    stop, end = [draft.sentence for draft in drafts(told, scene())]
    assert stop.startswith("Sending on x is stopped by anna. The wrong words went out.")
    assert end == "Sending goes on everywhere: bo resumed it."


def test_changed_facts_are_told_where_posts_say_them() -> None:
    told = {"changes": [{"fact": "milestone.debate"}], "counts": {"coming": 5, "sent": 1, "kit": 0}}
    (draft,) = drafts([news(1, "facts changed", subject="facts:lab23", detail=json.dumps(told))], scene())
    assert draft.sentence == (
        "Debate changed: 5 coming posts say it anew, 1 that is out is no longer true. "
        "Decide about them: amplifier facts"
    )
    told["counts"] = {"coming": 0, "sent": 0, "kit": 0, "held": 1}
    (draft,) = drafts([news(1, "facts changed", subject="facts:lab23", detail=json.dumps(told))], scene())
    assert draft.sentence == (
        "Debate changed: 0 coming posts say it anew, 1 with a person's own words is held, "
        "0 that are out are no longer true. Decide about them: amplifier facts"
    )
    told["counts"] = {"coming": 0, "sent": 0, "kit": 0}
    assert drafts([news(1, "facts changed", subject="facts:lab23", detail=json.dumps(told))], scene()) == ()


def test_a_person_is_asked_with_the_time_that_is_left() -> None:
    row = journey(3, State.HELD, reason=HoldReason.HAND_OFF)
    draft = please([row], words=row.text, number=1, now=row.due_at, scene=scene(row))
    assert draft.sentence.startswith("Please post on X by hand, due 14:40 Liverpool: “Ballot closes at three.”")
    assert "15 minutes" in draft.sentence
    assert draft.key == "hand_off:3:1"


def by_hand(
    number: int, account: str, verb: Verb = Verb.PUBLISH, *, slot: str = "go", text: str = "Vote."
) -> DeliveryView:
    row = journey(number, State.HELD, account=account, slot=slot, text=text, reason=HoldReason.HAND_OFF)
    return replace(row, identity=replace(row.identity, verb=verb))


def asked(*rows: DeliveryView, words: str = "Vote.") -> str:
    return please(rows, words=words, number=0, now=NOW, scene=scene(*rows)).sentence


def test_one_post_on_several_networks_is_one_sentence() -> None:
    said = "Please post on X, Bluesky and Mastodon by hand, due 14:40 Liverpool: “Vote.” You have 15 minutes;"
    rows = [by_hand(n, account) for n, account in enumerate(("x", "bluesky", "mastodon"), 1)]
    assert asked(*rows) == f"{said} the link has all you need."
    rows = [by_hand(n, account, Verb.DELETE) for n, account in enumerate(("x", "bluesky"), 1)]
    assert asked(*rows).startswith("Please delete our post on X and Bluesky by hand: “Vote.” The link leads")


def test_several_posts_are_counted_and_the_first_is_named() -> None:
    rows = [by_hand(1, "x"), by_hand(2, "x", slot="on"), by_hand(3, "bluesky", slot="on")]
    said = "Please post 2 posts on X and Bluesky by hand, the first due 14:40 Liverpool: “Vote.” You have 15 minutes"
    assert asked(*rows) == f"{said} for it."
    for verb, do in ((Verb.DELETE, "delete"), (Verb.EDIT, "change")):
        rows = [by_hand(n, "x", verb, slot=f"s{n}") for n in range(1, 4)]
        assert asked(*rows) == (f"Please {do} 3 posts of ours on X by hand, the first: “Vote.” The link leads to them.")


@given(
    text=st.text(min_size=1, max_size=600),
    verb=st.sampled_from([Verb.PUBLISH, Verb.DELETE, Verb.EDIT]),
    slots=st.lists(st.sampled_from("abc"), min_size=1, max_size=20),
)
def test_no_request_is_longer_than_a_phone_shows(text: str, verb: Verb, slots: list[str]) -> None:
    rows = [by_hand(n, ("x", "bluesky", "mastodon")[n % 3], verb, slot=slot) for n, slot in enumerate(slots)]
    assert len(asked(*rows, words=text)) <= LONGEST


@given(
    text=st.text(max_size=600),
    kind=st.sampled_from(["missed", "rejected", "gone", "perhaps twice"]),
    n=st.integers(1, 4),
)
def test_no_sentence_is_longer_than_a_phone_shows(text: str, kind: str, n: int) -> None:
    after = {"missed": State.MISSED, "rejected": State.HELD}.get(kind, State.SENT)
    rows = [
        journey(k, after, text=text, account=list("xbm")[k % 3], reason=HoldReason.OVERTAKEN) for k in range(1, n + 1)
    ]
    for draft in drafts([news(k, kind, after=after, delivery=k) for k in range(1, n + 1)], scene(*rows)):
        assert len(draft.sentence) <= LONGEST
        assert "\n" not in draft.sentence


def test_long_names_leave_fewer_words_and_many_are_counted() -> None:
    names = {"x": "Mastodon (@the_campaign_for_free_movement)", "bluesky": "Bluesky (@other.example)"}
    rows = [
        journey(n, State.HELD, text="word " * 99, account=name, slot="go", reason=HoldReason.OVERTAKEN)
        for n, name in enumerate(names, 1)
    ]
    told = [news(n, "found", before="unsure", after="held", delivery=n) for n in (1, 2)]
    (draft,) = drafts(told, replace(scene(*rows), names=names))
    assert "(@the_campaign_for… and 1 more" in draft.sentence or "and 1 more, due" in draft.sentence
    assert len(draft.sentence) <= LONGEST
    assert "word word" in draft.sentence


def test_braces_in_a_post_are_just_braces() -> None:
    (draft,) = drafts(
        [news(1, "missed", after="missed", delivery=1)], scene(journey(1, State.MISSED, text="{words} {0}"))
    )
    assert "“{words} {0}” was missed" in draft.sentence


def test_tries_come_soon_at_first_and_then_every_minute() -> None:
    waits = [(next_try(NOW, tries) - NOW).total_seconds() for tries in range(6)]
    assert waits == [0, 5, 20, 80, 140, 200]


@pytest.mark.parametrize(
    ("state", "reason", "kind", "says"),
    [
        (State.MISSED, "", "missed", "A post on X was to be deleted, and is not."),
        (State.HELD, HoldReason.REJECTED, "rejected", "A post on X was to be deleted, and nothing deletes it"),
        (State.HELD, HoldReason.BUDGET, "held: budget", "The month's budget has no room to delete a post on X."),
        (State.UNSURE, "", "not seen yet", "We do not know whether a post on X is deleted."),
    ],
)
def test_a_deletion_is_told_as_one_and_apart_from_posts(state: State, reason: str, kind: str, says: str) -> None:
    post = journey(2, state, reason=reason)
    row = journey(1, state, reason=reason, text="")
    row = replace(row, identity=replace(row.identity, verb=Verb.DELETE))
    found = sentences([news(n, kind, after=state, delivery=n) for n in (1, 2)], scene(row, post))
    assert len(found) == 2
    assert found[0][1].startswith(says)
    assert "“”" not in found[0][1]
    assert "Ballot" in found[1][1]
