"""How days are said in the languages of a campaign."""

from __future__ import annotations

import calendar
import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amplifier.text.day_names import day_and_month, is_spoken, weekday
from amplifier.text.moments import Date, Weekday, names

SATURDAY = date(2026, 12, 12)
ALL_OF_A_YEAR = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
MARKS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "\u200e", "\u200f", "\u061c"}  # of direction
FIVE = ("en", "cy", "de", "fr", "ar")


@pytest.mark.parametrize(
    ("language", "day", "full"),
    [
        ("en", "Saturday", "12 December"),
        ("en-GB", "Saturday", "12 December"),
        ("en-US", "Saturday", "12 December"),
        ("cy", "Dydd Sadwrn", "12 Rhagfyr"),
        ("de", "Samstag", "12. Dezember"),
        ("de-AT", "Samstag", "12. Dezember"),
        ("fr", "samedi", "12 décembre"),
        ("ar", "السبت", "12 ديسمبر"),
        ("ar-MA", "السبت", "12 دجنبر"),
        ("pl", "sobota", "12 grudnia"),
        ("zh-hant", "星期六", "12月12日"),
    ],
)
def test_a_day_is_said_as_its_language_says_it(language: str, day: str, full: str) -> None:
    assert (weekday(SATURDAY, language), day_and_month(SATURDAY, language)) == (day, full)
    assert is_spoken(language)


def test_english_is_what_it_always_was_whatever_anybody_calls_english() -> None:
    for day in ALL_OF_A_YEAR:
        for language in ("en", "en-GB", "en-US", "en-XX"):
            assert weekday(day, language) == calendar.day_name[day.weekday()]
            assert day_and_month(day, language) == f"{day.day} {calendar.month_name[day.month]}"
    assert weekday(SATURDAY) == "Saturday"


def test_a_french_month_begins_with_its_first() -> None:
    assert [day_and_month(date(2026, 12, day), "fr-CA") for day in (1, 11, 21)] == [
        "1er décembre",
        "11 décembre",
        "21 décembre",
    ]


@pytest.mark.parametrize("language", [*FIVE, "fa", "he", "bn", "hi"])
def test_digits_are_those_of_clock_times_and_nothing_invisible_is_put_in(language: str) -> None:
    for day in ALL_OF_A_YEAR:
        said = weekday(day, language) + day_and_month(day, language)
        assert [one for one in said if one.isdecimal() and not one.isascii()] == []
        assert [one for one in said if unicodedata.bidirectional(one) in MARKS or one in MARKS] == []


@pytest.mark.parametrize("language", FIVE)
def test_what_we_say_of_a_day_is_understood_when_it_is_read_again(language: str) -> None:
    """Words that are out are held against a milestone that moved by what `names` finds in them."""
    for day in ALL_OF_A_YEAR:
        (found,) = names(weekday(day, language))
        assert isinstance(found, Weekday)
        assert found.number == day.weekday()
        (dated,) = names(day_and_month(day, language))
        assert isinstance(dated, Date)
        assert (dated.month, dated.day) == (day.month, day.day)


def test_a_region_that_nobody_knows_is_left_away() -> None:
    assert day_and_month(SATURDAY, "de-XX") == "12. Dezember"
    assert weekday(SATURDAY, "de-DE-u-nu-latn") == "Samstag"


@pytest.mark.parametrize("language", ["tlh", "xx", "ht", "dv", "lrc"])
def test_where_nobody_knows_the_names_they_are_english(language: str) -> None:
    """Some languages are known to Babel without names of their own: it would say M12 for December."""
    assert not is_spoken(language)
    assert (weekday(SATURDAY, language), day_and_month(SATURDAY, language)) == ("Saturday", "12 December")


def test_a_moment_is_said_by_its_own_zones_day() -> None:
    late = datetime(2026, 12, 12, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert (weekday(late, "de"), day_and_month(late, "de")) == ("Samstag", "12. Dezember")
