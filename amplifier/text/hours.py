"""Which clock times words name: the minutes of the day that each may mean, and the zone that it names. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from amplifier.text import time_words as table
from amplifier.text.fold import fold

HALF_DAY, WHOLE_DAY = 720, 1440  # minutes


@dataclass(frozen=True)
class Hour:
    """A clock time that stands in a folded text from `start` to `end`: the minutes of the day that it may mean.

    `ahead` is how far ahead of UTC the zone is that it names; the beginning of a range has the zone of its end, which
    does not stand in its own words.
    """

    start: int
    end: int
    minutes: frozenset[int]
    ahead: tuple[int, ...] = ()
    zone: str = ""


def pattern(words: str) -> str:
    """A row of the tables as it looks in a folded text; `_` stands for a space."""
    return "".join(map(fold, words)).replace("_", " ")


def numbered(*rows: str) -> dict[str, int]:
    """Each name of these rows with its number, counted from 0."""
    return {
        pattern(name): number for row in rows for number, names in enumerate(row.split()) for name in names.split("|")
    }


def any_of(names: Sequence[str]) -> str:
    """A form that takes any of these, the longest that fits."""
    return "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))


# Clock times ------------------------------------------------------------------------------------------------------
HOURS = {name: number + 1 for name, number in numbered(*table.HOURS).items()}
ORDINALS = {name: number + 1 for name, number in numbered(table.ARABIC_HOURS).items()}
MINUTES = {pattern(name): number for number, row in table.MINUTES.items() for name in row.split("|")}
ZONES = {name: ahead for ahead, row in table.ZONES.items() for name in row.split()}
# A number begins here, and not in another; "at14:40" is typed in haste.
TYPED = "|".join(rf"(?<=\b{word})" for word in table.TYPED_TOGETHER.split())
FREE = rf"(?:(?<=:\d\d[,/])|(?:(?<=\dt)|{TYPED}|(?<![\w:/£$€]))(?<!\d[.,:/]))"
OVER = r"(?!\d|[.:]\d|[,/](?!\d{1,2}[:.]\d{2}(?!\d))\d)"  # it ends here, also where the next time follows at once
H, M = rf"(?P<h>\d{{1,2}}|{any_of(list(HOURS))})", rf"(?P<m>\d{{2}}(?!\d)|{any_of(list(MINUTES))})"
NO_MONEY = (
    r"(?! ?(?:[€£$%°]|eur|euros?\b|gbp|pounds?\b|[kc]m\b|kg\b|[gm]b\b|bn\b|mio\b|million|per ?cent|prozent|pour cent))"
)
ORDINAL = rf"(?P<o>{any_of(list(ORDINALS))})"
HOUR_OF = pattern("الساعة")
MINUTE = r"(?: (?:minutes?|mins?\.?|minuten|min\.?|munud))"
UNIT = r"(?: ?(?:uhr|h|hrs?|hours?)\b)?"
TWELVE = r"(?P<h>1[0-2]|0?[1-9])"
PAST_IT = rf"(?P<m>[0-5]\d)(?= ?(?:{table.SHORT_HALF}))"


def _bare() -> Iterator[str]:
    """Hours that nothing but the word before them makes one, where no word follows that could be what is counted."""
    for (before, follows), hours_of in table.BARE.items():
        behind = "|".join(rf"(?<=\b{pattern(word)} )" for word in before.split())
        names_of = any_of(list(numbered(hours_of)))
        yield (
            rf"(?:{behind})(?<!\bi am )(?P<h>1\d|2[0-4]|0?[1-9]|{names_of})(?![\w'/-]|[.:,]\d){NO_MONEY}"
            rf"(?=(?! \w)(?!\. [a-z])| (?:{pattern(follows)}))"
        )


CLOCKS = tuple(
    re.compile(one)
    for one in (
        rf"{FREE}(?P<h>\d{{1,2}})(?P<dot>[:.])(?P<m>\d{{2}})(?::\d{{2}})?{OVER}{NO_MONEY}{UNIT}",
        rf"{FREE}(?P<h>\d{{2}})(?P<m>\d{{2}}) ?(?:h|hrs?|hours|uhr)\b",
        rf"{FREE}{TWELVE}{PAST_IT}",
        rf"{FREE}{TWELVE} {PAST_IT}",
        rf"\b(?:half past|hanner awr wedi) {H}\b(?P<half>)(?: o'? ?clock)?",
        rf"\b(?:{M}|(?P<n>\d{{1,2}})){MINUTE}? (?:(?P<past>past|nach|wedi)|(?:to|vor|i)) (?P<halb>halb )?{H}\b",
        rf"\b(?P<east>(?:drei ?)?viertel) {H}\b",
        rf"\b(?:half|halb) {H}\b(?P<before>)",
        rf"\b(?P<h>{any_of(table.HOURS[0].split())})[ -](?P<m>{any_of(table.SPOKEN_MINUTES.split())})\b",
        rf"{FREE}{H} ?(?:h(?=\d)|(?:h|heures?)\b)(?: moins (?P<less>\d{{1,2}}|{any_of(list(MINUTES))})\b| ?{M}\b)?",
        rf"{FREE}{H} ?uhr(?:\b|(?=\d))(?: ?{M}\b)?",
        rf"{FREE}{H} ?(?:o'? ?clock|o'? ?r gloch)\b",
        rf"\b{HOUR_OF} (?:{ORDINAL}|{H})(?: {M})?(?!\w)",
        rf"(?<!\w){ORDINAL}(?: {M})?(?= (?:{table.MORNING}|{table.MIDDAY}|{table.AFTERNOON}|{table.NIGHT})(?!\w))",
        rf"{FREE}{H}(?= ?(?:{table.MORNING}|{table.MIDDAY}|{table.AFTERNOON}|{table.NIGHT})(?!\w))",
        rf"(?<![\w-])(?<!apres )(?<!بعد )(?P<noon>{pattern(table.NOON)})\b",
        rf"(?<![\w-])(?P<midnight>{pattern(table.MIDNIGHT)})\b",
        rf"(?<!\w){pattern(table.BEFORE_ORDINAL)} {ORDINAL}(?!\w)",
        *_bare(),
    )
)
HALF = re.compile(
    rf" ?(?:(?P<am>{table.MORNING})|(?P<noon>{table.MIDDAY})|(?P<pm>{table.AFTERNOON})|(?P<night>{table.NIGHT}))(?!\w)"
)
ZONE = re.compile(
    rf" ?\(?(?P<zone>{any_of(list(ZONES))})(?: ?(?P<sign>[+-]) ?(?P<h>1[0-4]|0?\d)(?::?(?P<m>[0-5]\d))?(?!\d))?(?!\w)"
)
RANGE = re.compile(
    r"(?<![\w.,:/£$€])(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))? ?(?:-|to|until|till?|and|bis|und|a|et|i|الى|حتى) ?$"
)
SEEN_BACK = 16  # letters before a time in which the beginning of its range may stand


def hours(letters: str, *, is_capital: Callable[[int, int], bool]) -> Iterator[Hour]:
    """Every clock time that stands in a folded text, also twice where several forms fit.

    `is_capital` says of what is written from here to there whether it was in capitals before it was folded: "est", "et"
    and "ist" are words where they are not.
    """
    for form in CLOCKS:
        for match in form.finditer(letters):
            half = HALF.match(letters, match.end())
            minutes = _meant(match, half)
            if not minutes:
                continue
            end = half.end() if half else match.end()
            zone = ZONE.match(letters, end)
            if zone and not is_capital(*zone.span("zone")):
                zone = None
            ahead, name = (_ahead(zone), zone.group().strip(" (").upper()) if zone else ((), "")
            yield Hour(match.start(), zone.end() if zone else end, minutes, ahead, name)
            begins = RANGE.search(letters, max(0, match.start() - SEEN_BACK), match.start())
            if begins and (first := _either(int(begins["h"]), int(begins["m"] or 0), begins["h"])):
                yield Hour(begins.start(), max(begins.end("h"), begins.end("m")), first, ahead, name)


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
    if east := said.get("east"):  # "viertel drei", where it is said, is a quarter of the third hour: 2:15
        minute = -15 if east.startswith("drei") else -45
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
