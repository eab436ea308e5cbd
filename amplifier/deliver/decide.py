"""What follows from an attempt or a look: the whole policy of delivery, in one pure place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import Due, HoldReason, Receipt, State, Transition
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


@dataclass(frozen=True)
class Pauses:
    """How long to wait, in seconds.

    `settle`: from an unclear answer to the first look; longer than any answer may still be under way.
    `look_again`: between looks. `retry_after`: before the first new attempt; it doubles each time.
    """

    settle: float
    look_again: float
    retry_after: float


def after_attempt(
    due: Due, outcome: Receipt | PlatformError, *, now: datetime, pauses: Pauses, jitter: float
) -> Transition:
    """The step after `publish`: a receipt is sent; an unclear answer is unsure, never a blind repeat.

    `jitter` in [0, 1) spreads new attempts.
    """
    step = _Step(due, State.SENDING)
    match outcome:
        case Receipt():
            return step.to(State.SENT, "sent", receipt=outcome)
        case RateLimited():
            why = f"{outcome} Waiting until the network allows it."
            return step.to(State.QUEUED, "rate limited", detail=why, run_at=outcome.until, account_until=outcome.until)
        case Unavailable():
            again = now + timedelta(seconds=_back_off(due.attempts, pauses.retry_after, jitter))
            return step.to(State.QUEUED, "not reached", detail=str(outcome), run_at=again)
        case Rejected():
            return step.to(State.HELD, "rejected", detail=str(outcome), reason=HoldReason.REJECTED)
        case AccountLost():
            return step.to(
                State.HELD, "account lost", detail=str(outcome), reason=HoldReason.ACCOUNT, account_lost=str(outcome)
            )
        case AlreadyPublished():
            look_at = now + timedelta(seconds=pauses.settle)
            return step.to(
                State.UNSURE, "said to be there", detail=str(outcome), reason=HoldReason.DUPLICATE, run_at=look_at
            )
        case OutcomeUnknown() | _:
            look_at = now + timedelta(seconds=pauses.settle)
            return step.to(State.UNSURE, "no clear answer", detail=str(outcome), run_at=look_at)


def after_look(
    due: Due, found: Receipt | PlatformError | None, *, now: datetime, pauses: Pauses, looks_needed: int
) -> Transition:
    """The step after `find`: found is sent; not found, after enough looks, is queued once more, or held."""
    step = _Step(due, State.UNSURE)
    match found:
        case Receipt():
            return step.to(State.SENT, "found", receipt=found)
        case RateLimited():
            return step.to(
                State.UNSURE,
                "cannot look yet",
                detail=str(found),
                reason=due.reason,
                run_at=found.until,
                looks=due.looks,
            )
        case PlatformError():
            again = now + timedelta(seconds=pauses.look_again)
            lost = str(found) if isinstance(found, AccountLost) else ""
            return step.to(
                State.UNSURE,
                "cannot look yet",
                detail=str(found),
                reason=due.reason,
                run_at=again,
                looks=due.looks,
                account_lost=lost,
            )
        case None if due.looks + 1 < looks_needed:
            again = now + timedelta(seconds=pauses.look_again)
            return step.to(
                State.UNSURE, "not seen yet", detail="", reason=due.reason, run_at=again, looks=due.looks + 1
            )
        case None if due.reason == HoldReason.DUPLICATE:
            why = "The network says that it has this text already, but none of our recent posts is it."
            return step.to(State.HELD, "not found", detail=why, reason=HoldReason.DUPLICATE)
        case None if now >= due.too_late_at:
            why = "It is not there, and it is too late to send it now."
            return step.to(State.HELD, "not found", detail=why, reason=HoldReason.OVERTAKEN)
        case None:
            return step.to(State.QUEUED, "not there", detail="Looked: it is not out. Sending it now.", run_at=now)


def put_back(due: Due, error: PlatformError, *, now: datetime, pauses: Pauses, jitter: float) -> Transition:
    """The step when preparing failed, before anything was sent: try again later, or hold."""
    step = _Step(due, State.QUEUED)
    match error:
        case RateLimited():
            return step.to(
                State.QUEUED, "rate limited", detail=str(error), run_at=error.until, account_until=error.until
            )
        case AccountLost():
            return step.to(
                State.HELD, "account lost", detail=str(error), reason=HoldReason.ACCOUNT, account_lost=str(error)
            )
        case Rejected():
            return step.to(State.HELD, "rejected", detail=str(error), reason=HoldReason.REJECTED)
        case _:
            again = now + timedelta(seconds=_back_off(due.attempts, pauses.retry_after, jitter))
            return step.to(State.QUEUED, "not reached", detail=str(error), run_at=again)


def _back_off(attempts: int, first_s: float, jitter: float) -> float:
    doubled: float = first_s * 2 ** min(attempts, 10)
    return min(doubled, SLOWEST_S) * (0.5 + jitter / 2)


@dataclass(frozen=True)
class _Step:
    """A transition of one claimed delivery, with all that stays the same filled in."""

    due: Due
    before: State

    def to(  # noqa: PLR0913  the fields of a transition, each by name
        self,
        after: State,
        kind: str,
        *,
        detail: str = "",
        reason: str = "",
        run_at: datetime | None = None,
        looks: int = 0,
        receipt: Receipt | None = None,
        account_until: datetime | None = None,
        account_lost: str = "",
    ) -> Transition:
        return Transition(
            id=self.due.id,
            fence=self.due.fence,
            before=self.before,
            after=after,
            kind=kind,
            detail=detail,
            reason=reason,
            run_at=run_at,
            looks=looks,
            receipt=receipt,
            account_until=account_until,
            account_lost=account_lost,
            certainly_not_out=self._is_certainly_not_out(after),
        )

    def _is_certainly_not_out(self, after: State) -> bool:
        """A clear no to the first attempt: bytes that were frozen before the claim may have arrived earlier."""
        return self.before is State.SENDING and after in (State.QUEUED, State.HELD) and self.due.request is None
