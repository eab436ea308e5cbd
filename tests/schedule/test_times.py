import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.plan import At, Distance
from amplifier.schedule import times
from amplifier.schedule.times import Refused

LONDON = "Europe/London"
MILESTONES = ("ballot_closes", "debate", "vote")


def at(text: str, zone: str = LONDON) -> At | Refused:
    return times.moment(text, zone=zone, milestones=MILESTONES)


def refused(found: object) -> Refused:
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(
    ("text", "milestone", "offset"),
    [
        ("debate", "debate", timedelta()),
        ("ballot_closes - 3h", "ballot_closes", timedelta(hours=-3)),
        ("debate + 1h 30m", "debate", timedelta(minutes=90)),
        ("debate-90s", "debate", timedelta(seconds=-90)),
        ("  vote   +  15m ", "vote", timedelta(minutes=15)),
        ("debate \u2013 1h", "debate", timedelta(hours=-1)),
        ("debate \u2212\u00a01h", "debate", timedelta(hours=-1)),
    ],
)
def test_a_moment_hangs_on_a_milestone(text: str, milestone: str, offset: timedelta) -> None:
    assert at(text) == At(milestone, Distance(offset), None)


@pytest.mark.parametrize("text", ["2023-10-08 09:00", "2023-10-08T09:00", "2023-10-08 9:00", "2023-10-08 09:00 BST"])
def test_a_moment_may_be_fixed(text: str) -> None:
    assert at(text) == At("", Distance(), datetime.fromisoformat("2023-10-08 09:00"))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("debat - 1h", "There is no milestone debat.", "Did you mean debate?"),
        ("soon!", '"soon!" is not a time.', times.MOMENT_HINT),
        ("debate - 1.5d", '"- 1.5d" is not a distance.', times.DURATION_HINT + times.DAYS_HINT),
        ("debate - 30", '"- 30" is not a distance.', times.DURATION_HINT + times.DAYS_HINT),
        ("debate -", '"-" is not a distance.', times.DURATION_HINT + times.DAYS_HINT),
        ("2023-10-08", '"2023-10-08" lacks the time of day.', 'Write for example "2023-10-08 17:00".'),
        (
            "2023-13-08 09:00",
            '"2023-13-08 09:00" is not in any calendar or on any clock.',
            'Write for example "2023-10-08 17:00".',
        ),
        (
            "2023-10-08 25:00",
            '"2023-10-08 25:00" is not in any calendar or on any clock.',
            'Write for example "2023-10-08 17:00".',
        ),
        ("8.10.2023 9:00", '"8.10.2023 9:00" is not a date and a time.', 'Write for example "2023-10-08 17:00".'),
        ("2023-10-08 2:40pm", '"2023-10-08 2:40pm" is not a date and a time.', 'Write for example "2023-10-08 17:00".'),
    ],
)
def test_what_cannot_be_read_is_said_in_words_with_something_to_write_instead(
    text: str, message: str, hint: str
) -> None:
    assert (refused(at(text)).message, refused(at(text)).hint) == (message, hint)


def test_a_day_alone_means_its_first_moment_where_that_makes_sense() -> None:
    found = times.moment("2023-10-02", zone=LONDON, milestones=(), day_alone=True)
    assert found == At("", Distance(), datetime.fromisoformat("2023-10-02"))


def test_a_local_time_that_comes_twice_is_refused_with_both_choices() -> None:
    no = refused(times.local("2023-10-29 01:30", LONDON))
    assert no.message == "01:30 comes twice on 29 October 2023: clocks in Europe/London go back then."
    assert no.hint == 'Write "2023-10-29 01:30 BST" for the first, or "2023-10-29 01:30 GMT" for the second.'


def test_a_local_time_that_does_not_exist_is_refused_with_both_choices() -> None:
    no = refused(times.local("2023-03-26 01:30", LONDON))
    assert no.message == "01:30 does not exist on 26 March 2023: clocks in Europe/London go forward then."
    assert no.hint == 'Write "2023-03-26 00:30" or "2023-03-26 02:30".'
    assert refused(times.local("2023-03-26 01:30 GMT", LONDON)) == no


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-10-29 01:30 BST", datetime(2023, 10, 29, 0, 30, tzinfo=UTC)),
        ("2023-10-29 01:30 +01:00", datetime(2023, 10, 29, 0, 30, tzinfo=UTC)),
        ("2023-10-29 01:30 GMT", datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
        ("2023-10-29 01:30 +00:00", datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
        ("2023-10-29 01:30+0000", datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
        ("2023-10-29 00:59", datetime(2023, 10, 28, 23, 59, tzinfo=UTC)),
        ("2023-10-29 02:00", datetime(2023, 10, 29, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_person_chooses_between_two_equal_times(text: str, utc: datetime) -> None:
    found = at(text)
    assert isinstance(found, At)
    assert times.instant(found, {}, LONDON) == utc


def test_both_choices_that_a_refusal_offers_are_accepted_and_differ() -> None:
    for text, zone in [
        ("2023-10-29 01:30", LONDON),
        ("2023-03-26 01:30", LONDON),
        ("2023-11-05 01:15", "America/New_York"),
        ("2023-04-02 01:45", "Australia/Lord_Howe"),
        ("2023-10-01 02:15", "Australia/Lord_Howe"),
        ("2018-11-04 00:10", "America/Sao_Paulo"),
    ]:
        offered = refused(times.local(text, zone)).hint.split('"')[1::2]
        instants = []
        for choice in offered:
            found = times.local(choice, zone)
            assert isinstance(found, datetime), choice
            instants.append(found.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
        assert len(set(instants)) == 2
        assert instants == sorted(instants)


@pytest.mark.parametrize(
    ("zone", "text", "choices"),
    [
        ("Pacific/Apia", "2011-12-30 10:00", ("2011-12-29 10:00", "2011-12-31 10:00")),
        ("Pacific/Kiritimati", "1994-12-31 00:00", ("1994-12-30 00:00", "1995-01-01 00:00")),
    ],
)
def test_a_day_that_never_was_is_called_so_and_the_days_beside_it_are_offered(
    zone: str, text: str, choices: tuple[str, str]
) -> None:
    no = times.local(text, zone)
    assert isinstance(no, Refused)
    assert f"never was in {zone}: its calendar went from" in no.message
    assert re.findall(r'"([^"]*)"', no.hint) == list(choices)
    assert all(isinstance(times.local(one, zone), datetime) for one in choices)
    assert not times.is_day(date.fromisoformat(text[:10]), zone)
    assert times.is_day(date.fromisoformat(choices[0][:10]), zone)


def test_clocks_that_jump_by_half_an_hour_and_have_no_letters_are_told_apart_as_well() -> None:
    back = refused(times.local("2023-04-02 01:45", "Australia/Lord_Howe")).hint
    assert back == 'Write "2023-04-02 01:45 +11:00" for the first, or "2023-04-02 01:45 +10:30" for the second.'
    forward = refused(times.local("2023-10-01 02:15", "Australia/Lord_Howe")).hint
    assert forward == 'Write "2023-10-01 01:45" or "2023-10-01 02:45".'


def test_letters_that_clocks_there_do_not_show_are_refused_because_gmt_in_october_means_london_to_many() -> None:
    no = refused(times.local("2023-10-09 14:00 GMT", LONDON))
    assert no.message == "Europe/London is not on GMT on 9 October 2023, but on BST (+01:00)."
    assert '"2023-10-09 14:00"' in no.hint


@given(
    st.datetimes(datetime.fromisoformat("2022-01-01"), datetime.fromisoformat("2026-01-01")),
    st.sampled_from([LONDON, "America/St_Johns", "Asia/Kolkata"]),
)
def test_every_local_time_is_taken_or_refused_with_two_choices(wall: datetime, zone: str) -> None:
    wall = wall.replace(second=0, microsecond=0)
    found = times.local(f"{wall:%Y-%m-%d %H:%M}", zone)
    if isinstance(found, Refused):
        assert found.hint.count('"') == 4
    else:
        there = found.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        assert there.replace(tzinfo=None) == wall


def test_a_distance_is_elapsed_time_also_over_the_night_when_clocks_go_back() -> None:
    vote = datetime(2023, 10, 29, 9, tzinfo=ZoneInfo(LONDON))
    before = times.instant(At("vote", Distance(timedelta(hours=-12)), None), {"vote": vote}, LONDON)
    assert before == datetime(2023, 10, 28, 21, tzinfo=UTC)
    assert before.astimezone(ZoneInfo(LONDON)).hour == 22


def test_a_day_is_said_as_people_say_it() -> None:
    assert times.say_day(date(2023, 10, 8)) == "8 October 2023"


@given(st.text(alphabet="debate 2023-10:+-hmsBST", max_size=24))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    assert isinstance(at(text), At | Refused)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("vote - 1d", Distance(timedelta(), -1)),
        ("vote + 2d", Distance(timedelta(), 2)),
        ("vote - 1d 3h", Distance(timedelta(hours=-3), -1)),
        ("vote + 1d2h 30m", Distance(timedelta(hours=2, minutes=30), 1)),
    ],
)
def test_a_day_in_a_distance_is_one_of_the_calendar(text: str, offset: Distance) -> None:
    assert at(text) == At("vote", offset, None)


@pytest.mark.parametrize(
    ("milestone", "offset", "expected"),
    [
        ("2023-10-29T12:00", Distance(days=-1), "2023-10-28T12:00"),  # 25 hours: clocks went back
        ("2023-10-29T12:00", Distance(timedelta(hours=-24)), "2023-10-28T13:00"),
        ("2024-03-30T01:30", Distance(days=1), "2024-03-31T02:30"),  # 01:30 does not exist that day
        ("2023-10-29T12:00", Distance(timedelta(hours=-2), -1), "2023-10-28T10:00"),
    ],
)
def test_days_keep_the_time_of_day_over_a_change_of_clocks(milestone: str, offset: Distance, expected: str) -> None:
    there = datetime.fromisoformat(milestone).replace(tzinfo=ZoneInfo(LONDON))
    due = times.instant(At("m", offset, None), {"m": there.astimezone(UTC)}, LONDON)
    assert f"{due.astimezone(ZoneInfo(LONDON)):%Y-%m-%dT%H:%M}" == expected
