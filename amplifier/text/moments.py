"""Which clock times, weekdays, dates and days like "tomorrow" a person's words name, in five languages. Pure.

It reads generously and knows no grammar: a name that nobody meant costs a look, and only where it is the very moment
that changed. Links and handles are not read. An hour with a zone behind it ("15:00 CET") is read in that zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial

from amplifier.text import time_words as table
from amplifier.text.fold import folded
from amplifier.text.hours import SEEN_BACK, WHOLE_DAY, any_of, hours, numbered, pattern

NIGHT_ENDS = timedelta(hours=5)
# From which minute of the day until which a part of it lasts; "this evening" may be said of 16:00.
PARTS = {table.WHOLE: (0, 1440), table.MORNINGS: (180, 780), table.AFTERNOONS: (660, 1140)}
PARTS |= {table.EVENINGS: (960, 1740), table.NIGHTS: (1020, 1740)}


@dataclass(frozen=True)
class ClockTime:
    """A time of day: the minutes of the day that it may mean, and how far ahead of UTC the zone is that it names.

    The beginning of a range is read in the zone that its end names, and its words do not hold that.
    """

    words: str
    minutes: frozenset[int]
    ahead: tuple[int, ...] = ()
    zone: str = ""


@dataclass(frozen=True)
class Weekday:
    """A day of the week, 0 for Monday."""

    words: str
    number: int


@dataclass(frozen=True)
class Date:
    """A day of the year, or of one year."""

    words: str
    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True)
class Day:
    """A day seen from the one on which the words are said: so many days on, and which part of it."""

    words: str
    days: int
    part: str = table.WHOLE


Named = ClockTime | Weekday | Date | Day


def fits(named: Named, moment: datetime, day: date) -> bool:
    """Whether these words are true of this moment (aware, in the campaign's zone) where they are said on this day."""
    match named:
        case ClockTime():
            return bool(named.minutes & set(_minutes_of(named, moment)))
        case Weekday():
            return moment.weekday() == named.number
        case Date():
            return (moment.month, moment.day) == (named.month, named.day) and named.year in (None, moment.year)
        case Day():
            begins, ends = PARTS[named.part]
            here = moment - NIGHT_ENDS if ends > WHOLE_DAY else moment
            minute = _minute(moment) + (WHOLE_DAY if here.date() < moment.date() else 0)
            return here.date() == day + timedelta(days=named.days) and begins <= minute < ends


@lru_cache(2048)
def names(text: str) -> tuple[Named, ...]:
    """Every moment that these words name, in the order in which they stand."""
    letters, places = folded(text)
    found: list[tuple[int, int, Named]] = []
    for reader in (_days, partial(_clocks, text=text, places=places), _dates, _weekdays):
        taken = bytearray(len(letters))
        for start, end, named in reader(letters):
            if not any(taken[start:end]):
                taken[start:end] = bytes([1]) * (end - start)
                found.append((start, end, named))
    found.sort(key=lambda one: one[:2])
    return tuple(replace(named, words=_written(text, places, start, end).strip()) for start, end, named in found)


def _minutes_of(named: ClockTime, moment: datetime) -> Iterator[int]:
    if not named.ahead:
        yield _minute(moment)
    for ahead in named.ahead:
        yield (_minute(moment.astimezone(UTC)) + ahead) % WHOLE_DAY


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _written(text: str, places: Sequence[int], start: int, end: int) -> str:
    """What of a text was folded into the letters from here to there, whole signs of it: "㏘" is four letters."""
    return text[places[start] : max(places[end], places[end - 1] + 1)]


def _clocks(letters: str, *, text: str, places: Sequence[int]) -> Iterator[tuple[int, int, Named]]:
    def is_capital(start: int, end: int) -> bool:
        return unicodedata.normalize("NFKC", _written(text, places, start, end)).isupper()

    for one in hours(letters, is_capital=is_capital):
        yield one.start, one.end, ClockTime("", one.minutes, one.ahead, one.zone)


# Weekdays, dates, days --------------------------------------------------------------------------------------------
JOINED = "[وفبلك]{0,2}"  # what Arabic writes together with the word behind it
WEEKDAYS = numbered(*table.WEEKDAYS)
SHORT, WELSH = numbered(*table.SHORT_WEEKDAYS), numbered(table.WELSH_WEEKDAYS)
BEHIND = "|".join(rf"(?<=\b{word} )" for word in table.BEFORE_DAYS.split())
WEEKDAY = re.compile(
    rf"(?<!\w){JOINED}(?P<long>{any_of(list(WEEKDAYS))})(?:s|abend|morgen|mittag|nachmittag|vormittag|nacht)?(?!\w)"
    rf"|(?<!\w){table.WELSH_DAY} (?P<welsh>{any_of(list(WELSH))})(?!\w)"
    rf"|(?<!\w)(?P<short>{any_of(list(SHORT))})[.,]{{0,2}} ?(?=\d)"
    rf"|(?:{BEHIND})(?P<said>{any_of(list(SHORT))})(?!\w)|(?<!\w)(?P<clear>tues|thurs?)(?!\w)"
)
MONTHS = {name: number + 1 for name, number in numbered(*table.MONTHS).items()}
MONTH = rf"(?P<month>{any_of(list(MONTHS))})"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|af|ail|il|ydd|fed|eg|ain)?"
YEAR = r"(?:,? (?P<year>\d{4}))?"
IN_WORDS = {name: number + 1 for name, number in numbered(*table.DAYS_OF_MONTH).items()}
IN_WORDS |= {name.replace("-", " "): number for name, number in IN_WORDS.items()}
SPELT = rf"(?P<spelt>{any_of(list(IN_WORDS))})"
DATES = tuple(
    re.compile(one)
    for one in (
        r"(?<!\d)(?P<year>\d{4})[-/](?P<number>\d{2})[-/](?P<day>\d{2})(?!\d)",
        r"(?<![\d-])(?P<day>\d{1,2})-(?P<number>\d{1,2})-(?P<year>\d{4})(?!\d)",
        rf"(?<![\w£$€])(?<!\d[.,:]){DAY}\.?(?: of| o| من)? ?{MONTH}\b{YEAR}",
        rf"\b{MONTH}\.? (?:the )?{DAY}\b(?![:.]\d){YEAR}",
        rf"(?<!\w){JOINED}{SPELT}(?:[nr]?|y)(?: day)?(?: of| o| من| de)? {MONTH}\b{YEAR}",
        rf"\b{MONTH} (?:the )?{SPELT}\b{YEAR}",
        r"(?<![\w.,:/£$€])(?P<day>\d{1,2})(?P<sep>[./])(?P<number>\d{1,2})(?:(?P=sep)(?P<year>\d{4}|\d{2})?)?(?![\d%:])",
    )
)
FIRST_DAY = re.compile(r"(?<![\w.,:/£$€])(?P<day>\d{1,2})\.? ?(?:[-/]|to|and|bis|und|au|et|a) ?$")
SEEN_DAYS = sorted(table.DAYS.items(), key=lambda one: one[0][1] == table.WHOLE)  # "tomorrow evening" before "tomorrow"
DAY_WORDS = re.compile(
    rf"(?<!\w)(?:{pattern(table.NO_DAYS)}|{JOINED}(?:the )?(?:"
    + "|".join(f"(?P<d{place}>{pattern(row)})" for place, (_, row) in enumerate(SEEN_DAYS))
    + r"))(?!\w)"
)


def _weekdays(letters: str) -> Iterator[tuple[int, int, Named]]:
    for match in WEEKDAY.finditer(letters):
        short = match["short"] or match["said"] or match["clear"] or ""
        number = WEEKDAYS.get(match["long"] or "", WELSH.get(match["welsh"] or "", SHORT.get(short, 0)))
        yield match.start(), match.end(), Weekday("", number)


def _dates(letters: str) -> Iterator[tuple[int, int, Named]]:
    for form in DATES:
        for match in form.finditer(letters):
            said = match.groupdict()
            month = MONTHS[said["month"]] if said.get("month") else int(said["number"])
            year = int(said["year"]) if said.get("year") else None
            year = year + 2000 if year is not None and year < 100 else year
            day = IN_WORDS[said["spelt"]] if said.get("spelt") else int(said["day"])
            if not 1 <= month <= 12 or not 1 <= day <= 31:
                continue
            yield match.start(), match.end(), Date("", month, day, year)
            first = FIRST_DAY.search(letters, max(0, match.start() - SEEN_BACK), match.start())
            if first and 1 <= int(first["day"]) <= 31:
                yield first.start(), first.end("day"), Date("", month, int(first["day"]), year)


def _days(letters: str) -> Iterator[tuple[int, int, Named]]:
    for match in DAY_WORDS.finditer(letters):
        if match.lastgroup:
            days, part = SEEN_DAYS[int(match.lastgroup[1:])][0]
            yield match.start(), match.end(), Day("", days, part)
