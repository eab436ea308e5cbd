"""One post in which something goes wrong that nobody thought of: it is held, and the others go out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import Fact, PostId, WantedPost
from amplifier.errors import DatabaseTrouble, TemplateError
from amplifier.schedule import program
from amplifier.schedule.decided.change import decide_move, find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, left_out, prepare_skip
from amplifier.schedule.one_by_one import by_itself, without_failing
from amplifier.schedule.program import post_name
from amplifier.schedule.truth import free_words, older, stale
from amplifier.schedule.truth.review import review
from amplifier.store import claims, decisions, delivery_views
from tests.schedule.test_names_that_change import CHAIR, LUNCH, Names
from tests.schedule.test_words_of_people import Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TWO = (("lunch", "lunch", "2023-10-06 12:00"), ("chair", "chair", "2023-10-06 12:00"))
NOON = "2023-10-06 12:00"
FAILING: tuple[str, ...] = ("lunch",)
LUNCH_ONCE = PostId("lab23", "lunch", "once")
LATER = "2023-10-09T15:20:00+01:00"
OTHER = "Soup is served in the yard."
WHY = "lunch/once cannot be worked out (KeyError): it waits."


@pytest.fixture
def names(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    made.slots(*TWO)
    return made


def anew(names: Names) -> None:
    """The planner reads all once more."""
    names.hire()


def fails(slot: str) -> None:
    if slot in FAILING:
        raise KeyError(slot)


def cannot_be_written(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(saying: Any, *rest: Any, whole: Any = program.write) -> WantedPost:
        fails(saying.id.slot)
        return whole(saying, *rest)  # type: ignore[no-any-return]

    move = names.prepare(LATER)
    monkeypatch.setattr(program, "write", write)
    monkeypatch.setattr(program, "write_in_part", write)
    decide_move(move, actor="cli:jo", reason="", now=names.time)  # so that the words are worked out anew
    names.planner.refresh()


def cannot_be_compared(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(posts: Iterable[WantedPost], *rest: Any, whole: Any = free_words.stale) -> Any:
        posts = list(posts)
        for one in posts:
            if one.words and OTHER not in one.words[0].text:
                fails(one.id.slot)
        return whole(posts, *rest)

    monkeypatch.setattr(free_words, "stale", stale)
    anew(names)


BREAKS = pytest.mark.parametrize("breaks", [cannot_be_written, cannot_be_compared])
Break = Callable[[Names, pytest.MonkeyPatch], None]


def test_a_post_that_cannot_be_written_is_held_and_another_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    cannot_be_written(names, monkeypatch)
    assert names.stands("lunch") == ("held", "unwritten")
    assert WHY in names.why("lunch")
    assert names.at("12:00") == [CHAIR]


def test_a_post_whose_words_cannot_be_compared_with_what_is_so_is_held_and_another_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    cannot_be_compared(names, monkeypatch)
    assert names.stands("lunch") == ("held", "unwritten")
    assert WHY in names.why("lunch")
    assert names.at("12:00") == [CHAIR]


@BREAKS
def test_it_may_be_left_out_as_it_says(names: Names, monkeypatch: pytest.MonkeyPatch, breaks: Break) -> None:
    breaks(names, monkeypatch)
    assert find_post(names.program, "lunch") == LUNCH_ONCE
    coming = prepare_skip(names.program, LUNCH_ONCE)
    assert coming
    assert {*(said.account for said in coming.words), *coming.unwritten} == {"bluesky"}
    decide_skip(names.program, LUNCH_ONCE, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    assert names.stands("lunch") == ("dropped", "unplanned")
    (out,) = left_out(names.program)
    assert out.post.id == LUNCH_ONCE
    assert names.at("12:00") == [CHAIR]


@BREAKS
def test_it_may_be_given_other_words_as_it_says_and_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch, breaks: Break
) -> None:
    breaks(names, monkeypatch)
    assert find_post(names.program, "lunch") == LUNCH_ONCE
    decide_words(names.program, LUNCH_ONCE, {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    assert names.stands("lunch") == ("queued", "")
    assert sorted(names.at("12:00")) == sorted([CHAIR, OTHER])


@BREAKS
def test_under_another_name_it_waits_likewise_and_is_not_taken_for_one_that_the_plan_left_out(
    names: Names, monkeypatch: pytest.MonkeyPatch, breaks: Break
) -> None:
    breaks(names, monkeypatch)
    monkeypatch.setattr(sys.modules[__name__], "FAILING", ("lunch", "meal"))
    names.home.write(
        "schedules/small.yaml",
        names.file(("meal", "lunch", NOON), TWO[1]).replace("name: meal", "name: meal\n    was: lunch"),
    )
    names.planner.refresh()
    held = [row for row in delivery_views.views() if row.text.startswith(LUNCH)]
    assert [(row.state.value, row.reason) for row in held] == [("held", "unwritten")]


@BREAKS
def test_what_people_ask_of_the_facts_and_of_a_move_is_answered_all_the_same(
    names: Names, monkeypatch: pytest.MonkeyPatch, breaks: Break
) -> None:
    breaks(names, monkeypatch)
    found = review(names.program, now=names.time)
    assert found.untrue == ()
    assert [(one.post, WHY in one.why) for one in found.stale] == [(LUNCH_ONCE, True)] * (breaks is cannot_be_compared)
    move = names.prepare("2023-10-09T16:00:00+01:00")
    assert (move.stale, move.freed) == ((), ())


def test_the_only_post_that_is_coming_is_held_too(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    names.slots(TWO[0])
    cannot_be_compared(names, monkeypatch)
    assert names.stands("lunch") == ("held", "unwritten")
    assert names.at("12:00") == []


@pytest.mark.parametrize("kept", ["", "{}"])  # an earlier version kept nothing, or what it found out lacks them
def test_words_of_which_nobody_knows_what_they_state_are_held_and_another_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    def stated(text: str, *_: Any) -> tuple[Fact, ...]:
        if OTHER in text:
            raise KeyError(text)
        return ()

    monkeypatch.setattr(older, "stated_in", stated)
    monkeypatch.setattr(program, "stated_in", stated)
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="lunch/once",
        value=json.dumps({"bluesky": OTHER}),
        replaced="",
        actor="cli:jo",
        reason="",
        now=names.time,
        facts=kept,
    )
    anew(names)
    assert names.stands("lunch") == ("held", "unwritten")
    assert WHY in names.why("lunch")
    renamed = names.file(("meal", "lunch", NOON), TWO[1]).replace("name: meal", "name: meal\n    was: lunch")
    names.home.write("schedules/small.yaml", renamed)
    names.planner.refresh()
    (carried,) = (one for one in decisions.decisions() if one.subject == "meal/once")
    assert json.loads(carried.facts or "{}") == {}, "what nobody knew then is not taken for nothing"
    assert names.at("12:00") == [CHAIR]


@pytest.mark.parametrize("asked", ["planner", "worker", "facts", "move"])
def test_a_persons_own_post_that_cannot_be_compared_waits_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    desk = Desk(tmp_path)
    at = datetime.fromisoformat("2023-10-06T12:00:00+01:00")
    first = desk.send_later("Come to the hall, we start at 14:40", at, "mastodon")
    second = desk.send_later("And to the yard", at, "bluesky")

    def wrongs(text: str, *rest: Any, whole: Any = stale.wrongs) -> Any:
        if "hall" in text:
            raise KeyError("own")
        return whole(text, *rest)

    monkeypatch.setattr(stale, "wrongs", wrongs)
    why = f"{post_name(first)} cannot be worked out (KeyError): it waits."
    if asked == "planner":
        desk.hire()
        assert desk.state(first, "mastodon")[:2] == ("held", "untrue")
        assert why in desk.state(first, "mastodon")[2]
        assert desk.state(second, "bluesky") == ("queued", "", "")
        monkeypatch.undo()
        desk.hire()
        assert desk.state(first, "mastodon") == ("queued", "", "")
    elif asked == "worker":
        desk.time = at + timedelta(seconds=5)
        said = {
            due.identity.post: desk.planner.is_stale(due)
            for due in claims.claim(now=desk.time, lease_until=desk.time + timedelta(minutes=1), limit=9)
        }
        assert (why in said[first], said[second]) == (True, "")
    elif asked == "facts":
        (found,) = review(desk.program, now=desk.time).stale
        assert (found.post, why in found.why) == (first, True)
    else:
        assert desk.prepare(LATER).stale == ()


def test_it_goes_on_by_itself_once_it_can_be_worked_out(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_words, "stale", lambda posts, *_: [fails(one.id.slot) for one in posts] and ())
    anew(names)
    assert names.stands("lunch") == ("held", "unwritten")
    monkeypatch.undo()
    anew(names)
    assert sorted(names.at("12:00")) == sorted([CHAIR, LUNCH])


def test_what_a_post_itself_has_to_say_of_its_faults_is_said_as_it_is() -> None:
    told = TemplateError([])

    def work() -> None:
        raise told

    with pytest.raises(TemplateError) as caught:
        by_itself(PostId("lab23", "a", "once"), work)
    assert caught.value is told


@pytest.mark.parametrize("machine", [OSError("no disk"), DatabaseTrouble("locked")])
def test_what_is_the_machines_fault_is_none_of_a_post(machine: Exception) -> None:
    def work() -> None:
        raise machine

    with pytest.raises(type(machine)):
        by_itself(LUNCH_ONCE, work)


def test_what_fails_without_any_post_or_with_none_alone_is_no_fault_of_a_post(names: Names) -> None:
    posts = program.wanted_posts(names.program)

    def never(_: object) -> None:
        raise KeyError("plan")

    def together(some: Iterable[WantedPost]) -> None:
        if len(list(some)) > 1:
            raise KeyError("plan")

    for work in (never, together):
        with pytest.raises(KeyError, match="plan"):
            without_failing(posts, work)


def test_where_every_post_fails_for_itself_all_of_them_wait(names: Names) -> None:
    posts = program.wanted_posts(names.program)

    def each(some: Iterable[WantedPost]) -> list[str]:
        return [{}[one.id] for one in some]

    found, after = without_failing(posts, each)
    assert found == []
    assert [(one.id, one.words, list(one.unwritten)) for one in after] == [(one.id, (), ["bluesky"]) for one in posts]
