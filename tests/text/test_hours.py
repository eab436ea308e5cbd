"""Hours as people type them in haste, in five languages; and numbers that are none."""
# ruff: noqa: RUF001  texts as people write them

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given

from amplifier.text.fold import folded
from amplifier.text.hours import hours
from amplifier.text.moments import ClockTime, fits, names
from tests.growth import LINEAR, growth
from tests.text.typed import TEXTS

BST = timezone(timedelta(hours=1))
DAY = date(2023, 10, 9)


def means(words: str, hour: int, minute: int = 0) -> bool:
    moment = datetime(2023, 10, 10, hour, minute, tzinfo=BST)
    return any(isinstance(one, ClockTime) and fits(one, moment, DAY) for one in names(words))


@pytest.mark.parametrize(
    "words",
    [
        "Debate @14:40, be there",
        "Debate @ 14:40",
        "Debate @2:40pm",
        "Debate @14.40",
        "Debate @240pm",
        "Debate at14:40",
        "Debate at2:40pm",
        "The debate is at 240pm",
        "240 pm in the hall",
        "Debate at 240 p.m. sharp",
        "Debate at 2 40 pm",
        "Debate 0240pm",
        "Die Debatte: um14:40 Uhr",
        "Debatte @14Uhr40",
        "Debatte 14:40h",
        "Le débat à14h40",
        "Le débat à 14 h 40",
        "Le débat à 14h40",
        "Le débat @14h40",
        "Y ddadl am14:40",
        "Y ddadl am 240yp",
        "النقاش @١٤:٤٠",
        "النقاش الساعة ٢ ٤٠ pm",
    ],
)
def test_an_hour_is_read_as_it_is_typed_in_haste(words: str) -> None:
    assert means(words, 14, 40), names(words)


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        ("Debate at 12", 12),
        ("Debate at 12, in the hall", 12),
        ("At 2 the delegates speak", 14),
        ("Debate at twelve", 12),
        ("At twelve we debate", 12),
        ("Be there at two.", 14),
        ("Open until 6 tomorrow", 18),
        ("Die Debatte beginnt um 12", 12),
        ("Um zwölf beginnt die Debatte", 12),
        ("Um zwoelf geht es los", 12),
        ("Um fuenf Uhr geht es los", 17),
        ("Gegen 14 im Saal", 14),
        ("Um zwei!", 14),
        ("Le débat à midi", 12),
        ("Rendez-vous vers midi", 12),
        ("Am hanner dydd", 12),
        ("Y ddadl am 12", 12),
        ("Y ddadl am ddau", 14),
        ("Am ddeuddeg yn y neuadd", 12),
        ("النقاش عند الثانية", 14),
        ("12 noon", 12),
    ],
)
def test_a_bare_number_behind_a_word_for_at_is_an_hour(words: str, hour: int) -> None:
    assert means(words, hour), names(words)


@pytest.mark.parametrize(
    ("words", "hour", "minute"),
    [("viertel drei", 14, 15), ("dreiviertel drei", 14, 45), ("um drei viertel drei", 14, 45)],
)
def test_a_quarter_counts_towards_the_next_hour_in_german(words: str, hour: int, minute: int) -> None:
    assert means(words, hour, minute), names(words)


@pytest.mark.parametrize(
    "words",
    [
        "Tickets at 12 pounds",
        "Tickets at 12€",
        "Tickets at £12",
        "Tickets at 12 euros each",
        "Turnout stands at 12 per cent",
        "Turnout stands at 12%",
        "Turnout at 12.5%",
        "We met people at 12 locations",
        "We have 12 questions",
        "I am 12",
        "Look at 12-14 Main Street",
        "They won at 12-2",
        "Score 12:2",
        "Open at 12,000 doors",
        "Aged 12 to 14",
        "Um 12 Prozent mehr",
        "Um 12 Punkte besser",
        "Um zwölf Stimmen gewonnen",
        "Um 12,5 gestiegen",
        "Ich bin am 12. dabei",
        "À douze contre un",
        "Am ddeuddeg diwrnod",
        "Call 0151 12 12 12",
        "Ring 120 012",
        "Since 1200",
        "In 1200 AD",
        "The year 1212 and 1200 am Main",
        "@12angrymen says hello",
        "Ask @at12 about it",
        "Ask @people12 about it",
        "Die Bewohner von Haus a12",
        "الثانية عشرة مرة",
    ],
)
def test_prices_counts_scores_telephone_numbers_and_years_are_no_hours(words: str) -> None:
    found = [one for one in names(words) if isinstance(one, ClockTime)]
    assert not means(words, 12), found


def test_an_hour_is_quoted_without_the_word_before_it() -> None:
    assert [one.words for one in names("Debate at 12")] == ["12"]
    assert [one.words for one in names("Debate @14:40, be there")] == ["14:40"]
    assert [one.words for one in names("at 240pm")] == ["240pm"]


RANGES = [
    "1–2pm BST",
    "1-2 pm GMT",
    "1 to 2pm BST",
    "13–14 Uhr MEZ",
    "13-14h CET",
    "13-14:30 BST",
    "between 1 and 2pm BST",
    "１３–１４ Uhr ＣＥＴ",
]


@pytest.mark.parametrize("words", RANGES)
def test_both_hours_of_a_range_are_read_in_the_zone_behind_it(words: str) -> None:
    begins, ends = sorted(
        (one for one in names(words) if isinstance(one, ClockTime) and one.zone), key=lambda one: one.words
    )
    assert begins.zone == ends.zone
    assert begins.ahead == ends.ahead
    assert unicodedata.normalize("NFKC", begins.words) in ("1", "13")
    assert begins.zone in unicodedata.normalize("NFKC", ends.words)


@pytest.mark.parametrize("words", ["13–14h est prévu", "13-14 Uhr ist Pause", "1–2pm est. crowd"])
def test_a_range_before_a_word_that_is_no_zone_is_read_in_none(words: str) -> None:
    begins, ends = (one for one in names(words) if isinstance(one, ClockTime))
    assert (begins.zone, ends.zone) == ("", "")
    assert not any(word in ends.words for word in ("est", "ist"))


@pytest.mark.parametrize("words", ["14:40 ＵＴＣ", "14:40 ⓊⓉⒸ", "14:40 U\u200dTC", "１４：４０ ＵＴＣ"])
def test_a_zone_is_read_in_whatever_capitals_it_is_written(words: str) -> None:
    assert [(one.zone, one.ahead, one.words) for one in names(words) if isinstance(one, ClockTime)] == [
        ("UTC", (0,), words)
    ]


def test_a_zone_is_no_further_ahead_of_utc_than_any_is() -> None:
    assert [one.ahead for one in names("14:40 UTC+25, 15:00 UTC+14, 16:00 UTC+5:75") if isinstance(one, ClockTime)] == [
        (0,),
        (840,),
        (300,),
    ]


def test_a_letter_that_is_several_is_quoted_whole() -> None:
    assert [one.words for one in names("Doors 3㏂ 5")] == ["3㏂"]


@given(TEXTS)
def test_every_hour_lies_in_the_text_and_holds_what_it_claims(text: str) -> None:
    letters, _ = folded(text)
    ends = None
    for one in hours(letters, is_capital=lambda *_: True):
        assert 0 <= one.start < one.end <= len(letters)
        assert letters[one.start : one.end].strip()
        assert one.minutes
        assert all(0 <= minute < 1440 for minute in one.minutes)
        if one.zone and one.zone.lower() not in letters[one.start : one.end]:  # then it begins a range that ends so
            assert ends
            assert (ends.zone, ends.ahead) == (one.zone, one.ahead)
            assert one.end <= ends.start
            assert one.zone.lower() in letters[ends.start : ends.end]
        ends = one
    for named in names(text):
        assert named.words
        assert named.words in text


@pytest.mark.parametrize(
    "unit",
    [
        "at 12 ",
        "@14:40 ",
        "240pm ",
        "2 40 ",
        "2",
        "at",
        "um zwölf ",
        "am 12. ",
        "am ddau ",
        "dreiviertel ",
        "عند الثانية ",
    ],
)
def test_reading_hours_takes_time_in_proportion_to_the_text(unit: str) -> None:
    assert growth(lambda text: list(hours(folded(text)[0], is_capital=lambda *_: True)), unit) < LINEAR


@pytest.mark.parametrize("unit", ["12:00 ", "tenth of October ", "tomorrow "])
def test_a_text_full_of_moments_is_read_in_proportion_too(unit: str) -> None:
    assert growth(names.__wrapped__, unit) < LINEAR
