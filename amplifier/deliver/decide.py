"""What follows from an attempt or a look: the whole policy of delivery, in one pure place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from amplifier.campaign.delivery import FORGETFUL, DoubtReason, Due, Reason, Receipt, State, Transition, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.pace import latest
from amplifier.errors import (
    AccountLost,
    AlreadyPublished,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Unavailable,
)

SLOWEST_S = 300.0
OTHER_WORDS = "It is out in other words than the plan has. Those that are there are kept."
NOT_YET = "Looked: it is not out. It waits for its time."
MEANWHILE = (
    "and this is not there. Meanwhile somebody may have changed it, left it out or withdrawn it, so nothing sends it "
    "by itself: it is there, send it, or leave it."
)
FORGOTTEN = {
    DoubtReason.NEW_LEDGER: f"The database is new and knows nothing of what was before, {MEANWHILE}",
    DoubtReason.RESTORED: f"The database was restored from a backup that is older than its time, {MEANWHILE}",
}


@dataclass(frozen=True)
class Pauses:
    """How long to wait, in seconds.

    `settle`: from an unclear answer to the first look; longer than any answer may still be under way.
    `look_again`: between looks. `retry_after`: before the first new attempt; it doubles each time, and is how long an
    account first rests that failed several times in a row. `gap`: between two posts of one account.
    """

    settle: float
    look_again: float
    retry_after: float
    gap: float = 0.0


def after_attempt(
    due: Due, outcome: Receipt | PlatformError, *, now: datetime, pauses: Pauses, jitter: float
) -> Transition:
    """The step after `publish`: a receipt is sent; an unclear answer is unsure, never a blind repeat.

    `jitter` in [0, 1) spreads new attempts. What may be out counts for the gap like what is. A refusal is believed, and
    never repeated, but nobody is told that a post is not out before somebody has looked.
    """
    step = _Claimed(due, State.SENDING)
    gap = now + timedelta(seconds=pauses.gap) if pauses.gap else None
    look_at = now + timedelta(seconds=pauses.settle)
    match outcome:
        case Receipt():
            return step.to(
                State.SENT, EventKind.SENT, receipt=outcome, account_until=outcome.rest_until, post_until=gap
            )
        case RateLimited():
            return _limited(step, outcome)
        case Unavailable():
            return _not_reached(step, outcome, now=now, pauses=pauses, jitter=jitter)
        case Rejected() if due.verb is Verb.PUBLISH:
            return step.to(
                State.UNSURE,
                EventKind.REFUSED,
                detail=str(outcome),
                reason=DoubtReason.REFUSED,
                run_at=latest(now + timedelta(seconds=pauses.look_again), outcome.until),
                account_until=outcome.until,
            )
        case Rejected():
            return _rejected(step, outcome)
        case AccountLost():
            return _lost(step, outcome, now)
        case AlreadyPublished():
            return step.to(
                State.UNSURE,
                EventKind.SAID_TO_BE_THERE,
                detail=str(outcome),
                reason=HoldReason.DUPLICATE,
                run_at=latest(look_at, outcome.until),
                account_until=outcome.until,
            )
        case OutcomeUnknown() | _:
            return step.to(
                State.UNSURE,
                EventKind.NO_CLEAR_ANSWER,
                detail=str(outcome),
                run_at=latest(look_at, outcome.until),
                account_until=outcome.until,
                post_until=gap,
                strain=pauses.retry_after,
                answered=_named(outcome) if due.verb is Verb.PUBLISH else None,
            )


def _named(outcome: PlatformError) -> Receipt | None:
    if isinstance(outcome, OutcomeUnknown) and outcome.remote_id:
        return Receipt(outcome.remote_id, outcome.url)
    return None


def after_look(  # noqa: PLR0913  what was seen, and what holds on this account
    due: Due,
    found: Receipt | PlatformError | None,
    *,
    now: datetime,
    pauses: Pauses,
    looks_needed: int,
    park: bool = False,
    words: str = "",
) -> Transition:
    """The step after `find`: found is sent; not found, after enough looks, is queued once more, or held.

    Found otherwise than it was sent, by all of these looks, it is held, also where somebody wanted it sent again: it
    would be out twice.

    `park`: on this account nothing is sent a second time without a person. `words`: what it says there, where its key
    led to it and that is not what it was to say.
    """
    step = _Claimed(due, State.UNSURE)
    refused = due.reason == DoubtReason.REFUSED
    match found:
        case Receipt() if found.doubt and due.looks + 1 < looks_needed:
            again = now + timedelta(seconds=pauses.look_again)
            return step.to(
                State.UNSURE,
                EventKind.NOT_SEEN_YET,
                detail=due.detail,
                reason=due.reason,
                run_at=again,
                looks=due.looks + 1,
            )
        case Receipt() if found.doubt:
            why = f"{found.doubt} {found.url} Nothing is sent again while it is there."
            return step.to(State.HELD, EventKind.FOUND_OTHERWISE, detail=why, reason=HoldReason.DOUBT, answered=found)
        case Receipt():
            return step.to(State.SENT, EventKind.FOUND, receipt=found, words=words, detail=OTHER_WORDS if words else "")
        case RateLimited():
            return step.to(
                State.UNSURE,
                EventKind.CANNOT_LOOK_YET,
                detail=due.detail if refused else str(found),
                reason=due.reason,
                run_at=found.until,
                looks=due.looks,
            )
        case PlatformError():
            again = now + timedelta(seconds=pauses.look_again)
            lost = str(found) if isinstance(found, AccountLost) else ""
            return step.to(
                State.UNSURE,
                EventKind.CANNOT_LOOK_YET,
                detail=due.detail if refused else str(found),
                reason=due.reason,
                run_at=latest(again, found.until),
                looks=due.looks,
                account_lost=lost,
            )
        case None if refused:
            return step.to(State.HELD, EventKind.REJECTED, detail=due.detail, reason=HoldReason.REJECTED)
        case None if due.looks + 1 < looks_needed:
            again = now + timedelta(seconds=pauses.look_again)
            return step.to(
                State.UNSURE, EventKind.NOT_SEEN_YET, detail="", reason=due.reason, run_at=again, looks=due.looks + 1
            )
        case None:
            return _not_there(step, due, now=now, park=park)


def _not_there(step: _Claimed, due: Due, *, now: datetime, park: bool) -> Transition:
    """Looked often enough: it is not out."""
    if due.reason == HoldReason.DUPLICATE:
        why = "The network says that it has this text already, but none of our recent posts is it."
        return step.to(State.HELD, EventKind.NOT_FOUND, detail=why, reason=HoldReason.DUPLICATE)
    if due.reason == DoubtReason.BY_HAND:
        why = "Somebody said that it is posted, but we do not see it. Paste its link, or post it."
        return step.to(State.HELD, EventKind.NOT_FOUND, detail=why, reason=HoldReason.HAND_OFF)
    if due.reason == DoubtReason.AGAIN and now < due.too_late_at:
        why = "Looked once more: it is not out. Sending it now, as you asked."
        why = why if due.due_at <= now else NOT_YET
        return step.to(State.QUEUED, EventKind.NOT_THERE, detail=why, run_at=now)
    if now >= due.too_late_at:
        why = "It is not there, and it is too late to send it now."
        return step.to(State.HELD, EventKind.NOT_FOUND, detail=why, reason=HoldReason.OVERTAKEN)
    if due.reason in FORGETFUL and (due.due_at <= now or due.earlier_text):
        why = FORGOTTEN[DoubtReason(due.reason)]
        return step.to(State.HELD, EventKind.NOT_FOUND, detail=why, reason=HoldReason.DOUBT)
    if park:
        why = "We looked and do not see it. On this account a person decides: it is there, or send it again."
        return step.to(State.HELD, EventKind.NOT_FOUND, detail=why, reason=HoldReason.DOUBT)
    why = "Looked: it is not out. Sending it now." if due.due_at <= now else NOT_YET
    return step.to(State.QUEUED, EventKind.NOT_THERE, detail=why, run_at=now)


def put_back(due: Due, error: PlatformError, *, now: datetime, pauses: Pauses, jitter: float) -> Transition:
    """The step when preparing failed, before anything was sent: try again later, or hold."""
    step = _Claimed(due, State.QUEUED)
    match error:
        case RateLimited():
            return _limited(step, error)
        case AccountLost():
            return _lost(step, error, now)
        case Rejected():
            return _rejected(step, error)
        case _:
            return _not_reached(step, error, now=now, pauses=pauses, jitter=jitter)


def after_change(due: Due, error: PlatformError | None, *, now: datetime, pauses: Pauses, jitter: float) -> Transition:
    """The step after an edit or a delete: no error is done; what is unclear is looked at like a post."""
    if error is None:
        return _Claimed(due, State.SENDING).to(State.SENT, EventKind.SENT)
    return after_attempt(due, error, now=now, pauses=pauses, jitter=jitter)


def after_second_look(
    due: Due, error: PlatformError | None, *, is_done: bool, now: datetime, pauses: Pauses
) -> Transition:
    """The step after looking whether an edit or a delete came through: if not, it is simply done again."""
    step = _Claimed(due, State.UNSURE)
    if error is not None:
        return after_look(due, error, now=now, pauses=pauses, looks_needed=1)
    if is_done:
        return step.to(State.SENT, EventKind.FOUND)
    return step.to(State.QUEUED, EventKind.NOT_THERE, detail="Looked: it has not happened. Doing it now.", run_at=now)


def refuse(due: Due, why: str, reason: HoldReason = HoldReason.IMPRINT) -> Transition:
    """The step when a rule of the campaign's own keeps a text from going out: a person has to look."""
    return _Claimed(due, State.QUEUED).to(State.HELD, EventKind.REFUSED_HERE, detail=why, reason=reason)


def _not_reached(step: _Claimed, error: PlatformError, *, now: datetime, pauses: Pauses, jitter: float) -> Transition:
    again = now + timedelta(seconds=_back_off(step.due.attempts, pauses.retry_after, jitter))
    return step.to(
        State.QUEUED,
        EventKind.NOT_REACHED,
        detail=str(error),
        run_at=latest(again, error.until),
        account_until=error.until,
        strain=pauses.retry_after,
    )


def _rejected(step: _Claimed, error: Rejected) -> Transition:
    return step.to(
        State.HELD, EventKind.REJECTED, detail=str(error), reason=HoldReason.REJECTED, account_until=error.until
    )


def _limited(step: _Claimed, error: RateLimited) -> Transition:
    why = f"{error} Waiting until the network allows it."
    wide = error.scope == "app"
    return step.to(
        State.QUEUED, EventKind.RATE_LIMITED, detail=why, run_at=error.until, account_until=error.until, app_wide=wide
    )


def _lost(step: _Claimed, error: AccountLost, now: datetime) -> Transition:
    """It goes back to its queue, which the lost account holds as a whole: one alarm, not one a post."""
    return step.to(State.QUEUED, EventKind.ACCOUNT_LOST, detail=str(error), run_at=now, account_lost=str(error))


def _back_off(attempts: int, first_s: float, jitter: float) -> float:
    doubled: float = first_s * 2 ** min(attempts, 10)
    return min(doubled, SLOWEST_S) * (0.5 + jitter / 2)


class _Rest(TypedDict, total=False):
    """The fields of a transition that most steps leave as they are."""

    detail: str
    run_at: datetime | None
    looks: int
    receipt: Receipt
    account_until: datetime | None
    post_until: datetime | None
    account_lost: str
    app_wide: bool
    strain: float
    words: str
    answered: Receipt | None


@dataclass(frozen=True)
class _Claimed:
    """A claimed delivery before its next step: what stays the same in any transition of it."""

    due: Due
    before: State

    def to(self, after: State, kind: EventKind, *, reason: Reason = "", **rest: Unpack[_Rest]) -> Transition:
        gives_up = self._gives_up_bytes(after, reason)
        due, before = self.due, self.before
        return Transition(due.id, due.fence, before, after, kind, reason=reason, gives_up_bytes=gives_up, **rest)

    def _gives_up_bytes(self, after: State, reason: Reason) -> bool:
        """A clear no to the first attempt: bytes that were frozen before the claim may have arrived earlier."""
        is_no = after in (State.QUEUED, State.HELD) or reason == DoubtReason.REFUSED
        return self.before is State.SENDING and is_no and self.due.request is None
