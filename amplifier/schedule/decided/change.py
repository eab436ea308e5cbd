"""What people change against the plan: first shown, then decided. The planner carries it into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import Decision, DecisionKind, Distance, Milestone
from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import FileError, Problem, UsageError
from amplifier.field_types import nearest
from amplifier.schedule.born import too_late_at
from amplifier.schedule.decided.in_force import CHANGED_SINCE, settings_in_force
from amplifier.schedule.decided.in_ledger import InLedger, in_ledger
from amplifier.schedule.milestones import effective, moved
from amplifier.schedule.naming.known import find_named
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, read_again, wanted_posts
from amplifier.schedule.timing import outside
from amplifier.schedule.truth.facts import Untrue
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.review import on_x, untrue_out
from amplifier.schedule.truth.stale import stale_words, wanted_now
from amplifier.settings import Settings
from amplifier.store import decisions, ledger, plan_versions
from amplifier.store.identity import accounts
from amplifier.text.time_of_day import day_and_time


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
    a milestone begins or ends what recurs. `again` were missed, would lie ahead again, and then wait for a person.
    `unsayable` would be held, since they could not be put into words; `sayable` could be put into words again.
    `copies` are posts that would be held then, since the move brings them too near to nearly the same words on X.
    `stale` are words of people that would be held, since they are no longer so then; `freed` those that this move makes
    true again, `still_held` what is held for such words already and stays so. `untrue` is out, and would be no longer
    so. `program` is the plan that it was worked out by.
    """

    milestone: Milestone
    to: datetime
    shifts: tuple[Shift, ...]
    sent: tuple[str, ...]
    program: Program = field(repr=False)
    gone: tuple[tuple[PostId, datetime], ...] = ()
    added: tuple[tuple[PostId, datetime], ...] = ()
    again: tuple[str, ...] = ()
    unsayable: tuple[Unsayable, ...] = ()
    sayable: tuple[Unsayable, ...] = ()
    copies: tuple[Problem, ...] = ()
    stale: tuple[Stale, ...] = ()
    freed: tuple[Stale, ...] = ()
    still_held: tuple[Stale, ...] = ()
    untrue: tuple[Untrue, ...] = ()


# The last reading, by the digest of its files: trying every post on every account takes a tenth of a second, and the
# pages ask on each request. Versions of one content are one reading, whichever database they come from.
_last_reading: dict[str, Program] = {}


def program_in_force(settings: Settings) -> Program:
    """The version of the plan that the service works with, read with the settings that it works with.

    Raises UsageError if it has never been started, or where settings.yaml has changed since and those cannot be known.
    """
    stored = plan_versions.last_good()
    if stored is None:
        raise UsageError("The service has not read the plan yet. Start it first: amplifier up")
    given = settings_in_force(settings)
    settings = given.with_limits(accounts.text_limits())
    program = _last_reading.get(stored.digest)
    if program is None or program.settings != settings:
        try:
            program = replace(read_again(stored.sources, settings, given=given), digest=stored.digest)
        except FileError:  # it was good with the settings of its time
            raise UsageError(CHANGED_SINCE) from None
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
    milestones = {one.name: one for one in plan.milestones}
    if name not in milestones:
        raise UsageError(f"There is no milestone “{name}”. {nearest(name, milestones)}")
    milestone = milestones[name]
    to = moved(milestone, by)
    refused = outside(to.date(), program.settings.campaign)
    if refused:
        raise UsageError(f"{refused.message} {refused.hint}")
    trial = Decision(0, DecisionKind.MILESTONE_MOVED, name, to.isoformat(), milestone.at.isoformat(), "", "", now)
    with_trial = (*made, trial)
    had, has = wanted_now(program, made, now=now), wanted_now(program, with_trial, now=now)
    before, after = ({post.id: post for post in sorted(posts, key=_due)} for posts in (had, has))
    known = in_ledger(program, {*before, *after}, made)
    zone, here = ZoneInfo(plan.zone), playing(program.settings).campaign(now)
    shifts, sent, again = [], [], []
    for id_, post in after.items():
        was, stands = _due(before.get(id_, post)), known[id_]
        if was == _due(post):
            continue
        name = post_name(stands.name)
        if stands.out:
            sent.append(f"{name} on {' and '.join(stands.out)}" if stands.waits else name)
        if stands.missed and _due(post) > here:
            again.append(f"{name} on {' and '.join(stands.missed)}")
        if not stands.is_settled:
            on = stands.waits if stands.out or stands.missed else ()
            shifts.append(Shift(name, was.astimezone(zone), _due(post).astimezone(zone), on=on))
    over = {known[id_].name for id_, post in after.items() if too_late_at(post) <= here or known[id_].missed}
    stale, still = stale_words(program, made, had, now=now), stale_words(program, with_trial, has, now=now)
    return Move(
        milestone,
        to,
        tuple(shifts),
        tuple(sent),
        program,
        again=tuple(again),
        gone=tuple(
            (known[id_].name, _due(post).astimezone(zone))
            for id_, post in before.items()
            if id_ not in after and (known[id_].waits or (not known[id_].deliveries and too_late_at(post) > here))
        ),
        added=tuple(
            (known[id_].name, _due(post).astimezone(zone))
            for id_, post in after.items()
            if id_ not in before and too_late_at(post) > here and not known[id_].is_settled
        ),
        unsayable=_unsayable(before, after, known, here=here),
        sayable=_unsayable(after, before, known, here=here),
        copies=_copies(program, made, trial),
        stale=tuple(one for one in not_yet(still, held=stale) if one.post not in over),
        freed=not_yet(stale, held=still),
        still_held=tuple(one for one in still if one not in not_yet(still, held=stale)),
        untrue=_newly(untrue_out(program, made, had, now=now), untrue_out(program, with_trial, has, now=now)),
    )


def _due(post: WantedPost) -> datetime:
    return post.moment.due_at


def _unsayable(
    had: Mapping[PostId, WantedPost],
    has: Mapping[PostId, WantedPost],
    known: Mapping[PostId, InLedger],
    *,
    here: datetime,
) -> tuple[Unsayable, ...]:
    """What may still go out and cannot be put into words in `has`, and could be in `had` (or was not wanted)."""
    found = []
    for id_, post in has.items():
        before = had[id_].unwritten if id_ in had else {}
        new = [name for name in post.unwritten if name not in before and known[id_].may_go_out(name)]
        if new and too_late_at(post) > here:
            found.append(Unsayable(known[id_].name, tuple(new), post.unwritten[new[0]]))
    return tuple(found)


def _copies(program: Program, made: tuple[Decision, ...], trial: Decision) -> tuple[Problem, ...]:
    """Why posts that are still to come would be held with this decision, and are not without it."""
    before = on_x(program, wanted_posts(program, made))
    after = on_x(program, wanted_posts(program, (*made, trial)))
    new = {where: why for where, why in after.items() if where not in before}
    known = in_ledger(program, {post for post, _ in new}, made)
    return tuple(why for (post, account), why in new.items() if known[post].may_go_out(account))


def not_yet(found: Iterable[Stale], *, held: Iterable[Stale]) -> tuple[Stale, ...]:
    """Those of these whose post is not held on that account already, for whatever else its words say."""
    known = {(one.post, one.account) for one in held}
    return tuple(one for one in found if (one.post, one.account) not in known)


def _newly(had: Iterable[Untrue], has: Iterable[Untrue]) -> tuple[Untrue, ...]:
    """What is out and untrue by then, and is not so by now already."""
    known = {(one.stated.post, one.stated.account) for one in had}
    return tuple(one for one in has if (one.stated.post, one.stated.account) not in known)


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
    made = decisions.decisions()
    return find_named(program, name, _to_choose_from(program, name, wanted_posts(program, made), made)).id


def _to_choose_from(
    program: Program, name: str, wanted: Sequence[WantedPost], made: Sequence[Decision]
) -> Sequence[WantedPost]:
    """These posts; of a slot that is named alone those that are out or over are no choice while others are to come."""
    ids = [post.id for post in wanted if post.id.slot == name]
    over = {id_ for id_, stands in in_ledger(program, ids, made).items() if stands.is_over}
    return wanted if len(over) == len(ids) else [post for post in wanted if post.id not in over]
