"""Milestones that people moved and that the plan names no more: their hour must not change back in silence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind, Milestone, Plan
from amplifier.errors import AmplifierError, Problem, ScheduleError, UsageError
from amplifier.schedule import files
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.milestones import effective, last_moves
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program
from amplifier.settings import Settings
from amplifier.store import decisions, plan_versions

MEANWHILE = "What is known of {} has changed meanwhile. Nothing was done; look at it again (amplifier check)."


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
        given_up = f"If that is meant: amplifier milestone forget {name}"
        if likely is None:
            hint = f"If it has another name now, move that one. {given_up}"
            return Problem(f"{files.SCHEDULES}/", 0, "lost_move", said, hint)
        hint = f"If {name} is {likely.name} now, write its new time: {likely.name}: {to:%Y-%m-%d %H:%M}"
        hint = hint if self.heir else f"{hint}. {given_up}"
        return Problem(likely.path, likely.line, "lost_move", said, hint)


def lost_moves(program: Program, made: tuple[Decision, ...], *, now: datetime) -> tuple[LostMove, ...]:
    """The moves that the files have lost, while the time to which people moved is still ahead.

    One is found again when any milestone stands at that time, or when people have moved the one that it is likely to
    be now; and nobody looks for one that was forgotten.
    """
    at = playing(program.settings).campaign(now) if made else now
    names = {one.name for one in program.plan.milestones}
    there = {one.at for one in effective(program.plan, made).milestones}
    found = []
    for name, one in last_moves(made).items():
        to = datetime.fromisoformat(one.value)
        if name not in names and to > at and to not in there:
            found.append(_lost(program, one, made))
    return tuple(one for one in found if one)


def lost_now(settings: Settings, *, now: datetime) -> list[Problem]:
    """The same in sentences, of the plan in force; nothing where there is none."""
    try:
        found = lost_moves(program_in_force(settings), decisions.decisions(), now=now)
    except AmplifierError:
        return []
    return [one.problem(settings.campaign.place) for one in found]


def forget_move(program: Program, name: str, *, actor: str, reason: str, now: datetime) -> Decision:
    """Write down that a milestone which the plan names no more is given up, and its move with it.

    Raises UsageError for any other, also where files or decisions have changed that meanwhile.
    """
    lost = _lost_of(program, name, now=now)

    def check() -> None:
        if program.digest and plan_versions.newest_digest() != program.digest:
            raise UsageError(MEANWHILE.format(name))
        if _lost_of(program, name, now=now) != lost:
            raise UsageError(MEANWHILE.format(name))

    return decisions.keep_decision(
        kind=DecisionKind.MOVE_FORGOTTEN,
        subject=name,
        value="",
        replaced=lost.value,
        actor=actor,
        reason=reason,
        now=now,
        check=check,
    )


def _lost_of(program: Program, name: str, *, now: datetime) -> Decision:
    """The move of this milestone that was lost. Raises UsageError where none was."""
    lost = {one.decision.subject: one.decision for one in lost_moves(program, decisions.decisions(), now=now)}
    if name in {one.name for one in program.plan.milestones}:
        raise UsageError(f"{name} is in the plan. Move it instead: amplifier milestone move {name} +40m")
    if name not in lost:
        raise UsageError(f"No move of {name} was lost, so there is nothing to forget.")
    return lost[name]


def refuse_lost(program: Program, made: tuple[Decision, ...], *, now: datetime) -> None:
    """Raise ScheduleError where a milestone that people moved has another name now, and the file's own hour again."""
    place = program.settings.campaign.place
    found = [one.problem(place) for one in lost_moves(program, made, now=now) if one.heir]
    if found:
        raise ScheduleError(found)


def _lost(program: Program, decision: Decision, made: Sequence[Decision]) -> LostMove | None:
    """The heir is new since the move, at the very time that the file gave the one that is gone.

    None where people have moved the one that is likely to be it: they have said when it is.
    """
    before = _plan_at(program, decision.at)
    known = {one.name: one.at for one in before.milestones} if before else {}
    was = known.get(decision.subject)
    new = [one for one in program.plan.milestones if one.name not in known]
    heir = next((one for one in new if before and one.at == was), None)
    alone = new[0] if before and len(new) == 1 else None
    nearest = alone or _nearest(decision.subject, new or program.plan.milestones)
    likely = heir or nearest
    moved = {one.subject for one in made if one.kind is DecisionKind.MILESTONE_MOVED and one.id > decision.id}
    return None if likely in new and likely.name in moved else LostMove(decision, heir, nearest)


def _nearest(name: str, milestones: Collection[Milestone]) -> Milestone | None:
    close = difflib.get_close_matches(name, [one.name for one in milestones], n=1)
    return next((one for one in milestones if one.name in close), None)


def _plan_at(program: Program, at: datetime) -> Plan | None:
    sources = plan_versions.sources_of(plan_versions.digest_at(at))
    try:
        return files.parse(sources, program.settings) if sources else None
    except ScheduleError:  # it fits these settings no more
        return None
