"""A slot that is renamed keeps what people decided about it, also when its `was:` is taken out of the file again."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import PostId
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.files import sources
from amplifier.schedule.naming.carried import carry
from amplifier.schedule.program import read_program, wanted_posts
from amplifier.schedule.truth.review import review
from amplifier.store import decisions
from amplifier.store.decisions import keep_decision
from tests.schedule.left import leave
from tests.schedule.test_names_that_change import NINE, NOON, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
WON, WE_WON = PostId("lab23", "won", "once"), PostId("lab23", "we-won", "once")
LATE = "    too_late_after: 6h\n"
WAS = f"{LATE}    was: won\n"
TEXT = "The debate is at 14:40, be there"
MOVED = "2023-10-09T15:20:00+01:00"


@pytest.fixture
def names(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    made.slots(("won", "lunch", NOON))
    return made


def renamed(names: Names) -> None:
    """With `was:` first, which is taken out afterwards."""
    names.slots(("we-won", "lunch", NOON), more=WAS)
    names.slots(("we-won", "lunch", NOON))


def test_a_post_that_was_left_out_stays_out(names: Names) -> None:
    decide_skip(names.program, WON, actor="cli:jo", reason="we lost", now=names.time)
    names.planner.refresh()
    renamed(names)
    assert names.at("12:00") == []
    made = decisions.decisions()
    assert [(one.subject, one.actor, one.reason) for one in made] == [
        ("won/once", "cli:jo", "we lost"),
        ("we-won/once", "service", "won/once is called we-won/once now"),
    ]
    assert carry(names.program, actor="service", now=names.time) == made


@pytest.mark.parametrize(("undone", "there"), [(False, []), (True, ["bluesky"])])
def test_where_it_was_left_out_goes_along_and_so_does_that_it_was_taken_in_again(
    names: Names, *, undone: bool, there: list[str]
) -> None:
    decide_skip(names.program, WON, actor="cli:jo", reason="", now=names.time, on=["bluesky"])
    if undone:
        left = find_left_out(names.program, "won", now=names.time)
        decide_unskip(
            names.program,
            prepare_unskip(names.program, left, now=names.time),
            actor="cli:jo",
            reason="",
            now=names.time,
        )
    names.planner.refresh()
    renamed(names)
    posts = [one for one in wanted_posts(names.program, decisions.decisions()) if one.id == WE_WON]
    assert [said.account for post in posts for said in post.words] == there


def test_a_slot_that_is_renamed_and_renamed_back_keeps_what_was_decided_last(names: Names) -> None:
    decide_skip(names.program, WON, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    renamed(names)
    left = find_left_out(names.program, "we-won", now=names.time)
    decide_unskip(
        names.program,
        prepare_unskip(names.program, left, now=names.time),
        actor="cli:jo",
        reason="we won",
        now=names.time,
    )
    names.slots(("won", "lunch", NOON), more=WAS.replace("won", "we-won"))
    assert names.stands("won") == ("queued", "")
    made = decisions.decisions()
    assert [(one.subject, one.value) for one in made] == [
        ("won/once", ""),
        ("we-won/once", ""),
        ("we-won/once", "{}"),
        ("won/once", "{}"),
    ]
    names.slots(("won", "lunch", NOON))
    assert decisions.decisions() == made
    assert len(names.at("12:00")) == 1


def test_words_that_were_given_under_the_other_name_are_there_after_it_is_renamed_back(names: Names) -> None:
    decide_words(names.program, WON, {"bluesky": "Thank you all"}, actor="cli:jo", reason="", now=names.time)
    renamed(names)
    decide_words(names.program, WE_WON, {"bluesky": "Thank you both"}, actor="cli:jo", reason="", now=names.time)
    names.slots(("won", "lunch", NOON), more=WAS.replace("won", "we-won"))
    names.slots(("won", "lunch", NOON))
    assert names.at("12:00") == ["Thank you both"]


def test_files_that_are_not_in_force_yet_know_it_too(names: Names) -> None:
    decide_skip(names.program, WON, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    said = (names.home.path / "schedules" / "small.yaml").read_text()
    names.home.write("schedules/small.yaml", said.replace("name: won", "name: we-won\n    was: won"))
    program = read_program(sources(names.home.path), names.settings)
    assert wanted_posts(program, decisions.decisions()) == []


def test_other_words_go_along_and_further_ones_are_added_to_them(names: Names) -> None:
    decide_words(names.program, WON, {"bluesky": "Thank you all"}, actor="cli:jo", reason="", now=names.time)
    renamed(names)
    assert names.at("12:00") == ["Thank you all"]


def test_what_a_persons_words_state_goes_along_and_holds_them_when_it_changes(names: Names) -> None:
    decide_words(names.program, WON, {"bluesky": TEXT}, actor="cli:jo", reason="", now=names.time)
    renamed(names)
    names.move(MOVED)
    assert names.stands("we-won") == ("held", HoldReason.UNTRUE)
    kept = [one for one in decisions.decisions() if one.kind is DecisionKind.WORDS_REPLACED]
    assert json.loads(kept[0].facts) == json.loads(kept[1].facts)


def test_what_an_older_decision_stated_is_what_was_so_when_it_was_made(names: Names) -> None:
    value = json.dumps({"bluesky": TEXT})
    kind = DecisionKind.WORDS_REPLACED
    keep_decision(kind=kind, subject="won/once", value=value, replaced="", actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    names.move(MOVED)
    assert names.stands("won") == ("held", HoldReason.UNTRUE)
    renamed(names)
    assert names.stands("we-won") == ("held", HoldReason.UNTRUE), "a rename makes nothing true"
    assert names.at("12:00") == []


def test_what_was_let_stand_is_let_stand(names: Names) -> None:
    decide_words(names.program, WON, {"bluesky": TEXT}, actor="cli:jo", reason="", now=names.time)
    names.move(MOVED)
    leave(names.program, WON, actor="cli:jo", reason="all know", now=names.time)
    renamed(names)
    assert names.stands("we-won") == ("queued", "")
    assert review(names.program, now=names.time).stale == ()
    assert names.at("12:00") == [TEXT]


def test_what_was_let_stand_after_it_went_out_is_not_asked_about_again(names: Names) -> None:
    names.slots(("won", "soon", NINE))
    assert len(names.at("09:00")) == 1
    names.move(MOVED)
    assert len(review(names.program, now=names.time).untrue) == 1
    leave(names.program, WON, actor="cli:jo", reason="", now=names.time)
    names.slots(("we-won", "soon", NINE), more=WAS)
    assert review(names.program, now=names.time).untrue == ()


def test_without_was_what_was_decided_is_told_with_the_likely_slot(names: Names) -> None:
    decide_skip(names.program, WON, actor="cli:jo", reason="we lost", now=names.time)
    names.planner.refresh()
    names.slots(("victory", "lunch", NOON))
    ((rule, said),) = names.told()
    assert rule == "forgotten"
    assert said == (
        "won/once was left out by a decision, and the plan has no won any more: that holds no longer. "
        "If won is called victory now, write was: won below its new name."
    )
    names.slots(("victory", "lunch", NOON), more=WAS)
    assert names.told() == []
    assert names.at("12:00") == []


def test_a_slot_that_was_taken_out_for_good_is_not_asked_about(names: Names) -> None:
    always = ("late", "hello", NOON)
    names.slots(always)
    names.slots(always, ("again", "hello", NOON))
    decide_skip(names.program, PostId("lab23", "again", "once"), actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    names.slots(always)
    assert names.told() == []


def test_what_was_decided_about_a_post_that_went_out_is_no_news(names: Names) -> None:
    decide_words(names.program, WON, {"bluesky": "Thank you all"}, actor="cli:jo", reason="", now=names.time)
    assert names.at("12:00") == ["Thank you all"]
    names.time = datetime.fromisoformat("2023-10-07T12:00:00+01:00")
    names.slots(("won-again", "lunch", "2023-10-09 12:00"))
    assert [rule for rule, _ in names.told()] == []


def test_what_somebody_decides_by_the_name_of_a_moment_ago_counts_and_is_added_to(names: Names) -> None:
    both = LATE.replace("6h", "6h\n    was: won")
    names.slots(("we-won", "lunch", NOON), more=both)
    kind, value = DecisionKind.WORDS_REPLACED, json.dumps({"bluesky": "Thank you all"})
    keep_decision(kind=kind, subject="won/once", value=value, replaced="", actor="cli:jo", reason="", now=names.time)
    wide = names.home.path / "schedules" / "small.yaml"
    names.home.write("schedules/small.yaml", wide.read_text().replace("[bluesky]", "[bluesky, mastodon]"))
    names.planner.refresh()
    made = decide_words(names.program, WE_WON, {"mastodon": "Thanks"}, actor="cli:jo", reason="", now=names.time)
    assert json.loads(made.value) == {"bluesky": "Thank you all", "mastodon": "Thanks"}
    assert sorted(names.at("12:00")) == ["Thank you all", "Thanks"]
