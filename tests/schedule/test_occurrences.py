from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.plan import At, Distance, Every, Milestone, Plan, Slot
from amplifier.schedule.occurrences import Occurrence, occurrences
from amplifier.schedule.rules import every

ZONE = "Europe/London"
LONDON = ZoneInfo(ZONE)
FIRST, LAST = date(2023, 9, 24), date(2023, 10, 11)
VOTE = Milestone("vote", datetime(2023, 10, 10, 15, 40, tzinfo=LONDON), 1)


def rule(text: str, *, from_: At | None = None, until: At | None = None) -> Every:
    found = every(text, from_=from_, until=until)
    assert isinstance(found, Every)
    return found


def wall(text: str) -> At:
    return At("", Distance(), datetime.fromisoformat(text))


def hung(milestone: str, hours: float = 0) -> At:
    return At(milestone, Distance(timedelta(hours=hours)), None)


def plan(*timings: At | Every, milestones: tuple[Milestone, ...] = (VOTE,), zone: str = ZONE) -> Plan:
    slots = (
        Slot(f"slot-{number}", "lab23/ballot", "rotate", timing, (), None, "", "schedules/lab23.yaml", number)
        for number, timing in enumerate(timings)
    )
    return Plan("lab23", zone, milestones, tuple(slots))


def due(*timings: At | Every, first: date = FIRST, last: date = LAST, zone: str = ZONE) -> tuple[Occurrence, ...]:
    return occurrences(plan(*timings, zone=zone), first, last)


def test_a_slot_on_a_milestone_is_said_once() -> None:
    [one] = due(hung("vote", -3))
    assert (one.occurrence, one.milestone, one.ordinal) == ("once", "vote", 1)
    assert one.due == datetime(2023, 10, 10, 11, 40, tzinfo=UTC)
    assert (one.wall_time, one.zone, one.fold) == ("2023-10-10T12:40", ZONE, 0)


def test_a_fixed_slot_is_said_once_and_hangs_on_nothing() -> None:
    [one] = due(wall("2023-10-08 09:00"))
    assert (one.occurrence, one.milestone, one.due) == ("once", "", datetime(2023, 10, 8, 8, tzinfo=UTC))


def test_a_day_that_never_was_has_no_occurrence() -> None:
    found = due(rule("day at 10:00"), first=date(2011, 12, 28), last=date(2012, 1, 1), zone="Pacific/Apia")
    assert [(one.occurrence, one.wall_time[8:10]) for one in found] == [
        ("2011-12-28#1", "28"),
        ("2011-12-29#1", "29"),
        ("2011-12-31#1", "31"),
        ("2012-01-01#1", "01"),
    ]


def test_an_occurrence_never_holds_the_time_of_day_so_a_post_may_move() -> None:
    before = [one.occurrence for one in due(rule("day at 09:00, 18:00"))]
    after = [one.occurrence for one in due(rule("day at 09:20, 17:00"))]
    assert before == after
    assert before[:3] == ["2023-09-24#1", "2023-09-24#2", "2023-09-25#1"]


def test_a_rule_runs_through_the_campaigns_first_and_last_day() -> None:
    found = due(rule("day at 00:00, 23:59"))
    assert (found[0].wall_time, found[-1].wall_time) == ("2023-09-24T00:00", "2023-10-11T23:59")
    assert len(found) == 2 * 18


def test_from_counts_and_until_does_not() -> None:
    found = due(rule("day at 09:00", from_=wall("2023-10-02 09:00"), until=wall("2023-10-05 09:00")))
    assert [one.wall_time[:10] for one in found] == ["2023-10-02", "2023-10-03", "2023-10-04"]


def test_a_rule_that_ends_with_a_milestone_ends_later_when_the_milestone_slips() -> None:
    files = plan(rule("day at 16:00", until=hung("vote")))
    assert occurrences(files, FIRST, LAST)[-1].occurrence == "2023-10-09#1"
    slipped = replace(files, milestones=(replace(VOTE, at=datetime(2023, 10, 10, 16, 20, tzinfo=LONDON)),))
    assert occurrences(slipped, FIRST, LAST)[-1].occurrence == "2023-10-10#1"


def test_names_and_ordinals_stay_when_the_beginning_of_a_rule_moves_so_that_nothing_is_said_twice() -> None:
    def named(at: datetime) -> dict[datetime, tuple[str, int]]:
        files = plan(rule("day at 09:00, 13:00, 18:00", from_=hung("vote")), milestones=(replace(VOTE, at=at),))
        return {one.due: (one.occurrence, one.ordinal) for one in occurrences(files, FIRST, LAST)}

    early = named(datetime(2023, 10, 9, 8, tzinfo=LONDON))
    late = named(datetime(2023, 10, 9, 10, tzinfo=LONDON))
    assert len(early) == len(late) + 1
    assert late.items() <= early.items()
    assert late[datetime(2023, 10, 9, 12, tzinfo=UTC)] == ("2023-10-09#2", 15 * 3 + 2)


def test_what_is_said_once_stays_in_the_plan_when_its_milestone_slips_past_the_last_day() -> None:
    files = plan(hung("vote"), milestones=(replace(VOTE, at=datetime(2023, 10, 12, 0, 20, tzinfo=LONDON)),))
    assert [one.wall_time for one in occurrences(files, FIRST, LAST)] == ["2023-10-12T00:20"]


def test_the_result_is_in_the_order_in_which_posts_are_due() -> None:
    found = due(hung("vote"), rule("day at 09:00"), wall("2023-09-30 12:00"))
    assert [one.due for one in found] == sorted(one.due for one in found)


@pytest.mark.parametrize("first", [date(2023, 10, 23), date(2023, 3, 20)])
def test_a_rule_keeps_the_wall_clock_in_the_week_when_clocks_change(first: date) -> None:
    found = due(rule("day at 09:00"), first=first, last=first + timedelta(days=13))
    assert {one.wall_time[11:] for one in found} == {"09:00"}
    assert len({one.due.hour for one in found}) == 2
    assert [one.occurrence for one in found] == [f"{first + timedelta(days=day)}#1" for day in range(14)]


def test_in_autumn_a_rule_in_the_hour_that_comes_twice_is_said_once_at_the_first() -> None:
    found = due(rule("day at 01:30"), first=date(2023, 10, 28), last=date(2023, 10, 30))
    assert [one.due.strftime("%d %H:%M") for one in found] == ["28 00:30", "29 00:30", "30 01:30"]
    assert [one.fold for one in found] == [0, 0, 0]


def test_in_spring_a_rule_in_the_hour_that_does_not_exist_is_said_once_when_clocks_have_jumped() -> None:
    found = due(rule("day at 01:30"), first=date(2023, 3, 25), last=date(2023, 3, 27))
    assert [one.due.strftime("%d %H:%M") for one in found] == ["25 01:30", "26 01:30", "27 00:30"]
    assert [one.wall_time[8:] for one in found] == ["25T01:30", "26T02:30", "27T01:30"]


def test_the_second_of_two_equal_times_is_told_by_its_fold() -> None:
    second = At("", Distance(), datetime.fromisoformat("2023-10-29 01:30").replace(fold=1))
    [one] = due(second, first=date(2023, 10, 20), last=date(2023, 10, 31))
    assert (one.due, one.wall_time, one.fold) == (datetime(2023, 10, 29, 1, 30, tzinfo=UTC), "2023-10-29T01:30", 1)


def test_a_rule_does_not_drift_over_a_year() -> None:
    found = due(rule("day at 09:00"), first=date(2023, 1, 1), last=date(2023, 12, 31))
    assert len(found) == 365
    assert {one.wall_time[11:] for one in found} == {"09:00"}


ZONES = st.sampled_from([ZONE, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))
TIMES = st.sets(st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45])), min_size=1, max_size=4)


@given(ZONES, DAYS, TIMES)
def test_each_local_day_has_each_time_exactly_once_whatever_clocks_do(zone: str, first: date, times: set[time]) -> None:
    clocks = ", ".join(f"{clock:%H:%M}" for clock in times)
    found = due(rule(f"day at {clocks}"), first=first, last=first + timedelta(days=9), zone=zone)
    assert len({one.occurrence for one in found}) == len(found) == 10 * len(times)
    assert [one.ordinal for one in sorted(found, key=lambda one: one.ordinal)] == list(range(1, len(found) + 1))
    for one in found:
        here = one.due.astimezone(ZoneInfo(zone))
        assert one.wall_time == f"{here:%Y-%m-%dT%H:%M}"
        assert one.due.utcoffset() == timedelta()


@given(DAYS, st.integers(3, 23), st.sampled_from(["*", "mon-fri", "sat,sun"]))
def test_apscheduler_agrees_on_every_hour_that_clocks_leave_alone(first: date, hour: int, weekdays: str) -> None:
    trigger = CronTrigger.from_crontab(f"30 {hour} * * {weekdays}", timezone=LONDON)
    start = datetime.combine(first, time(), LONDON)
    end = datetime.combine(first + timedelta(days=10), time(), LONDON)
    theirs, now = [], start
    while (fires := trigger.get_next_fire_time(None, now)) < end:
        theirs.append(fires.astimezone(UTC))
        now = fires + timedelta(seconds=1)
    found = due(rule(f"30 {hour} * * {weekdays}"), first=first, last=first + timedelta(days=9))
    assert [one.due for one in found] == theirs
