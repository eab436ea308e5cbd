import random
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.schedule.stage import LIVE, PACE, Stage, make

ORIGIN = datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)
FIRST = datetime(2023, 9, 24, tzinfo=UTC)
MINUTES = st.integers(0, 18 * 24 * 60).map(lambda minute: FIRST + timedelta(minutes=minute))
PLANS = st.lists(MINUTES, min_size=1, max_size=80)
LENGTHS = st.integers(30, 3600)


@given(PLANS, LENGTHS)
def test_everything_that_is_due_plays_between_the_lead_and_the_tail(instants: list[datetime], seconds: int) -> None:
    stage = make(instants, ORIGIN, seconds)
    for instant in instants:
        assert ORIGIN + timedelta(seconds=3) <= stage.real(instant) <= ORIGIN + timedelta(seconds=seconds - 8)
    if len(set(instants)) > 1:
        assert stage.real(min(instants)) == ORIGIN + timedelta(seconds=3)
        assert stage.real(max(instants)) == ORIGIN + timedelta(seconds=seconds - 8)


@given(PLANS, LENGTHS, st.lists(MINUTES, min_size=2, max_size=20, unique=True))
def test_what_comes_later_in_the_campaign_plays_later_also_where_a_milestone_was_moved_to(
    instants: list[datetime], seconds: int, others: list[datetime]
) -> None:
    stage = make(instants, ORIGIN, seconds)
    real = [stage.real(moment) for moment in sorted({*others, *instants})]
    assert all(one < next_one for one, next_one in pairwise(real))


@given(PLANS, LENGTHS, MINUTES, st.integers(-90 * 24, 90 * 24))
def test_the_map_leads_back_to_where_it_came_from(
    instants: list[datetime], seconds: int, other: datetime, hours: int
) -> None:
    stage = make(instants, ORIGIN, seconds)
    for moment in (*instants, other, other + timedelta(hours=hours)):
        # One microsecond of stage can be a long while of the campaign: 18 days in 19 seconds are 0.1 s.
        assert abs(stage.campaign(stage.real(moment)) - moment) <= timedelta(seconds=0.5)
    for instant in instants:
        assert stage.campaign(stage.real(instant)) == instant


@given(PLANS, LENGTHS, MINUTES)
def test_a_stage_is_the_same_after_a_worker_started_again(
    instants: list[datetime], seconds: int, other: datetime
) -> None:
    stage = make(instants, ORIGIN, seconds)
    kept = Stage.from_json(stage.to_json())
    assert kept == stage
    assert kept.real(other) == stage.real(other)


def campaign(seed: int) -> list[datetime]:
    """Some 70 moments in 18 days: two a day, and the rest crowded into the days of the event."""
    chance = random.Random(seed)
    daily = [FIRST + timedelta(days=day, hours=hour) for day in range(18) for hour in (8, 17)]
    event = [FIRST + timedelta(days=14, hours=8, minutes=15 * chance.randrange(4 * 80)) for _ in range(34)]
    return sorted({*daily, *event})


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_plays_evenly(seed: int) -> None:
    instants = campaign(seed)
    stage = make(instants, ORIGIN, 600)
    real = [stage.real(instant) for instant in instants]
    gaps = [(after - before).total_seconds() for before, after in pairwise(real)]
    assert min(gaps) > 4
    assert max(gaps) < 2.5 * min(gaps)


def test_a_night_lasts_somewhat_longer_than_an_hour() -> None:
    moments = [FIRST, FIRST + timedelta(hours=1), FIRST + timedelta(hours=17)]
    first, second, third = (make(moments, ORIGIN, 600).real(moment) for moment in moments)
    assert 1.3 < (third - second) / (second - first) < 2


@pytest.mark.parametrize("seed", range(20))
def test_a_debate_that_slips_by_forty_minutes_is_seen_to_move(seed: int) -> None:
    debate = FIRST + timedelta(days=16, hours=13, minutes=40)
    around = [debate + timedelta(minutes=minutes) for minutes in (-180, -60, -15, 0, 20, 60)]
    stage = make([*campaign(seed), *around], ORIGIN, 600)
    for moment in around:
        assert stage.real(moment + timedelta(minutes=40)) - stage.real(moment) > timedelta(seconds=3)


def test_a_vote_that_slips_past_the_end_is_seen_to_move_as_well() -> None:
    instants = campaign(1)
    stage = make(instants, ORIGIN, 600)
    slipped = stage.real(instants[-1] + timedelta(minutes=40))
    assert timedelta(seconds=3) < slipped - stage.real(instants[-1]) < timedelta(seconds=8)


def test_a_rehearsal_left_running_for_weeks_stays_on_the_calendar() -> None:
    stage = make(campaign(1), ORIGIN, 600)
    assert stage.campaign(ORIGIN + timedelta(days=60)).year < 2200


def test_live_time_is_real_time() -> None:
    assert LIVE.real(FIRST) == FIRST
    assert LIVE.campaign(FIRST) == FIRST
    assert Stage.from_json(LIVE.to_json()) == LIVE


def test_an_empty_plan_leaves_time_alone() -> None:
    assert make([], ORIGIN, 600).real(FIRST) == FIRST


def test_a_single_moment_plays_at_once_and_time_goes_on_around_it() -> None:
    stage = make([FIRST], ORIGIN, 600)
    assert stage.real(FIRST) == ORIGIN + timedelta(seconds=3)
    assert stage.real(FIRST + timedelta(hours=1)) == ORIGIN + timedelta(seconds=3 + 3600 / PACE)


def test_a_stage_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        make([FIRST], ORIGIN, 11)


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_every_year_that_a_clock_may_say_has_its_place(year: int) -> None:
    at = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    for stage in (LIVE, make([FIRST, FIRST + timedelta(days=3)], ORIGIN, 60)):
        for there in (stage.campaign(at), stage.real(at)):
            assert there.astimezone(ZoneInfo("America/New_York"))
