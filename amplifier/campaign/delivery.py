"""A delivery: one part's journey to one account. Its states, its keys and its receipt."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Literal

from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import FREED, HoldReason
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


class Verb(StrEnum):
    """What a delivery does on its network. `target` of an edit or a delete is the remote id of the post it is about."""

    PUBLISH = "publish"
    EDIT = "edit"
    DELETE = "delete"


class RemoteState(StrEnum):
    """How a post that is out stands on its network, as far as we know."""

    LIVE = "live"
    EDITED = "edited"
    GONE = "gone"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({State.SENT, State.MISSED, State.DROPPED})
ON_ITS_WAY = frozenset({State.SENDING, State.UNSURE})
OUT = frozenset({State.SENT}) | ON_ITS_WAY  # it is there, or may be
# A receipt that comes late is proof: it makes these sent, whatever the service may do by itself.
CLOSED_BY_A_RECEIPT = frozenset({State.UNSURE, State.QUEUED, State.HELD, State.MISSED, State.DROPPED})

# What the service may do by itself, and what only a person may do.
MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.MISSED, State.HELD, State.DROPPED}),
    State.SENDING: frozenset({State.SENT, State.QUEUED, State.UNSURE, State.HELD}),
    State.UNSURE: frozenset({State.SENT, State.QUEUED, State.HELD}),
    # queued: what held it has passed; unsure, here and below: it may be out since a backup that was restored
    State.HELD: frozenset({State.DROPPED, State.MISSED, State.QUEUED, State.UNSURE}),
    State.SENT: frozenset(),
    State.MISSED: frozenset({State.HELD}),  # its milestone moved, so that it is ahead of us again: a person decides
    # the plan wants it again: before its time, after it, or after a person was to decide
    State.DROPPED: frozenset({State.QUEUED, State.MISSED, State.HELD, State.UNSURE}),
}
# A person's "send it again" goes through unsure, so that somebody looks first; "it is there" comes with a receipt.
MOVES_BY_A_PERSON: dict[State, frozenset[State]] = {
    State.MISSED: frozenset({State.QUEUED, State.UNSURE, State.SENT}),
    State.UNSURE: frozenset({State.SENT, State.UNSURE, State.DROPPED}),
    State.HELD: frozenset({State.QUEUED, State.UNSURE, State.DROPPED, State.SENT, State.MISSED}),
    State.QUEUED: frozenset({State.HELD, State.DROPPED, State.SENT, State.UNSURE}),
}


class DropReason(StrEnum):
    """Why a delivery is left out."""

    UNPLANNED = "unplanned"  # the plan does not want it, and may want it again
    UNPLANNED_HOLD = "unplanned hold"  # it waited for a person when the plan left it out, and will again
    SKIPPED = "skipped"  # of an own post: a person said so, and may take that back
    BY_HAND = "by hand"  # a person decided so
    WITHDRAWN = "withdrawn"  # its post was withdrawn
    REPLACED = "replaced"  # a later correction says it otherwise
    NOT_THERE = "not there"  # of a deletion: there is nothing to delete


LEFT_OUT_BY_PLAN = frozenset({DropReason.UNPLANNED, DropReason.UNPLANNED_HOLD})


def waits_for_a_person(state: State | str, reason: str) -> bool:
    """Whether nothing but a person's decision lets it go on."""
    return state == State.HELD and reason not in FREED


def is_left_out_for_good(state: State | str, reason: str) -> bool:
    """Whether it was left out by whoever may: no plan brings it back."""
    return state == State.DROPPED and reason not in LEFT_OUT_BY_PLAN


class DoubtReason(StrEnum):
    """Why somebody looks for a delivery that is unsure, where it was not an unclear answer."""

    NEW_LEDGER = "new_ledger"  # the ledger cannot know what went out before it was opened
    RESTORED = "restored"  # it may have gone out after the backup was made
    AGAIN = "again"  # a person wants it sent once more, if it is not there
    BY_HAND = "by_hand"  # a person says that they posted it
    REFUSED = "refused"  # the network refuses it; such an answer has been given for posts that were out all the same


Reason = HoldReason | DoubtReason | DropReason | Literal[""]


def reason_of(written: str) -> Reason:
    """The reason that the ledger has written so, "" for none; raises ValueError for one that nobody knows."""
    for reasons in (HoldReason, DoubtReason, DropReason):
        if written in {reason.value for reason in reasons}:
            return reasons(written)
    if written:
        raise ValueError(f"a delivery has the reason {written!r}, which is none")
    return ""


# The ledger lacks what people decided and posted meanwhile.
FORGETFUL = frozenset({DoubtReason.NEW_LEDGER, DoubtReason.RESTORED})


@dataclass(frozen=True)
class Receipt:
    """Proof of publication: the network's id for the post and the address where people see it.

    `rest_until`: its answer said that nothing more is allowed on this account before then; no part of the proof.
    `doubt`: why a person has to look at it before it counts as what was to be published; empty where nobody has to.
    """

    remote_id: str
    url: str
    rest_until: datetime | None = field(default=None, compare=False)
    doubt: str = field(default="", compare=False)


@dataclass(frozen=True)
class DeliveryId:
    """What makes a delivery one of a kind; `account` is its label, which may change (keys know it by its identity)."""

    post: PostId
    account: str
    part: int = 0
    revision: int = 0
    verb: Verb = Verb.PUBLISH

    def name(self, origin: str) -> str:
        """What every key is made of, in every install and after every loss of the database.

        `origin` is the identity that its account was first seen with (`campaign.account.Identity.name`).
        """
        post = self.post
        parts = [post.campaign, post.slot, post.occurrence, origin, str(self.part), str(self.revision)]
        return "\n".join(parts if self.verb is Verb.PUBLISH else [*parts, self.verb])


def idempotency_key(delivery: DeliveryId, origin: str) -> str:
    """The key that tells a server that a repeat is a repeat: the same for the same delivery, anywhere, always."""
    return str(uuid.uuid5(NAMESPACE, delivery.name(origin)))


def record_key(delivery: DeliveryId, origin: str, first_day: date) -> str:
    """A TID (13 characters) for this delivery: the campaign's first day plus a hash within that day.

    The due time may move, so it has no part in the key; servers do not compare a TID with the clock, but it must
    not lie in the future (atproto.com/specs/tid).
    """
    digest = hashlib.sha256(delivery.name(origin).encode()).digest()
    day_start = int(datetime.combine(first_day, time(), UTC).timestamp()) * 1_000_000
    microseconds = day_start + int.from_bytes(digest[:8]) % 86_400_000_000
    number = microseconds << 10 | int.from_bytes(digest[8:10]) % 1024
    return "".join(BASE32_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


@dataclass(frozen=True)
class Due:
    """A delivery in a worker's hands: its words, its key, and the fence that proves the claim.

    `request` is None unless the bytes are frozen, by an attempt that may have arrived. `too_late_at` is the instant
    from which it must not go out any more; `detail` is what was last said of it. `answered` is the post that an answer
    to our own request named, without proving that it is ours. `unseen_since` is the time of a backup that was restored,
    since when it may have gone out without this ledger's knowledge, and `unseen_text` what it said then.
    """

    id: int
    identity: DeliveryId
    text: str
    language: str
    key: str
    request: bytes | None
    state: State
    reason: Reason
    fence: int
    attempts: int
    looks: int
    due_at: datetime
    too_late_at: datetime
    first_sent_at: datetime | None
    target: str = ""
    imprint: str = ""
    detail: str = ""
    answered: Receipt | None = None
    unseen_since: datetime | None = None
    unseen_text: str = ""

    @property
    def verb(self) -> Verb:
        """What it does on its network."""
        return self.identity.verb

    @property
    def since(self) -> datetime:
        """Since when it may be out."""
        return self.first_sent_at or self.unseen_since or self.due_at

    @property
    def earlier_text(self) -> str:
        """Other words in which it may be out; empty if there are none that we know."""
        return self.unseen_text if self.unseen_since and self.unseen_text != self.text else ""


@dataclass(frozen=True)
class Transition:
    """One step of a delivery, to be written with its event if the fence still holds.

    `run_at` is when the next step may begin; None leaves it. `account_until` keeps the whole account waiting until
    then, `post_until` its next new post alone: a gap of our own keeps no correction waiting. `account_lost` pauses it
    with this reason. `gives_up_bytes`: the network's no to the first attempt was clear, so its bytes need not stay as
    they are. `app_wide`: the whole app must wait, so that every account on this network does.
    `words`: what the post says that was found, where that is not what it was to say.
    `strain` is how long (seconds) the account rests when this was the last straw: a call that got no answer, or a
    refusal to serve; 0 means that the network answered as it should. `answered` is kept with the delivery: the post
    that an unclear answer named, which every later look reads first.
    """

    id: int
    fence: int
    before: State
    after: State
    kind: EventKind
    detail: str = ""
    reason: Reason = ""
    run_at: datetime | None = None
    looks: int = 0
    receipt: Receipt | None = None
    account_until: datetime | None = None
    post_until: datetime | None = None
    account_lost: str = ""
    gives_up_bytes: bool = False
    app_wide: bool = False
    strain: float = 0.0
    words: str = ""
    answered: Receipt | None = None


@dataclass(frozen=True)
class DeliveryView:
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
    remote_state: str = ""
    target: str = ""
    imprint: str = ""
    hand_off: bool = False
    run_at: datetime | None = None
    language: str = ""
    waits_for: int | None = None
    frozen: bool = False  # an attempt may have arrived, so that its bytes stay as they are
    unseen_since: datetime | None = None  # the time of a restored backup since when it may have gone out unseen
    outside_text: str | None = None  # how it reads there since somebody else changed it; None if nobody did
    counted_from: str = ""  # of an own post: the milestone and distance by which a person said its time, if they did


@dataclass(frozen=True)
class Spoken:
    """A text that an account said, or is to say, by which delivery of which post; `at`: when it did, or is to."""

    delivery: int
    post: PostId
    revision: int
    account: str
    text: str
    at: datetime
