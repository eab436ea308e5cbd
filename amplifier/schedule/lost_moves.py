"""Milestones that people moved and that the plan names no more: their hour must not change back in silence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind, Milestone, Plan
from amplifier.errors import Problem, ScheduleError
from amplifier.schedule import files
from amplifier.schedule.milestones import effective
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program
from amplifier.store import plan_versions


@dataclass(frozen=True)
class LostMove:
    """A move that counts no longer, since the plan has no such milestone; `heir` is the one that it is now.

    `nearest` is the only new one, or is called most like it, where there is any.
    """

    decision: Decision
    heir: Milestone | None
    nearest: Milestone | None

    def problem(self, place: str) -> Problem:
        """It in sentences, where the heir stands in the files; `place` is how people call the campaign's own time."""
        name, to = self.decision.subject, datetime.fromisoformat(self.decision.value)
        said = (
            f"{self.decision.actor} moved {name} to {to:%a %-d %b %H:%M} {place}, and the plan has no milestone "
            f"{name} any more: by the files nothing is moved."
        )
        likely = self.heir or self.nearest
        if likely is None:
            return Problem(f"{files.SCHEDULES}/", 0, "lost_move", said, "If it has another name now, move that one.")
        hint = f"If {name} is {likely.name} now, write its new time: {likely.name}: {to:%Y-%m-%d %H:%M}"
        return Problem(likely.path, likely.line, "lost_move", said, hint)


def lost_moves(program: Program, made: tuple[Decision, ...], *, now: datetime) -> tuple[LostMove, ...]:
    """The moves that the files have lost, while the time to which people moved is still ahead.

    One is found again when any milestone stands at that time.
    """
    at = playing(program.settings).campaign(now) if made else now
    names = {one.name for one in program.plan.milestones}
    there = {one.at for one in effective(program.plan, made).milestones}
    last = {one.subject: one for one in made if one.kind is DecisionKind.MILESTONE_MOVED and one.subject not in names}
    found = []
    for one in last.values():
        to = datetime.fromisoformat(one.value)
        if to > at and to not in there:
            found.append(_lost(program, one, made))
    return tuple(found)


def refuse_lost(program: Program, made: tuple[Decision, ...], *, now: datetime) -> None:
    """Raise ScheduleError where a milestone that people moved has another name now, and the file's own hour again."""
    place = program.settings.campaign.place
    found = [one.problem(place) for one in lost_moves(program, made, now=now) if one.heir]
    if found:
        raise ScheduleError(found)


def _lost(program: Program, decision: Decision, made: Sequence[Decision]) -> LostMove:
    """The heir is new since the move, at the very time that the file gave the one that is gone; nobody moved it yet."""
    before = _plan_at(program, decision.at)
    moved = {one.subject for one in made if one.kind is DecisionKind.MILESTONE_MOVED}
    known = {one.name: one.at for one in before.milestones} if before else {}
    was = known.get(decision.subject)
    new = [one for one in program.plan.milestones if one.name not in known and one.name not in moved]
    heir = next((one for one in new if before and one.at == was), None)
    alone = new[0] if before and len(new) == 1 else None
    return LostMove(decision, heir, alone or _nearest(decision.subject, new or program.plan.milestones))


def _nearest(name: str, milestones: Collection[Milestone]) -> Milestone | None:
    close = difflib.get_close_matches(name, [one.name for one in milestones], n=1)
    return next((one for one in milestones if one.name in close), None)


def _plan_at(program: Program, at: datetime) -> Plan | None:
    sources = plan_versions.sources_of(plan_versions.digest_at(at))
    try:
        return files.parse(sources, program.settings) if sources else None
    except ScheduleError:  # it fits these settings no more
        return None
