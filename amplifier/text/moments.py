"""Which clock times, weekdays, dates and days like "tomorrow" a person's words name, in five languages. Pure.

It reads generously and knows no grammar: a name that nobody meant costs a look, and only where it is the very moment
that changed. Links and handles are not read. An hour with a zone behind it ("15:00 CET") is read in that zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from amplifier.text import time_words as table
from amplifier.text.fold import fold, folded

HALF_DAY, WHOLE_DAY = 720, 1440  # minutes
NIGHT_ENDS = timedelta(hours=5)
# From which minute of the day until which a part of it lasts; "this evening" may be said of 16:00.
PARTS = {table.WHOLE: (0, 1440), table.MORNINGS: (180, 780), table.AFTERNOONS: (660, 1140)}
PARTS |= {table.EVENINGS: (960, 1740), table.NIGHTS: (1020, 1740)}


@dataclass(frozen=True)
class Clock:
    """A time of day: the minutes of the day that it may mean, and how far ahead of UTC the zone is that it names."""

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


Named = Clock | Weekday | Date | Day


def fits(named: Named, moment: datetime, day: date) -> bool:
    """Whether these words are true of this moment (aware, in the campaign's zone) where they are said on this day."""
    match named:
        case Clock():
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
    for reader in (_days, _clocks, _dates, _weekdays):
        of_kind: list[tuple[int, int, Named]] = []
        for start, end, named in reader(letters):
            if not any(begin < end and start < over for begin, over, _ in of_kind):
                of_kind.append((start, end, named))
        found += of_kind
    return tuple(_as_written(text, places, *one) for one in sorted(found, key=lambda one: one[:2]))


def _minutes_of(named: Clock, moment: datetime) -> Iterator[int]:
    if not named.ahead:
        yield _minute(moment)
    for ahead in named.ahead:
        yield (_minute(moment.astimezone(UTC)) + ahead) % WHOLE_DAY


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _as_written(text: str, places: Sequence[int], start: int, end: int, named: Named) -> Named:
    words = text[places[start] : places[end]].strip()
    match named:
        case Clock(_, minutes, ahead, zone):
            if zone and zone.upper() not in words:  # "est", "et" and "ist" are words where they are not in capitals
                return Clock(words[: words.lower().rindex(zone)].rstrip(" ("), minutes)
            return Clock(words, minutes, ahead, zone.upper())
        case Weekday(_, number):
            return Weekday(words, number)
        case Date(_, month, day, year):
            return Date(words, month, day, year)
        case Day(_, days, part):
            return Day(words, days, part)


def _pattern(words: str) -> str:
    """A row of the tables as it looks in a folded text; `_` stands for a space."""
    return "".join(map(fold, words)).replace("_", " ")


def _numbered(*rows: str) -> dict[str, int]:
    """Each name of these rows with its number, counted from 0."""
    return {
        _pattern(name): number for row in rows for number, names in enumerate(row.split()) for name in names.split("|")
    }


def _any(names: Sequence[str]) -> str:
    return "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))


# Clock times ------------------------------------------------------------------------------------------------------
HOURS = {name: number + 1 for name, number in _numbered(*table.HOURS).items()}
ORDINALS = {name: number + 1 for name, number in _numbered(table.ARABIC_HOURS).items()}
MINUTES = {_pattern(name): number for number, row in table.MINUTES.items() for name in row.split("|")}
ZONES = {name: ahead for ahead, row in table.ZONES.items() for name in row.split()}
FREE = r"(?:(?<=:\d\d[,/])|(?:(?<=\dt)|(?<![\w:/£$€]))(?<!\d[.,:/]))"  # a number begins here, and not in another
OVER = r"(?!\d|[.:]\d|[,/](?!\d{1,2}[:.]\d{2}(?!\d))\d)"  # it ends here, also where the next time follows at once
H, M = rf"(?P<h>\d{{1,2}}|{_any(list(HOURS))})", rf"(?P<m>\d{{2}}(?!\d)|{_any(list(MINUTES))})"
NO_MONEY = (
    r"(?! ?(?:[€£$%°]|eur|euros?\b|gbp|pounds?\b|[kc]m\b|kg\b|[gm]b\b|bn\b|mio\b|million|per ?cent|prozent|pour cent))"
)
ORDINAL = rf"(?P<o>{_any(list(ORDINALS))})"
HOUR_OF = _pattern("الساعة")
MINUTE = r"(?: (?:minutes?|mins?\.?|minuten|min\.?|munud))"
UNIT = r"(?: ?(?:uhr|h|hrs?|hours?)\b)?"
CLOCKS = tuple(
    re.compile(one)
    for one in (
        rf"{FREE}(?P<h>\d{{1,2}})(?P<dot>[:.])(?P<m>\d{{2}})(?::\d{{2}})?{OVER}{NO_MONEY}{UNIT}",
        rf"{FREE}(?P<h>\d{{2}})(?P<m>\d{{2}}) ?(?:h|hrs?|hours|uhr)\b",
        rf"\b(?:half past|hanner awr wedi) {H}\b(?P<half>)(?: o'? ?clock)?",
        rf"\b(?:{M}|(?P<n>\d{{1,2}})){MINUTE}? (?:(?P<past>past|nach|wedi)|(?:to|vor|i)) (?P<halb>halb )?{H}\b",
        rf"\b(?:half|halb) {H}\b(?P<before>)",
        rf"\b(?P<h>{_any(table.HOURS[0].split())})[ -](?P<m>{_any(table.SPOKEN_MINUTES.split())})\b",
        rf"{FREE}{H} ?(?:h(?=\d)|(?:h|heures?)\b)(?: moins (?P<less>\d{{1,2}}|{_any(list(MINUTES))})\b| ?{M}\b)?",
        rf"{FREE}{H} ?uhr\b(?: {M}\b)?",
        rf"{FREE}{H} ?(?:o'? ?clock|o'? ?r gloch)\b",
        rf"\b{HOUR_OF} (?:{ORDINAL}|{H})(?: {M})?(?!\w)",
        rf"(?<!\w){ORDINAL}(?: {M})?(?= (?:{table.MORNING}|{table.MIDDAY}|{table.AFTERNOON}|{table.NIGHT})(?!\w))",
        rf"{FREE}{H}(?= ?(?:{table.MORNING}|{table.MIDDAY}|{table.AFTERNOON}|{table.NIGHT})(?!\w))",
        rf"(?<![\w-])(?<!apres )(?<!بعد )(?P<noon>{_pattern(table.NOON)})\b",
        rf"(?<![\w-])(?P<midnight>{_pattern(table.MIDNIGHT)})\b",
    )
)
HALF = re.compile(
    rf" ?(?:(?P<am>{table.MORNING})|(?P<noon>{table.MIDDAY})|(?P<pm>{table.AFTERNOON})|(?P<night>{table.NIGHT}))(?!\w)"
)
ZONE = re.compile(
    rf" ?\(?(?P<zone>{_any(list(ZONES))})(?: ?(?P<sign>[+-]) ?(?P<h>\d{{1,2}})(?::?(?P<m>\d{{2}}))?)?(?!\w)"
)
RANGE = re.compile(
    r"(?<![\w.,:/£$€])(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))? ?(?:-|to|until|till?|and|bis|und|a|et|i|الى|حتى) ?$"
)
SEEN_BACK = 16  # letters before a time in which the beginning of its range may stand


def _clocks(letters: str) -> Iterator[tuple[int, int, Named]]:
    for pattern in CLOCKS:
        for match in pattern.finditer(letters):
            half = HALF.match(letters, match.end())
            minutes = _meant(match, half)
            if not minutes:
                continue
            end = half.end() if half else match.end()
            zone = ZONE.match(letters, end)
            ahead = _ahead(zone) if zone else ()
            name = zone["zone"] if zone else ""
            yield match.start(), zone.end() if zone else end, Clock("", minutes, ahead, name)
            begins = RANGE.search(letters[max(0, match.start() - SEEN_BACK) : match.start()])
            if begins and (first := _either(int(begins["h"]), int(begins["m"] or 0), begins["h"])):
                start = max(0, match.start() - SEEN_BACK)
                yield (
                    start + begins.start(),
                    start + max(begins.end("h"), begins.end("m")),
                    Clock("", first, ahead, name),
                )


def _meant(match: re.Match[str], half: re.Match[str] | None) -> frozenset[int]:
    """The minutes of the day that a match may mean; none if it is no time."""
    said = match.groupdict()
    if said.get("noon") or said.get("midnight"):
        return frozenset({HALF_DAY if said.get("noon") else 0})
    if said.get("o"):
        hour, written = ORDINALS[said["o"] or ""], ""
    else:
        written = said.get("h") or ""
        hour = int(written) if written.isdecimal() else HOURS[written]
    past = said.get("n") or said.get("m") or "0"
    minute = int(past) if past.isdecimal() else MINUTES[past]
    if "past" in said and not said["past"]:
        minute = -minute
    if less := said.get("less"):
        minute = -(int(less) if less.isdecimal() else MINUTES[less])
    if said.get("halb"):  # ten past half three is 2:40 in German
        minute -= 30
    if "half" in said:
        minute = 30
    if "before" in said:  # half one is 1:30 in English, halb eins 12:30 in German: the word for "half" tells
        minute = 30 if match.group().startswith("half") else -30
    return frozenset((one + minute) % WHOLE_DAY for one in _hours(hour, written, half)) if minute < 60 else frozenset()


def _hours(hour: int, written: str, half: re.Match[str] | None) -> frozenset[int]:
    """The minutes at which such an hour begins."""
    if half is None or hour > 12 or hour == 0:
        return _either(hour, 0, written)
    late = hour % 12 * 60 + HALF_DAY
    if half["am"] or (half["noon"] and hour == 11) or (half["night"] and hour % 12 <= 5):
        return frozenset({late - HALF_DAY})
    return frozenset({late})


def _either(hour: int, minute: int, written: str) -> frozenset[int]:
    """One meaning, or two where nothing says which half of the day; none if there is no such hour."""
    if hour > 24 or minute > 59:
        return frozenset()
    first = hour * 60 + minute
    if hour in (0, *range(13, 25)) or (written.startswith("0") and len(written) > 1):
        return frozenset({first % WHOLE_DAY})
    return frozenset({first, (first + HALF_DAY) % WHOLE_DAY})


def _ahead(zone: re.Match[str]) -> tuple[int, ...]:
    if not zone["sign"]:
        return ZONES[zone["zone"]]
    minutes = int(zone["h"]) * 60 + int(zone["m"] or 0)
    return (minutes if zone["sign"] == "+" else -minutes,)


# Weekdays, dates, days --------------------------------------------------------------------------------------------
JOINED = "[وفبلك]{0,2}"  # what Arabic writes together with the word behind it
WEEKDAYS = _numbered(*table.WEEKDAYS)
SHORT, WELSH = _numbered(*table.SHORT_WEEKDAYS), _numbered(table.WELSH_WEEKDAYS)
BEHIND = "|".join(rf"(?<=\b{word} )" for word in table.BEFORE_DAYS.split())
WEEKDAY = re.compile(
    rf"(?<!\w){JOINED}(?P<long>{_any(list(WEEKDAYS))})(?:s|abend|morgen|mittag|nachmittag|vormittag|nacht)?(?!\w)"
    rf"|(?<!\w){table.WELSH_DAY} (?P<welsh>{_any(list(WELSH))})(?!\w)"
    rf"|(?<!\w)(?P<short>{_any(list(SHORT))})[.,]{{0,2}} ?(?=\d)"
    rf"|(?:{BEHIND})(?P<said>{_any(list(SHORT))})(?!\w)|(?<!\w)(?P<clear>tues|thurs?)(?!\w)"
)
MONTHS = {name: number + 1 for name, number in _numbered(*table.MONTHS).items()}
MONTH = rf"(?P<month>{_any(list(MONTHS))})"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|af|ail|il|ydd|fed|eg|ain)?"
YEAR = r"(?:,? (?P<year>\d{4}))?"
DATES = tuple(
    re.compile(one)
    for one in (
        r"(?<!\d)(?P<year>\d{4})[-/](?P<number>\d{2})[-/](?P<day>\d{2})(?!\d)",
        r"(?<![\d-])(?P<day>\d{1,2})-(?P<number>\d{1,2})-(?P<year>\d{4})(?!\d)",
        rf"(?<![\w£$€])(?<!\d[.,:]){DAY}\.?(?: of| o| من)? ?{MONTH}\b{YEAR}",
        rf"\b{MONTH}\.? {DAY}\b(?![:.]\d){YEAR}",
        r"(?<![\w.,:/£$€])(?P<day>\d{1,2})(?P<sep>[./])(?P<number>\d{1,2})(?:(?P=sep)(?P<year>\d{4}|\d{2})?)?(?![\d%:])",
    )
)
FIRST_DAY = re.compile(r"(?<![\w.,:/£$€])(?P<day>\d{1,2})\.? ?(?:[-/]|to|and|bis|und|au|et|a) ?$")
SEEN_DAYS = sorted(table.DAYS.items(), key=lambda one: one[0][1] == table.WHOLE)  # "tomorrow evening" before "tomorrow"
DAY_WORDS = re.compile(
    rf"(?<!\w)(?:{_pattern(table.NO_DAYS)}|{JOINED}(?:the )?(?:"
    + "|".join(f"(?P<d{place}>{_pattern(row)})" for place, (_, row) in enumerate(SEEN_DAYS))
    + r"))(?!\w)"
)


def _weekdays(letters: str) -> Iterator[tuple[int, int, Named]]:
    for match in WEEKDAY.finditer(letters):
        short = match["short"] or match["said"] or match["clear"] or ""
        number = WEEKDAYS.get(match["long"] or "", WELSH.get(match["welsh"] or "", SHORT.get(short, 0)))
        yield match.start(), match.end(), Weekday("", number)


def _dates(letters: str) -> Iterator[tuple[int, int, Named]]:
    for pattern in DATES:
        for match in pattern.finditer(letters):
            said = match.groupdict()
            month = MONTHS[said["month"]] if said.get("month") else int(said["number"])
            year = int(said["year"]) if said.get("year") else None
            year = year + 2000 if year is not None and year < 100 else year
            if not 1 <= month <= 12 or not 1 <= int(said["day"]) <= 31:
                continue
            yield match.start(), match.end(), Date("", month, int(said["day"]), year)
            first = FIRST_DAY.search(letters[max(0, match.start() - SEEN_BACK) : match.start()])
            if first and 1 <= int(first["day"]) <= 31:
                start = max(0, match.start() - SEEN_BACK)
                yield start + first.start(), start + first.end("day"), Date("", month, int(first["day"]), year)


def _days(letters: str) -> Iterator[tuple[int, int, Named]]:
    for match in DAY_WORDS.finditer(letters):
        if match.lastgroup:
            days, part = SEEN_DAYS[int(match.lastgroup[1:])][0]
            yield match.start(), match.end(), Day("", days, part)
