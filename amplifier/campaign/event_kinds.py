"""What events say happened: every kind that is written, and that earlier versions wrote. Pure.

The values stand in the ledger, so they stay as they are, also where we use another word by now.
"""

from __future__ import annotations

from enum import StrEnum

from amplifier.campaign.hold_reasons import HoldReason


class EventKind(StrEnum):
    """What happened to the subject of an event."""

    NONE = ""  # nothing has happened: a step that is not decided yet
    # A delivery on its way.
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FOUND = "found"
    FOUND_OTHERWISE = "found otherwise"
    NOT_FOUND = "not found"
    NOT_THERE = "not there"
    NOT_SEEN_YET = "not seen yet"
    CANNOT_LOOK_YET = "cannot look yet"
    CANNOT_LOOK = "cannot look"
    NO_CLEAR_ANSWER = "no clear answer"
    NOT_REACHED = "not reached"
    RATE_LIMITED = "rate limited"
    REJECTED = "rejected"
    REFUSED = "refused"
    REFUSED_HERE = "refused here"
    SAID_TO_BE_THERE = "said to be there"
    WORKER_FELL_SILENT = "worker fell silent"
    LATE_RECEIPT = "late receipt"
    PERHAPS_TWICE = "perhaps twice"
    MISSED = "missed"
    # What holds it, and that it goes on.
    HELD_REJECTED = f"held: {HoldReason.REJECTED}"
    HELD_ACCOUNT = f"held: {HoldReason.ACCOUNT}"
    HELD_OVERTAKEN = f"held: {HoldReason.OVERTAKEN}"
    HELD_DUPLICATE = f"held: {HoldReason.DUPLICATE}"
    HELD_UNWRITTEN = f"held: {HoldReason.UNWRITTEN}"
    HELD_STOPPED = f"held: {HoldReason.STOPPED}"
    HELD_KEPT = f"held: {HoldReason.KEPT}"
    HELD_BUDGET = f"held: {HoldReason.BUDGET}"
    HELD_HAND_OFF = f"held: {HoldReason.HAND_OFF}"  # hands are to do something, for the first time or anew
    HELD_DOUBT = f"held: {HoldReason.DOUBT}"
    HELD_IMPRINT = f"held: {HoldReason.IMPRINT}"
    HELD_NEAR_COPY = f"held: {HoldReason.NEAR_COPY}"
    HELD_COPY = f"held: {HoldReason.COPY}"
    HELD_UNTRUE = f"held: {HoldReason.UNTRUE}"
    GOES_ON = "goes on"
    RELEASED = "released"
    HELD_BACK = "kept back"
    # What the plan does to a post that waits.
    MOVED = "moved"
    MOVED_INTO_THE_PAST = "moved into the past"
    AHEAD_AGAIN = "ahead of us again"
    WORDS_CHANGED = "words changed"
    NO_LONGER_PLANNED = "no longer planned"
    PLANNED_AGAIN = "planned again"
    PLANNED_AGAIN_TOO_LATE = "planned again too late"
    OVERTAKEN = "overtaken"
    HELD_STALE = "words changed after an attempt"
    OTHER_WORDS = "has other words"
    ITS_HOUR_CAME = "its hour came before that"
    TRUE_AGAIN = "true again"
    TRUE_TOO_LATE = "true again too late"
    CANNOT_BE_WRITTEN = "cannot be written"
    WRITTEN_AGAIN = "can be written again"
    WRITTEN_TOO_LATE = "can be written again too late"
    NEAR_COPY = "near copy"
    NO_NEAR_COPY = "no near copy any more"
    NO_NEAR_COPY_TOO_LATE = "no near copy any more too late"
    UNWRITTEN_OTHERWISE = "cannot be written in another way"
    UNTRUE_OTHERWISE = "untrue in another way"
    NEAR_COPY_OTHERWISE = "near copy of another"
    # What a person does to it.
    LEFT_OUT = "left out"
    LEFT_OUT_BY_HAND = "left out by hand"
    HELD_BEFORE = "held before"
    TAKEN_IN = "taken in again"
    WHY_TAKEN_IN = "why it is taken in"
    OTHER_WORDS_BY_HAND = "other words by hand"
    FOUND_BY_HAND = "found by hand"
    DONE_BY_HAND = "done by hand"
    TO_BE_SENT_AGAIN = "to be sent again"
    TO_BE_LOOKED_FOR = "to be looked for"
    TAKEN_ON = "taken"  # somebody who was asked is on it
    LINK_GIVEN = "link given"
    LINK_REFUSED = "link refused"
    SEEN = "seen"
    # Corrections and deletions.
    TO_BE_CORRECTED = "to be corrected"
    TO_BE_DELETED = "to be deleted"
    FOUND_TO_BE_DELETED = "found, to be deleted"
    NOTHING_TO_CHANGE = "nothing to change"
    NOTHING_TO_DELETE = "nothing to delete"
    TURNED_UP = "it turned up after all"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_NOT_OUT = "withdrawn: it is not out"
    WITHDRAWN_LOOKED_FOR = "withdrawn: to be looked for"
    # What others did to a post that is out.
    GONE = "gone"
    CHANGED = "changed"
    # Accounts.
    ACCOUNT_LOST = "account lost"
    ACCOUNT_LOST_AGAIN = "account lost again"
    ACCOUNT_BACK = "account is back"
    ACCOUNT_RENAMED = "renamed on its network"
    ACCOUNT_REPLACED = "account replaced"
    ACCOUNT_IN_DOUBT = "in doubt"
    ANOTHER_HANDLE = "another handle"
    SAME_ACCOUNT = "same account"
    # The whole service.
    STOPPED = "stopped"
    RESUMED = "resumed"
    RESTORED = "restored"
    BUDGET_LOW = "budget low"
    BUDGET_SPENT = "budget spent"
    FACTS_KNOWN = "facts known"
    FACTS_CHANGED = "facts changed"
    FACTS_FOUND_OUT = "facts found out"
    HAND_OFF_LINK_MADE = "errand: hand_off"
    STOP_LINK_MADE = "errand: stop"
    HAND_OFF_LINKS_REVOKED = "errands revoked: hand_off"
    STOP_LINKS_REVOKED = "errands revoked: stop"

    @classmethod
    def _missing_(cls, value: object) -> EventKind:
        """A kind that another version wrote, as it stands: history is read whatever wrote it."""
        kind = str.__new__(cls, value)
        kind._name_, kind._value_ = "ANOTHER", str(value)
        return kind


def held_for(reason: HoldReason) -> EventKind:
    """What is written where the service holds a delivery for this reason."""
    return EventKind(f"held: {reason}")
