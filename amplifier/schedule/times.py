"""How a person writes a time: a local moment, a milestone and a distance, a rule that recurs; and what each means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from amplifier.campaign.plan import At, Distance
from amplifier.field_types import DURATION_HINT, nearest, seconds

LOCAL = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[ T]+(?P<clock>\d{1,2}:\d\d))?(?: ?(?P<zone>[A-Z]{1,5}|[+-]\d\d:?(?:\d\d)?))?",
    re.ASCII,
)
HUNG = re.compile(r"(?P<name>[A-Za-z_]\w*)(?: *(?P<sign>[+-]) *(?P<distance>.*))?", re.ASCII)
MOMENT_HINT = (
    'Write a moment such as "2023-10-08 09:00", a milestone such as debate, or a milestone and a distance such as '
    "debate - 1h 30m."
)
DAYS = re.compile(r"(\d{1,3})d(?: ?(?=\d)|$)", re.ASCII)
NOTHING = re.compile(r"(?:0+[dhms] ?)+", re.ASCII)
AT_ONCE = "no_distance"
DAYS_HINT = " With 1d in front it is the same time of day, a day earlier or later."
# Phones and word processors put other dashes and spaces where a person types the plain ones.
PLAIN = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u00a0": " "})


@dataclass(frozen=True)
class Refused:
    """Why a text cannot be taken: a sentence, what to write instead, and a short stable name for programs."""

    message: str
    hint: str
    rule: str = "time"


def plain(text: str) -> str:
    """The text with typographic dashes and spaces as a keyboard has them, and none around it."""
    return " ".join(text.translate(PLAIN).split())


def moment(text: str, *, zone: str, milestones: Collection[str], day_alone: bool = False) -> At | Refused:
    """What `at`, `from` or `until` says. `day_alone`: a date without a time is allowed and means its first moment."""
    said = plain(text)
    if said[:1].isdigit():
        found = local(said, zone, day_alone=day_alone)
        return found if isinstance(found, Refused) else At("", Distance(), found)
    hung = HUNG.fullmatch(said)
    if hung is None:
        return Refused(f'"{said}" is not a time.', MOMENT_HINT)
    if hung["name"] not in milestones:
        return Refused(
            f"There is no milestone {hung['name']}.",
            nearest(hung["name"], milestones) or MOMENT_HINT,
            "unknown_milestone",
        )
    if hung["sign"] is None:
        return At(hung["name"], Distance(), None)
    offset = distance(hung["sign"], hung["distance"], said=said[hung.start("sign") :])
    return offset if isinstance(offset, Refused) else At(hung["name"], offset, None)


def distance(sign: str, text: str, *, said: str) -> Distance | Refused:
    """The distance that "+" or "-" and a length of time such as "1h 30m" give: 1d is a day of the calendar.

    `said` is how a person wrote both.
    """
    if NOTHING.fullmatch(text):
        return Refused(f'"{said}" is no distance: it is as long as nothing.', "Leave it out, or write more.", AT_ONCE)
    counted = DAYS.match(text)
    days, rest = (int(counted[1]), text[counted.end() :]) if counted else (0, text)
    try:
        length = timedelta(seconds=seconds(rest)) if rest or not days else timedelta()
    except PydanticCustomError:
        return Refused(f'"{said}" is not a distance.', DURATION_HINT + DAYS_HINT)
    return Distance(-length, -days) if sign == "-" else Distance(length, days)


def local(text: str, zone: str, *, day_alone: bool = False) -> datetime | Refused:
    """The naive local time that "2023-10-08 17:00" names; `fold` tells two equal times apart.

    A zone's letters or an offset may follow ("2023-10-29 01:30 GMT", "… +00:00"); they choose between two equal times.
    A time that does not exist, or exists twice and is not told apart, is refused with the two choices.
    """
    said = LOCAL.fullmatch(plain(text))
    if said is None:
        return Refused(f'"{text}" is not a date and a time.', 'Write for example "2023-10-08 17:00".')
    try:
        day = date.fromisoformat(said["day"])
        clock = said["clock"] and time.fromisoformat(said["clock"].zfill(5))
    except ValueError:
        return Refused(f'"{text}" is not in any calendar or on any clock.', 'Write for example "2023-10-08 17:00".')
    if not clock:
        if day_alone and not said["zone"]:
            return datetime.combine(day, time())
        return Refused(f'"{text}" lacks the time of day.', f'Write for example "{day} 17:00".')
    wall = datetime.combine(day, clock)
    if said["zone"]:
        return _told_apart(wall, zone, said["zone"])
    return clash(wall, zone) or wall


def clash(wall: datetime, zone: str) -> Refused | None:
    """Why this local time is not one single moment, when clocks go forward or back; None if it is."""
    place = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if before == after:
        return None
    if before > after:
        one, other = (
            f'"{wall:%Y-%m-%d %H:%M} {_name(here, twin)}"' for here, twin in ((first, second), (second, first))
        )
        return Refused(
            f"{wall:%H:%M} comes twice on {say_day(wall)}: clocks in {zone} go back then.",
            f"Write {one} for the first, or {other} for the second.",
        )
    early, late = beside(wall, zone)
    if not is_day(wall, zone):
        return Refused(
            f"{say_day(wall)} never was in {zone}: its calendar went from {say_day(early)} to {say_day(late)}.",
            f'Write "{early:%Y-%m-%d %H:%M}" or "{late:%Y-%m-%d %H:%M}".',
        )
    return Refused(
        f"{wall:%H:%M} does not exist on {say_day(wall)}: clocks in {zone} go forward then.",
        f'Write "{early:%Y-%m-%d %H:%M}" or "{late:%Y-%m-%d %H:%M}".',
    )


def is_day(day: date, zone: str) -> bool:
    """Whether this day ever was there: some have crossed the date line, and left a whole one out."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    return noon.astimezone(UTC).astimezone(noon.tzinfo).date() == noon.date()


def beside(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """The local times before and after the change of clocks that this one falls into, by as much as clocks jump."""
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    jump = abs((first.utcoffset() or timedelta()) - (second.utcoffset() or timedelta()))
    return wall - jump, wall + jump


def instant(at: At, milestones: Mapping[str, datetime], zone: str) -> datetime:
    """The moment in UTC. `milestones` are aware. A local time that does not exist is moved forward by the gap."""
    if at.wall is not None:
        return at.wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return at.offset.after(milestones[at.milestone].astimezone(ZoneInfo(zone))).astimezone(UTC)


def say_day(day: date) -> str:
    """A day as people say it: 8 October 2023."""
    return f"{day.day} {day:%B %Y}"


def _told_apart(wall: datetime, zone: str, told: str) -> datetime | Refused:
    """The local time with the fold that the letters or the offset behind it ask for."""
    place = ZoneInfo(zone)
    missing = clash(wall, zone)
    for fold in (0, 1):
        here = wall.replace(tzinfo=place, fold=fold)
        exists = here.astimezone(UTC).astimezone(place).replace(tzinfo=None) == wall
        if exists and told in {here.tzname(), _offset(here), _offset(here).replace(":", ""), _offset(here)[:3]}:
            return wall.replace(fold=fold)
    if missing:
        return missing
    here = wall.replace(tzinfo=place)
    return Refused(
        f"{zone} is not on {told} on {say_day(wall)}, but on {here.tzname()} ({_offset(here)}).",
        f'Write the time as clocks there show it, without {told}: for example "{wall:%Y-%m-%d %H:%M}".',
    )


def _offset(here: datetime) -> str:
    return here.strftime("%z")[:3] + ":" + here.strftime("%z")[3:5]


def _name(here: datetime, twin: datetime) -> str:
    """The letters by which a local time is told from its twin, or the offset where letters do not do it."""
    letters = here.tzname() or ""
    return letters if letters.isalpha() and letters != twin.tzname() else _offset(here)
