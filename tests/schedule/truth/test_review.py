"""What is out, held against what is so: from a milestone that moves to the post that somebody leaves as it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.planner import Planner
from amplifier.schedule.program import Program
from amplifier.schedule.truth.review import facts_of_own_words, find_out, near, review, said_today
from amplifier.settings import Settings
from amplifier.store import decisions, events
from amplifier.store.models import DeliveryRow
from tests.schedule.homes import EIGHT, Home, open_ledger, settings
from tests.schedule.left import leave

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
SOON = PostId("lab23", "soon", "once")


class Desk:
    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.write("templates/lab23/soon.j2", SOON_WORDS)
        self.time = EIGHT
        open_ledger(EIGHT)
        self.planner = Planner(self.home.path, settings(), now=lambda: self.time)
        self.planner.refresh()

    @property
    def program(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  a Program
        return program_in_force(settings())

    def send(self, slot: str, account: str = "") -> None:
        rows = DeliveryRow.objects.filter(post__slot=slot)
        for row in rows.filter(account__label=account) if account else rows:
            DeliveryRow.objects.filter(id=row.pk).update(
                state="sent", remote_state="live", remote_id=f"r{row.pk}", url=f"https://x.com/{row.pk}"
            )

    def move(self, to: str) -> None:
        decisions.keep_decision(
            kind=DecisionKind.MILESTONE_MOVED,
            subject="debate",
            value=to,
            replaced="",
            actor="cli:jo",
            reason="",
            now=self.time,
        )
        self.planner.refresh()

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        return [(one.kind, json.loads(one.detail)) for one in events.events_of(events.of_facts("lab23"))]


SOON_WORDS = "---\nask: watch\n---\n== plain\nThe debate is at {{ milestones.debate | clock }}.\n"
LATER = "2023-10-09T15:20:00+01:00"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_restart_notes_nothing_while_nothing_changed(desk: Desk) -> None:
    assert [kind for kind, _ in desk.notes()] == ["facts known"]
    Planner(desk.home.path, settings(), now=lambda: desk.time).refresh()
    assert len(desk.notes()) == 1


def test_a_move_is_noted_once_with_all_that_it_touches(desk: Desk) -> None:
    desk.send("soon", "x")
    desk.move(LATER)
    (_, _), (kind, told) = desk.notes()
    assert kind == "facts changed"
    assert told["counts"] == {"coming": 1, "sent": 1, "kit": 1, "held": 0}
    assert (told["coming"], told["sent"]) == (["soon/once"], ["soon/once"])
    desk.planner.refresh()
    Planner(desk.home.path, settings(), now=lambda: desk.time).refresh()
    assert len(desk.notes()) == 2


def test_what_was_out_when_it_moved_is_untrue_although_the_others_were_rewritten(desk: Desk) -> None:
    desk.send("soon", "x")
    desk.move(LATER)
    found = review(desk.program, now=desk.time)
    assert [(one.stated.account, one.stated.text.split("\n")[0]) for one in found.untrue] == [
        ("x", "The debate is at 14:40. #Lab23 @labfreemvmt")
    ]
    assert [(one.fact, one.now) for one in found.untrue[0].changed] == [("milestone.debate", LATER)]
    assert found.coming == ("soon/once",)
    assert found.kit == ("lab23/soon/plain",)
    desk.send("soon")
    assert len(review(desk.program, now=desk.time).untrue) == 1


def test_when_it_is_over_nothing_is_untrue(desk: Desk) -> None:
    desk.send("soon")
    desk.move(LATER)
    assert len(review(desk.program, now=datetime.fromisoformat("2023-10-09T15:00+01:00")).untrue) == 3
    assert review(desk.program, now=datetime.fromisoformat(LATER)).untrue == ()


def test_what_is_left_is_not_asked_again_until_it_changes_once_more(desk: Desk) -> None:
    desk.send("soon")
    desk.move(LATER)
    decision = leave(desk.program, SOON, actor="cli:jo", reason="all know", now=desk.time)
    assert (decision.kind, decision.subject) == (DecisionKind.FACT_LEFT, "soon/once")
    assert json.loads(decision.value) == {"milestone.debate": LATER}
    assert review(desk.program, now=desk.time).untrue == ()
    with pytest.raises(UsageError, match="nothing to leave"):
        leave(desk.program, SOON, actor="cli:jo", reason="", now=desk.time)
    desk.move("2023-10-09T16:00:00+01:00")
    assert len(review(desk.program, now=desk.time).untrue) == 3
    assert desk.notes()[-1][1]["counts"] == {"coming": 0, "sent": 1, "kit": 1, "held": 0}


def test_a_changed_link_in_the_settings_is_noticed_at_the_next_start(desk: Desk) -> None:
    desk.home.write("templates/lab23/soon.j2", SOON_WORDS.replace("The", "See {{ links.motion }}. The"))
    desk.planner.refresh()
    desk.send("soon")
    campaign = settings().campaign
    links = {**campaign.links, "motion": "https://freemovement.example/new"}
    moved = settings().model_copy(update={"campaign": campaign.model_copy(update={"links": links})})
    Planner(desk.home.path, moved, now=lambda: desk.time).refresh()
    kind, told = desk.notes()[-1]
    assert (kind, told["counts"]) == ("facts changed", {"coming": 0, "sent": 1, "kit": 1, "held": 0})
    found = review(program_in_force(moved), now=desk.time)
    assert {change.fact for one in found.untrue for change in one.changed} == {"link.motion"}


def test_what_the_plan_would_say_today_has_todays_facts(desk: Desk) -> None:
    desk.send("soon")
    desk.move(LATER)
    today = said_today(desk.program, SOON)["x"]
    assert today.words.text.startswith("The debate is at 15:20.")
    assert {fact.name: fact.value for fact in today.facts}["milestone.debate"] == LATER
    assert said_today(desk.program, PostId("lab23", "never", "once")) == {}
    names = {fact.name for fact in facts_of_own_words(desk.program, "At 15:20 with #Lab23", due_at=EIGHT)}
    assert {"milestone.debate", "voice.tag"} <= names


def test_a_post_is_found_by_its_slot_or_in_full_and_a_typo_gets_three_names_at_most(desk: Desk) -> None:
    desk.send("soon")
    desk.send("morning")
    assert find_out(desk.program, "soon") == find_out(desk.program, "soon/once") == SOON
    with pytest.raises(UsageError, match="Did you mean soon/once") as typo:
        find_out(desk.program, "sooon")
    assert "amplifier correct --list" in str(typo.value)
    with pytest.raises(UsageError, match="more than once"):
        find_out(desk.program, "morning")
    with pytest.raises(UsageError) as nothing:
        find_out(desk.program, "zzzzzz")
    assert "Did you mean" not in str(nothing.value)
    assert near("slot-7/once", [f"slot-{n}/once" for n in range(40)]).count("/once") == 3


def test_a_post_on_its_way_counts_since_it_may_be_out(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(state="unsure")
    desk.time += timedelta(minutes=1)
    desk.move(LATER)
    (one,) = review(desk.program, now=desk.time).untrue
    assert (one.stated.account, one.stated.is_sure) == ("x", False)


VOLUNTEER, MOTION = "https://freemovement.example/volunteer", "https://freemovement.example/motion"


def edit(desk: Desk, words: dict[str, str]) -> None:
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="soon/once",
        value=json.dumps(words),
        replaced="",
        actor="cli:jo",
        reason="",
        now=desk.time,
    )
    desk.planner.refresh()


def untrue(desk: Desk, program: Program | None = None) -> list[tuple[str, str, str]]:
    found = review(program or desk.program, now=desk.time).untrue
    return sorted((one.stated.post.slot, one.stated.account, change.fact) for one in found for change in one.changed)


def with_links(**links: str) -> Settings:
    campaign = settings().campaign
    changed = campaign.model_copy(update={"links": {**campaign.links, **links}})
    return settings().model_copy(update={"campaign": changed})


def test_other_words_state_what_stands_in_them_and_nothing_that_the_template_states(desk: Desk) -> None:
    edit(desk, {"x": "We start at 14:40, be there", "mastodon": f"Sign up: {VOLUNTEER}"})
    desk.send("soon")
    desk.move(LATER)
    assert untrue(desk) == [("soon", "bluesky", "milestone.debate"), ("soon", "x", "milestone.debate")]
    moved = with_links(volunteer="https://freemovement.example/join")
    assert ("soon", "mastodon", "link.volunteer") in untrue(desk, program_in_force(moved))


def test_an_own_post_states_what_stands_in_it(desk: Desk) -> None:
    text = f"The debate starts 14:40 today, read this: {MOTION}"
    own = prepare_own(text, ["mastodon"], settings(), due_at=EIGHT, now=EIGHT)
    queue_own(own, settings(), actor="cli:jo", now=EIGHT, facts=facts_of_own_words(desk.program, text, due_at=EIGHT))
    desk.send("own")
    assert untrue(desk) == []
    desk.move(LATER)
    assert untrue(desk) == [("own", "mastodon", "milestone.debate")]
    moved = with_links(motion="https://freemovement.example/m2")
    assert ("own", "mastodon", "link.motion") in untrue(desk, program_in_force(moved))
    found = find_out(desk.program, "own")
    leave(desk.program, found, actor="cli:jo", reason="", now=desk.time)
    assert untrue(desk) == []


def test_words_state_what_was_so_when_they_were_given_also_where_it_changed_before_they_went_out(desk: Desk) -> None:
    edit(desk, {"x": "We start at 14:40, be there"})
    desk.move(LATER)  # the post itself moves along, its words do not
    edit(desk, {"x": "We start at 14:40, be there", "bluesky": "At 15:20 we start"})
    assert said_today(desk.program, SOON)["x"].facts[0].value.startswith("2023-10-09T14:40")
    desk.send("soon")
    assert untrue(desk) == [("soon", "x", "milestone.debate")]


def test_what_went_out_in_the_plans_words_still_states_what_they_did(desk: Desk) -> None:
    desk.send("soon", "x")
    edit(desk, {"x": "See you", "bluesky": "See you there"})
    desk.send("soon")
    desk.move(LATER)
    assert untrue(desk) == [("soon", "mastodon", "milestone.debate"), ("soon", "x", "milestone.debate")]


def test_what_the_kit_must_not_pass_on_is_what_is_no_longer_so_also_where_people_let_it_stand(desk: Desk) -> None:
    desk.send("soon", "x")
    ids = list(DeliveryRow.objects.filter(post__slot="soon", account__label="x").values_list("id", flat=True))
    others = list(DeliveryRow.objects.filter(post__slot="morning").values_list("id", flat=True))
    assert desk.planner.untrue(ids) == frozenset()
    desk.move(LATER)
    assert desk.planner.untrue([*ids, *others]) == {(SOON, "x")}
    assert desk.planner.untrue(others) == frozenset()
    leave(desk.program, SOON, actor="cli:jo", reason="", now=desk.time)
    assert review(desk.program, now=desk.time).untrue == ()
    assert desk.planner.untrue(ids) == {(SOON, "x")}
    assert Planner(desk.home.path, settings(), now=lambda: desk.time).untrue(ids) == frozenset()  # before it has read


def test_a_link_that_changed_in_the_settings_is_not_passed_on(desk: Desk) -> None:
    desk.home.write("templates/lab23/soon.j2", SOON_WORDS.replace("The", "See {{ links.motion }}. The"))
    desk.planner.refresh()
    desk.send("soon", "mastodon")
    ids = list(DeliveryRow.objects.filter(post__slot="soon", account__label="mastodon").values_list("id", flat=True))
    campaign = settings().campaign
    links = {**campaign.links, "motion": "https://freemovement.example/new"}
    moved = settings().model_copy(update={"campaign": campaign.model_copy(update={"links": links})})
    after_restart = Planner(desk.home.path, moved, now=lambda: desk.time)
    after_restart.refresh()
    assert after_restart.untrue(ids) == {(SOON, "mastodon")}


def test_a_milestone_that_went_there_and_back_has_given_nothing_other_words(desk: Desk) -> None:
    desk.move(LATER)
    assert review(desk.program, now=desk.time).coming == ("soon/once",)
    desk.move("2023-10-09T14:40:00+01:00")
    found = review(desk.program, now=desk.time)
    assert (found.coming, found.kit) == ((), ())
