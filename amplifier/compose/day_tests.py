"""How a template asks for a day whatever language its words are in: `day is weekday("saturday")`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from amplifier.field_types import nearest
from amplifier.text.day_names import WEEKDAYS

DAY = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
LEAP_YEAR = 2024  # it has every day
EXAMPLES = {"weekday": 'day is weekday("saturday", "sunday")', "date": 'day is date("2023-10-10"), or date("10-10")'}


def is_weekday(moment: datetime, *names: str) -> bool:
    """Whether it is one of these weekdays, which have their English names."""
    return WEEKDAYS[moment.weekday()].lower() in {name.lower() for name in names}


def is_date(moment: datetime, *dates: str) -> bool:
    """Whether it is one of these days, YYYY-MM-DD, or MM-DD in any year."""
    return not {f"{moment:%Y-%m-%d}", f"{moment:%m-%d}"}.isdisjoint(dates)


TESTS: dict[str, Callable[..., bool]] = {"weekday": is_weekday, "date": is_date}


def wrong(test: str, said: Sequence[object]) -> tuple[str, str] | None:
    """What is the matter with what stands in a test's brackets, and what to write; None if it can be so some day."""
    example = f"For example: {EXAMPLES[test]}."
    if not said:
        return f"`{test}` needs to be told which.", example
    for one in said:
        if test == "weekday" and str(one).lower() not in {name.lower() for name in WEEKDAYS}:
            known = [name.lower() for name in WEEKDAYS]
            return (
                f"There is no weekday “{one}”.",
                f"They have their English names. {nearest(str(one), known)}".rstrip(),
            )
        if test == "date" and not _is_day(str(one)):
            return f"There is no day “{one}”.", example
    return None


def _is_day(said: str) -> bool:
    found = DAY.fullmatch(said) if said.isascii() else None
    try:
        return found is not None and bool(date(int(found[1] or LEAP_YEAR), int(found[2]), int(found[3])))
    except ValueError:
        return False
