"""Milestones as people moved them: the event changes its hours at short notice, and the plan follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import Decision, DecisionKind, Distance, Milestone, Plan


def effective(plan: Plan, decisions: Iterable[Decision]) -> Plan:
    """The plan with every milestone where people moved it; of several moves of one milestone the last in order holds.

    A move of a milestone that the files no longer name changes nothing, nor does one that was forgotten since, should
    the files name it again. Other kinds of decision are left to others.
    """
    moves = {name: datetime.fromisoformat(move.value) for name, move in last_moves(decisions).items()}
    place = ZoneInfo(plan.zone)
    return replace(
        plan,
        milestones=tuple(
            replace(milestone, at=moves[milestone.name].astimezone(place)) if milestone.name in moves else milestone
            for milestone in plan.milestones
        ),
    )


def last_moves(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The move of each milestone that counts: the last one, and none where that was forgotten."""
    found: dict[str, Decision] = {}
    for one in decisions:
        if one.kind is DecisionKind.MILESTONE_MOVED:
            found[one.subject] = one
        elif one.kind is DecisionKind.MOVE_FORGOTTEN:
            found.pop(one.subject, None)
    return found


def moved(milestone: Milestone, move: datetime | Distance) -> datetime:
    """Where the milestone stands after the move, in its own zone. Its `isoformat()` is the value of a decision.

    Hours are elapsed time, also over a night when clocks change; days are those of the calendar.
    """
    return move.after(milestone.at) if isinstance(move, Distance) else move.astimezone(milestone.at.tzinfo)
