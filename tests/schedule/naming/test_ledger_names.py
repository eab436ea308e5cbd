"""What people let stand stays with its hour, and the ledger is compared with the plan by what each calls a post."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import PostId, WantedPost
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.naming.ledger_names import decided_as, name_in_plan, names_on_days_of
from amplifier.schedule.truth import review
from amplifier.schedule.truth.given_up import given_up_wordings
from amplifier.schedule.truth.stale import stale_words, wanted_now
from amplifier.store import decisions, delivery_views
from amplifier.store.operate import withdrawals
from amplifier.store.operate.corrections import Hand
from tests.schedule import left
from tests.schedule.naming.test_known import out_and_shifted
from tests.schedule.test_hours_that_change import DAY, home, hours, number
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
SAYS = "The debate is at 14:40, come"
MOVED = "2023-10-09T15:20:00+01:00"
MOVED_AGAIN = "2023-10-09T15:40:00+01:00"


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return home(tmp_path)


def stands(names: Names) -> dict[str, tuple[str, str]]:
    """State and reason of what is there on that day, by its hour."""
    names.planner.refresh()
    return {
        row.wall_time[11:]: (row.state.value, row.reason) for row in delivery_views.views() if row.wall_time[:10] == DAY
    }


def say(names: Names, post: PostId) -> None:
    decide_words(names.program, post, {"bluesky": SAYS}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


def leave(names: Names, post: PostId) -> None:
    left.leave(names.program, post, actor="cli:jo", reason="", now=names.time)


def untrue(names: Names) -> list[PostId]:
    return [one.stated.post for one in review.review(names.program, now=names.time).untrue]


def test_words_that_may_stand_may_do_so_when_their_hour_has_another_number(names: Names) -> None:
    hours(names, "10:00", "11:00")
    say(names, number(2))
    names.move(MOVED)
    assert stands(names)["11:00"] == ("held", HoldReason.UNTRUE)
    leave(names, number(2))
    assert stands(names)["11:00"] == ("queued", "")
    hours(names, "09:00", "10:00", "11:00")
    assert stands(names) == {"09:00": ("queued", ""), "10:00": ("queued", ""), "11:00": ("queued", "")}


def test_words_that_may_stand_excuse_no_other_that_has_their_number_now(names: Names) -> None:
    hours(names, "10:00", "11:00")
    say(names, number(1))
    say(names, number(2))
    names.move(MOVED)
    leave(names, number(2))
    hours(names, "09:00", "10:00", "11:00")
    assert stands(names) == {"09:00": ("queued", ""), "10:00": ("held", HoldReason.UNTRUE), "11:00": ("queued", "")}


def test_what_waits_by_another_number_is_left_by_the_one_that_people_see(names: Names) -> None:
    out_and_shifted(names)
    say(names, number(4))  # 12:00 in the plan, number 3 in the ledger
    names.move(MOVED)
    (stale,) = stale_words(names.program, decisions.decisions(), _wanted(names), now=names.time)
    assert stale.post == number(3)
    assert review.find_untrue(names.program, f"stall/{DAY}#3", now=names.time) == number(3)
    leave(names, number(3))
    (left,) = (one for one in decisions.decisions() if one.kind is DecisionKind.FACT_LEFT)
    assert (left.subject, left.hours[left.subject.partition("/")[2]]) == (f"stall/{DAY}#4", f"{DAY}T12:00")
    assert stands(names)["12:00"] == ("queued", "")


def test_what_is_out_and_may_stand_is_not_asked_about_again_when_hours_change(names: Names) -> None:
    hours(names, "10:00", "11:00")
    say(names, number(1))
    assert len(names.at("10:00")) == 1
    names.move(MOVED)
    assert untrue(names) == [number(1)]
    leave(names, number(1))
    assert untrue(names) == []
    hours(names, "09:00", "10:00", "11:00")
    assert untrue(names) == []
    hours(names, "11:00")
    assert untrue(names) == [], "the hour was taken out, and what it said is out"
    names.move(MOVED_AGAIN)
    assert untrue(names) == [number(1)], "the same changed once more"


def test_what_is_out_of_an_hour_that_the_files_have_no_more_can_be_left(names: Names) -> None:
    hours(names, "10:00", "11:00")
    say(names, number(1))
    names.at("10:00")
    hours(names, "11:00")
    names.move(MOVED)
    assert untrue(names) == [number(1)]
    leave(names, number(1))
    assert untrue(names) == []
    assert decisions.decisions()[-1].subject == f"stall/{DAY}T10:00"


def test_what_waits_and_may_stand_may_still_when_it_is_out(names: Names) -> None:
    out_and_shifted(names)
    say(names, number(3))  # 11:00 in the plan, number 2 in the ledger
    names.move(MOVED)
    names.planner.refresh()
    leave(names, number(2))
    assert stands(names)["11:00"] == ("queued", "")
    names.at("11:00")
    assert untrue(names) == []


def test_what_the_plan_says_excuses_the_post_of_that_hour_and_no_other(names: Names) -> None:
    out_and_shifted(names)
    wanted = _wanted(names)
    found = names_on_days_of(names.program, wanted, [number(1)])
    assert found == {number(1): number(5), number(2): number(1), number(3): number(2)} | {
        number(4): number(3),
        number(5): number(4),
    }
    assert name_in_plan(number(1), found) == number(2)
    says = review._says(wanted, found)
    (ten,) = (one for one in wanted if one.id == number(2))
    assert says[number(1), "bluesky"] == ten.words[0].text


def test_an_hour_that_the_files_have_no_more_has_no_name_in_the_plan(names: Names) -> None:
    hours(names, "10:00", "11:00", "12:00")
    names.at("10:00")
    hours(names, "11:00", "12:00")
    found = names_on_days_of(names.program, _wanted(names), [number(1)])
    assert name_in_plan(number(1), found) is None
    assert decided_as(names.program, _wanted(names), number(1)) == (f"stall/{DAY}T10:00", {})
    subject, kept = decided_as(names.program, _wanted(names), number(2))
    assert kept[subject.partition("/")[2]] == f"{DAY}T11:00"


def test_words_given_up_after_they_went_out_are_those_of_their_hour(names: Names) -> None:
    out_and_shifted(names)
    wanted = _wanted(names)
    (ten,) = (one for one in wanted if one.id == number(2))
    hand = Hand("cli:jo", "", names.time, names.settings.campaign.first_day)
    assert withdrawals.withdraw(number(1), ["bluesky"], hand)
    changed = [replace(one, text=one.text and ten.words[0].text) for one in delivery_views.changed()]
    found = names_on_days_of(names.program, wanted, [number(1)])
    given_up = given_up_wordings(names.program, decisions.decisions(), changed, found)
    assert given_up == {(ten.template, ten.wording)}


def _wanted(names: Names) -> list[WantedPost]:
    return wanted_now(names.program, decisions.decisions(), now=names.time)


def test_a_correction_is_offered_the_words_that_the_plan_has_for_its_own_hour(names: Names) -> None:
    hours(names, "08:30", "10:00", "12:00")
    for at in ("08:30", "10:00"):
        assert names.at(at)
    hours(names, "10:00", "12:00")
    out = review.find_out(names.program, f"stall/{DAY}#2")  # 10:00, as the ledger has it
    (ten,) = [one for one in _wanted(names) if one.moment.wall_time == f"{DAY}T10:00"]
    assert review.said_today(names.program, out)["bluesky"].words == ten.words[0]
