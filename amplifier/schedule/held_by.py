"""What keeps a waiting delivery from going out as the plan stands, and how it goes on when that has passed. Pure.

What cannot be said, would be said in the words of before, is untrue or a near copy does not go out, whatever else holds
it just now: what holds it for a while only would let it go, and then nobody would look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amplifier.campaign.changes import ExistingDelivery, Step
from amplifier.campaign.delivery import State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import BY_THE_PLAN, FREED, HoldReason
from amplifier.campaign.secret_link import BY_HAND

# Why it may not go out, the gravest first; empty where that is not so. What is not there was not looked at.
Causes = Mapping[HoldReason, str]
STALE = "Its words changed after an attempt that nobody saw arrive. Look whether it is out before you send it."
LATE: Mapping[str, str] = {
    HoldReason.UNTRUE: "Its words may stand by now, but its time has passed.",
    HoldReason.UNWRITTEN: "It can be put into words by now, but its time has passed.",
    HoldReason.NEAR_COPY: "It is no near copy any more, but its time has passed.",
}
HOUR_CAME: Mapping[str, str] = {
    HoldReason.UNWRITTEN: "It can be put into words again, but its hour came before that. Send it now, or leave it.",
    HoldReason.NEAR_COPY: "It is no near copy any more, but its hour came before that. Send it now, or leave it.",
}
KINDS: Mapping[str, EventKind] = {
    HoldReason.UNWRITTEN: EventKind.CANNOT_BE_WRITTEN,
    HoldReason.OVERTAKEN: EventKind.HELD_STALE,
    HoldReason.UNTRUE: EventKind.HELD_UNTRUE,
    HoldReason.NEAR_COPY: EventKind.NEAR_COPY,
}
IN_ANOTHER_WAY: Mapping[str, EventKind] = {
    HoldReason.UNWRITTEN: EventKind.UNWRITTEN_OTHERWISE,
    HoldReason.UNTRUE: EventKind.UNTRUE_OTHERWISE,
    HoldReason.NEAR_COPY: EventKind.NEAR_COPY_OTHERWISE,
}
PASSED: Mapping[str, EventKind] = {
    HoldReason.UNWRITTEN: EventKind.WRITTEN_AGAIN,
    HoldReason.UNTRUE: EventKind.TRUE_AGAIN,
    HoldReason.NEAR_COPY: EventKind.NO_NEAR_COPY,
}

TOO_LATE = {
    EventKind.WRITTEN_AGAIN: EventKind.WRITTEN_TOO_LATE,
    EventKind.TRUE_AGAIN: EventKind.TRUE_TOO_LATE,
    EventKind.NO_NEAR_COPY: EventKind.NO_NEAR_COPY_TOO_LATE,
}


def held_by(
    step: Step | None,
    delivery: ExistingDelivery,
    causes: Causes,
    *,
    is_late: bool,
    is_ahead: bool,
    is_given: bool = False,
) -> Step | None:
    """The same step, but what passed lets it go, and what would go on is held for the gravest cause there is.

    What can be written again, or is no near copy any more, goes on by itself while its hour `is_ahead`, or where its
    new words are a person's own (`is_given`); else a person says whether it is still to be sent.
    """
    let_go = _let_go(step, delivery, causes, is_late=is_late, in_time=is_ahead or is_given)
    return _held(let_go, delivery, causes, is_late=is_late)


def missed(step: Step, delivery: ExistingDelivery, kind: EventKind, detail: str) -> Step:
    """It is too late for it; whoever was asked to post it by hand may have done so, and can say so."""
    reason = HoldReason.HAND_OFF if delivery.asked else ""
    return replace(step, after=State.MISSED, kind=kind, reason=reason, detail=detail)


def _let_go(
    step: Step | None, delivery: ExistingDelivery, causes: Causes, *, is_late: bool, in_time: bool
) -> Step | None:
    taken, reason = step or _still(delivery), delivery.reason
    was_held = delivery.state is State.HELD and reason in BY_THE_PLAN
    if not was_held or (taken.after, taken.reason) != (State.HELD, reason) or causes.get(HoldReason(reason), "?"):
        return step
    kind = PASSED[reason]
    if is_late:
        return missed(taken, delivery, TOO_LATE[kind], LATE[reason])
    if delivery.asked:  # whoever was asked may go on; nobody is asked once more
        return replace(taken, kind=kind, reason=HoldReason.HAND_OFF, detail=BY_HAND)
    if in_time or reason == HoldReason.UNTRUE:
        return replace(taken, after=State.QUEUED, kind=kind, reason="", detail="")
    return replace(taken, kind=EventKind.ITS_HOUR_CAME, reason=HoldReason.OVERTAKEN, detail=HOUR_CAME[reason])


def _held(step: Step | None, delivery: ExistingDelivery, causes: Causes, *, is_late: bool) -> Step | None:
    taken = step or _still(delivery)
    reason, why = next(((one, why) for one, why in causes.items() if why), ("", ""))
    goes_on = taken.after is State.QUEUED or (taken.after is State.HELD and taken.reason in FREED)
    if not goes_on or not reason or (is_late and reason != HoldReason.OVERTAKEN):
        return step
    if delivery.state is not State.HELD or delivery.reason != reason:
        return replace(taken, after=State.HELD, kind=KINDS[reason], reason=reason, detail=why)
    if step or delivery.detail != why:
        kind = step.kind if step else IN_ANOTHER_WAY[reason]
        return replace(taken, after=State.HELD, kind=kind, reason=reason, detail=why)
    return None


def _still(delivery: ExistingDelivery) -> Step:
    return Step(delivery.id, delivery.state, delivery.state, EventKind.NONE, delivery.reason, detail=None)
