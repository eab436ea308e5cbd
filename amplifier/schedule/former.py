"""Decisions about a slot that has another name now: they follow its `was:`. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from amplifier.campaign.plan import Decision, DecisionKind, Plan


def follow(made: Iterable[Decision], plan: Plan) -> tuple[Decision, ...]:
    """The decisions in their order, those about a post under the name that its post has in this plan.

    The files let no slot have been what another slot is called, so no name means two.
    """
    heirs = {slot.was: slot.name for slot in plan.slots if slot.was}
    return tuple(_follow(one, heirs) for one in made) if heirs else tuple(made)


def _follow(decision: Decision, heirs: dict[str, str]) -> Decision:
    slot, slash, occurrence = decision.subject.partition("/")
    if decision.kind is DecisionKind.MILESTONE_MOVED or slot not in heirs:
        return decision
    return replace(decision, subject=f"{heirs[slot]}{slash}{occurrence}")
