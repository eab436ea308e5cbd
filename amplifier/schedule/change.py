"""What people change against the plan: first shown, then decided. The planner carries it into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from amplifier.campaign.delivery import OUT, State
from amplifier.campaign.plan import Decision, DecisionKind, Distance, Milestone, Plan
from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import Problem, UsageError
from amplifier.schedule.facts import Untrue
from amplifier.schedule.free_words import Stale
from amplifier.schedule.known import find_named, names_to_tell, rows_of
from amplifier.schedule.milestones import effective, moved
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, all_occurrences, post_name, read_again, wanted_posts
from amplifier.schedule.review import on_x, untrue_out
from amplifier.schedule.stale import stale_words, wanted_now
from amplifier.schedule.timing import outside
from amplifier.settings import Settings
from amplifier.store import accounts, decisions, journeys, ledger, plan_versions
from amplifier.text.time_of_day import day_and_time
from amplifier.written import nearest

OPEN = frozenset({State.QUEUED, State.HELD, State.DROPPED})  # it goes out yet, or may once it is wanted again


@dataclass(frozen=True)
class Shift:
    """A post that moves: its name, and its time before and after, in the campaign's zone.

    `on` are the accounts on which it does, where it is out on others already.
    """

    post: str
    before: datetime
    after: datetime
    on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unsayable:
    """A post that could be put into words no more on these accounts, and why."""

    post: PostId
    accounts: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Move:
    """A milestone that is about to move: from where to where, what follows it, and what has gone out already.

    `gone` are posts that would not go out any more, `added` those that would go out as well, each with its time, where
    a milestone begins or ends what recurs. `unsayable` would be held, since they could not be put into words.
    `copies` are posts that would be held then, since the move brings them too near to nearly the same words on X.
    `stale` are words of people that would be held, since they are no longer so then; `freed` those that this move makes
    true again. `untrue` is out, and would be no longer so. `program` is the plan that it was worked out by.
    """

    milestone: Milestone
    to: datetime
    shifts: tuple[Shift, ...]
    sent: tuple[str, ...]
    program: Program = field(repr=False)
    gone: tuple[tuple[PostId, datetime], ...] = ()
    added: tuple[tuple[PostId, datetime], ...] = ()
    unsayable: tuple[Unsayable, ...] = ()
    copies: tuple[Problem, ...] = ()
    stale: tuple[Stale, ...] = ()
    freed: tuple[Stale, ...] = ()
    untrue: tuple[Untrue, ...] = ()


# The last reading, by the digest of its files: trying every post on every account takes a tenth of a second, and the
# pages ask on each request. Versions of one content are one reading, whichever database they come from.
_last_reading: dict[str, Program] = {}


def program_in_force(settings: Settings) -> Program:
    """The version of the plan that the service works with. Raises UsageError if it has never been started."""
    stored = plan_versions.last_good()
    if stored is None:
        raise UsageError("The service has not read the plan yet. Start it first: amplifier up")
    given, settings = settings, settings.with_limits(accounts.text_limits())
    program = _last_reading.get(stored.digest)
    if program is None or program.settings != settings:
        program = replace(read_again(stored.sources, settings, given=given), digest=stored.digest)
        _last_reading.clear()
        _last_reading[stored.digest] = program
    return program


def prepare_move(program: Program, name: str, by: datetime | Distance, *, now: datetime) -> Move:
    """What moving this milestone would change.

    Raises UsageError for a milestone that there is not, or a day that is none of the campaign's: a mistyped year would
    take every post that hangs on it along, and the files may not say it either.
    """
    made = decisions.decisions()
    plan = effective(program.plan, made)
    known = {one.name: one for one in plan.milestones}
    if name not in known:
        raise UsageError(f"There is no milestone “{name}”. {nearest(name, known)}")
    milestone = known[name]
    to = moved(milestone, by)
    refused = outside(to.date(), program.settings.campaign)
    if refused:
        raise UsageError(f"{refused.message} {refused.hint}")
    trial = Decision(0, DecisionKind.MILESTONE_MOVED, name, to.isoformat(), milestone.at.isoformat(), "", "", now)
    before = _dues(program, plan)
    after = _dues(program, effective(program.plan, (*made, trial)))
    zone = milestone.at.tzinfo
    shifts, sent = [], []
    for post, due in after.items():
        was = before.get(post, due)
        if was == due:
            continue
        out, waits = _standing(program, post, made)
        if out:
            sent.append(f"{post_name(post)} on {' and '.join(out)}" if waits else post_name(post))
        if waits or not out:
            shifts.append(Shift(post_name(post), was.astimezone(zone), due.astimezone(zone), on=waits if out else ()))
    here = playing(program.settings).campaign(now)
    with_trial = (*made, trial)
    then, later = (made, wanted_now(program, made, now=now)), (with_trial, wanted_now(program, with_trial, now=now))
    had, has = stale_words(program, *then, now=now), stale_words(program, *later, now=now)
    return Move(
        milestone,
        to,
        tuple(shifts),
        tuple(sent),
        program,
        gone=tuple(
            (post, due.astimezone(zone))
            for post, due in before.items()
            if post not in after and due > here and _may_go_out(program, post, made)
        ),
        added=tuple((post, due.astimezone(zone)) for post, due in after.items() if post not in before and due > here),
        unsayable=_unsayable(then[1], later[1]),
        copies=_copies(program, made, trial),
        stale=tuple(one for one in has if one not in had),
        freed=tuple(one for one in had if (one.post, one.account) not in {(new.post, new.account) for new in has}),
        untrue=_newly(untrue_out(program, *then, now=now), untrue_out(program, *later, now=now)),
    )


def _dues(program: Program, plan: Plan) -> dict[PostId, datetime]:
    """When each post of the campaign is due, in the order of their times."""
    return {
        PostId(plan.campaign, one.slot.name, one.occurrence): one.due for one in all_occurrences(plan, program.settings)
    }


def _unsayable(had: Iterable[WantedPost], has: Iterable[WantedPost]) -> tuple[Unsayable, ...]:
    """What cannot be put into words by then, and can by now."""
    known = {(post.id, name) for post in had for name in post.unwritten}
    found = []
    for post in has:
        new = [name for name in post.unwritten if (post.id, name) not in known]
        if new:
            found.append(Unsayable(post.id, tuple(new), post.unwritten[new[0]]))
    return tuple(found)


def _copies(program: Program, made: tuple[Decision, ...], trial: Decision) -> tuple[Problem, ...]:
    """Why posts that are still to come would be held with this decision, and are not without it."""
    before = on_x(program, wanted_posts(program, made))
    after = on_x(program, wanted_posts(program, (*made, trial)))
    new = {where: why for where, why in after.items() if where not in before}
    out = {post: _standing(program, post, made)[0] for post, _ in new}
    return tuple(why for (post, account), why in new.items() if account not in out[post])


def _newly(had: Iterable[Untrue], has: Iterable[Untrue]) -> tuple[Untrue, ...]:
    """What is untrue by then, and is not by now in the same way."""
    known = {(one.stated.post, one.stated.account, one.changed) for one in had}
    return tuple(one for one in has if (one.stated.post, one.stated.account, one.changed) not in known)


def decide_move(move: Move, *, actor: str, reason: str, now: datetime) -> Decision:
    """Write the move down. Raises UsageError where the milestone does not stand any more where it was shown."""
    return decisions.keep_decision(
        kind=DecisionKind.MILESTONE_MOVED,
        subject=move.milestone.name,
        value=move.to.isoformat(),
        replaced=move.milestone.at.isoformat(),
        actor=actor,
        reason=reason,
        now=now,
        check=partial(_must_stand_still, move),
    )


def must_stand_at(milestone: Milestone | None, name: str, shown: str) -> None:
    """Raises UsageError unless the milestone of this name stands where somebody was shown it: in ISO's form."""
    try:
        before = datetime.fromisoformat(shown)
    except ValueError:
        raise UsageError(f"It was not said where {name} stood. Nothing was moved. Load the page again.") from None
    if milestone is None:
        raise UsageError(f"{name} is not in the plan any more since you were shown it. Nothing was moved.")
    if milestone.at != before:
        after, before = milestone.at, before.astimezone(milestone.at.tzinfo)
        raise UsageError(
            f"{name} stands at {day_and_time(after)} by now, and you were shown {day_and_time(before)}: somebody "
            "has moved it meanwhile. Nothing was moved. Look at it, and move it from there."
        )


def _must_stand_still(move: Move) -> None:
    ledger.lock()
    program, name = move.program, move.milestone.name
    if plan_versions.last_good() is not None:
        program = program_in_force(program.settings)  # the files may say another time by now
    stands = effective(program.plan, decisions.decisions()).milestones
    found = next((one for one in stands if one.name == name), None)
    must_stand_at(found, name, move.milestone.at.isoformat())


def find_post(program: Program, name: str) -> PostId:
    """The coming post of the plan that this name means. Raises UsageError if none or several fit."""
    return find_named(program, name, _to_choose_from(program, name, wanted_posts(program, decisions.decisions()))).id


def _to_choose_from(program: Program, name: str, wanted: Sequence[WantedPost]) -> Sequence[WantedPost]:
    """These posts; of a slot that is named alone those that are out or over are no choice while others are to come."""
    ids = [post.id for post in wanted if post.id.slot == name]
    named = names_to_tell(program, ids)
    rows: dict[PostId, list[State]] = {}
    for row in journeys.journeys_of([named.get(post, post) for post in ids]):
        rows.setdefault(row.identity.post, []).append(row.state)
    over = {post for post in ids if not OPEN & set(rows.get(named.get(post, post), OPEN))}
    return wanted if len(over) == len(ids) else [post for post in wanted if post.id not in over]


def _may_go_out(program: Program, post: PostId, made: tuple[Decision, ...]) -> bool:
    out, waits = _standing(program, post, made)
    return bool(waits or not out)


def _standing(program: Program, post: PostId, made: tuple[Decision, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The accounts on which this post of the plan, whatever the ledger calls it, is out or on its way; and it waits."""
    rows = [row for there in rows_of(program, post, made) for row in journeys.journeys(post=there)]
    out = (row.identity.account for row in rows if row.state in OUT)
    waits = (row.identity.account for row in rows if row.state in (State.QUEUED, State.HELD))
    return tuple(dict.fromkeys(out)), tuple(dict.fromkeys(waits))
