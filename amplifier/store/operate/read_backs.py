"""What is out and is to be looked at again, and what was seen: claimed row by row, away from the road that sends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from amplifier.campaign.correction import LIVES, words_out
from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, RemoteState, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.store import delivery_views
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import instant, reading, stamp, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.models import DeliveryRow

SERVICE = "service"
CUT = 300  # characters of what a post says now that are kept with the event
# Served by the index of what an account sent, so that a million older rows cost nothing.
OUT = """SELECT id, sent_at, checked_at FROM deliveries
WHERE account_id = (SELECT id FROM accounts WHERE label = %s) AND sent_at IS NOT NULL AND sent_at > %s AND sent_at <= %s
  AND verb = 'publish' AND state = 'sent' AND remote_state IN ('live', 'edited')
ORDER BY sent_at DESC LIMIT %s"""


@dataclass(frozen=True)
class OutPost:
    """A post that is out: its delivery, when it went out and when it was last looked at (None: never). UTC."""

    delivery: int
    account: str
    sent_at: datetime
    checked_at: datetime | None


@reading
def out(account: str, *, since: datetime, until: datetime, limit: int) -> tuple[OutPost, ...]:
    """What this account has sent since then until then and what is still there as far as we know; the newest first."""
    rows = execute(OUT, [account, stamp(since), stamp(until), limit])
    return tuple(OutPost(row[0], account, instant(row[1]), instant(row[2])) for row in rows)


@whole
def claim(one: OutPost, *, now: datetime) -> DeliveryView | None:
    """Take a post into one's hands to look at it, as it stands: its words are those that we last put there.

    None if somebody else was quicker. Nobody who sends waits for this.
    """
    if not _mark(one, now):
        return None
    return _as_it_stands(one.delivery)


@whole
def give_back(one: OutPost, *, taken_at: datetime) -> None:
    """The look failed: it counts for nothing."""
    DeliveryRow.objects.filter(id=one.delivery, checked_at=taken_at).update(checked_at=one.checked_at)


@whole
def keep_gone(seen: DeliveryView, *, now: datetime) -> bool:
    """It is not there any more, and it was not we who deleted it. False if that is not so, or known already."""
    if _is_ours_to_change(seen):
        return False
    DeliveryRow.objects.filter(id=seen.id).update(remote_state=RemoteState.GONE)
    write_events([Event(now, SERVICE, of_delivery(seen.id), EventKind.GONE, seen.remote_state, RemoteState.GONE)])
    return True


@whole
def keep_changed(seen: DeliveryView, reads: str, *, now: datetime) -> bool:
    """It says something else than we put there, and it was not we who changed it. False if that is known already."""
    if _is_ours_to_change(seen):
        return False
    reads_now = _cut(reads)
    rows = DeliveryRow.objects.filter(id=seen.id)
    if rows.filter(outside_text=reads_now).exists():
        return False
    rows.update(remote_state=RemoteState.EDITED, outside_text=reads_now)
    detail, before, after = f"It reads now: {reads_now}", seen.remote_state, RemoteState.EDITED
    write_events([Event(now, SERVICE, of_delivery(seen.id), EventKind.CHANGED, before, after, detail=detail)])
    return True


@reading
def changed_outside(accounts: Collection[str], *, since: datetime) -> tuple[DeliveryView, ...]:
    """What went out since then and was deleted or changed there by somebody else, the oldest first."""
    rows = DeliveryRow.objects.filter(account__label__in=list(accounts), sent_at__isnull=False, sent_at__gt=since)
    others = Q(remote_state=RemoteState.GONE) | Q(remote_state=RemoteState.EDITED, outside_text__isnull=False)
    return delivery_views.views_by_id(list(rows.filter(others, verb=Verb.PUBLISH).values_list("id", flat=True)))


def _mark(one: OutPost, now: datetime) -> bool:
    rows = DeliveryRow.objects.filter(id=one.delivery, state=State.SENT, checked_at=one.checked_at)
    if one.checked_at is None:
        rows = DeliveryRow.objects.filter(id=one.delivery, state=State.SENT, checked_at__isnull=True)
    return bool(rows.update(checked_at=now))


def _as_it_stands(delivery: int) -> DeliveryView | None:
    (row,) = delivery_views.views_by_id([delivery])
    if row.receipt is None or row.remote_state not in LIVES:
        return None
    edits = DeliveryRow.objects.filter(post__deliveries=delivery, account__label=row.identity.account, verb=Verb.EDIT)
    return replace(row, text=words_out(row, delivery_views.views_by_id(list(edits.values_list("id", flat=True)))))


def _is_ours_to_change(seen: DeliveryView) -> bool:
    """Whether the post changed hands with us meanwhile: what we delete or edit, or are about to, is no news."""
    row = DeliveryRow.objects.select_for_update().get(id=seen.id)
    now_there = _as_it_stands(seen.id)
    if now_there is None or now_there.text != seen.text:
        return True
    ours = DeliveryRow.objects.filter(post_id=row.post_id, account_id=row.account_id, target=row.remote_id)
    return ours.filter(state__in=[State.QUEUED, State.HELD, *ON_ITS_WAY]).exists()


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CUT else line[: CUT - 1] + "…"
