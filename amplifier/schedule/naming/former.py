"""Decisions under the names that the plan has for their posts now: after its `was:`, hours and kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from amplifier.campaign.plan import ONCE, Decision, DecisionKind, Plan
from amplifier.schedule.naming.meant import ABOUT_A_POST, meant
from amplifier.schedule.naming.once import same_hour


def follow(made: Iterable[Decision], plan: Plan) -> tuple[Decision, ...]:
    """The decisions in their order, those about a post under the name that its post has in this plan.

    The files let no slot have been what another slot is called, so no name means two. What went along to another name
    counts under its own one for its very hour alone, should the files give that name to a slot again.
    """
    made = tuple(made)
    heirs = {slot.was: slot.name for slot in plan.slots if slot.was}
    along = went_along(made)
    followed = [_of_its_hour(_follow(one, heirs), along.get(one.id), heirs) for one in made]
    return same_hour(meant(followed, plan), plan)


def called_now(former: str, name: str) -> str:
    """Why a decision is written down once more under the name that its post has by now."""
    return f"{former} is called {name} now"


def went_along(made: Sequence[Decision]) -> dict[int, Decision]:
    """For each decision, by its number, the one in which it was written down under another name later."""
    found: dict[int, Decision] = {}
    later: dict[tuple[DecisionKind, str], Decision] = {}
    for one in reversed(made):
        if heir := later.get((one.kind, one.subject)):
            found[one.id] = heir
        former = one.reason.partition(" ")[0]
        if one.kind in ABOUT_A_POST and one.reason == called_now(former, one.subject):
            later.setdefault((one.kind, former), one)
    return found


def _of_its_hour(decision: Decision, heir: Decision | None, heirs: Mapping[str, str]) -> Decision:
    slot, _, occurrence = decision.subject.partition("/")
    went_to = heir.subject.partition("/")[0] if heir else slot
    wall = decision.hours.get(occurrence, "")
    if not wall or occurrence == ONCE or slot in (went_to, heirs.get(went_to)):
        return decision
    return replace(decision, subject=f"{slot}/{wall}", hours={})


def _follow(decision: Decision, heirs: Mapping[str, str]) -> Decision:
    slot, slash, occurrence = decision.subject.partition("/")
    if decision.kind not in ABOUT_A_POST or slot not in heirs:
        return decision
    return replace(decision, subject=f"{heirs[slot]}{slash}{occurrence}")
