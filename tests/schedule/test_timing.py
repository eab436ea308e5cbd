import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier import settings
from amplifier.campaign.plan import At, Every, Milestone
from amplifier.schedule.timing import Frame, TimeFields, outside, timing

LONDON = ZoneInfo("Europe/London")
CAMPAIGN = settings.load(Path(__file__).parent.parent.parent).campaign
SILENT = TimeFields(None, None, None, None)


def frame(
    first: date = CAMPAIGN.first_day, last: date = CAMPAIGN.last_day, *, torn: bool = False, **at: datetime
) -> Frame:
    campaign = CAMPAIGN.model_copy(update={"first_day": first, "last_day": last})
    at = at or {"vote": datetime(2023, 10, 10, 15, 40, tzinfo=LONDON)}
    milestones = {name: Milestone(name, moment, 1) for name, moment in at.items()}
    return Frame(campaign, milestones, frozenset({"doubtful"}), torn=torn)


AUTUMN = frame(date(2023, 10, 20), date(2023, 10, 31), vote=datetime(2023, 10, 27, 12, tzinfo=LONDON))
SPRING = frame(date(2023, 3, 20), date(2023, 3, 31), vote=datetime(2023, 3, 24, 12, tzinfo=LONDON))


def complaint(written: TimeFields, around: Frame) -> tuple[tuple[str, ...], str, str]:
    _, [(key, no)] = timing(written, around)
    return key, no.message, no.hint


def test_a_moment_and_a_rule_are_read() -> None:
    once, nothing = timing(replace(SILENT, at="vote - 3h"), frame())
    assert (type(once), nothing) == (At, ())
    again, nothing = timing(TimeFields(None, "day at 09:00", "2023-10-02", "vote"), frame())
    assert isinstance(again, Every)
    assert (again.from_ and again.from_.wall, again.until and again.until.milestone) == (
        datetime.fromisoformat("2023-10-02"),
        "vote",
    )
    assert nothing == ()


def test_a_slot_says_when_and_says_it_once() -> None:
    assert complaint(SILENT, frame())[:2] == ((), "it does not say when: `at` or `every` is missing.")
    both = replace(SILENT, at="vote", every="day at 09:00")
    assert complaint(both, frame())[:2] == (("every",), "`at` and `every` cannot stand together.")


@pytest.mark.parametrize("key", ["from", "until"])
def test_an_end_without_a_rule_has_no_meaning(key: str) -> None:
    written = replace(SILENT, at="vote", **{"from_" if key == "from" else key: "2023-10-02"})
    assert complaint(written, frame())[0] == (key,)


def test_everything_that_is_wrong_with_a_slot_is_said_at_once() -> None:
    _, complaints = timing(TimeFields(None, "day at 9am", "vot", "2023-02-30"), frame())
    assert [key for key, _ in complaints] == [("from",), ("until",), ("every",)]


@pytest.mark.parametrize("at", ["2022-10-08 09:00", "2023-10-12 00:00", "vote + 300h", "2023-09-23 23:59"])
def test_a_moment_outside_the_campaign_is_refused_because_it_is_a_slip_of_the_pen(at: str) -> None:
    key, message, hint = complaint(replace(SILENT, at=at), frame())
    assert key == ("at",)
    assert message.endswith("is outside the campaign.")
    assert "24 September 2023 to 11 October 2023" in hint


def test_the_first_and_the_last_day_belong_to_the_campaign() -> None:
    assert outside(CAMPAIGN.first_day, CAMPAIGN) is None
    assert outside(CAMPAIGN.last_day, CAMPAIGN) is None
    for at in ("2023-09-24 00:00", "2023-10-11 23:59"):
        assert timing(replace(SILENT, at=at), frame())[1] == ()


@pytest.mark.parametrize(
    ("every", "from_", "until"),
    [
        ("day at 09:00", "2023-10-05", "2023-10-05"),
        ("day at 09:00", "vote", "2023-10-02"),
        ("0 9 31 * *", None, None),
        ("sun at 09:00", "2023-10-02", "2023-10-08 09:00"),
    ],
)
def test_a_rule_that_never_comes_true_is_refused(every: str, from_: str | None, until: str | None) -> None:
    assert complaint(TimeFields(None, every, from_, until), frame())[1] == "it is never due."


def test_from_is_the_first_moment_that_counts() -> None:
    assert timing(TimeFields(None, "wed at 09:00", "2023-10-11 09:00", None), frame())[1] == ()


def test_until_is_the_first_moment_that_does_not_count() -> None:
    assert timing(TimeFields(None, "sun at 09:00", "2023-10-02", "2023-10-08 09:01"), frame())[1] == ()


def test_a_rule_that_falls_into_the_hour_that_comes_twice_is_refused_with_both_choices() -> None:
    assert complaint(replace(SILENT, every="day at 01:30"), AUTUMN) == (
        ("every",),
        '"day at 01:30" cannot be kept. 01:30 comes twice on 29 October 2023: clocks in Europe/London go back then.',
        "Write 00:30 or 02:30 in the rule, or give that day a slot of its own.",
    )


def test_a_rule_that_falls_into_the_hour_that_does_not_exist_is_refused_with_both_choices() -> None:
    _, message, hint = complaint(replace(SILENT, every="sun at 01:00"), SPRING)
    assert "01:00 does not exist on 26 March 2023" in message
    assert hint.startswith("Write 00:00 or 02:00 in the rule")


@pytest.mark.parametrize("around", [AUTUMN, SPRING])
def test_the_choices_beside_the_change_of_clocks_can_be_kept(around: Frame) -> None:
    for clock in ("00:00", "00:30", "02:00", "02:30"):
        assert timing(replace(SILENT, every=f"day at {clock}"), around)[1] == ()


NEVER_WERE = [
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Fakaofo", date(2011, 12, 30)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
]


def around_a_day_that_never_was(zone: str, day: date) -> Frame:
    around = frame(day - timedelta(days=5), day + timedelta(days=5))
    return replace(around, campaign=around.campaign.model_copy(update={"zone": zone}), milestones={})


@pytest.mark.parametrize(("zone", "day"), NEVER_WERE)
def test_a_rule_over_a_day_that_never_was_is_offered_two_choices_that_can_be_kept(zone: str, day: date) -> None:
    around, rule = around_a_day_that_never_was(zone, day), replace(SILENT, every="day at 10:00")
    key, message, hint = complaint(rule, around)
    assert key == ("every",)
    assert f"never was in {zone}: its calendar went from" in message
    before, after = re.findall(r"`(?:until|from): (\d{4}-\d\d-\d\d)`", hint)
    assert (before, after) == (f"{day}", f"{day + timedelta(days=1)}")
    for one in (replace(rule, until=before), replace(rule, from_=after)):
        assert timing(one, around)[1] == ()
    assert complaint(replace(rule, until=after), around)[1] == message


def test_a_fixed_end_before_the_change_of_clocks_excuses_a_rule_and_an_end_that_may_move_does_not() -> None:
    rule = replace(SILENT, every="day at 01:30")
    assert timing(replace(rule, until="2023-10-29"), AUTUMN)[1] == ()
    assert timing(replace(rule, from_="2023-10-29 12:00"), AUTUMN)[1] == ()
    assert "comes twice" in complaint(replace(rule, until="vote"), AUTUMN)[1]


def test_a_milestone_whose_time_could_not_be_read_causes_no_second_complaint() -> None:
    assert timing(replace(SILENT, at="doubtful - 3h"), frame())[1] == ()
    assert timing(TimeFields(None, "day at 09:00", "doubtful", None), frame())[1] == ()


def test_a_milestone_that_may_stand_in_a_broken_file_causes_no_complaint() -> None:
    assert complaint(replace(SILENT, at="debate"), frame())[1] == "There is no milestone debate."
    assert timing(replace(SILENT, at="debate"), frame(torn=True))[1] == ()
    assert complaint(replace(SILENT, at="soon!"), frame(torn=True))[1] == '"soon!" is not a time.'
