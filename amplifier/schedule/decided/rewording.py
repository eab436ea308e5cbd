"""Other words for a coming post, and the plan's words back: first shown, then decided; the planner carries it out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import Fact, PostId, WantedPost, Words
from amplifier.compose.memory import SINCE, Ahead, must_be_the_plan, remembered, unseen
from amplifier.compose.queue import own_words
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.errors import UsageError
from amplifier.schedule.decided.ahead import (
    echoes_of,
    must_be_ahead,
    must_be_ahead_there,
    must_not_have_begun,
    to_be_said,
)
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.known import hours_around, row_of, told
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.held_still import planned_still
from amplifier.schedule.truth.stale import wanted_now
from amplifier.store import decisions, delivery_views
from amplifier.store.identity import accounts

WAITING = (State.QUEUED, State.HELD)


@dataclass(frozen=True)
class Rewording:
    """Other words for a post, as they would go out, and which texts around them say nearly the same.

    `facts` is what they state of all that is so now, by account; `stale` are those that stay held as untrue, since they
    say the same again. `after` is the number of the decision about the post's
    words that was the last by then, 0 if there was none.
    """

    words: tuple[Words, ...]
    echoes: tuple[Echo, ...]
    facts: Mapping[str, tuple[Fact, ...]]
    after: int
    stale: tuple[Stale, ...] = ()


@dataclass(frozen=True)
class PlanWords:
    """The plan's words for a post in place of people's: the accounts that get them, and the words as far as it has any.

    `after` is as in Rewording; `echoes` say nearly the same as they do.
    """

    post: PostId
    accounts: tuple[str, ...]
    words: tuple[Words, ...]
    after: int
    echoes: tuple[Echo, ...] = ()


def prepare_words(program: Program, post: PostId, words: Mapping[str, str], *, now: datetime) -> Rewording:
    """What giving this post other words on these accounts (account to text) would make of it.

    Raises UsageError if it is too late, the post does not go there or X has the words already or is to have them,
    TemplateError if a network would not take them.
    """
    return _prepared(program, post, words, to_be_said(program, now=now), now)


def _prepared(program: Program, post: PostId, words: Mapping[str, str], plan: Ahead, now: datetime) -> Rewording:
    must_be_ahead_there(program, post, words)
    settings = program.settings
    accounts.must_be_called_so({name: settings.account(name).identity for name in words})
    finished = tuple(own_words(text, settings.account(name), settings) for name, text in words.items())
    echoes = _echoes(program, post, finished, plan)
    still = planned_still(program, post, finished, now=now)
    return Rewording(finished, echoes, still.facts, _number(_last(program, post)), still.stale)


def decide_words(  # noqa: PLR0913  which words, on what they rest, and who says so
    program: Program,
    post: PostId,
    words: Mapping[str, str],
    *,
    actor: str,
    reason: str,
    now: datetime,
    seen: Rewording | None = None,
) -> Decision:
    """Give this post other words on these accounts (account to text).

    They are kept as they were written; the imprint is added whenever they are read, as the settings have it then.
    `seen` is what the person agreed to: the words state what was so then, whatever changed while they thought about it.
    Raises what `prepare_words` raises, and UsageError where somebody has said nearly the same since it was shown.
    """
    plan = to_be_said(program, now=now)
    new = _prepared(program, post, words, plan, now)
    shown = seen or new
    made, last = decisions.decisions(), _last(program, post)
    before = next((one for one in wanted_now(program, made, now=now) if one.id == post), None)
    replaced = {said.account: said.text for said in before.words} if before else {}
    earlier: dict[str, str] = json.loads(last.value) if last else {}
    facts = {account: found for account, found in (before.own_facts if before else {}).items() if account in earlier}
    facts |= shown.facts

    def check() -> None:
        _must_stand(program, post, shown.after)
        must_be_the_plan(plan)
        if unseen(shown.echoes, _echoes(program, post, new.words, plan)):
            raise UsageError(SINCE)

    return decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject=post_name(post),
        value=json.dumps({**earlier, **words}),
        replaced=json.dumps(replaced),
        actor=actor,
        reason=reason,
        now=now,
        facts=decisions.as_json(facts),
        hours=hours_around(program, post),
        check=check,
    )


def prepare_plan_words(program: Program, post: PostId, *, now: datetime, on: Collection[str] = ()) -> PlanWords:
    """The words of the plan that this post would have again where people gave it others, on these accounts or on all.

    Raises UsageError where nobody gave it other words, or it is too late.
    """
    must_be_ahead(program, post)
    must_not_have_begun(program, post, on)
    last = _last(program, post)
    given: dict[str, str] = json.loads(last.value) if last else {}
    if last is None or not given:
        raise UsageError(f"Nobody has given {told(program, post)} other words, so it says those of the plan already.")
    for name in on:
        if name not in given:
            raise UsageError(f"Nobody has given {told(program, post)} other words on {name}. On: {', '.join(given)}.")
    chosen = tuple(name for name in given if not on or name in on)
    wanted = _as_planned(program, post, last, chosen, now)
    echoes = echoes_of(program, wanted, plan=to_be_said(program, now=now)) if wanted else ()
    return PlanWords(post, chosen, wanted.words if wanted else (), last.id, echoes)


def decide_plan_words(program: Program, back: PlanWords, *, actor: str, reason: str, now: datetime) -> Decision:
    """Give the post the plan's words back.

    Raises UsageError where somebody has given it others, or said nearly the same, since they were shown.
    """
    last, plan = _last(program, back.post), to_be_said(program, now=now)
    wanted = _as_planned(program, back.post, last, back.accounts, now) if last else None

    def check() -> None:
        _must_stand(program, back.post, back.after)
        must_be_the_plan(plan)
        if wanted and unseen(back.echoes, echoes_of(program, wanted, plan=plan)):
            raise UsageError(SINCE)

    given: dict[str, str] = json.loads(last.value) if last else {}
    facts = json.loads(last.facts or "{}") if last else {}
    return decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject=post_name(back.post),
        value=json.dumps({name: text for name, text in given.items() if name not in back.accounts}),
        replaced=json.dumps({name: text for name, text in given.items() if name in back.accounts}),
        actor=actor,
        reason=reason,
        now=now,
        facts=json.dumps({name: found for name, found in facts.items() if name not in back.accounts}),
        hours=hours_around(program, back.post),
        check=check,
    )


def _must_stand(program: Program, post: PostId, after: int) -> None:
    """Raises UsageError if it is too late, or somebody has given it words since; nobody else can do so now."""
    must_be_ahead(program, post)
    if _number(_last(program, post)) != after:
        raise UsageError(
            f"Somebody has given {told(program, post)} other words a moment ago, so nothing was changed. "
            "Look at it (amplifier plan), and give the command once more."
        )


def _as_planned(
    program: Program, post: PostId, last: Decision, accounts: Collection[str], now: datetime
) -> WantedPost | None:
    """The post with the plan's words in place of those that people gave it on these accounts, and on these alone."""
    rest = {name: text for name, text in json.loads(last.value).items() if name not in accounts}
    trial = (*decisions.decisions(), replace(last, value=json.dumps(rest), hours=hours_around(program, post)))
    wanted = next((one for one in wanted_now(program, trial, now=now) if one.id == post), None)
    return replace(wanted, words=tuple(said for said in wanted.words if said.account in accounts)) if wanted else None


def _echoes(program: Program, post: PostId, words: Iterable[Words], plan: Ahead) -> tuple[Echo, ...]:
    """What these words for the post echo elsewhere. Raises UsageError for a copy that X would refuse."""
    there, settings = row_of(program, post), program.settings
    rows = delivery_views.views(post=there)
    due_at = _due(program, post, rows)
    said = [PlannedText(post_name(there), one.account, one.text, due_at) for one in words]
    on = {one.account for one in said}
    gives_way = [row.id for row in rows if row.identity.account in on and row.state in WAITING]
    found = remembered(said, settings, at=due_at, replaced=gives_way, playing=playing(settings), plan=plan)
    refused = next((echo for echo in found if echo.verdict is Verdict.REFUSED), None)
    if refused:
        raise UsageError(f"{refused}. X takes no copies, on one account or on several. Say it in another way.")
    return found


def _last(program: Program, post: PostId) -> Decision | None:
    """The last decision about the words of this post."""
    made = [one for one in follow(decisions.decisions(), program.plan) if _is_about(one, post)]
    return made[-1] if made else None


def _number(decision: Decision | None) -> int:
    return decision.id if decision else 0


def _due(program: Program, post: PostId, rows: Sequence[DeliveryView]) -> datetime:
    """When the ledger has it due; where it does not yet, when the plan has: both on the stage of a rehearsal."""
    if rows:
        return rows[0].due_at
    wanted = wanted_posts(program, decisions.decisions(), playing(program.settings))
    return next(one.moment.due_at for one in wanted if one.id == post)


def _is_about(decision: Decision, post: PostId) -> bool:
    return decision.kind is DecisionKind.WORDS_REPLACED and decision.subject == post_name(post)
