"""How a day is said: its weekday and its date, in English or as Babel knows it of the words' own language. Pure.

Digits are those of clock times and links (0 to 9) in every language, and no invisible marks of direction are put in:
networks count them, and letters and digits find their order without.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

ENGLISH = "en"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FIRST = {"fr": "1er"}  # how the first day of a month is written, where it is no plain number


def weekday(day: date, language: str = ENGLISH) -> str:
    """`Monday`, `Montag`."""
    locale = _locale(language)
    return WEEKDAYS[day.weekday()] if locale is None else _weekday(day.weekday(), locale)


def day_and_month(day: date, language: str = ENGLISH) -> str:
    """`9 October`, `9. Oktober`."""
    locale = _locale(language)
    return f"{day.day} {MONTHS[day.month - 1]}" if locale is None else _date(day.month, day.day, locale)


def is_spoken(language: str) -> bool:
    """Whether days have names in this language (BCP 47) here; in one of which nobody knows them they are English."""
    return _is_english(language) or _locale(language) is not None


def _is_english(language: str) -> bool:
    return language.partition("-")[0].lower() == ENGLISH


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale | None:
    """Whose names to take; None for English, and where nobody knows any. An unknown region or variant is left away."""
    if _is_english(language):
        return None
    parts = language.split("-")
    for length in range(len(parts), 0, -1):
        try:
            found = Locale.parse("-".join(parts[:length]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        return found if _has_names(found) else None
    return None


def _has_names(locale: Locale) -> bool:
    """Whether it has names of its own: some have none, and lend those of nobody ("Mon", "M12")."""
    nobody = Locale.parse("root")
    return all(
        getattr(locale, what)["format"]["wide"] != getattr(nobody, what)["format"]["wide"]
        for what in ("days", "months")
    )


@lru_cache(maxsize=512)
def _weekday(number: int, locale: Locale) -> str:
    return format_date(date(2024, 1, 1 + number), "EEEE", locale=locale)  # that first day was a Monday


@lru_cache(maxsize=4096)
def _date(month: int, day: int, locale: Locale) -> str:
    when = date(2024, month, day)  # a leap year has them all
    said = format_skeleton("MMMMd", when, locale=locale)
    first = FIRST.get(locale.language)
    return said.replace("1", first, 1) if first and day == 1 else said
