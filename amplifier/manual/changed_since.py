"""What people are told of a post that they were asked to publish by hand, and that has changed since. Pure."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft
from amplifier.manual.hand_off import is_early
from amplifier.notify.notices import Scene, when, within
from amplifier.policy import Topic

# How events call what makes it another thing to do than they were asked for.
BY_THE_PLAN = (
    *(
        EventKind.MOVED,
        EventKind.MOVED_INTO_THE_PAST,
        EventKind.NO_LONGER_PLANNED,
        EventKind.WORDS_CHANGED,
        EventKind.TRUE_AGAIN,
        EventKind.HELD_UNTRUE,
        EventKind.HELD_STALE,
    ),
    *(EventKind.CANNOT_BE_WRITTEN, EventKind.WRITTEN_AGAIN, EventKind.NEAR_COPY, EventKind.NO_NEAR_COPY),
)
BY_A_PERSON = (EventKind.LEFT_OUT, EventKind.LEFT_OUT_BY_HAND, EventKind.WITHDRAWN, EventKind.HELD_BACK)
CHANGES = (*BY_THE_PLAN, *BY_A_PERSON)
LATER = (
    "Not yet: “{words}” on {where} has moved to {due}. Post it then. If you have posted it, open your link and say so."
)
OTHERWISE = "“{words}” on {where} has changed. Your link shows it as it is now. If you have posted it, say so there."
NOT_NOW = "Do not post “{words}” on {where} now: it is held. If you have posted it, open your link and say so."
LATE = "Do not post “{words}” on {where} any more: its time has passed. If you have, open your link and say so."
UNWANTED = "Do not post “{words}” on {where}: it is no longer wanted. If you have posted it, delete it there."


def told(row: DeliveryView, changed_at: datetime, *, now: datetime, scene: Scene) -> Draft | None:
    """What whoever was asked before has to know of this change; nothing where their page has said all by now."""
    sentence = _sentence(row, now)
    if not sentence:
        return None
    said = {"where": scene.names[row.identity.account], "due": when(row, scene)}
    key = f"{Topic.HAND_OFF}:{row.id}:changed:{changed_at.isoformat()}"
    return Draft(key, Topic.HAND_OFF, within(sentence, said, row.text))


def _sentence(row: DeliveryView, now: datetime) -> str:
    match row.state:
        case State.DROPPED:
            return UNWANTED
        case State.MISSED:
            return LATE
        case State.HELD if row.reason != HoldReason.HAND_OFF:
            return NOT_NOW
        case State.HELD:
            return LATER if is_early(row, now) else OTHERWISE
        case _:
            return ""
