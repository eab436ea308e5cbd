from datetime import UTC, datetime, time, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.plan import Every
from amplifier.schedule import rules
from amplifier.schedule.occurrences import walls
from amplifier.schedule.times import Refused


def read(text: str) -> Every:
    found = rules.every(text, from_=None, until=None)
    assert isinstance(found, Every), found
    return found


def refused(text: str) -> Refused:
    found = rules.every(text, from_=None, until=None)
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(
    ("text", "times", "weekdays"),
    [
        ("day at 09:00", [(9, 0)], range(7)),
        ("Every day at 9:05", [(9, 5)], range(7)),
        ("day at 18:00, 09:00, 18:00", [(9, 0), (18, 0)], range(7)),
        ("mon, wed at 18:30", [(18, 30)], [0, 2]),
        ("Monday and Sunday at 18:30", [(18, 30)], [0, 6]),
        ("mon-fri at 18:30", [(18, 30)], range(5)),
        ("mon\u2013fri at 18:30", [(18, 30)], range(5)),
        ("sat-mon at 00:00", [(0, 0)], [0, 5, 6]),
        ("30 18 * * mon-fri", [(18, 30)], range(5)),
        ("0 9 * * sun", [(9, 0)], [6]),
        ("0,30 9-10 * * *", [(9, 0), (9, 30), (10, 0), (10, 30)], range(7)),
        ("0 */8 * * *", [(0, 0), (8, 0), (16, 0)], range(7)),
        ("0 8-20/6 * * *", [(8, 0), (14, 0), (20, 0)], range(7)),
    ],
)
def test_a_rule_is_read_in_words_and_in_cron(text: str, times: list[tuple[int, int]], weekdays: list[int]) -> None:
    found = read(text)
    assert found.times == tuple(time(*clock) for clock in times)
    assert found.weekdays == tuple(weekdays)
    assert (found.days, found.months) == (tuple(range(1, 32)), tuple(range(1, 13)))


def test_days_of_the_month_and_months_are_read() -> None:
    found = read("0 9 1,8-10 sep-oct *")
    assert (found.days, found.months) == ((1, 8, 9, 10), (9, 10))


def test_what_the_person_wrote_is_kept() -> None:
    assert read(" mon,  wed at 18:30 ").rule == "mon, wed at 18:30"


@pytest.mark.parametrize("text", ["0 9 * * 0", "0 9 * * 1-5", "0 9 * * 7", "1 at 09:00"])
def test_a_weekday_as_a_number_is_refused_because_programs_do_not_agree_on_it(text: str) -> None:
    assert "0 means Sunday to some programs and Monday to others" in refused(text).message
    assert "mon, tue, wed" in refused(text).hint


def test_a_day_of_the_month_together_with_a_weekday_is_refused_with_the_reason() -> None:
    no = refused("0 9 1 * mon")
    assert "cron takes either, most people mean both" in no.message


def test_a_post_every_minute_is_refused_because_it_cannot_be_meant() -> None:
    assert "60 posts a day" in refused("* 9 * * *").message
    assert "49 posts a day" in refused("0-6 0-6 * * *").message
    assert len(read("*/30 * * * *").times) == 48


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("daily", "is not a rule that can be read"),
        ("day at 9am", '"9am" is not a time of day'),
        ("day at 24:00", '"24:00" is not a time of day'),
        ("day at 09:00,", '"" is not a time of day'),
        ("someday at 09:00", '"someday" is not a weekday'),
        ("mon-wed-fri at 09:00", "is not a range of weekdays"),
        ("60 9 * * *", '"60" cannot be the minute'),
        ("0 24 * * *", '"24" cannot be the hour'),
        ("0 9 0 * *", "cannot be the day of the month"),
        ("0 9 * 13 *", "cannot be the month"),
        ("0 9 * octember *", "cannot be the month"),
        ("0 9-7 * * *", '"9-7" cannot be the hour'),
        ("0 9/2 * * *", '"9/2" cannot be the hour'),
        ("0 */0 * * *", '"*/0" cannot be the hour'),
        ("0 9 * * */2", "is not a weekday"),
        ("0 9 ? * *", "cannot be the day of the month"),
        ("@daily at once", "is not a weekday"),
        ("", "is not a rule that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_something_to_write_instead(text: str, words: str) -> None:
    assert words in refused(text).message
    assert refused(text).hint


@given(st.text(alphabet="day at 09:3monwedfri,*-/ ", max_size=24))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    assert isinstance(rules.every(text, from_=None, until=None), Every | Refused)


CRON = st.builds(
    "{} {} * {} {}".format,
    st.sampled_from(["0", "30", "5,35", "0-50/25"]),
    st.sampled_from(["9", "*/6", "8-20/3", "7,19"]),
    st.sampled_from(["*", "oct", "9-10", "jan,oct"]),
    st.sampled_from(["*", "mon", "mon-fri", "sat,sun", "tue,thu-fri"]),
)


@given(CRON)
def test_a_cron_rule_means_what_apscheduler_makes_of_it(text: str) -> None:
    trigger = CronTrigger.from_crontab(text, timezone=UTC)
    start, days = datetime(2023, 9, 24, tzinfo=UTC), 20
    theirs, now = [], start
    while (due := trigger.get_next_fire_time(None, now)) and due < start + timedelta(days=days):
        theirs.append(due.replace(tzinfo=None))
        now = due + timedelta(seconds=1)
    assert [wall for _, wall in walls(read(text), start.date(), (start + timedelta(days=days - 1)).date())] == theirs
