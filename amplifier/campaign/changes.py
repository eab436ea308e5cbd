"""What the ledger has, and what must change in it so that it matches the plan: the two sides of reconcile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.delivery import OUT, DropReason, State, is_left_out_for_good
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import Fact, Moment, PostId, WantedPost, Words


@dataclass(frozen=True)
class ExistingDelivery:
    """A delivery as the ledger has it. `frozen`: an earlier attempt may have arrived, so its bytes stay as they are.

    `out_at`: when it went out, or first may have; None if it never did. `again_until`: until when it may go out where
    a person wants it sent after its time, else None. `asked`: people were asked to post it by hand, now or before, and
    may have done so. `too_late_at`: from when it may not go out by the time that it has itself; None if nobody looked.
    """

    id: int
    account: str
    state: State
    reason: str
    text: str
    frozen: bool
    out_at: datetime | None = None
    detail: str = ""
    again_until: datetime | None = None
    asked: bool = False
    too_late_at: datetime | None = None

    @property
    def is_being_posted_by_hand(self) -> bool:
        """Whether people are asked to post it by hand: they may be at it this moment."""
        return self.state is State.HELD and self.reason == HoldReason.HAND_OFF

    @property
    def is_out(self) -> bool:
        """Whether it is there, or may be."""
        return self.state in OUT or self.is_being_posted_by_hand

    @property
    def is_unplanned(self) -> bool:
        """Whether no plan wants it, and nobody was asked or is to be asked about it."""
        return self.state is State.DROPPED and self.reason == DropReason.UNPLANNED and not self.asked

    @property
    def may_be_out_by_hand(self) -> bool:
        """Whether people were asked to post it and are not any more; what a person has left out since they have not."""
        asked = self.asked and not self.is_being_posted_by_hand and self.state not in OUT
        return asked and not is_left_out_for_good(self.state, self.reason)


@dataclass(frozen=True)
class Waits:
    """Since when a delivery waits, and when it may be tried next; `again`: a person wants it sent after its time."""

    due_at: datetime
    run_at: datetime
    again: bool


@dataclass(frozen=True)
class Unsent:
    """Words of a person's own that are still to go out, and that no plan writes anew: an own post, or a correction.

    `waits` is None for a correction, which goes out as soon as it can.
    """

    delivery: ExistingDelivery
    post: PostId
    platform: str
    facts: tuple[Fact, ...]
    waits: Waits | None
    too_late_at: datetime


@dataclass(frozen=True)
class ExistingPost:
    """A post as the ledger has it; `template` and `wording` are where its newest words come from."""

    row: int
    id: PostId
    moment: Moment
    too_late_s: int
    deliveries: tuple[ExistingDelivery, ...]
    hand_off: bool = False
    template: str = ""
    wording: str = ""


@dataclass(frozen=True)
class NewDelivery:
    """A delivery to add, and the state it is born in."""

    words: Words
    state: State
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Add:
    """Deliveries to add to a post; `row` is the post's, None if the post is new."""

    post: WantedPost
    row: int | None
    deliveries: tuple[NewDelivery, ...]


@dataclass(frozen=True)
class Rewrite:
    """A post whose moment, name or origin changed; its row takes what `post` says."""

    row: int
    post: WantedPost


@dataclass(frozen=True)
class Step:
    """A delivery that moves, changes its words, or changes its state. None leaves a field as it is.

    Of a delivery on its way (sending, unsure) only the reason is noted.
    """

    id: int
    before: State
    after: State
    kind: EventKind
    reason: str = ""
    run_at: datetime | None = None
    too_late_at: datetime | None = None
    words: Words | None = None
    detail: str | None = ""


@dataclass(frozen=True)
class EventNote:
    """What is to be written down with the changes: the kind of an event, and its detail (JSON)."""

    kind: EventKind
    detail: str


@dataclass(frozen=True)
class Changes:
    """All of it, applied in one transaction. `note` tells of facts that changed; on its own it changes no row."""

    adds: tuple[Add, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    steps: tuple[Step, ...] = ()
    note: EventNote | None = None

    def __bool__(self) -> bool:
        return bool(self.adds or self.rewrites or self.steps)
