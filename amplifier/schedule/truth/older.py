"""What the words of an earlier version state, which it did not write down: found out once, and kept from then on.

Later changes of the files must not change what was so when somebody wrote their words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from amplifier.campaign.plan import Decision, DecisionKind, Plan
from amplifier.campaign.post import Fact, PostId
from amplifier.errors import ScheduleError, TemplateError
from amplifier.schedule import files
from amplifier.schedule.milestones import effective
from amplifier.schedule.one_by_one import by_itself
from amplifier.schedule.program import Program, all_occurrences
from amplifier.schedule.truth import facts
from amplifier.schedule.truth.free_words import MILESTONE, stated_in
from amplifier.schedule.truth.stale import campaign_day
from amplifier.store import decisions, events, plan_versions, published_facts


def with_facts(program: Program, made: tuple[Decision, ...], *, now: datetime) -> tuple[Decision, ...]:
    """These decisions, each with what its words state; what was lacking is found out and written down.

    Also for own posts and corrections that are not out yet, once a ledger: an earlier version kept nothing with them.
    Words that cannot be worked out lack it still; whoever holds them against what is so says why they wait.
    """
    lacking = [one for one in made if _lacks(one)]
    is_first = not decisions.has_kept_facts()
    if not lacking and not is_first:
        return made
    past = _Past(program, made)
    found: dict[int, dict[str, Sequence[Fact]]] = {}
    given: dict[str, dict[str, tuple[str, Sequence[Fact]]]] = {}  # by post and account the words, and what they state
    for place, one in enumerate(made):
        if one.kind is not DecisionKind.WORDS_REPLACED:
            continue
        before, texts = given.get(one.subject, {}), json.loads(one.value)
        if _lacks(one):
            known = past.known(one.at, place)
            day = past.day_of(one.subject, one.at, place)
            asked = {name: _stated_in(_post(program, one.subject), text, known, day) for name, text in texts.items()}
            new = {name: facts_then for name, facts_then in asked.items() if facts_then is not None}
            carried = {name: before[name][1] for name, text in texts.items() if before.get(name, ("", ()))[0] == text}
            found[one.id] = new | carried
        kept = found.get(one.id) or _kept(one)
        given[one.subject] = {name: (text, kept[name]) for name, text in texts.items() if name in kept}
    decisions.keep_facts(found, past.of_unsent() if is_first else {}, now=now)
    return decisions.decisions()


def _post(program: Program, subject: str) -> PostId:
    slot, _, occurrence = subject.partition("/")
    return PostId(program.plan.campaign, slot, occurrence)


def _stated_in(post: PostId, text: str, known: Sequence[Fact], day: date) -> tuple[Fact, ...] | None:
    """What these words of a post state; None where that cannot be worked out."""
    try:
        return by_itself(post, partial(stated_in, text, known, day))
    except TemplateError:
        return None


def _lacks(one: Decision) -> bool:
    return one.kind is DecisionKind.WORDS_REPLACED and not one.facts


def _kept(one: Decision) -> dict[str, Sequence[Fact]]:
    return {name: tuple(Fact(*fact) for fact in told) for name, told in json.loads(one.facts or "{}").items()}


class _Past:
    """What was so at an instant, as far as the ledger tells: versions of the plan, decisions, the planner's notes."""

    def __init__(self, program: Program, made: tuple[Decision, ...]) -> None:
        self._program = program
        self._made = made
        told = events.events_of(events.of_facts(program.plan.campaign))
        self._notes = [(one.at, json.loads(one.detail)["known"]) for one in told]

    def known(self, at: datetime, place: int) -> tuple[Fact, ...]:
        """Everything that words could state then, before the decision at this place."""
        today = facts.values(self._plan(at, place), self._program.settings.campaign)
        noted = [known for noted_at, known in self._notes if noted_at <= at] or [known for _, known in self._notes[:1]]
        others = noted[-1] if noted else today
        found = {name: value for name, value in others.items() if not name.startswith(MILESTONE)}
        found |= {name: value for name, value in today.items() if name.startswith(MILESTONE)}
        return tuple(Fact(name, value) for name, value in found.items())

    def day_of(self, post: str, at: datetime, place: int) -> date:
        """For which day a post (`slot/occurrence`) was planned then."""
        due = all_occurrences(self._plan(at, place), self._program.settings)
        days = (one.wall_time[:10] for one in due if f"{one.slot.name}/{one.occurrence}" == post)
        day = next(days, "")
        return date.fromisoformat(day) if day else self._program.settings.campaign.first_day

    def of_unsent(self) -> dict[int, tuple[Fact, ...]]:
        """What own posts and corrections state that are not out yet, by delivery, where nothing is kept with them."""
        found = {}
        for one in published_facts.unsent(self._program.plan.campaign):
            if one.facts:
                continue
            written = events.events_of(events.of_delivery(one.delivery.id))
            at = written[0].at if written else one.too_late_at
            day = campaign_day(self._program, one.waits.due_at if one.waits else at)
            known = self.known(at, sum(made.at <= at for made in self._made))
            if facts_then := _stated_in(one.post, one.delivery.text, known, day):
                found[one.delivery.id] = facts_then
        return found

    def _plan(self, at: datetime, place: int) -> Plan:
        """The plan that was in force then, with the milestones where the decisions before this place moved them."""
        plan = self._program.plan
        try:
            if sources := plan_versions.sources_of(plan_versions.digest_at(at)):
                plan = files.parse(sources, self._program.settings)
        except ScheduleError:  # it fits these settings no more, so that today's has to tell
            plan = self._program.plan
        return effective(plan, self._made[:place])
