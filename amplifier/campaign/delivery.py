"""A delivery: one part's journey to one account. Its states, its keys and its receipt."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from amplifier.campaign.post import PostId

NAMESPACE = uuid.UUID("6d0a1b9e-6f0e-5f0c-9f57-0d6a52f6a9d1")
BASE32_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


class State(StrEnum):
    """Where a delivery is. After the last three nothing happens by itself."""

    QUEUED = "queued"
    SENDING = "sending"
    UNSURE = "unsure"
    HELD = "held"
    SENT = "sent"
    MISSED = "missed"
    DROPPED = "dropped"


FINAL = frozenset({State.SENT, State.MISSED, State.DROPPED})
ON_ITS_WAY = frozenset({State.SENDING, State.UNSURE})
# A receipt that comes late is proof: it makes these sent, whatever the service may do by itself.
CLOSED_BY_A_RECEIPT = frozenset({State.UNSURE, State.QUEUED, State.HELD, State.MISSED, State.DROPPED})

# What the service may do by itself, and what only a person may do.
MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.MISSED, State.HELD, State.DROPPED}),
    State.SENDING: frozenset({State.SENT, State.QUEUED, State.UNSURE, State.HELD}),
    State.UNSURE: frozenset({State.SENT, State.QUEUED, State.HELD}),
    State.HELD: frozenset({State.DROPPED, State.MISSED, State.QUEUED}),  # queued: the plan held it, and lets it go
    State.SENT: frozenset(),
    State.MISSED: frozenset({State.HELD}),  # its milestone moved, so that it is ahead of us again: a person decides
    # the plan wants it again: before its time, after it, or after a person was to decide
    State.DROPPED: frozenset({State.QUEUED, State.MISSED, State.HELD}),
}
MOVES_BY_A_PERSON: dict[State, frozenset[State]] = {
    State.MISSED: frozenset({State.QUEUED}),
    State.UNSURE: frozenset({State.SENT, State.QUEUED}),
    State.HELD: frozenset({State.QUEUED, State.DROPPED}),
    State.QUEUED: frozenset({State.HELD, State.DROPPED}),
}


class HoldReason(StrEnum):
    """Why a delivery waits for a person."""

    REJECTED = "rejected"
    ACCOUNT = "account"
    OVERTAKEN = "overtaken"
    DUPLICATE = "duplicate"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True)
class Receipt:
    """Proof of publication: the network's id for the post and the address where people see it.

    `rest_until`: its answer said that nothing more is allowed on this account before then; no part of the proof.
    """

    remote_id: str
    url: str
    rest_until: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class DeliveryId:
    """What makes a delivery one of a kind, in every install and after every loss of the database."""

    post: PostId
    account: str
    part: int = 0
    revision: int = 0

    def name(self) -> str:
        """The identity as one string, from which every key is made."""
        post = self.post
        return "\n".join((post.campaign, post.slot, post.occurrence, self.account, str(self.part), str(self.revision)))


def idempotency_key(delivery: DeliveryId) -> str:
    """The key that tells a server that a repeat is a repeat: the same for the same delivery, anywhere, always."""
    return str(uuid.uuid5(NAMESPACE, delivery.name()))


def record_key(delivery: DeliveryId, first_day: date) -> str:
    """A TID (13 characters) for this delivery: the campaign's first day plus a hash within that day.

    The due time may move, so it has no part in the key; servers do not compare a TID with the clock, but it must
    not lie in the future (atproto.com/specs/tid).
    """
    digest = hashlib.sha256(delivery.name().encode()).digest()
    day_start = int(datetime.combine(first_day, time(), UTC).timestamp()) * 1_000_000
    microseconds = day_start + int.from_bytes(digest[:8]) % 86_400_000_000
    number = microseconds << 10 | int.from_bytes(digest[8:10]) % 1024
    return "".join(BASE32_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


@dataclass(frozen=True)
class Due:
    """A delivery in a worker's hands: its words, its key, and the fence that proves the claim.

    `request` is None unless the bytes are frozen, by an attempt that may have arrived. `too_late_at` is the instant
    from which it must not go out any more.
    """

    id: int
    identity: DeliveryId
    text: str
    language: str
    key: str
    request: bytes | None
    state: State
    reason: str
    fence: int
    attempts: int
    looks: int
    due_at: datetime
    too_late_at: datetime
    first_sent_at: datetime | None


@dataclass(frozen=True)
class Transition:
    """One step of a delivery, to be written with its event if the fence still holds.

    `run_at` is when the next step may begin; None leaves it. `account_until` keeps the whole account waiting until
    then; `account_lost` pauses it with this reason. `certainly_not_out`: no attempt can have published it, so its bytes
    need not stay as they are.
    """

    id: int
    fence: int
    before: State
    after: State
    kind: str
    detail: str = ""
    reason: str = ""
    run_at: datetime | None = None
    looks: int = 0
    receipt: Receipt | None = None
    account_until: datetime | None = None
    account_lost: str = ""
    certainly_not_out: bool = False


@dataclass(frozen=True)
class Journey:
    """A delivery as people see it: what, where, when, how it stands."""

    id: int
    identity: DeliveryId
    platform: str
    text: str
    state: State
    reason: str
    detail: str
    due_at: datetime
    wall_time: str
    zone: str
    fold: int
    milestone: str
    template: str
    too_late_at: datetime
    first_sent_at: datetime | None
    sent_at: datetime | None
    receipt: Receipt | None
