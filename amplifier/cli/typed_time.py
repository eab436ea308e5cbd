"""When a post of a person's own is to go out, as they typed it: read in the campaign's time, within its days, ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from amplifier.cli.show.output import wall_clock
from amplifier.errors import FileError, UsageError
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.milestones import effective
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.times import plain
from amplifier.schedule.timing import outside
from amplifier.schedule.when import hangs_on, when
from amplifier.settings import Mode, Settings
from amplifier.store import decisions

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class TypedTime:
    """The real instant that a person named, as people say it, and the milestone that they counted from, if any."""

    due_at: datetime
    said: str
    milestone: str = ""
    counted_from: str = ""  # the milestone and the distance, as they were typed

    @property
    def stays(self) -> str:
        """That it does not follow its milestone, as whoever named that may expect; empty where there is none."""
        if not self.milestone:
            return ""
        return f"It goes out {self.said}, and stays there if {self.milestone} moves: it is no post of the plan."


def to_send_at(text: str, settings: Settings, now: datetime) -> TypedTime:
    """When a new post is to go out. The minute that has begun is still now.

    Raises UsageError where it cannot be read, has passed, or is on no day of the campaign.
    """
    return _typed(text, settings, now, grace=A_MINUTE, instead="Leave --at out to send it now.")


def to_move_to(text: str, settings: Settings, now: datetime) -> TypedTime:
    """When a post that waits is to go out instead. Raises UsageError as `to_send_at` does."""
    return _typed(text, settings, now, grace=timedelta(), instead="Give it a time that lies ahead, such as +10m.")


def _typed(text: str, settings: Settings, now: datetime, *, grace: timedelta, instead: str) -> TypedTime:
    stage, zone, milestones = playing(settings), settings.campaign.zone, _milestones(settings)
    here, year = stage.campaign(now), this_year(settings, now=now)
    wanted = when(text, now=here, zone=zone, milestones=milestones)
    said = wall_clock(wanted, zone, this_year=year)
    if wanted < here - grace:
        where = f" The rehearsal is at {wall_clock(here, zone)}." if settings.mode is Mode.REHEARSAL else ""
        raise UsageError(f"{said} has passed.{where} {instead}")
    refused = outside(wanted.astimezone(ZoneInfo(zone)).date(), settings.campaign)
    if refused:  # a mistyped year: nobody would miss the post before it is too late
        raise UsageError(f"{refused.message} {refused.hint}")
    milestone = hangs_on(text, zone=zone, milestones=milestones)
    return TypedTime(stage.real(wanted), said, milestone, plain(text) if milestone else "")


def _milestones(settings: Settings) -> Mapping[str, datetime]:
    """The milestones where they stand now; none while no plan is in force."""
    try:
        known = effective(program_in_force(settings).plan, decisions.decisions()).milestones
    except (UsageError, FileError):
        return {}
    return {one.name: one.at for one in known}
