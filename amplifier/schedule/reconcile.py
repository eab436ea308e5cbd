"""Wanted against existing: what must change in the ledger. Run twice, it changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from amplifier.campaign.changes import Add, Changes, ExistingDelivery, ExistingPost, NewDelivery, Rewrite, Step, Unsent
from amplifier.campaign.delivery import LEFT_OUT_BY_PLAN, ON_ITS_WAY, DropReason, State, waits_for_a_person
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import FREED_BY_WORDS, PASSING, HoldReason
from amplifier.campaign.post import OWN, WantedPost, Words
from amplifier.schedule.born import Reasons, Where, born, too_late_at
from amplifier.schedule.held_by import STALE, Causes, held_by, missed
from amplifier.schedule.naming.matched import matched

WINDOW = timedelta(days=14)
LOOK_BACK = timedelta(days=1)
MOVABLE = (State.QUEUED, State.HELD)
NONE: Reasons = {}
NOWHERE: Where = frozenset()
PASSED = "Its time was moved into the past."
TOO_LATE_AGAIN = "The plan wants it again, but its time has passed."
AHEAD_AGAIN = "It was too late to send it, and now its time lies ahead again."
PLANNED_AGAIN = "The plan left it out, and now wants it again."
# People were asked to post it by hand, and what they did nobody knows: only a person may have it asked for once more.
ASKED = "People were asked to post it by hand before that. Look whether it is out before you send it."
WAITED = "It waited for a person when the plan left it out, and now the plan wants it again."


def reconcile(  # noqa: PLR0913  what is wanted, what there is, and what may not go out as it stands
    wanted: Iterable[WantedPost],
    existing: Sequence[ExistingPost],
    *,
    now: datetime,
    opened_at: datetime,
    fresh: bool = False,
    copies: Reasons = NONE,
    untrue: Reasons = NONE,
    settled: datetime | None = None,
    moved_back: Where = NOWHERE,
) -> Changes:
    """The changes that make the ledger match the plan.

    Only deliveries that are queued or held move, change their words or are dropped; sent ones are never touched, and of
    those on their way it is only noted when the plan went on without them. A missed one whose moment lies ahead again
    is held for a person. New posts are added up to 14 days ahead. What was due before the ledger was opened is left
    alone, but for the day before in a `fresh` ledger (one that cannot know what went out): that is born unsure, so that
    somebody looks. What the plan wants and cannot put into words on an account, as it stands, is held there until it
    can, whatever else holds it just now, and moves with its post. `copies` are those that may not be said on an account
    as the plan stands, since nearly the same is there: they are held likewise. `untrue` says for a post on an account
    what of a person's words is no longer so: it is held until they are true again, other words, or left as they are.
    What is new and was over when all that plans had was `settled` in the ledger was in no plan then, so nobody has
    missed it; but what the plan had further ahead and was `moved_back` behind us since.
    """
    known: set[int] = set()
    renamed: set[int] = set()
    adds: list[Add] = []
    rewrites: list[Rewrite] = []
    steps: list[Step] = []
    for match in matched(wanted, existing):
        post, kept, found, out = match.post, match.kept, match.row, _is_out(match.former)
        if found is None:
            is_near = _is_in_reach(post, now=now, opened_at=opened_at, fresh=fresh) and not _was_over(post, settled)
            back = {account for one, account in moved_back if one == post.id}
            have = set() if is_near else {*(words.account for words in post.words), *post.unwritten} - back
            new = tuple(_told(one, back) for one in born(post, have, copies, untrue, now=now, fresh=fresh))
            adds += [Add(kept, None, new)] if new else []
            continue
        known.add(found.row)
        renamed |= {match.former.row} if match.former else set()
        was_over = _was_over(post, settled)
        new_steps = tuple(_steps(post, found, copies, untrue, out, now=now, fresh=fresh, was_over=was_over))
        steps += new_steps
        have = {delivery.account for delivery in found.deliveries} | out
        lacking = () if was_over else tuple(born(post, have, copies, untrue, now=now, fresh=fresh))
        rewrites += _rewrites(kept, found, new_steps, lacking)
        adds += [Add(kept, found.row, lacking)] if lacking else []
    for gone in existing:
        if gone.row not in known and gone.id.slot != OWN:
            stay = gone.row in renamed  # what hands are posting by the former name is this very post
            for delivery in [one for one in gone.deliveries if not (stay and one.is_being_posted_by_hand)]:
                steps += _left_out(delivery)
    return Changes(tuple(adds), tuple(rewrites), tuple(steps))


def _is_in_reach(post: WantedPost, *, now: datetime, opened_at: datetime, fresh: bool) -> bool:
    earliest = opened_at - LOOK_BACK if fresh else opened_at
    return earliest <= too_late_at(post) and post.moment.due_at <= now + WINDOW


def _told(new: NewDelivery, back: Collection[str]) -> NewDelivery:
    """The same, but what is missed where its time was moved into the past says so."""
    is_told = new.state is State.MISSED and new.words.account in back and not new.detail
    return replace(new, detail=PASSED) if is_told else new


def _was_over(post: WantedPost, settled: datetime | None) -> bool:
    return settled is not None and too_late_at(post) <= settled


def _differs(post: WantedPost, found: ExistingPost) -> bool:
    return post.moment != found.moment or post.too_late_s != found.too_late_s


def _rewrites(
    post: WantedPost, found: ExistingPost, steps: Sequence[Step], lacking: Sequence[NewDelivery]
) -> Iterator[Rewrite]:
    """The post's own row follows the plan as long as anything of it may still go out; then only its name may change."""
    is_open = bool(steps or lacking) or any(one.state in MOVABLE or one.state in ON_ITS_WAY for one in found.deliveries)
    manual = post.hand_off != found.hand_off
    if is_open and (_differs(post, found) or manual or any(step.words for step in steps)):
        yield Rewrite(found.row, post)
    elif found.id != post.id:
        yield Rewrite(found.row, post if is_open else replace(post, moment=found.moment, too_late_s=found.too_late_s))


def keep_true(unsent: Iterable[Unsent], untrue: Mapping[int, str], *, now: datetime) -> Iterator[Step]:
    """The same for what no plan writes: `untrue` says for each delivery what of its words is no longer so."""
    for one in unsent:
        why = untrue.get(one.delivery.id, "")
        if one.delivery.state not in ON_ITS_WAY:
            is_late = one.too_late_at <= now
            step = held_by(None, one.delivery, {HoldReason.UNTRUE: why}, is_late=is_late, is_ahead=not is_late)
            if step:
                yield step
        elif why:
            yield from _overtaken(one.delivery)


def _is_out(former: ExistingPost | None) -> set[str]:
    """Where a post went out, or may have, by the row of its former name."""
    return {one.account for one in former.deliveries if one.is_out} if former else set()


def _steps(  # noqa: PLR0913  the post, its row, and what holds it back where
    post: WantedPost,
    found: ExistingPost,
    copies: Reasons,
    untrue: Reasons,
    out: Collection[str],
    *,
    now: datetime,
    fresh: bool,
    was_over: bool,
) -> Iterator[Step]:
    """`out`: the accounts on which it went out by its former name. `was_over`: it was, while no plan had it."""
    by_account = {words.account: words for words in post.words if words.account not in out}
    for delivery in found.deliveries:
        words, where = by_account.get(delivery.account), (post.id, delivery.account)
        unwritten = post.unwritten.get(delivery.account, "") if delivery.account not in out else ""
        if words is None and not unwritten:
            yield from _left_out(delivery)
        elif delivery.state in ON_ITS_WAY:
            if words is None or words.text != delivery.text or untrue.get(where):
                yield from _overtaken(delivery)
        elif not (was_over and delivery.is_unplanned):
            stale = words is not None and words.text != delivery.text and delivery.frozen
            causes = {
                HoldReason.UNWRITTEN: unwritten if words is None else "",
                HoldReason.OVERTAKEN: STALE if stale else "",
                HoldReason.UNTRUE: untrue.get(where, ""),
                HoldReason.NEAR_COPY: copies.get(where, ""),
            }
            step = _waiting(post, found, delivery, words, causes, now=now, fresh=fresh)
            if step:
                yield step


def _waiting(  # noqa: PLR0913  the post, its row, its words, and what holds it back
    post: WantedPost,
    found: ExistingPost,
    delivery: ExistingDelivery,
    words: Words | None,
    causes: Causes,
    *,
    now: datetime,
    fresh: bool,
) -> Step | None:
    """What becomes of one that is neither on its way nor left out by the plan."""
    # what a person wants sent after its time does not become late by a move that leaves its time behind us
    again = delivery.again_until if post.moment.due_at <= now else None
    deadline = too_late_at(post)
    # what was in no words here, or was missed, may have stayed behind when its post moved
    behind = (delivery.state is State.MISSED or delivery.reason == HoldReason.UNWRITTEN) and (
        delivery.too_late_at not in (None, deadline)
    )
    moved = (_differs(post, found) or behind) and again is None
    is_late = (again or deadline) <= now
    step = _step(post, delivery, words, moved=moved, is_late=is_late, now=now, fresh=fresh)
    is_given = words is not None and words.text != delivery.text and words.account in post.own_facts
    is_ahead = post.moment.due_at > now
    return held_by(next(step, None), delivery, causes, is_late=is_late, is_ahead=is_ahead, is_given=is_given)


def _step(  # noqa: PLR0913  the post, its delivery, its words, and where in time they are
    post: WantedPost,
    delivery: ExistingDelivery,
    words: Words | None,
    *,
    moved: bool,
    is_late: bool,
    now: datetime,
    fresh: bool,
) -> Iterator[Step]:
    """What becomes of it whatever its words are worth, of which `held_by` has the last word."""
    before, due_at, deadline = delivery.state, post.moment.due_at, too_late_at(post)
    changed = words is not None and words.text != delivery.text
    stale = changed and delivery.frozen  # its bytes say something else, and cannot be given up
    theirs = delivery.is_being_posted_by_hand and delivery.asked  # it stays with whoever was asked, at its new time
    step = Step(
        delivery.id, before, before, EventKind.NONE, delivery.reason, words=words if changed and not stale else None
    )
    if moved or before in (State.MISSED, State.DROPPED):
        step = replace(step, run_at=due_at, too_late_at=deadline)
    match before:
        case State.QUEUED | State.HELD if moved and deadline <= now and not fresh:  # else it may have gone out in time
            yield replace(missed(step, delivery, EventKind.MOVED_INTO_THE_PAST, PASSED), words=None)
        case State.HELD if delivery.reason in FREED_BY_WORDS and step.words and not is_late:
            yield replace(step, after=State.QUEUED, kind=EventKind.OTHER_WORDS, reason="")
        case State.HELD if delivery.reason in PASSING and moved and due_at > now and not (stale or theirs):
            yield replace(step, after=State.QUEUED, kind=EventKind.MOVED, reason="")
        case State.QUEUED | State.HELD if moved or step.words:
            yield replace(step, kind=EventKind.MOVED if moved else EventKind.WORDS_CHANGED, detail=None)
        case State.MISSED if moved and due_at > now:
            yield _hold(step, EventKind.AHEAD_AGAIN, f"{AHEAD_AGAIN} {ASKED}" if delivery.asked else AHEAD_AGAIN)
        case State.DROPPED if delivery.reason in LEFT_OUT_BY_PLAN:
            yield _planned_again(step, delivery, is_late=due_at <= now, stale=stale)
        case _:
            pass


def _planned_again(step: Step, delivery: ExistingDelivery, *, is_late: bool, stale: bool) -> Step:
    if is_late:
        return replace(missed(step, delivery, EventKind.PLANNED_AGAIN_TOO_LATE, TOO_LATE_AGAIN), words=None)
    if delivery.asked:
        return _hold(step, EventKind.PLANNED_AGAIN, f"{PLANNED_AGAIN} {ASKED}")
    if stale or delivery.reason == DropReason.UNPLANNED_HOLD:
        return _hold(step, EventKind.PLANNED_AGAIN, STALE if stale else WAITED)
    return replace(step, after=State.QUEUED, kind=EventKind.PLANNED_AGAIN, reason="")


def _hold(step: Step, kind: EventKind, detail: str) -> Step:
    return replace(step, after=State.HELD, kind=kind, reason=HoldReason.OVERTAKEN, detail=detail)


def _left_out(delivery: ExistingDelivery) -> Iterator[Step]:
    """The plan does not want it: it goes if it waits, and may not go out once more if it is on its way."""
    if delivery.state in MOVABLE:
        reason = (
            DropReason.UNPLANNED_HOLD if waits_for_a_person(delivery.state, delivery.reason) else DropReason.UNPLANNED
        )
        yield Step(delivery.id, delivery.state, State.DROPPED, EventKind.NO_LONGER_PLANNED, reason)
    yield from _overtaken(delivery)


def _overtaken(delivery: ExistingDelivery) -> Iterator[Step]:
    """Note on what is on its way that the plan went on: should it not be out, it does not go out again by itself."""
    state, known = delivery.state, (HoldReason.OVERTAKEN, HoldReason.DUPLICATE)
    if state in ON_ITS_WAY and delivery.reason not in known:
        yield Step(delivery.id, state, state, EventKind.OVERTAKEN, HoldReason.OVERTAKEN)
