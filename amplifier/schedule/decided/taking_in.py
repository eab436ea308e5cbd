"""A post of the plan that people left out, taken in again: first held against what is out and to come, and shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import Words
from amplifier.campaign.skips import everywhere_but, only_on
from amplifier.compose.memory import SINCE, Ahead, must_be_the_plan, remembered, unseen
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.errors import Problem, UsageError
from amplifier.schedule.decided.ahead import to_be_said
from amplifier.schedule.decided.skipping import LeftOut, left_out, must_stand
from amplifier.schedule.naming.known import by_time, hours_around, row_of
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.truth.review import on_x
from amplifier.store import decisions, delivery_views


@dataclass(frozen=True)
class TakenIn:
    """A post as it would go out again: its words on these accounts (none: on all), and what says nearly the same there.

    `held` says of accounts of X why it would be held there: the planner lets nothing near a copy go out on X.
    """

    found: LeftOut
    on: tuple[str, ...]
    words: tuple[Words, ...]
    echoes: tuple[Echo, ...]
    held: Mapping[str, Problem]

    @property
    def warnings(self) -> list[Problem]:
        """What whoever takes it in has to see first."""
        return [*(echo.warning() for echo in self.echoes), *self.held.values()]


def prepare_unskip(program: Program, found: LeftOut, *, now: datetime, on: Collection[str] = ()) -> TakenIn:
    """What taking it in again, everywhere or on these accounts, would make of it.

    Raises UsageError where X has the words, and the planner would not know of it.
    """
    return _prepared(program, found, on, to_be_said(program, now=now))


def _prepared(program: Program, found: LeftOut, on: Collection[str], plan: Ahead) -> TakenIn:
    words = tuple(said for said in found.post.words if not on or said.account in on)
    held = _held(program, found, on)
    echoes = _echoes(program, found, [said for said in words if said.account not in held], plan)
    refused = next((echo for echo in echoes if echo.verdict is Verdict.REFUSED), None)
    if refused:
        raise UsageError(
            f"{refused}. X takes no copies, on one account or on several. Take it in on the others alone: "
            f"amplifier skip {by_time(found.post.id, found.post.moment.wall_time)} --undo --on ACCOUNTS"
        )
    return TakenIn(found, tuple(on), words, echoes, held)


def decide_unskip(program: Program, taken: TakenIn, *, actor: str, reason: str, now: datetime) -> Decision:
    """Take the post in again, everywhere or on these accounts; an account that is new by its time gets it with all.

    Raises UsageError where somebody has decided about it, or said nearly the same, since it was shown.
    """
    found, plan = taken.found, to_be_said(program, now=now)
    as_it_is = next((one for one in left_out(program) if one.post.id == found.post.id), found)

    again = _prepared(program, as_it_is, taken.on, plan)
    compared = [said for said in again.words if said.account not in again.held]

    def check() -> None:
        must_stand(program, found.post.id, found.skip)
        must_be_the_plan(plan)
        echo = unseen(taken.echoes, _echoes(program, as_it_is, compared, plan))
        if echo or again.held.keys() - taken.held.keys():
            raise UsageError(SINCE)

    return decisions.keep_decision(
        kind=DecisionKind.SLOT_SKIPPED,
        subject=post_name(found.post.id),
        value=_left(found, taken.on),
        replaced="",
        actor=actor,
        reason=reason,
        now=now,
        hours=hours_around(program, found.post.id),
        check=check,
    )


def _left(found: LeftOut, on: Collection[str]) -> str:
    """Where it stays left out: the value of a decision."""
    skip = found.skip
    there = {*(said.account for said in found.post.words), *found.post.unwritten}
    if skip.accounts is not None:  # where nobody takes it in it stays out, also if the slot goes there again
        return only_on(skip.accounts - set(on) if on else ())
    return everywhere_but({*skip.but, *on}) if on and there - set(on) else only_on(())


def _held(program: Program, found: LeftOut, on: Collection[str]) -> dict[str, Problem]:
    """On which accounts of X it would be held, and why, by the rule by which the planner holds it."""
    made, post = decisions.decisions(), found.post.id
    kind, value = DecisionKind.SLOT_SKIPPED, _left(found, on)
    trial = Decision(0, kind, post_name(post), value, "", "", "", found.real, hours=hours_around(program, post))
    held = on_x(program, wanted_posts(program, (*made, trial)))
    return {
        account: replace(why, message=f"It would be held on {account}. {why.message}")
        for (of, account), why in held.items()
        if of == post and (not on or account in on)
    }


def _echoes(program: Program, found: LeftOut, words: Iterable[Words], plan: Ahead) -> tuple[Echo, ...]:
    """What these words echo of all that is out or to come; the post itself may be there under the ledger's name."""
    there = row_of(program, found.post.id)
    said = [PlannedText(post_name(there), one.account, one.text, found.real) for one in words]
    rows = [row.id for row in delivery_views.views(post=there)]
    settings = program.settings
    return remembered(said, settings, at=found.real, replaced=rows, playing=playing(settings), plan=plan)
