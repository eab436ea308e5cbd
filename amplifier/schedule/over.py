"""Whether a campaign has anything left to say: a live one of last year's days would start, and send nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import Plan
from amplifier.campaign.post import WantedPost
from amplifier.errors import Problem
from amplifier.schedule.program import post_name
from amplifier.schedule.times import say_day
from amplifier.settings import FILE, Settings

AHEAD = "Write the days of the coming campaign into settings.yaml, and its moments into schedules/."


def over(
    plan: Plan, posts: Sequence[WantedPost], settings: Settings, *, now: datetime
) -> tuple[Problem | None, Problem | None]:
    """That the campaign is over, an error; or that nothing is left of it but its days, a warning; with the dates.

    `plan` has its milestones where people moved them; `posts` are what it wants in the campaign's own time.
    """
    campaign = settings.campaign
    zone = ZoneInfo(campaign.zone)
    last = max(posts, key=lambda post: post.moment.due_at, default=None)
    event = max(plan.milestones, key=lambda one: one.at, default=None)
    if (last and last.moment.due_at > now) or (event and event.at > now):
        return None, None
    ended = f"its last day was {say_day(campaign.last_day)}"
    said = [f"its last post ({post_name(last.id)}) was due on {_said(last.moment.due_at, zone)}"] if last else []
    said += [f"its last milestone ({event.name}) was on {_said(event.at, zone)}"] if event else []
    line = settings.lines.at("campaign", "last_day")
    if now.astimezone(zone).date() > campaign.last_day:
        message = f"This campaign is over: {_listed([*said, ended])}. Nothing would go out."
        return Problem(FILE, line, "over", message, AHEAD), None
    if not said:
        return None, None
    message = f"Nothing is left to say: {_listed(said)}. The campaign goes on until {say_day(campaign.last_day)}."
    return None, Problem(FILE, line, "nothing_left", message, f"If that is not meant: {AHEAD[:1].lower()}{AHEAD[1:]}")


def _said(moment: datetime, zone: ZoneInfo) -> str:
    here = moment.astimezone(zone)
    return f"{say_day(here.date())} at {here:%H:%M}"


def _listed(said: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
