"""Posts whose number means another hour by now: corrected, on their way late or beside a milestone that moves."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.schedule.decided.change import prepare_move
from amplifier.schedule.naming.known import hours_around
from amplifier.schedule.program import wanted_posts
from amplifier.schedule.truth import review
from amplifier.schedule.truth.stale import late_posts
from amplifier.store import decisions, delivery_views, heartbeats
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_hours_that_change import DAY, number
from tests.schedule.test_names_that_change import Names
from tests.schedule.test_numbers_that_differ import TEXTS, Hours, names, reword, stall

__all__ = ("names", "stall")  # fixtures
pytestmark = pytest.mark.usefixtures("sqlite_ledger")
LATE = "We moved: find our table beside the fountain, with tea and badges"


def correct(names: Names, place: int, text: str = LATE) -> None:
    """A person corrects what is out on X under this number of the ledger."""
    settings = names.program.settings
    found = prepare_correction(number(place), {"x": NewWords(text, "en")}, settings, now=names.time)
    queue_correction(found, settings, Hand("cli:jo", "a typo", names.time, settings.campaign.first_day))


def give(names: Names, place: int, text: str = LATE) -> None:
    """Those words for another hour by a decision that nothing compared, as an earlier version wrote it down."""
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject=f"stall/{DAY}#{place}",
        value=json.dumps({"x": text}),
        replaced="",
        actor="cli:jo",
        reason="",
        now=names.time,
        hours=hours_around(names.program, number(place)),
    )


def stands() -> dict[str, tuple[str, str]]:
    rows = [row for row in delivery_views.views() if row.wall_time.startswith(DAY) and row.identity.revision == 0]
    return {row.wall_time[11:]: (row.state.value, row.reason) for row in rows}


def told(names: Names) -> list[str]:
    """What is said of near copies by the plan as it stands."""
    found = review.on_x(names.program, wanted_posts(names.program, decisions.decisions()))
    return [problem.message for problem in found.values()]


def test_what_a_correction_says_is_not_said_again_by_the_hour_that_got_its_number(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00", "12:00")
    names.at("10:00")
    correct(names, 1)
    stall("11:00", "12:00")
    give(names, 1)  # 11:00 in the plan, number 2 in the ledger; the correction is of number 1
    assert names.at("11:00") == ["", f"Correction: {LATE}"], "the deletion and the correction go out alone"
    assert stands()["11:00"] == ("held", "near_copy")


def test_a_post_is_no_copy_of_its_own_correction_when_it_has_another_number(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00", "12:00")
    reword(names, 1, LATE)
    names.at("10:00")
    correct(names, 1, f"{LATE} too")
    stall("09:00", "10:00", "11:00", "12:00")
    assert told(names) == []


def test_files_say_what_a_correction_of_another_hour_says(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00", "12:00")
    names.at("10:00")
    correct(names, 1)
    kept = (names.home.path / "templates/lab23/stall.j2").read_text()
    stall("11:00", "12:00")
    text = next(row.text for row in delivery_views.views() if row.wall_time == f"{DAY}T11:00")
    said = next(one for one in TEXTS if text.startswith(one))
    names.home.write("templates/lab23/stall.j2", kept.replace(said, LATE))
    names.planner.refresh()
    refused = heartbeats.heartbeats()["plan"].detail or ""
    assert "say nearly the same on x within 7 days" in refused
    assert f"stall/{DAY}T11:00" in refused
    assert "a person's correction" in refused, "what the plan has no hour for any more"


def test_a_copy_is_told_by_names_that_mean_one_hour_in_plan_and_ledger(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00", "12:00")
    names.at("10:00")
    correct(names, 1)
    stall("09:00", "10:00", "11:00", "12:00")
    give(names, 4)
    (why,) = told(names)
    assert f"stall/{DAY}T12:00 and stall/{DAY}T10:00 say nearly the same on x within 7 days" in why


def test_what_waits_late_speaks_of_the_day_on_which_it_goes_out_under_any_number(names: Names) -> None:
    wordings = "\n".join(f"== w{n}\n{text} It is {{{{ day | weekday }}}}." for n, text in enumerate(TEXTS[:4]))
    names.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{wordings}\n")
    more = f"    too_late_after: 6h\n    from: {DAY} 08:00\n    until: {DAY} 23:59\n"
    names.slots(("stall", "stall", "day at 22:00, 23:00"), more=more)
    names.at("22:00")
    names.slots(("stall", "stall", "day at 21:00, 22:00, 23:00"), more=more)
    names.time = datetime.fromisoformat("2023-10-07T00:30:00+01:00")
    late = late_posts(names.program, now=names.time)
    assert set(late) == {number(1), number(3)}, "21:00 and 23:00 by their numbers in the plan; 22:00 is out"
    names.planner.refresh()
    (text,) = [row.text for row in delivery_views.coming() if row.wall_time == f"{DAY}T23:00"]
    assert "It is Saturday." in text


def test_a_move_tells_what_it_would_hold_though_another_hour_is_out_under_its_number(
    names: Names, stall: Hours
) -> None:
    stall("10:00", "11:00", "12:00")
    names.at("10:00")
    stall("11:00", "12:00")
    names.home.write("templates/lab23/call.j2", f"---\nask: call\n---\n== plain\n{LATE}.\n")
    call = "  - name: call\n    template: lab23/call\n    at: debate - 11d\n    accounts: [x]\n"
    schedule = (names.home.path / "schedules/small.yaml").read_text()
    names.home.write("schedules/small.yaml", schedule + call)
    names.planner.refresh()
    give(names, 1)  # 11:00, which comes; 10:00 is out under that number
    a_day_later = datetime.fromisoformat("2023-10-10T14:40:00+01:00")
    told = prepare_move(names.program, "debate", a_day_later, now=names.time)
    (why,) = (one.message for one in told.copies)
    assert f"stall/{DAY}#1 and call/once say nearly the same on x within 7 days" in why


@pytest.mark.parametrize("after", [("11:00", "12:00"), ("11:00", "12:00", "13:00", "14:00")])
def test_words_of_an_hour_that_is_gone_stay_given_up_whatever_hour_the_plan_has_them_for(
    names: Names, stall: Hours, after: tuple[str, ...]
) -> None:
    stall("10:00", "11:00")
    names.at("10:00")
    (said,) = [row.text.split(" #")[0] for row in delivery_views.views(post=number(1))]
    correct(names, 1)
    stall(*after)
    planned = [one for one in wanted_posts(names.program) if any(said in words.text for words in one.words)]
    assert len(planned) == 1
    assert names.planner.given_up() == {(one.template, one.wording) for one in planned}
