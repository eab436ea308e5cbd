"""New words for a post that is held as untrue: what it was held for still counts where they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.post import Fact, PostId, Words
from amplifier.schedule.facts import values
from amplifier.schedule.free_words import Stale, wrongs
from amplifier.schedule.milestones import effective
from amplifier.schedule.program import Program, wanted_posts
from amplifier.schedule.stale import WAITING, stale_unsent, with_failing
from amplifier.store import decisions, journeys


@dataclass(frozen=True)
class HeldStill:
    """What new words state, by account, and those among them that stay held."""

    facts: Mapping[str, tuple[Fact, ...]]
    stale: tuple[Stale, ...] = ()


def planned_still(
    program: Program, post: PostId, words: Iterable[Words], facts: Mapping[str, tuple[Fact, ...]]
) -> HeldStill:
    """What these words for a post of the plan state: `facts`, and what it is held for where they say that again."""
    made = decisions.decisions()
    held = with_failing(program, made, [one for one in wanted_posts(program, made) if one.id == post])
    return _still(program, held, words, facts)


def own_still(
    program: Program, post: PostId, words: Iterable[Words], facts: Mapping[str, tuple[Fact, ...]], *, now: datetime
) -> HeldStill:
    """The same for a post of a person's own."""
    rows = [row.id for row in journeys.journeys(post=post) if row.identity.revision == 0]
    held = stale_unsent(program, decisions.decisions(), now=now, among=rows, states=WAITING)
    return _still(program, tuple(held.values()), words, facts)


def _still(
    program: Program, held: Sequence[Stale], words: Iterable[Words], facts: Mapping[str, tuple[Fact, ...]]
) -> HeldStill:
    today = values(effective(program.plan, decisions.decisions()), program.settings.campaign)
    told, stale = dict(facts), list[Stale]()
    for said in words:
        for one in (each for each in held if each.account == said.account):
            # what is of that time by now explains the words: they need not mean what they meant
            before = {wrong.fact: wrong.then for wrong in one.wrongs if wrong.then not in today.values()}
            others = [fact for fact in facts.get(said.account, ()) if fact.name not in before]
            counted = (*others, *(Fact(name, then) for name, then in before.items()))
            if found := wrongs(said.text, counted, today, one.day):
                told[said.account] = counted
                stale.append(replace(one, text=said.text, wrongs=found, template=""))
    return HeldStill(told, tuple(stale))
