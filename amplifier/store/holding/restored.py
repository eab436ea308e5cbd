"""After a restore: what may have gone out since the backup is in doubt, and is looked for before anything goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.db.models import F, Q

from amplifier.campaign.delivery import ON_ITS_WAY, DoubtReason, DropReason, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import PASSING
from amplifier.campaign.post import OWN
from amplifier.store import heartbeats, ledger
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding import stops
from amplifier.store.holding.unseen import DETAIL, LOOK, in_pieces
from amplifier.store.models import DeliveryRow

PROCESSES = ("worker", "listener")
BEAT = "restored"


@dataclass(frozen=True)
class Doubt:
    """How many deliveries are looked for after a restore, and on how many of them only a person can look."""

    looked_for: int
    for_a_person: int


@whole
def doubt(*, made_at: datetime, now: datetime, actor: str, reason: str, readable: Collection[str]) -> Doubt:
    """Stop the service, and put in doubt whatever may have gone out since the backup was made at `made_at`.

    That is what was under way then, what was due since, and what hangs on a milestone or is a person's own, which may
    have been moved forward since. The last is left alone on an account that nobody may ask (not in `readable`): there
    it waits for its time and a person's hand. Whatever else may have gone out since and is not at its end keeps its
    state and is marked: whatever leads it on, a person's word, other words or a fact that is so again, it is looked for
    first. What a person wanted sent again then, they have to want again: it has happened, and they may have withdrawn
    it since.
    """
    stops.stop(reason=reason, actor=actor, now=now)
    heartbeats.beat(BEAT, now=now, detail=made_at.isoformat())
    may_have_moved = ~Q(post__milestone="") | Q(post__slot=OWN)
    since = Q(state=State.QUEUED) & (
        Q(post__due_at__lte=now) | Q(run_at__lte=now) | (may_have_moved & Q(account__label__in=list(readable)))
    )
    # they go on by themselves, or somebody was asked to post them, so they may have gone on since
    went_on = Q(state=State.HELD, reason__in=list(PASSING))
    under_way = Q(state=State.SENDING) | Q(state=State.UNSURE, reason__in=["", DoubtReason.AGAIN])
    chosen = DeliveryRow.objects.filter(since | went_on | under_way)
    rows = list(chosen.order_by("id").values_list("id", "account__label", "state"))
    numbers = [pk for pk, _, _ in rows]
    for some in in_pieces(numbers):
        DeliveryRow.objects.filter(id__in=some).update(**LOOK)
    # whatever is in doubt, for this reason or one of its own, is looked for anew, and nobody holds it any more
    DeliveryRow.objects.filter(state=State.UNSURE).update(run_at=now, looks=0, fence=F("fence") + 1, lease_until=None)
    was_due = Q(post__due_at__lte=now) | Q(run_at__lte=now) | may_have_moved
    may_come_back = Q(state__in=[State.HELD, State.MISSED]) | Q(
        state=State.DROPPED, reason__in=[DropReason.UNPLANNED, DropReason.UNPLANNED_HOLD, DropReason.SKIPPED]
    )
    unseen = DeliveryRow.objects.filter(Q(state__in=list(ON_ITS_WAY)) | (may_come_back & was_due))
    marked = list(unseen.filter(unseen_since__isnull=True).values_list("id", flat=True))
    for some in in_pieces(marked):
        DeliveryRow.objects.filter(id__in=some).update(unseen_since=made_at, unseen_text=F("text"))
    write_events(
        Event(now, actor, of_delivery(pk), EventKind.RESTORED, before, State.UNSURE, detail=DETAIL)
        for pk, _, before in rows
    )
    blind = sum(1 for _, account, _ in rows if account not in readable)
    return Doubt(len(rows) - blind, blind)


def looked_for(readable: Collection[str]) -> Doubt:
    """How many deliveries are looked for by now, and on how many of them only a person can look."""
    found = in_doubt()
    blind = sum(number for account, number in found.items() if account not in readable)
    return Doubt(sum(found.values()) - blind, blind)


@reading
def perhaps_ours(deliveries: Collection[int]) -> tuple[datetime | None, frozenset[int]]:
    """The time of the backup that was restored last, and which of these were out then and looked at only since.

    What became of those we may have done ourselves, between the backup and the restore. None if none was restored.
    """
    kept = heartbeats.heartbeats().get(BEAT)
    if kept is None:
        return None, frozenset()
    made_at = datetime.fromisoformat(kept.detail)
    rows = DeliveryRow.objects.filter(id__in=list(deliveries), sent_at__lte=made_at, checked_at__gt=made_at)
    return made_at, frozenset(rows.values_list("id", flat=True))


@reading
def held_unseen() -> int:
    """How many deliveries are held that may have gone out since the backup: for them nothing but a person's word."""
    return DeliveryRow.objects.filter(state=State.HELD, unseen_since__isnull=False).count()


@reading
def in_doubt() -> dict[str, int]:
    """How many deliveries of each account are still looked for, because the ledger cannot know whether they are out."""
    found: dict[str, int] = {}
    reasons = (DoubtReason.RESTORED, DoubtReason.NEW_LEDGER)
    rows = DeliveryRow.objects.filter(state=State.UNSURE, reason__in=reasons)
    for account in rows.values_list("account__label", flat=True):
        found[account] = found.get(account, 0) + 1
    return found


def at_work(now: datetime) -> str:
    """Which part of the service wrote into this database a moment ago; "" if none did, or nobody can read it."""
    try:
        beats = heartbeats.heartbeats() if ledger.is_ready() else {}
    except DatabaseError:  # damaged, which is why somebody restores a backup
        return ""
    return next((name for name in PROCESSES if heartbeats.is_alive(beats.get(name), now)), "")
