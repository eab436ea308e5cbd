"""Withdrawals: a post deleted wherever it is or may be, what waits of it dropped, and loose ends tied up behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Max, Q

from amplifier.campaign.correction import LIVES
from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, DoubtReason, DropReason, RemoteState, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import IN_TIME, Hand, add_row, changed_meanwhile, drop, locked, move
from amplifier.store.operate.notes import take_note
from amplifier.store.receipts import target_of
from amplifier.store.secret_links import awaits_a_look

SERVICE = "service"
MOST = 1000
# These tell what to look for: who posted it by hand is not found by its bytes, and a duplicate is never sent again.
KEPT_DOUBTS = (HoldReason.DUPLICATE, DoubtReason.BY_HAND)


@whole
def withdraw(
    post: PostId, accounts: Collection[str], hand: Hand, *, shown: Mapping[str, str] | None = None
) -> list[int]:
    """Delete the post on these accounts, and drop what waits of it. The numbers of the deliveries to follow.

    What may be out, but nobody knows, is looked for; its deletion waits for it to be found. `shown` are the marks of
    what the person saw, by account: raises UsageError where somebody has changed the post since.
    """
    made: list[int] = []
    for account in accounts:
        found = locked(post, account)
        if found is None:
            continue
        if shown is not None and shown.get(account) != found.mark:
            raise UsageError(changed_meanwhile(account))
        later = [row for row in found.rows if row.identity.verb is not Verb.PUBLISH]
        for row in later:  # what an edit came to does not matter to a post that goes
            if row in found.waiting or (row.identity.verb is Verb.EDIT and row.state is State.UNSURE):
                drop(row.id, hand, DropReason.WITHDRAWN)
        for row in found.rows:
            if row not in later:
                made += _taken_back(row, hand)
    return made


@whole
def done_by_hand(delivery: int, hand: Hand) -> None:
    """A person says that they deleted or changed the post themselves. Raises UsageError if nobody waits for that."""
    row = DeliveryRow.objects.select_for_update().filter(id=delivery).exclude(verb=Verb.PUBLISH).first()
    if row is None or row.state not in (State.HELD, State.QUEUED, State.UNSURE):
        raise UsageError("Nothing waits there for a hand. Nothing was changed.")
    told = RemoteState.WITHDRAWN if row.verb == Verb.DELETE else RemoteState.EDITED
    there = DeliveryRow.objects.filter(account_id=row.account_id, remote_id=target_of(row))
    there.exclude(remote_state=RemoteState.WITHDRAWN).update(remote_state=told, outside_text=None)
    fields = {"sent_at": hand.now, "by_hand": True}
    move(row, State.SENT, EventKind.DONE_BY_HAND, hand.actor, hand.now, detail=hand.reason, fields=fields)


@reading
def withdrawn(deliveries: Collection[int]) -> frozenset[int]:
    """Those of these that are to be deleted should they turn out to be out: nobody is to post them any more."""
    rows = DeliveryRow.objects.filter(verb=Verb.DELETE, state=State.QUEUED, waits_for__in=list(deliveries))
    return frozenset(number for number in rows.values_list("waits_for", flat=True) if number is not None)


def tidy(*, now: datetime) -> int:
    """Bring withdrawals to their end: what was never out needs no deletion, what turned up late does. How many moved.

    Looks at few rows and locks none while there is nothing to do.
    """
    return sum(_settle(number, now=now) for number in _unsettled(now))


@reading
def _unsettled(now: datetime) -> list[int]:
    due = DeliveryRow.objects.filter(run_at__lte=now)
    waits = due.filter(state=State.QUEUED, verb=Verb.DELETE, target="", waits_for__isnull=False)
    idle = due.filter(
        state=State.DROPPED, reason=DropReason.NOT_THERE, verb=Verb.DELETE, target="", run_at__gt=now - IN_TIME
    )
    edits = due.filter(state__in=[State.QUEUED, State.HELD], verb=Verb.EDIT)
    return [number for rows in (waits, idle, edits) for number in rows.values_list("id", flat=True)[:MOST]]


@whole
def _settle(number: int, *, now: datetime) -> int:
    row = DeliveryRow.objects.select_for_update().get(id=number)
    if row.verb == Verb.EDIT:
        gone = DeliveryRow.objects.filter(
            account_id=row.account_id, remote_id=row.target, remote_state=RemoteState.WITHDRAWN
        ).exists()
        if not gone or row.state not in (State.QUEUED, State.HELD):
            return 0
        move(row, State.DROPPED, EventKind.NOTHING_TO_CHANGE, SERVICE, now, reason=DropReason.WITHDRAWN)
        return 1
    before = DeliveryRow.objects.select_for_update().get(id=row.waits_for or 0)
    lives = before.state == State.SENT and before.remote_state in LIVES
    if row.state == State.DROPPED and row.reason == DropReason.NOT_THERE and lives:
        fresh = {"run_at": now, "too_late_at": now + IN_TIME}
        move(row, State.QUEUED, EventKind.TURNED_UP, SERVICE, now, fields=fresh)
        return 1
    if row.state == State.QUEUED and lives and row.too_late_at <= now:  # found after a day: its own day begins now
        begun = {"target": before.remote_id, "run_at": now, "too_late_at": now + IN_TIME}
        move(row, State.QUEUED, EventKind.FOUND_TO_BE_DELETED, SERVICE, now, fields=begun)
        return 1
    if row.state != State.QUEUED or not _is_not_out(before) or awaits_a_look(before.pk):
        return 0
    if before.state == State.HELD:
        move(before, State.DROPPED, EventKind.WITHDRAWN_NOT_OUT, SERVICE, now, reason=DropReason.WITHDRAWN)
    move(row, State.DROPPED, EventKind.NOTHING_TO_DELETE, SERVICE, now, reason=DropReason.NOT_THERE)
    return 1


def _is_not_out(row: DeliveryRow) -> bool:
    """Whether somebody looked and did not see it, or it was clearly refused. A doubt that nobody settled is neither."""
    looked = row.reason == HoldReason.OVERTAKEN or (row.request is None and row.reason != HoldReason.DOUBT)
    return row.state in (State.DROPPED, State.MISSED) or (row.state == State.HELD and looked)


def _may_be_out(row: DeliveryRow) -> bool:
    """Whether an attempt may have arrived, nobody knows whether hands posted it, or somebody pasted its link.

    Also if it may have gone out since a backup that was restored.
    """
    if row.unseen_since is not None:
        return True
    return row.state != State.DROPPED and (
        row.request is not None or row.reason == HoldReason.DOUBT or awaits_a_look(row.pk)
    )


def _taken_back(row: DeliveryView, hand: Hand) -> list[int]:
    """One delivery of a post that is withdrawn."""
    model = DeliveryRow.objects.select_related("post").select_for_update().get(id=row.id)
    now = hand.now
    match State(model.state):
        case State.SENT if model.remote_state in LIVES and model.remote_id:
            return [_delete(model, hand, target=model.remote_id)]
        case State.QUEUED | State.HELD | State.MISSED | State.DROPPED if _may_be_out(model):
            fields = {"run_at": now, "looks": 0}
            by_hand = DoubtReason.RESTORED if model.unseen_since else DoubtReason.BY_HAND
            reason = by_hand if model.request is None else HoldReason.OVERTAKEN
            move(
                model, State.UNSURE, EventKind.WITHDRAWN_LOOKED_FOR, hand.actor, now,
                reason=reason, detail=hand.reason, fields=fields,
            )  # fmt: skip
            return [_delete(model, hand, waits_for=model.pk)]
        case State.QUEUED | State.HELD:
            drop(model.pk, hand, DropReason.WITHDRAWN)
            return [model.pk]
        case State.MISSED if model.reason == HoldReason.HAND_OFF:  # whoever posted it late may still say so
            take_note(model.pk, actor=hand.actor, now=now, why=hand.reason)
            return [_delete(model, hand, waits_for=model.pk)]
        case State.SENDING | State.UNSURE:
            if model.reason not in KEPT_DOUBTS:
                DeliveryRow.objects.filter(id=model.pk).update(reason=HoldReason.OVERTAKEN)
            told = Event(
                now,
                hand.actor,
                of_delivery(model.pk),
                EventKind.WITHDRAWN,
                model.state,
                model.state,
                detail=hand.reason,
            )
            write_events([told])
            return [_delete(model, hand, waits_for=model.pk)]
        case _:
            return []


def _delete(model: DeliveryRow, hand: Hand, *, target: str = "", waits_for: int | None = None) -> int:
    """The deletion of what this delivery published: the one that is on its way already, or a new one."""
    rows = DeliveryRow.objects.filter(post=model.post, account_id=model.account_id, verb=Verb.DELETE)
    same = Q(target=target) if target else Q(waits_for=waits_for)
    known = rows.filter(same, state__in=[*ON_ITS_WAY, State.QUEUED]).first()
    if known is not None:
        return known.pk
    newest = DeliveryRow.objects.filter(post=model.post, account_id=model.account_id).aggregate(newest=Max("revision"))
    return add_row(
        model, Verb.DELETE, int(newest["newest"] or 0) + 1, hand, target=target, waits_for=waits_for,
        kind=EventKind.TO_BE_DELETED,
    )  # fmt: skip
