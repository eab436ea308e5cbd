"""What people decided about a slot goes along when it is renamed, for good: its `was:` may be taken out of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.schedule.facts import left_alone
from amplifier.schedule.former import follow
from amplifier.schedule.program import Program, given_words
from amplifier.store import decisions


def carry(program: Program, *, actor: str, now: datetime) -> tuple[Decision, ...]:
    """All decisions, after what was decided about a former name is written down once more under the name of now."""
    made = decisions.decisions()
    new = list(_lacking(program, made))
    for kind, before, after, value, facts in new:
        decisions.keep_decision(
            kind=kind,
            subject=after,
            value=value,
            replaced="",
            actor=actor,
            reason=f"{before} is called {after} now",
            now=now,
            facts=facts,
        )
    return decisions.decisions() if new else made


def _lacking(program: Program, made: tuple[Decision, ...]) -> Iterator[tuple[DecisionKind, str, str, str, str]]:
    """Kind, former and present name, value and facts of what is known under the former name alone."""
    followed = follow(made, program.plan)
    known = {(one.kind, one.subject) for one in made}
    moved = {
        (after.kind, after.subject): before.subject
        for before, after in zip(made, followed, strict=True)
        if before.subject != after.subject and (after.kind, after.subject) not in known
    }
    given = given_words(program, followed) if moved else {}
    left = left_alone(followed) if moved else {}
    left_out = {one.subject: one.value for one in followed if one.kind is DecisionKind.SLOT_SKIPPED}
    for (kind, after), before in moved.items():
        value, facts = "", ""
        if kind is DecisionKind.WORDS_REPLACED:
            words = given[after]
            value = json.dumps({name: one.text for name, one in words.items()})
            facts = json.dumps({name: [[fact.name, fact.value] for fact in one.facts] for name, one in words.items()})
        elif kind is DecisionKind.SLOT_SKIPPED:
            value = left_out[after]
        elif kind is DecisionKind.FACT_LEFT:
            value = json.dumps(left[after])
        yield kind, before, after, value, facts
