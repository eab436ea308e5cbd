"""New words for a post that is held as untrue: what it was held for still counts where they say the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import Fact, PostId, Words
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.ledger_names import left_now, left_of_row
from amplifier.schedule.program import Program
from amplifier.schedule.truth.facts import values
from amplifier.schedule.truth.forms import as_there, so_there
from amplifier.schedule.truth.free_words import DAY, Stale, left_of, not_left, stated_in, wrongs
from amplifier.schedule.truth.may_stand import MayStand
from amplifier.schedule.truth.stale import WAITING, days_of_unsent, stale_unsent, wanted_now, with_failing
from amplifier.store import decisions, delivery_views
from amplifier.text.moments import names


@dataclass(frozen=True)
class HeldStill:
    """What new words state, by account, and those among them that stay held."""

    facts: Mapping[str, tuple[Fact, ...]]
    stale: tuple[Stale, ...] = ()


def planned_still(program: Program, post: PostId, words: Sequence[Words], *, now: datetime) -> HeldStill:
    """What these words for a post of the plan state on the day on which it goes, and what it is held for still."""
    made = decisions.decisions()
    left = left_of(post, left_now(program, made))
    wanted = [one for one in wanted_now(program, made, now=now) if one.id == post]
    days = {said.account: wanted[0].day for said in words} if wanted else {}
    return _still(program, with_failing(program, _never_left(made), wanted), words, days, left)


def own_still(program: Program, post: PostId, words: Sequence[Words], *, now: datetime) -> HeldStill:
    """The same for a post of a person's own."""
    rows = [row.id for row in delivery_views.views(post=post) if row.identity.revision == 0]
    made = decisions.decisions()
    held = stale_unsent(program, _never_left(made), now=now, among=rows, states=WAITING)
    days = days_of_unsent(program, rows, now=now)
    return _still(program, tuple(held.values()), words, days, left_of_row(program, made, post))


def _never_left(made: Iterable[Decision]) -> tuple[Decision, ...]:
    """These decisions as if nobody had let any words stand: that holds for those words, and for no others."""
    return tuple(one for one in made if one.kind is not DecisionKind.FACT_LEFT)


def _still(
    program: Program,
    held: Sequence[Stale],
    words: Sequence[Words],
    days: Mapping[str, date],
    left: Collection[MayStand],
) -> HeldStill:
    """`days` is for each account the day on which the words go, `left` what people have let stand of the post."""
    today = values(effective(program.plan, decisions.decisions()), program.settings.campaign)
    known = [Fact(name, value) for name, value in today.items()]
    first_day = program.settings.campaign.first_day
    platforms = {account.name: account.platform for account in program.settings.accounts}
    facts = {said.account: stated_in(said.text, known, days.get(said.account, first_day)) for said in words}
    told, stale = dict(facts), list[Stale]()
    for said in words:
        for one in (each for each in held if each.account == said.account):
            before = _said_again(one, said.text, today)
            others = [fact for fact in facts[said.account] if fact.name not in before]
            counted = (*others, *(Fact(name, then) for name, then in before.items()))
            platform = platforms.get(said.account, "")
            there = as_there(counted, platform, said.account)
            if found := wrongs(said.text, there, so_there(there, today, platform, said.account), one.day):
                told[said.account] = counted
                if wrong := not_left(found, left, said, one.day):
                    stale.append(replace(one, text=said.text, wrongs=wrong, template=""))
    return HeldStill(told, tuple(stale))


def _said_again(held: Stale, text: str, today: Mapping[str, str]) -> dict[str, str]:
    """What of that for which words are held other words may state again, by fact."""
    named = {one.words.casefold() for one in names(text)}
    # what is of that time by now explains the words: they need not mean what they meant
    found = {one.fact: one.then for one in held.wrongs if one.fact != DAY and one.then not in today.values()}
    again = [one for one in held.wrongs if one.said.casefold() in named]
    of_day = [
        one for one in again if one.fact == DAY or today.get(one.fact) == one.then
    ]  # it is the day that is another
    if of_day and held.written:
        found |= {one.fact: one.then for one in of_day} | {DAY: held.written.isoformat()}
    return found
