"""A person's hand on one delivery: it is there, send it again, leave it out. Each step has its actor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from amplifier.campaign.delivery import MOVES_BY_A_PERSON, DoubtReason, DropReason, Receipt, RemoteState, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.errors import UsageError
from amplifier.store import decisions, ledger
from amplifier.store.database.transaction import whole
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import last_moment, move
from amplifier.store.secret_links import forget_pasted


@whole
def adopt(delivery: int, receipt: Receipt, *, actor: str, now: datetime, by_hand: bool = True) -> None:
    """It is there: the delivery is sent, with this receipt.

    Raises UsageError if the delivery is in no state for that, or another delivery owns the post.
    """
    row = _row(delivery, State.SENT)
    other = (
        DeliveryRow.objects.filter(account_id=row.account_id, remote_id=receipt.remote_id).exclude(id=delivery).first()
    )
    if other is not None:
        raise UsageError(f"{receipt.url} belongs to another delivery already (number {other.pk}).")
    move(
        row,
        State.SENT,
        EventKind.FOUND_BY_HAND,
        actor,
        now,
        detail=receipt.url,
        fields={
            "remote_id": receipt.remote_id,
            "url": receipt.url,
            "sent_at": now,
            "by_hand": by_hand,
            "remote_state": RemoteState.LIVE,
        },
    )


@whole
def send_again(delivery: int, *, actor: str, now: datetime, first: Callable[[], None] | None = None) -> State:
    """Send it now: straight away if it was certainly never out, else somebody looks once more first.

    Its words are of another time by then: the planner looks at them, and a planned post waits for that.

    Its state from now on: queued or unsure. Raises UsageError if it is in no state for that, or what `first` raises:
    asked when nobody else can add a post.
    """
    if first is not None:
        ledger.lock()
        first()
    row = _known(delivery)
    if DeliveryRow.objects.filter(verb=Verb.DELETE, waits_for=delivery).exclude(state=State.SENT).exists():
        raise UsageError("This post was withdrawn, so it is not sent any more. To say it anew: amplifier send")
    may_be_out = row.first_sent_at is not None or row.unseen_since is not None or row.state == State.UNSURE
    after = State.UNSURE if may_be_out else State.QUEUED
    _may(row, after)
    fresh: dict[str, object] = {"run_at": now, "too_late_at": last_moment(row, now), "looks": 0}
    reason = DoubtReason.AGAIN if after is State.UNSURE else ""
    move(row, after, EventKind.TO_BE_SENT_AGAIN, actor, now, reason=reason, fields=fresh)
    if row.verb != Verb.DELETE and (after is State.QUEUED or row.state == State.MISSED):
        decisions.let_go_late(now=now)
    return after


@whole
def drop(delivery: int, *, actor: str, now: datetime, why: str = "") -> None:
    """Leave it out for good. Raises UsageError if it is in no state for that."""
    move(
        _row(delivery, State.DROPPED),
        State.DROPPED,
        EventKind.LEFT_OUT_BY_HAND,
        actor,
        now,
        reason=DropReason.BY_HAND,
        detail=why,
    )


@whole
def look_now(delivery: int, *, actor: str, now: datetime, reason: DoubtReason, since: datetime | None = None) -> None:
    """Somebody is to look for it at once: a person says that it is there, or a backup may be older than it.

    `since`: when it may first have been posted, where that is before its time, which has moved. Raises UsageError if
    it is in no state for that.
    """
    row = _row(delivery, State.UNSURE)
    fields: dict[str, object] = {"run_at": now, "looks": 0}
    if since is not None and row.first_sent_at is None and since < row.post.due_at:
        fields["first_sent_at"] = since
    forget_pasted([delivery])
    move(row, State.UNSURE, EventKind.TO_BE_LOOKED_FOR, actor, now, reason=reason, fields=fields)


def _row(delivery: int, after: State) -> DeliveryRow:
    row = _known(delivery)
    _may(row, after)
    return row


def _known(delivery: int) -> DeliveryRow:
    row = DeliveryRow.objects.select_for_update().filter(id=delivery).first()
    if row is None:
        raise UsageError(f"There is no delivery {delivery}.")
    return row


def _may(row: DeliveryRow, after: State) -> None:
    if after not in MOVES_BY_A_PERSON.get(State(row.state), frozenset()):
        raise UsageError(f"Delivery {row.pk} is {row.state}, so this cannot be done with it. Nothing was changed.")
