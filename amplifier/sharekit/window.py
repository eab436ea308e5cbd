"""When words may be passed on: as soon as the plan itself says them, and until their milestone has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ONCE, ROTATE, At, Plan, Slot
from amplifier.campaign.template import Template
from amplifier.settings import Campaign
from amplifier.sharekit.days import SlotDays


@dataclass(frozen=True)
class SharingWindow:
    """A template's time: `opens` says for each wording when the plan first says it, `closes` when all of it is over.

    All in UTC, where moments can be compared on every night. A wording that no slot says is not in `opens`. `said` are
    the days, in the campaign's zone, on which the plan says each wording.
    """

    opens: Mapping[str, datetime]
    closes: datetime
    said: Mapping[str, tuple[SlotDays, ...]] = field(default_factory=dict)

    def open_wordings(self, now: datetime) -> tuple[str, ...]:
        """The names of the wordings that may be passed on now, the newest first."""
        if now >= self.closes:
            return ()
        said = [name for name in self.opens if self.opens[name] <= now]
        return tuple(sorted(said, key=lambda name: self.opens[name], reverse=True))

    def said_last(self, wording: str, today: date) -> date | None:
        """The newest day on which the plan says this wording, today or before, or None."""
        return max((day for one in self.said.get(wording, ()) if (day := one.newest(today))), default=None)

    def opens_next(self, now: datetime) -> datetime | None:
        """When a wording is said for the first time after now and before it is all over, or None."""
        return min((at for at in self.opens.values() if now < at < self.closes), default=None)


def window(template: Template, plan: Plan, campaign: Campaign, skipped: Collection[str] = ()) -> SharingWindow | None:
    """When this template's wordings may be passed on, or None if the plan does not say it.

    It closes at the latest of its slots' ends: the milestone on which a single slot hangs, the `until` of a recurring
    one (its milestone, if it has one), else the end of the campaign's last day. `skipped` names posts that people
    took out, as decisions do.
    """
    slots = [slot for slot in plan.slots if slot.template == template.name and f"{slot.name}/{ONCE}" not in skipped]
    if not slots:
        return None
    clocks = _Clocks(plan, campaign)
    opens: dict[str, datetime] = {}
    said: dict[str, tuple[SlotDays, ...]] = {}
    for slot in slots:
        first = clocks.begins(slot)
        for name in _wordings(slot, template):
            opens[name] = min(first, opens.get(name, first))
            said[name] = (*said.get(name, ()), clocks.days(slot))
    return SharingWindow(opens, max(clocks.ends(slot) for slot in slots), said)


def last_moment(campaign: Campaign) -> datetime:
    """The midnight that ends the campaign's last day, in UTC."""
    return datetime.combine(campaign.last_day + timedelta(days=1), time(), ZoneInfo(campaign.zone)).astimezone(UTC)


def _wordings(slot: Slot, template: Template) -> tuple[str, ...]:
    return tuple(each.name for each in template.wordings) if slot.wording == ROTATE else (slot.wording,)


class _Clocks:
    """Reads a slot's moments, which are written in the campaign's zone."""

    def __init__(self, plan: Plan, campaign: Campaign) -> None:
        self._zone = ZoneInfo(plan.zone)
        self._milestones = {milestone.name: milestone.at.astimezone(UTC) for milestone in plan.milestones}
        self._first = datetime.combine(campaign.first_day, time(), self._zone).astimezone(UTC)
        self._last = last_moment(campaign)

    def begins(self, slot: Slot) -> datetime:
        """When the slot first says its words, or from when on it may."""
        if isinstance(slot.timing, At):
            return self._moment(slot.timing)
        return self._moment(slot.timing.from_) if slot.timing.from_ else self._first

    def ends(self, slot: Slot) -> datetime:
        """When what the slot asks can no longer be done."""
        if isinstance(slot.timing, At):
            return self._milestones[slot.timing.milestone] if slot.timing.milestone else self._last
        until = slot.timing.until
        if until is None:
            return self._last
        milestone = self._milestones.get(until.milestone)
        return max(self._moment(until), milestone) if milestone else self._moment(until)

    def days(self, slot: Slot) -> SlotDays:
        """On which days of the campaign's zone the slot says its words."""
        first = self._day(self.begins(slot))
        if isinstance(slot.timing, At):
            return SlotDays(first, first)
        until = self._moment(slot.timing.until) if slot.timing.until else self._last
        return SlotDays(first, self._day(until - timedelta.resolution), slot.timing)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def _moment(self, at: At) -> datetime:
        if at.wall is not None:
            return at.wall.replace(tzinfo=self._zone).astimezone(UTC)
        return at.offset.after(self._milestones[at.milestone].astimezone(self._zone)).astimezone(UTC)
