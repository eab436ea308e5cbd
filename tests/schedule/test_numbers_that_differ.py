"""Posts whose number is another in the ledger than in the plan, held against what is out and to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.compose.sameness import Verdict
from amplifier.errors import UsageError
from amplifier.operate.correct import NewWords, prepare_correction
from amplifier.operate.own import OwnPost, prepare_own
from amplifier.schedule.decided.ahead import to_be_said
from amplifier.schedule.decided.rewording import decide_plan_words, decide_words, prepare_plan_words, prepare_words
from amplifier.schedule.playing import playing
from amplifier.store import delivery_views
from tests.schedule.test_hours_that_change import DAY, number
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TEXTS = (
    "Bring warm shoes and a friend to the hall.",
    "Our stall has coffee for early birds.",
    "Ask your branch for a motion on visas.",
    "Sign the letter at table four today.",
    "Meet the organisers on the balcony.",
    "Sing along when the choir comes at tea time.",
    "Volunteers get soup behind the stage.",
    "Take a leaflet for everybody at home.",
    "Photographs of this morning hang beside the door.",
)
WAITS = (State.QUEUED, State.HELD)
DANCE = "Come and dance with us until midnight"
LONG = "When the last speech is over the band begins to play in the great hall, and everybody dances there"
Hours = Callable[..., None]


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names(tmp_path)


@pytest.fixture
def stall(names: Names) -> Hours:
    """On one day of the campaign a stall speaks on X, at the hours that a test gives it."""
    wordings = "\n".join(f"== w{place}\n{text}" for place, text in enumerate(TEXTS, 1))
    names.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{wordings}\n")

    def hours(*times: str) -> None:
        more = f"    too_late_after: 30m\n    from: {DAY} 08:00\n    until: {DAY} 23:00\n"
        text = names.file(("stall", "stall", f"day at {', '.join(times)}"), more=more)
        names.home.write("schedules/small.yaml", text.replace("[bluesky]", "[x]"))
        names.planner.refresh()

    return hours


@pytest.fixture
def shifted(names: Names, stall: Hours) -> Names:
    """10:00 is out when an hour before it comes into the file: in the plan all later ones have another number."""
    stall("10:00", "11:00", "12:00", "13:00")
    assert len(names.at("10:00")) == 1
    stall("09:00", "10:00", "11:00", "12:00", "13:00")
    assert there() == {"11:00": number(2), "12:00": number(3), "13:00": number(4)}
    return names


def there() -> dict[str, object]:
    rows = [row for row in delivery_views.views(states=WAITS) if row.wall_time.startswith(DAY)]
    return {row.wall_time[11:]: row.identity.post for row in rows}


def reword(names: Names, place: int, text: str = DANCE) -> None:
    decide_words(names.program, number(place), {"x": text}, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()


def send(names: Names, text: str = DANCE) -> OwnPost:
    """What somebody is shown who wants to say this on their own."""
    settings, now = names.program.settings, names.time
    plan = to_be_said(names.program, now=now)
    due_at = now + timedelta(minutes=10)
    return prepare_own(text, ["x"], settings, due_at=due_at, now=now, playing=playing(settings), plan=plan)


def test_a_typo_in_a_post_that_waits_is_no_copy_of_itself(shifted: Names) -> None:
    reword(shifted, 4, "Come and dance with us untl midnight")  # 12:00, which waits as number 3
    prepare_words(shifted.program, number(4), {"x": DANCE}, now=shifted.time)
    reword(shifted, 4)
    texts = {
        row.wall_time[11:]: row.text.split("\n")[0] for row in delivery_views.coming() if row.wall_time.startswith(DAY)
    }
    assert [at for at, text in texts.items() if text.startswith(DANCE)] == ["12:00"]


def test_what_its_number_names_otherwise_is_still_compared_with_it(shifted: Names) -> None:
    reword(shifted, 5)  # 13:00, which waits as number 4
    with pytest.raises(UsageError, match=f"stall/{DAY}#3 and stall/{DAY}#4 say nearly the same on x within 7 days"):
        prepare_words(shifted.program, number(4), {"x": f"{DANCE}!"}, now=shifted.time)


def test_a_typo_in_a_post_that_is_out_is_no_copy_of_what_the_plan_has_for_it(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00")
    reword(names, 1, f"{LONG} untl midnight")
    names.at("10:00")
    stall("09:00", "10:00", "11:00")
    plan, settings = to_be_said(names.program, now=names.time), names.program.settings
    words, stage = {"x": NewWords(f"{LONG} until midnight")}, playing(settings)
    found = prepare_correction(number(1), words, settings, now=names.time, playing=stage, plan=plan)
    assert [one.stand.account for one in found.acts] == ["x"]
    assert found.echoes == ()


def test_the_plans_words_that_come_back_are_no_copy_of_the_post_itself(shifted: Names) -> None:
    (planned,) = [row.text for row in delivery_views.views(post=number(3))]
    reword(shifted, 4, f"{planned.split(chr(10))[0]} Come")
    back = prepare_plan_words(shifted.program, number(4), now=shifted.time)
    assert back.echoes == ()
    decide_plan_words(shifted.program, back, actor="cli:jo", reason="", now=shifted.time)


def test_what_waits_under_the_number_of_one_that_is_out_is_compared(names: Names, stall: Hours) -> None:
    stall("10:00", "12:00", "13:00")
    names.at("10:00")
    stall("11:00", "12:00", "13:00")
    assert there()["11:00"] == number(4)
    reword(names, 1)  # 11:00 in the plan; 10:00 is out under that number
    (echo,) = send(names).echoes
    assert (echo.before.post, echo.verdict) == (f"stall/{DAY}#4", Verdict.REFUSED)


def test_what_is_out_under_another_number_is_not_to_be_said_once_more(shifted: Names) -> None:
    said = {one.post: one.at for one in to_be_said(shifted.program, now=shifted.time).said if one.account == "x"}
    assert [one for one in said if DAY in one] == [f"stall/{DAY}#{place}" for place in (2, 3, 4)]


def waiting_row(place: int) -> int:
    (row,) = delivery_views.views(post=number(place), states=WAITS)
    return row.id


def test_what_waits_late_is_in_the_ledger_alone_and_what_comes_is_not(shifted: Names) -> None:
    shifted.time += timedelta(hours=3)  # 12:00 did not go out, and nobody has looked
    ahead = to_be_said(shifted.program, now=shifted.time)
    assert waiting_row(3) not in ahead.instead
    assert waiting_row(4) in ahead.instead, "13:00, whose number the plan has for 12:00"
    assert [one.post for one in ahead.said if DAY in one.post] == [f"stall/{DAY}#4"]


def test_what_waits_late_is_there_also_where_an_hour_was_taken_out(names: Names, stall: Hours) -> None:
    stall("10:00", "11:00", "12:00", "13:00")
    names.at("10:00")
    stall("11:00", "12:00", "13:00")
    names.time += timedelta(hours=3)
    ahead = to_be_said(names.program, now=names.time)
    assert waiting_row(3) not in ahead.instead, "12:00, whose number the plan has for 13:00"
    assert waiting_row(4) in ahead.instead
    assert [one.post for one in ahead.said if DAY in one.post] == [f"stall/{DAY}#4"]
