"""What our posts state, and when it makes them untrue."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.changes import Changes, Step
from amplifier.campaign.correction import PublishedFact
from amplifier.campaign.delivery import State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.plan import Decision, DecisionKind, Milestone, Plan
from amplifier.campaign.post import Fact, PostId, Words
from amplifier.schedule.truth.facts import (
    Changed,
    Untrue,
    differing,
    left_alone,
    noted,
    untrue,
    values,
    wordings_stating,
)
from amplifier.schedule.truth.may_stand import MayStand, of_words
from tests.schedule.homes import settings
from tests.store.filled import wanted

POST = PostId("lab23", "soon", "once")
THEN, LATER = "2023-10-10T14:40:00+01:00", "2023-10-10T15:20:00+01:00"
DEBATE = Fact("milestone.debate", THEN)
BEFORE = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)
SAID = PublishedFact(POST, "x", "x", "The debate is at 14:40.", "https://x.com/us/1", BEFORE, (DEBATE,))
WOULD = {(POST, "x"): "The debate is at 15:20."}


def found(
    stated: PublishedFact = SAID,
    today: dict[str, str] | None = None,
    *,
    says: dict[tuple[PostId, str], str] | None = None,
    at: datetime = BEFORE,
    left: dict[str, tuple[MayStand, ...]] | None = None,
) -> list[Changed]:
    now = {"milestone.debate": LATER} if today is None else today
    told = untrue([stated], now, says=WOULD if says is None else says, at=at, left=left or {})
    return [change for one in told for change in one.changed]


def test_a_milestone_that_moved_makes_untrue_what_names_its_old_time() -> None:
    assert found() == [Changed("milestone.debate", THEN, LATER)]
    assert found(today={"milestone.debate": THEN}) == []


def test_the_same_instant_written_otherwise_is_no_change() -> None:
    assert found(today={"milestone.debate": "2023-10-10T13:40:00+00:00"}) == []


def test_words_that_would_be_the_same_today_are_true() -> None:
    soon = replace(SAID, text="The debate is soon.")
    assert found(soon, says={(POST, "x"): "The debate is soon."}) == []
    assert found(replace(soon, text="Correction: The debate is soon."), says={(POST, "x"): "The debate is soon."}) == []


def test_another_day_always_counts_since_a_reader_takes_today_for_granted() -> None:
    today = {"milestone.debate": "2023-10-11T14:40:00+01:00"}
    assert found(today=today, says={(POST, "x"): SAID.text})


def test_what_the_plan_would_not_say_any_more_cannot_be_compared_and_counts() -> None:
    assert found(says={})


@pytest.mark.parametrize(
    ("text", "to", "counts"),
    [
        ("It is at 14:40 on Tuesday.", LATER, True),
        ("It is on Tuesday.", LATER, False),  # and so it still is
        ("It is on Tuesday.", "2023-10-11T14:40:00+01:00", True),
        ("It is soon.", LATER, True),  # nothing tells how it states it
    ],
)
def test_what_nobody_would_write_anew_is_judged_by_its_own_words(text: str, to: str, counts: bool) -> None:  # noqa: FBT001
    assert bool(found(replace(SAID, text=text), {"milestone.debate": to}, says={})) is counts


@pytest.mark.parametrize(
    ("at", "matters"),
    [
        ("2023-10-10T14:00+01:00", True),
        ("2023-10-10T15:00+01:00", True),  # the old time has passed, the new one has not: people believe it is over
        ("2023-10-10T15:20+01:00", False),
        ("2023-10-11T09:00+01:00", False),
    ],
)
def test_what_is_over_under_both_values_matters_no_more(at: str, matters: bool) -> None:  # noqa: FBT001  a table's cell
    assert bool(found(at=datetime.fromisoformat(at))) is matters


def test_a_milestone_moved_forward_matters_until_the_time_that_was_said() -> None:
    today = {"milestone.debate": "2023-10-10T14:00:00+01:00"}
    assert found(today=today, at=datetime.fromisoformat("2023-10-10T14:30+01:00"))
    assert not found(today=today, at=datetime.fromisoformat("2023-10-10T14:41+01:00"))


def test_a_milestone_that_was_taken_out_of_the_plan_counts_while_its_time_lies_ahead() -> None:
    assert found(today={}) == [Changed("milestone.debate", THEN, "")]
    assert not found(today={}, at=datetime.fromisoformat("2023-10-11T14:30+01:00"))


def test_a_link_a_voice_or_an_imprint_counts_where_its_old_form_stands_in_the_words() -> None:
    text = "Sign at https://old.example with #Lab23. Promoted by A."
    facts = (Fact("link.sign", "https://old.example"), Fact("voice.tag", "#Lab23"), Fact("imprint", "Promoted by A."))
    stated = replace(SAID, text=text, facts=facts)
    today = {"link.sign": "https://new.example", "voice.tag": "#Lab24", "imprint": "Promoted by B."}
    assert [change.fact for change in found(stated, today)] == ["link.sign", "voice.tag", "imprint"]
    assert found(replace(stated, text="Nothing of it."), today) == []


def test_a_voice_is_compared_on_its_own_network_alone() -> None:
    facts = (Fact("voice.handle.x", "@us"), Fact("voice.handle.mastodon", "@us@old.example"))
    stated = replace(SAID, text="Follow @us@old.example", facts=facts)
    today = {"voice.handle.x": "@us", "voice.handle.mastodon": "@us@new.example"}
    assert found(stated, today) == []
    there = replace(stated, account="mastodon", platform="mastodon")
    assert [change.fact for change in found(there, today)] == ["voice.handle.mastodon"]


def test_a_voice_is_compared_in_the_form_that_the_account_has_now() -> None:
    facts = (Fact("voice.handle.mastodon", "@us@a.example"), Fact("voice.handle.north", "@us@b.example"))
    north = replace(SAID, account="north", platform="mastodon", text="Follow @us@b.example", facts=facts)
    today = {"voice.handle.mastodon": "@us@c.example", "voice.handle.north": "@us@b.example"}
    assert found(north, today) == []
    assert found(north, today | {"voice.handle.north": "@us@d.example"}) == [
        Changed("voice.handle.north", "@us@b.example", "@us@d.example")
    ]
    gone = {"voice.handle.mastodon": "@us@c.example"}  # its own form was taken out, so it speaks as its network does
    assert found(north, gone) == [Changed("voice.handle.north", "@us@b.example", "@us@c.example")]


def test_a_voice_that_is_only_written_in_another_way_is_no_change() -> None:
    everywhere = replace(SAID, text="Vote. #Lab23", facts=(Fact("voice.tag", "#Lab23"),))
    assert found(everywhere, {"voice.tag.x": "#Lab23", "voice.tag.mastodon": "#Other"}) == []
    split = replace(everywhere, facts=(Fact("voice.tag.x", "#Lab23"),))
    assert found(split, {"voice.tag": "#Lab23"}) == []
    assert found(split, {"voice.tag.x": "#Other", "voice.tag.mastodon": "#Lab23"}) != []


def test_what_people_left_is_not_asked_again_for_this_value_but_for_the_next() -> None:
    left = left_alone([_left("milestone.debate", LATER)])
    assert found(left=left) == []
    assert found(today={"milestone.debate": "2023-10-10T16:00:00+01:00"}, left=left)
    back_and_forth = left_alone([_left("milestone.debate", LATER), _left("milestone.debate", "another")])
    assert found(left=back_and_forth)


def test_what_people_left_may_stand_until_the_same_changes_once_more() -> None:
    let_stand, hour = _left("milestone.debate", LATER), timedelta(hours=1)

    def moved(to: str) -> Decision:
        return Decision(2, DecisionKind.MILESTONE_MOVED, "debate", to, "", "cli:jo", "", BEFORE)

    def noted(to: str, at: datetime) -> tuple[datetime, Changed]:
        return at, Changed("milestone.debate", "", to)

    assert found(left=left_alone([let_stand, moved(THEN), moved(LATER)]))
    assert found(left=left_alone([moved(THEN), let_stand, moved(LATER)])) == []
    assert found(left=left_alone([let_stand, moved("2023-10-10T14:20:00+00:00")])) == [], "the same instant"
    assert found(left=left_alone([let_stand], [noted(THEN, BEFORE + hour), noted(LATER, BEFORE + 2 * hour)]))
    assert found(left=left_alone([let_stand], [noted(THEN, BEFORE - hour), noted(LATER, BEFORE + hour)])) == []
    assert found(left=left_alone([let_stand, moved(THEN), moved(LATER), let_stand])) == []
    other = replace(moved(THEN), subject="vote")
    assert found(left=left_alone([let_stand, other], [(BEFORE + hour, Changed("link.a", "", "b"))])) == []


def test_what_people_left_may_stand_in_those_words_alone() -> None:
    def left(account: str, text: str) -> dict[str, tuple[MayStand, ...]]:
        return {"soon/once": (of_words([(account, text, {"milestone.debate": LATER})]),)}

    assert found(left=left("x", SAID.text)) == []
    assert found(left=left("bluesky", SAID.text))
    assert found(left=left("x", f"{SAID.text}!"))


def _left(fact: str, value: str) -> Decision:
    return Decision(1, DecisionKind.FACT_LEFT, "soon/once", json.dumps({fact: value}), "", "cli:jo", "", BEFORE)


def test_everything_that_a_post_can_state_has_its_value_today() -> None:
    campaign = settings().campaign
    plan = Plan("lab23", "Europe/London", (Milestone("debate", datetime.fromisoformat(THEN), 1),), ())
    today = values(plan, campaign)
    assert today["milestone.debate"] == THEN
    assert today["voice.tag"] == "#Lab23"
    assert {name for name in today if name.startswith("voice.handle")} == {
        "voice.handle.x",
        "voice.handle.bluesky",
        "voice.handle.mastodon",
    }
    assert today["imprint"] == campaign.imprint.text
    assert all(today[f"link.{name}"] == address for name, address in campaign.links.items())


def test_what_is_new_is_no_change_and_what_is_gone_is_one() -> None:
    assert differing({"link.a": "1"}, {"link.a": "1", "link.b": "2"}) == ()
    assert differing({"link.a": "1"}, {}) == (Changed("link.a", "1", ""),)


def test_the_planner_notes_what_is_so_first_and_what_changed_then() -> None:
    post = replace(
        wanted("soon", [Words("x", "The debate is at 15:20.", "en")]), facts=(Fact("milestone.debate", LATER),)
    )
    step = Step(7, State.QUEUED, State.QUEUED, "words changed", words=post.words[0])
    gone_out = Untrue(replace(SAID, post=PostId("lab23", "eve", "once")), (Changed("milestone.debate", THEN, LATER),))
    changes = Changes(steps=(step, Step(8, State.QUEUED, State.DROPPED, "no longer planned")))
    more = {"changes": changes, "posts": {7: post.id, 8: post.id}, "wanted": [post], "became_untrue": [gone_out]}
    known, today = {"milestone.debate": THEN}, {"milestone.debate": LATER}
    first = noted(None, known, **more)  # type: ignore[arg-type]
    assert first
    assert (first.kind, json.loads(first.detail)) == (EventKind.FACTS_KNOWN, {"known": known})
    assert noted(known, known, **more) is None  # type: ignore[arg-type]
    note = noted(known, today, **more)  # type: ignore[arg-type]
    assert note
    told = json.loads(note.detail)
    assert note.kind == EventKind.FACTS_CHANGED
    assert told["changes"] == [{"fact": "milestone.debate", "then": THEN, "now": LATER}]
    assert told["counts"] == {"coming": 1, "sent": 1, "kit": 1, "held": 0}
    assert (told["coming"], told["sent"], told["kit"]) == (["soon/once"], ["eve/once"], ["lab23/vote/plain"])
    assert told["known"] == today


def test_what_was_untrue_before_is_not_told_again_with_another_fact() -> None:
    old = Untrue(SAID, (Changed("link.sign", "a", "b"),))
    note = noted(
        {"milestone.debate": THEN}, {"milestone.debate": LATER},
        changes=Changes(), posts={}, wanted=[], became_untrue=[old],
    )  # fmt: skip
    assert note
    assert json.loads(note.detail)["counts"]["sent"] == 0


def test_wordings_are_named_once() -> None:
    post = replace(wanted("soon", []), facts=(DEBATE,))
    assert wordings_stating([post, post], {"milestone.debate"}) == ("lab23/vote/plain",)
    assert wordings_stating([post], {"milestone.vote"}) == ()
