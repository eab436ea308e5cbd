"""A coming post left out, on some accounts or everywhere, and what is left out; the planner carries it out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId, WantedPost
from amplifier.campaign.skips import Skip, everywhere_but, only_on, skips
from amplifier.errors import UsageError
from amplifier.schedule.decided.ahead import must_be_ahead, must_not_have_begun, still_to_come
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.known import find_named, hours_around, told
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, all_occurrences, post_name, wanted_posts
from amplifier.store import decisions

NOBODY_DID = "Nobody has left out “{}”. What is left out stands in: amplifier plan"


@dataclass(frozen=True)
class LeftOut:
    """A post that people left out: where, by which decision, and the words that it would have there; `real` is when.

    `post` is in the campaign's own time, `real` on the stage of a rehearsal.
    """

    post: WantedPost
    skip: Skip
    real: datetime


def left_out(program: Program) -> tuple[LeftOut, ...]:
    """All posts of the plan that people left out, in the order of their time."""
    made = follow(decisions.decisions(), program.plan)
    found = skips(made)
    if not found:
        return ()
    unskipped = tuple(one for one in made if one.kind is not DecisionKind.SLOT_SKIPPED)
    stage = playing(program.settings)
    return tuple(
        LeftOut(_there(post, skip), skip, stage.real(post.moment.due_at))
        for post in wanted_posts(program, unskipped)
        if (skip := found.get(post_name(post.id)))
    )


@dataclass(frozen=True)
class Skipped:
    """A post that people left out and may still take in again: when it would be due, and where it is left out.

    `accounts` None: everywhere, `but` on these. `real` is on the stage of a rehearsal; `wall_time` as the campaign's
    clocks show it.
    """

    post: PostId
    wall_time: str
    real: datetime
    accounts: frozenset[str] | None
    but: frozenset[str] = frozenset()


def skipped_ahead(program: Program, *, now: datetime) -> tuple[Skipped, ...]:
    """What of the plan is left out and still ahead, in the order of its time; without its words, so it costs little."""
    made = follow(decisions.decisions(), program.plan)
    found = skips(made)
    if not found:
        return ()
    stage = playing(program.settings)
    ahead = []
    for one in all_occurrences(effective(program.plan, made), program.settings):
        skip, real = found.get(f"{one.slot.name}/{one.occurrence}"), stage.real(one.due)
        if skip and real > now:
            post = PostId(program.plan.campaign, one.slot.name, one.occurrence)
            ahead.append(Skipped(post, one.wall_time, real, skip.accounts, skip.but))
    return tuple(ahead)


def prepare_skip(program: Program, post: PostId, *, on: Collection[str] = ()) -> WantedPost | None:
    """What would not go out; None where the plan has no words for it. Raises UsageError where nothing is left to skip.

    `on`: on these accounts alone.
    """
    must_be_ahead(program, post)
    coming = still_to_come(program, post)
    if not on:
        return coming
    names = [*(said.account for said in coming.words), *coming.unwritten] if coming else []
    for name in on:
        if name not in names:
            where = f"It goes to {' and '.join(names)}." if names else "It is to go out on no account."
            raise UsageError(f"{told(program, post)} is not to go out on {name}. {where}")
    return replace(coming, words=tuple(said for said in coming.words if said.account in on)) if coming else None


def decide_skip(  # noqa: PLR0913  which post where, who says so and why, and what has to be so still
    program: Program,
    post: PostId,
    *,
    actor: str,
    reason: str,
    now: datetime,
    on: Collection[str] = (),
    first: Callable[[], None] = lambda: None,
) -> Decision:
    """Leave this post out everywhere, or on these accounts. Raises UsageError if it is too late for that.

    `first` is asked when nobody else can decide; what it raises keeps the post in.
    """
    skip = _skip_of(program, post)
    if not on or (skip and skip.accounts is None):
        value = everywhere_but(skip.but - set(on) if skip and on else ())  # left out everywhere, it stays so
    else:
        value = only_on({*on, *(skip.accounts or () if skip else ())})

    def check() -> None:
        must_be_ahead(program, post)
        must_not_have_begun(program, post, on)
        must_stand(program, post, skip)
        first()

    return decisions.keep_decision(
        kind=DecisionKind.SLOT_SKIPPED,
        subject=post_name(post),
        value=value,
        replaced="",
        actor=actor,
        reason=reason,
        now=now,
        hours=hours_around(program, post),
        check=check,
    )


def find_left_out(program: Program, name: str, *, now: datetime, on: Collection[str] = ()) -> LeftOut:
    """The post of this name that people left out.

    Raises UsageError if nobody did (on one of these accounts), or its time has come.
    """
    found = {one.post.id: one for one in left_out(program)}
    slot = name.partition("/")[0]
    if not any(post.slot == slot for post in found):
        raise UsageError(NOBODY_DID.format(name))
    one = found[find_named(program, name, [each.post for each in found.values()], nobody=NOBODY_DID.format(name)).id]
    goes_to = {*(said.account for said in one.post.words), *one.post.unwritten}
    for account in on:
        if account not in goes_to:
            raise UsageError(f"Nobody has left out {told(program, one.post.id)} on {account}.")
    if one.real <= now:
        said = f"The time of {told(program, one.post.id)} has come, so it cannot be taken in again."
        raise UsageError(f"{said} To say it anew: amplifier send")
    return one


def _skip_of(program: Program, post: PostId) -> Skip | None:
    return skips(follow(decisions.decisions(), program.plan)).get(post_name(post))


def must_stand(program: Program, post: PostId, skip: Skip | None) -> None:
    """Raises UsageError where somebody has decided anew about leaving this post out; nobody else can do so now."""
    if _skip_of(program, post) != skip:
        raise UsageError(
            f"Somebody has decided about {told(program, post)} a moment ago, so nothing was changed. "
            "Look at it (amplifier plan), and give the command once more."
        )


def _there(post: WantedPost, skip: Skip) -> WantedPost:
    """The post on the accounts on which it is left out."""
    words = tuple(said for said in post.words if skip.holds_on(said.account))
    unwritten = {name: why for name, why in post.unwritten.items() if skip.holds_on(name)}
    return replace(post, words=words, unwritten=unwritten)
