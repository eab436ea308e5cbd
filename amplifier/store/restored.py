"""After a restore: what may have gone out since the backup is in doubt, and is looked for before anything goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from amplifier.campaign.delivery import DoubtReason, HoldReason, State
from amplifier.store import heartbeats, ledger, stops
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow
from amplifier.store.transaction import reading, whole

DETAIL = "The database was restored from an older backup, so this may be out already. Looking for it."
# They go on by themselves, or somebody was asked to post them, so they may have gone on since the backup was made.
GOES_ON = (HoldReason.STOPPED, HoldReason.ACCOUNT, HoldReason.BUDGET, HoldReason.HAND_OFF)
PROCESSES = ("worker", "listener")
MANY = 500  # ids in one statement


@dataclass(frozen=True)
class Doubt:
    """How many deliveries are looked for after a restore, and on how many of them only a person can look."""

    looked_for: int
    for_a_person: int


@whole
def doubt(*, made_at: datetime, now: datetime, actor: str, reason: str, readable: Collection[str]) -> Doubt:
    """Stop the service, and put in doubt whatever may have gone out since the backup was made at `made_at`.

    That is what was under way then, what was due since, and what hangs on a milestone, which may have been moved
    forward since. The last is left alone on an account that nobody may ask (not in `readable`): there it waits for its
    time and a person's hand. Whatever else is not at its end is looked for if a person sends it again. What a person
    wanted sent again then, they have to want again: it has happened, and they may have withdrawn it since.
    """
    stops.stop(reason=reason, actor=actor, now=now)
    since = Q(state=State.QUEUED) & (
        Q(post__due_at__lte=now) | Q(run_at__lte=now) | (~Q(post__milestone="") & Q(account__label__in=list(readable)))
    )
    went_on = Q(state=State.HELD, reason__in=GOES_ON)
    under_way = Q(state=State.SENDING) | Q(state=State.UNSURE, reason__in=["", DoubtReason.AGAIN])
    chosen = DeliveryRow.objects.filter(since | went_on | under_way)
    rows = list(chosen.order_by("id").values_list("id", "account__label", "state"))
    numbers = [pk for pk, _, _ in rows]
    for start in range(0, len(numbers), MANY):
        DeliveryRow.objects.filter(id__in=numbers[start : start + MANY]).update(
            state=State.UNSURE,
            reason=DoubtReason.RESTORED,
            detail=DETAIL,
            first_sent_at=Coalesce(F("first_sent_at"), Value(made_at)),
        )
    # whatever is in doubt, for this reason or one of its own, is looked for anew, and nobody holds it any more
    DeliveryRow.objects.filter(state=State.UNSURE).update(run_at=now, looks=0, fence=F("fence") + 1, lease_until=None)
    # a person may have sent these since: "send it again" looks first for what has been tried
    DeliveryRow.objects.filter(state__in=[State.HELD, State.MISSED], first_sent_at__isnull=True).update(
        first_sent_at=made_at
    )
    write_events(
        Event(now, actor, of_delivery(pk), "restored", before, State.UNSURE, detail=DETAIL) for pk, _, before in rows
    )
    blind = sum(1 for _, account, _ in rows if account not in readable)
    return Doubt(len(rows) - blind, blind)


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
