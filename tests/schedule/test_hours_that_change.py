"""Hours of a recurring slot that change after people decided about one of them, on a real ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import PostId
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_plan_words, decide_words, prepare_plan_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out, left_out, skipped_ahead
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.program import wanted_posts
from amplifier.schedule.truth.given_up import given_up_wordings
from amplifier.store import decisions, delivery_views
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
DAY = "2023-10-06"
OTHER = "Other words for eleven"


def home(folder: Path) -> Names:
    """A campaign that may have a stall at several hours, each time in words of its own."""
    made = Names(folder)
    texts = [f"== w{number}\nWords of number {number}, {word}." for number, word in enumerate("abcdef", 1)]
    made.home.write("templates/lab23/stall.j2", "---\nask: stall\n---\n" + "\n".join(texts) + "\n")
    return made


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return home(tmp_path)


def hours(names: Names, *times: str, name: str = "stall", more: str = "") -> None:
    every = f"day at {', '.join(times)}"
    names.slots((name, "stall", every), more=f"    too_late_after: 30m\n    from: {DAY} 08:00\n{more}")


def number(place: int, slot: str = "stall") -> PostId:
    return PostId("lab23", slot, f"{DAY}#{place}")


def skip(names: Names, name: str, *on: str) -> None:
    decide_skip(names.program, find_post(names.program, name), actor="cli:jo", reason="", now=names.time, on=on)
    names.planner.refresh()


def take_in(names: Names, name: str) -> None:
    found = find_left_out(names.program, name, now=names.time)
    decide_unskip(
        names.program, prepare_unskip(names.program, found, now=names.time), actor="cli:jo", reason="", now=names.time
    )
    names.planner.refresh()


def coming() -> list[str]:
    """The hours at which something waits to go out on that day."""
    rows = [row for row in delivery_views.coming(limit=99) if row.wall_time.startswith(DAY)]
    return [row.wall_time[11:] for row in rows]


def test_an_hour_that_is_added_before_leaves_a_skip_where_it_was(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "09:00", "10:00", "11:00")
    assert coming() == ["09:00", "11:00"]
    assert [one.post.id for one in left_out(names.program) if DAY in one.post.id.occurrence] == [number(2)]
    assert [one.wall_time for one in skipped_ahead(names.program, now=names.time)] == [f"{DAY}T10:00"]
    take_in(names, f"stall/{DAY}#2")
    assert coming() == ["09:00", "10:00", "11:00"]


def test_an_hour_that_is_taken_out_takes_its_skip_along_and_leaves_the_others(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "11:00")
    assert coming() == ["11:00"]
    assert skipped_ahead(names.program, now=names.time) == ()
    hours(names, "10:00", "11:00")
    assert coming() == ["11:00"], "it is left out where the hour comes back"


def test_an_hour_that_is_new_later_is_not_in_place_of_one_that_was_taken_out(names: Names) -> None:
    hours(names, "09:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "11:00")
    made = decisions.decisions()
    assert [(one.subject, one.actor) for one in made][1:] == [(f"stall/{DAY}T09:00", "service")]
    names.planner.refresh()
    assert decisions.decisions() == made, "once"
    hours(names, "10:00", "11:00")
    assert coming() == ["10:00", "11:00"]
    hours(names, "09:00", "10:00", "11:00")
    assert coming() == ["10:00", "11:00"], "it is left out where the hour comes back"


def test_words_for_an_hour_that_was_taken_out_are_said_by_no_other(names: Names) -> None:
    hours(names, "09:00", "11:00")
    decide_words(names.program, number(1), {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time)
    hours(names, "11:00")
    hours(names, "10:00", "11:00")
    assert not any(OTHER in row.text for row in delivery_views.coming(limit=99))
    hours(names, "09:00", "10:00", "11:00")
    assert [row.wall_time[11:] for row in delivery_views.coming(limit=99) if OTHER in row.text] == ["09:00"]


def test_an_hour_that_changes_twice_keeps_its_skip(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "10:30", "11:00")
    assert coming() == ["11:00"]
    made = decisions.decisions()
    assert [(one.subject, one.actor) for one in made][1:] == [(f"stall/{DAY}#1", "service")]
    assert made[-1].reason == f"stall has other hours on {DAY} now"
    names.planner.refresh()
    assert decisions.decisions() == made, "once"
    hours(names, "09:00", "10:30", "11:00")
    assert coming() == ["09:00", "11:00"]


def test_what_was_taken_in_again_stays_in(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    take_in(names, f"stall/{DAY}#1")
    hours(names, "10:00", "11:00", "12:00")
    hours(names, "11:00", "12:00")
    assert coming() == ["11:00", "12:00"]


def test_hours_of_days_that_are_over_are_not_written_down_again(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    names.at("12:00", day=7)
    hours(names, "09:00", "10:00", "11:00")
    assert len(decisions.decisions()) == 1


def test_given_words_stay_with_their_hour_and_can_be_added_to_and_taken_back(names: Names) -> None:
    hours(names, "10:00", "11:00")
    words = {"bluesky": OTHER}
    decide_words(names.program, number(2), words, actor="cli:jo", reason="", now=names.time)
    hours(names, "09:00", "10:00", "11:00")
    texts = {row.wall_time[11:]: row.text for row in delivery_views.coming(limit=99) if row.wall_time.startswith(DAY)}
    assert [at for at, text in texts.items() if OTHER in text] == ["11:00"]
    back = prepare_plan_words(names.program, number(3), now=names.time)
    assert (back.accounts, [OTHER in one.text for one in back.words]) == (("bluesky",), [False])
    decide_plan_words(names.program, back, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    texts = {row.wall_time[11:]: row.text for row in delivery_views.coming(limit=99) if row.wall_time.startswith(DAY)}
    assert not any(OTHER in text for text in texts.values())


def test_words_that_were_given_up_stay_so_when_the_hours_change(names: Names) -> None:
    hours(names, "10:00", "11:00")
    given = (names.program, number(2), {"bluesky": OTHER})
    decide_words(*given, actor="cli:jo", reason="", now=names.time)
    before = given_up_wordings(names.program, decisions.decisions(), ())
    assert len(before) == 1
    hours(names, "10:00", "11:30")
    assert len(decisions.decisions()) == 2
    assert given_up_wordings(names.program, decisions.decisions(), ()) == before


def test_a_renamed_slot_with_other_hours_keeps_both(names: Names) -> None:
    hours(names, "10:00", "11:00")
    skip(names, f"stall/{DAY}#1")
    hours(names, "09:00", "10:00", "11:00", name="table", more="    was: stall\n")
    assert coming() == ["09:00", "11:00"]
    hours(names, "09:00", "10:00", "11:00", name="table")
    assert coming() == ["09:00", "11:00"]
    assert decisions.decisions()[-1].subject == f"table/{DAY}#2"


def test_what_an_earlier_version_decided_goes_by_its_number(names: Names) -> None:
    hours(names, "10:00", "11:00")
    kind, subject = DecisionKind.SLOT_SKIPPED, f"stall/{DAY}#1"
    decisions.keep_decision(kind=kind, subject=subject, value="", replaced="", actor="a", reason="", now=names.time)
    hours(names, "09:00", "10:00", "11:00")
    assert coming() == ["10:00", "11:00"]


def test_a_milestone_that_moves_takes_no_skip_away(names: Names) -> None:
    bound = f"    too_late_after: 30m\n    from: {DAY} 08:00\n    until: debate\n"
    names.slots(("stall", "stall", "day at 10:00, 11:00"), more=bound)
    names.slots(
        ("stall", "stall", "day at 10:00, 11:00"), ("soon", "lunch", "debate - 2h"), more="    too_late_after: 30m\n"
    )
    skip(names, "soon")
    skip(names, "stall/2023-10-09#2")
    kept = [one.hours for one in decisions.decisions()]
    assert kept == [{}, {"2023-10-09#1": "2023-10-09T10:00", "2023-10-09#2": "2023-10-09T11:00"}]
    for to in ("2023-10-09T10:30:00+01:00", "2023-10-09T15:20:00+01:00"):
        names.move(to)
        left = {post.id.slot for post in wanted_posts(names.program, decisions.decisions())}
        assert "soon" not in left
    wanted = {post.moment.wall_time for post in wanted_posts(names.program, decisions.decisions())}
    assert "2023-10-09T10:00" in wanted
    assert "2023-10-09T11:00" not in wanted


def test_the_hours_of_a_decision_are_kept_beside_what_the_files_said(names: Names) -> None:
    hours(names, "10:00", "11:00")
    decide_words(names.program, number(2), {"bluesky": OTHER}, actor="cli:jo", reason="", now=names.time)
    (made,) = decisions.decisions()
    assert made.hours == {f"{DAY}#1": f"{DAY}T10:00", f"{DAY}#2": f"{DAY}T11:00"}
    assert list(json.loads(made.replaced)) == ["bluesky"]


def test_what_is_taken_in_where_the_slot_goes_stays_out_where_it_did_not_go_then(names: Names) -> None:
    def accounts(*on: str) -> None:
        text = names.file(("stall", "stall", "day at 10:00"), more=f"    from: {DAY} 08:00\n")
        names.home.write("schedules/small.yaml", text.replace("[bluesky]", f"[{', '.join(on)}]"))
        names.planner.refresh()

    accounts("bluesky", "mastodon")
    skip(names, f"stall/{DAY}#1", "bluesky", "mastodon")
    accounts("bluesky")
    found = find_left_out(names.program, f"stall/{DAY}#1", now=names.time)
    taken = prepare_unskip(names.program, found, now=names.time, on=["bluesky"])
    decide_unskip(names.program, taken, actor="cli:jo", reason="", now=names.time)
    accounts("bluesky", "mastodon")
    there = {row.identity.account: row.state.value for row in delivery_views.views(post=number(1))}
    assert there == {"bluesky": "queued", "mastodon": "dropped"}
