"""The log of mentions and its follow-ups: taken in once with their cursor, never lost, followed up in small steps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from amplifier.campaign.mention import OPEN, Kind, Logged, Mention, Note, Status, Visibility, visibility
from amplifier.store import sources
from amplifier.store.models import FollowupRow, MentionRow
from amplifier.store.transaction import reading, whole

COUNTED = 1000  # nobody needs to know more exactly how many there are, and a page must not count for long


@dataclass(frozen=True)
class Filter:
    """Which mentions to show; empty means all. `words` looks into texts and handles.

    `private`: only what others may not see, or (False) only what everybody may; None: both.
    """

    statuses: tuple[Status, ...] = ()
    networks: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    words: str = ""
    private: bool | None = None


@whole
def take_in(source: str, mentions: Sequence[Mention], *, cursor: str, now: datetime) -> int:
    """Log what is new and advance the source's cursor, both or neither; how many were new.

    The same post met again, also by another way, is the same mention; who may see it is what was told last.
    """
    rows = MentionRow.objects.filter(canonical_id__in=[mention.canonical_id for mention in mentions])
    known = {(row[0], row[1]): row[2] for row in rows.values_list("network", "canonical_id", "visibility")}
    new = 0
    for mention in mentions:
        seen_by = known.setdefault((mention.network, mention.canonical_id), "")
        if seen_by:
            _shown_to(mention, seen_by)
            continue
        known[mention.network, mention.canonical_id] = mention.visibility
        _, is_new = MentionRow.objects.get_or_create(
            network=mention.network,
            canonical_id=mention.canonical_id,
            defaults={
                "id": _free_id(mention, now),
                "kind": mention.kind,
                "account": mention.account,
                "author_id": mention.author_id,
                "author_handle": mention.author_handle,
                "author_name": mention.author_name,
                "text": mention.text,
                "url": mention.url,
                "posted_at": mention.posted_at,
                "seen_at": now,
                "about": mention.about or None,
                "visibility": mention.visibility,
            },
        )
        new += is_new
    sources.advance(source, cursor=cursor, now=now)
    return new


@reading
def mentions(chosen: Filter, *, older_than: int = 0, limit: int = 50) -> tuple[Logged, ...]:
    """The log, newest first, a page at a time: `older_than` is the last number of the page before."""
    rows = _matching(chosen)
    if older_than:
        rows = rows.filter(id__lt=older_than)
    return tuple(_logged(row) for row in rows.prefetch_related("followups").order_by("-id")[:limit])


@reading
def mention(number: int) -> Logged | None:
    """One mention by its number."""
    row = MentionRow.objects.filter(id=number).first()
    return _logged(row) if row else None


@reading
def counts_by_status(*, private: bool | None = None) -> dict[Status, int]:
    """How many mentions have each status, counted no further than `COUNTED`; `private` as in a filter."""
    counted = {status: _matching(Filter(statuses=(status,), private=private))[:COUNTED].count() for status in Status}
    return {status: number for status, number in counted.items() if number}


@whole
def follow_up(number: int, *, status: Status, note: str, actor: str, now: datetime) -> Logged | None:
    """Write a step of the follow-up; the mention as it is then, or None if there is no such mention."""
    if not MentionRow.objects.filter(id=number).update(status=status):
        return None
    FollowupRow.objects.create(mention_id=number, at=now, actor=actor, status=status, note=note)
    return _logged(MentionRow.objects.get(id=number))


def _matching(chosen: Filter) -> QuerySet[MentionRow]:
    rows = MentionRow.objects.all()
    if chosen.statuses:
        rows = rows.filter(status__in=chosen.statuses)
    if chosen.networks:
        rows = rows.filter(network__in=chosen.networks)
    if chosen.kinds:
        rows = rows.filter(kind__in=chosen.kinds)
    if chosen.private is not None:
        rows = rows.exclude(visibility__in=OPEN) if chosen.private else rows.filter(visibility__in=OPEN)
    if chosen.words:
        rows = rows.filter(Q(text__icontains=chosen.words) | Q(author_handle__icontains=chosen.words))
    return rows


def _shown_to(mention: Mention, before: str) -> None:
    """An author may close their account, or open it; a network that does not say changes nothing."""
    if mention.visibility not in (before, Visibility.UNKNOWN):
        rows = MentionRow.objects.filter(network=mention.network, canonical_id=mention.canonical_id)
        rows.update(visibility=mention.visibility)


def _free_id(mention: Mention, now: datetime) -> int:
    """Milliseconds since 1970 and 20 bits of the post's hash: newest first is by id, and the same post has the same.

    A stranger's clock may say any year: a post from the future counts as said now, and none is older than 1970.
    """
    milliseconds = max(0, int(min(mention.posted_at, now).timestamp() * 1000))
    digest = hashlib.sha256(f"{mention.network}\n{mention.canonical_id}".encode()).digest()
    number = milliseconds << 20 | int.from_bytes(digest[:3]) >> 4
    while MentionRow.objects.filter(id=number).exists():
        number += 1
    return number


def _logged(row: MentionRow) -> Logged:
    return Logged(
        id=row.pk,
        mention=Mention(
            network=row.network,
            account=row.account,
            canonical_id=row.canonical_id,
            kind=Kind(row.kind),
            author_id=row.author_id,
            author_handle=row.author_handle,
            author_name=row.author_name,
            text=row.text,
            url=row.url,
            posted_at=row.posted_at,
            about=row.about or 0,
            visibility=visibility(row.visibility),
        ),
        seen_at=row.seen_at,
        status=Status(row.status),
        notes=tuple(
            Note(at=step.at, actor=step.actor, status=Status(step.status), note=step.note)
            for step in sorted(row.followups.all(), key=lambda step: step.pk)
        ),
    )
