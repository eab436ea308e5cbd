"""When one slot is due, from the words that its file has for it; and whether that can be kept in this campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import At, Every, Milestone
from amplifier.schedule.occurrences import walls
from amplifier.schedule.rules import every
from amplifier.schedule.times import Refused, beside, clash, instant, is_day, moment, say_day
from amplifier.settings import Campaign

Complaint = tuple[tuple[str, ...], Refused]  # the key that it is about, and why


@dataclass(frozen=True)
class TimeFields:
    """What a slot's file says about its time; None where a key is absent."""

    at: str | None
    every: str | None
    from_: str | None
    until: str | None


@dataclass(frozen=True)
class Frame:
    """What surrounds a slot: the campaign and the milestones that were read.

    `doubtful` milestones exist without a time that could be read. `torn`: a file is missing from the reading, so that a
    milestone which seems not to exist may stand there; a second complaint about it would only mislead.
    """

    campaign: Campaign
    milestones: Mapping[str, Milestone]
    doubtful: frozenset[str]
    torn: bool


def timing(written: TimeFields, frame: Frame) -> tuple[At | Every | None, tuple[Complaint, ...]]:
    """The slot's timing, or None, and everything that is wrong with it."""
    match written.at, written.every:
        case None, None:
            hint = 'Write `at: debate - 1h` for one moment, or `every: "day at 09:00"` for a rule.'
            return None, (((), Refused("it does not say when: `at` or `every` is missing.", hint)),)
        case str(), str():
            return None, ((("every",), Refused("`at` and `every` cannot stand together.", "Keep one of them.")),)
        case str(), None:
            return _once(written, frame)
        case _:
            return _again(written, frame)


def outside(day: date, campaign: Campaign) -> Refused | None:
    """Why something due on this local day cannot be meant, if it lies outside the campaign's days."""
    if campaign.first_day <= day <= campaign.last_day:
        return None
    days = f"{say_day(campaign.first_day)} to {say_day(campaign.last_day)}"
    hint = f"The campaign goes from {days}. Mend the time here, or the campaign's days in settings.yaml."
    return Refused(f"{say_day(day)} is outside the campaign.", hint, "outside")


def _once(written: TimeFields, frame: Frame) -> tuple[At | Every | None, tuple[Complaint, ...]]:
    complaints: list[Complaint] = [
        ((key,), Refused(f"`{key}` has no meaning beside `at`.", f"Take `{key}` out; it belongs to `every`."))
        for key, text in (("from", written.from_), ("until", written.until))
        if text is not None
    ]
    at = _moment("at", written.at or "", frame, complaints)
    if at is not None and (due := _instant(at, frame)) is not None:
        no = outside(due.astimezone(ZoneInfo(frame.campaign.zone)).date(), frame.campaign)
        complaints += [(("at",), no)] if no else []
    return at, tuple(complaints)


def _again(written: TimeFields, frame: Frame) -> tuple[At | Every | None, tuple[Complaint, ...]]:
    complaints: list[Complaint] = []
    from_ = _moment("from", written.from_, frame, complaints)
    until = _moment("until", written.until, frame, complaints)
    rule = every(written.every or "", from_=from_, until=until)
    if isinstance(rule, Refused):
        return None, (*complaints, (("every",), rule))
    if not complaints:
        complaints += _not_kept(rule, frame)
    return rule, tuple(complaints)


def _moment(key: str, text: str | None, frame: Frame, complaints: list[Complaint]) -> At | None:
    """What `at`, `from` or `until` says; None if it says nothing or cannot be read, which is then complained of."""
    if text is None:
        return None
    known = {*frame.milestones, *frame.doubtful}
    found = moment(text, zone=frame.campaign.zone, milestones=known, day_alone=key != "at")
    if isinstance(found, At):
        return found
    if not (frame.torn and found.rule == "unknown_milestone"):
        complaints.append(((key,), found))
    return None


def _instant(at: At, frame: Frame) -> datetime | None:
    """The moment in UTC; None where it hangs on a milestone whose time could not be read."""
    if at.milestone in frame.doubtful:
        return None
    return instant(at, {name: milestone.at for name, milestone in frame.milestones.items()}, frame.campaign.zone)


def _not_kept(rule: Every, frame: Frame) -> Iterator[Complaint]:
    """A day on which clocks change the rule's meaning, and a rule that never comes true.

    An end that hangs on a milestone may move, so it excuses no change of clocks; a fixed one does.
    """
    campaign = frame.campaign
    place = ZoneInfo(campaign.zone)
    start, end = (_instant(at, frame) if at else None for at in (rule.from_, rule.until))
    due = [wall for _, wall in walls(rule, campaign.first_day, campaign.last_day)]

    def within(wall: datetime, *, fixed_only: bool) -> bool:
        here = wall.replace(tzinfo=place)
        after = start is None or start <= here or (fixed_only and rule.from_ is not None and bool(rule.from_.milestone))
        before = end is None or here < end or (fixed_only and rule.until is not None and bool(rule.until.milestone))
        return after and before

    if not any(within(wall, fixed_only=False) for wall in due):
        hint = "Compare `every`, `from` and `until` with each other and with the campaign's days in settings.yaml."
        yield ("every",), Refused("it is never due.", hint, "never")
    for wall in due:
        if not (no := clash(wall, campaign.zone)):
            continue
        early, late = beside(wall, campaign.zone)
        if not is_day(wall, campaign.zone):
            if _spares(rule, wall.date()):
                continue
            hint = f"Write `until: {wall:%Y-%m-%d}` or `from: {late:%Y-%m-%d}`; for both, write two slots."
        elif within(wall, fixed_only=True):
            hint = f"Write {early:%H:%M} or {late:%H:%M} in the rule, or give that day a slot of its own."
        else:
            continue
        yield ("every",), Refused(f'"{rule.rule}" cannot be kept. {no.message}', hint)
        return


def _spares(rule: Every, day: date) -> bool:
    """Whether a rule ends before this day or begins after it, as its file says; no clock shows when that is."""
    ends, begins = (at.wall.date() if at and at.wall else None for at in (rule.until, rule.from_))
    return (ends is not None and ends <= day) or (begins is not None and begins > day)
