"""A slot that is said once and becomes a recurring one, or the other way round: its post of the same hour is the same.

A decision about what is said once keeps no hours: the ledger knows when that was to be, or an earlier decision that was
about one of several before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ONCE, At, Decision, Every, Plan, Slot
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.meant import ABOUT_A_POST, day_meant, hour_named
from amplifier.schedule.occurrences import hours_of
from amplifier.schedule.times import instant


def same_hour(made: Sequence[Decision], plan: Plan) -> tuple[Decision, ...]:
    """The decisions, those about a post of the same hour under the name that it has since its slot is of another kind.

    What was decided about another day or hour is about nothing: that of one of several is named by its time, so that no
    hour which recurs later comes in its place.
    """
    slots = {slot.name: slot for slot in plan.slots}
    moved: list[Plan] = []  # worked out once, and only where it is needed
    found = []
    for one in made:
        slot = slots.get(one.subject.partition("/")[0])
        if (
            slot is None
            or one.kind not in ABOUT_A_POST
            or not (wall := _wall(one))
            or not is_of_another_kind(one.subject, slot)
        ):
            found.append(one)
            continue
        moved = moved or [effective(plan, made)]
        found.append(_renamed(one, wall, slot, moved[0]))
    return tuple(found)


def with_its_hour(made: Iterable[Decision], plan: Plan, hour: Callable[[str], str]) -> tuple[Decision, ...]:
    """The decisions, those about what was said once and recurs now with its hour, which `hour` tells of a slot."""
    recurring = {slot.name for slot in plan.slots if isinstance(slot.timing, Every)}
    heirs = {slot.was: slot.name for slot in plan.slots if slot.was}
    found, last = [], dict[str, str]()
    for one in made:
        slot, _, occurrence = one.subject.partition("/")
        was_once = one.kind in ABOUT_A_POST and occurrence == ONCE and not one.hours
        last[slot] = one.hours.get(ONCE, last.get(slot, ""))
        heir = heirs.get(slot, slot)
        wall = (hour(slot) or hour(heir) or last[slot]) if was_once and heir in recurring else ""
        found.append(replace(one, hours={ONCE: wall}) if wall else one)
    return tuple(found)


def is_of_another_kind(subject: str, slot: Slot) -> bool:
    """Whether the name is that of a post said once and the slot recurs, or the other way round."""
    if isinstance(slot.timing, At):
        return day_meant(subject) is not None
    return subject.partition("/")[2] == ONCE


def _wall(decision: Decision) -> str:
    """The hour that it is about; empty where nobody knows."""
    return hour_named(decision.subject) or decision.hours.get(decision.subject.partition("/")[2], "")


def _renamed(decision: Decision, wall: str, slot: Slot, plan: Plan) -> Decision:
    if isinstance(slot.timing, At):
        milestones = {one.name: one.at for one in plan.milestones}
        here = instant(slot.timing, milestones, plan.zone).astimezone(ZoneInfo(plan.zone))
        if f"{here:%Y-%m-%dT%H:%M}" == wall:
            return replace(decision, subject=f"{slot.name}/{ONCE}", hours={ONCE: wall})
        return replace(decision, subject=f"{slot.name}/{wall}")
    now = hours_of(plan, slot.name, date.fromisoformat(wall[:10]))
    name = next((name for name, there in now.items() if there == wall), None)
    return replace(decision, subject=f"{slot.name}/{name}", hours=now) if name else decision
