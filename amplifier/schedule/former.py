"""Decisions under the names that the plan has for their posts now: after its `was:`, hours and kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from amplifier.campaign.plan import Decision, Plan
from amplifier.schedule.meant import ABOUT_A_POST, meant
from amplifier.schedule.once import same_hour


def follow(made: Iterable[Decision], plan: Plan) -> tuple[Decision, ...]:
    """The decisions in their order, those about a post under the name that its post has in this plan.

    The files let no slot have been what another slot is called, so no name means two.
    """
    heirs = {slot.was: slot.name for slot in plan.slots if slot.was}
    return same_hour(meant([_follow(one, heirs) for one in made], plan), plan)


def _follow(decision: Decision, heirs: Mapping[str, str]) -> Decision:
    slot, slash, occurrence = decision.subject.partition("/")
    if decision.kind not in ABOUT_A_POST or slot not in heirs:
        return decision
    return replace(decision, subject=f"{heirs[slot]}{slash}{occurrence}")
