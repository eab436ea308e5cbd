"""The log of mentions and its follow-ups: taken in once with their cursor, never lost, followed up in small steps."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from amplifier.campaign.mention import ON_TIME, Aside, Kind, Logged, Mention, Note, Status
from amplifier.store import quarantine, sources
from amplifier.store.models import FollowupRow, MentionRow
from amplifier.store.transaction import reading, whole


@dataclass(frozen=True)
class Filter:
    """Which mentions to show; empty means all. `words` looks into texts and handles.

    `edited_since`: only those whose authors changed the words after somebody had dealt with them.
    """

    statuses: tuple[Status, ...] = ()
    networks: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    words: str = ""
    edited_since: bool = False


@whole
def take_in(
    source: str,
    mentions: Sequence[Mention],
    *,
    cursor: str,
    now: datetime,
    aside: Sequence[Aside] = (),
    reader: str = "",
) -> int:
    """Log what is new and advance the source's cursor, both or neither; how many were new.

    The same post met again, also by another way, is the same mention, and shows what it says now. `aside` is what this
    version of the `reader` cannot understand; a mention that the database does not take is set aside too, alone.
    """
    new, refused = _logged_each(mentions, since=sources.last_good(source), now=now)
    quarantine.keep(source, (*aside, *refused), reader=reader, now=now)
    sources.advance(source, cursor=cursor, now=now)
    return new


@whole
def take_in_again(source: str, found: Mapping[int, Mention | Aside | None], *, reader: str, now: datetime) -> int:
    """What came of reading once more what was set aside, by its number there; how many mentions it gave."""
    mentions = {number: one for number, one in found.items() if isinstance(one, Mention)}
    new, refused = _logged_each(tuple(mentions.values()), since=sources.last_good(source), now=now)
    why = {one.raw: one.reason for one in refused}
    still = {number: one.reason for number, one in found.items() if isinstance(one, Aside)}
    still |= {number: why[one.raw] for number, one in mentions.items() if one.raw in why}
    quarantine.judged(
        understood=[number for number in found if number not in still], still=still.items(), reader=reader
    )
    return new


def _logged_each(mentions: Sequence[Mention], *, since: datetime | None, now: datetime) -> tuple[int, list[Aside]]:
    """Log or renew each; how many were new, and what the database did not take.

    `since` is when the source was last read: what claims to be older was not there then, and its author's clock is not
    believed as to where it belongs.
    """
    new, refused = 0, list[Aside]()
    for place, mention in enumerate(mentions):
        try:
            is_late = since is not None and mention.posted_at < since - ON_TIME
            with transaction.atomic():  # PostgreSQL does nothing more after a statement that failed, but up to here
                row = _row_of(mention)
                if row is None:
                    _insert(mention, _number_of_late(now, place) if is_late else _free_id(mention, now), now)
                    new += 1
                else:
                    _renew(row, mention, now)
        except (DataError, IntegrityError, ValueError, TypeError, OverflowError) as error:
            if not (isinstance(error, IntegrityError) and _row_of(mention)):  # else another source was quicker
                refused.append(Aside(mention.canonical_id, mention.raw, f"The database does not take it: {error}"))
    return new, refused


def _row_of(mention: Mention) -> MentionRow | None:
    return MentionRow.objects.filter(network=mention.network, canonical_id=mention.canonical_id).first()


def _insert(mention: Mention, number: int, now: datetime) -> None:
    MentionRow.objects.create(
        id=number,
        network=mention.network,
        canonical_id=mention.canonical_id,
        kind=mention.kind,
        account=mention.account,
        author_id=mention.author_id,
        author_handle=mention.author_handle,
        author_name=mention.author_name,
        text=mention.text,
        url=mention.url,
        posted_at=mention.posted_at,
        seen_at=now,
        about=mention.about or None,
        fingerprint=mention.fingerprint,
    )


def _renew(row: MentionRow, mention: Mention, now: datetime) -> None:
    """Let the row show what the post shows now; the old words are not kept.

    Only if the same account tells it, since another server may word it otherwise. What somebody has dealt with stays
    so, and is marked as edited since.
    """
    if row.account != mention.account:
        return
    shown: dict[str, object] = {
        "text": mention.text,
        "url": mention.url,
        "author_name": mention.author_name,
        "author_handle": mention.author_handle,
        "fingerprint": mention.fingerprint,
        "kind": row.kind if mention.kind is Kind.TAG else mention.kind.value,
        "about": row.about or mention.about or None,
    }
    changed = {name: value for name, value in shown.items() if getattr(row, name) != value}
    if not changed:
        return
    if "text" in changed and row.fingerprint and "fingerprint" in changed:
        changed["edited_at"] = now
        changed["edited_since"] = row.edited_since or row.status != Status.NEW
    MentionRow.objects.filter(pk=row.pk).update(**changed)


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
def counts_by_status() -> dict[Status, int]:
    """How many mentions have each status."""
    rows = MentionRow.objects.values_list("status").annotate(number=Count("id"))
    return {Status(status): number for status, number in rows}


@reading
def edited_since() -> int:
    """How many were edited after somebody had dealt with them."""
    return MentionRow.objects.filter(edited_since=True).count()


@whole
def follow_up(number: int, *, status: Status, note: str, actor: str, now: datetime) -> Logged | None:
    """Write a step of the follow-up; the mention as it is then, or None if there is no such mention."""
    if not MentionRow.objects.filter(id=number).update(status=status, edited_since=False):
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
    if chosen.edited_since:
        rows = rows.filter(edited_since=True)
    if chosen.words:
        rows = rows.filter(Q(text__icontains=chosen.words) | Q(author_handle__icontains=chosen.words))
    return rows


def _number_of_late(now: datetime, place: int) -> int:
    """The number of a mention that turned up late: it stands where it came to us, those of one look in their order."""
    number = int(now.timestamp() * 1000) << 20 | place
    while MentionRow.objects.filter(id=number).exists():
        number += 1
    return number


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
        ),
        seen_at=row.seen_at,
        status=Status(row.status),
        notes=tuple(
            Note(at=step.at, actor=step.actor, status=Status(step.status), note=step.note)
            for step in sorted(row.followups.all(), key=lambda step: step.pk)
        ),
        edited_at=row.edited_at,
        edited_since=row.edited_since,
    )
