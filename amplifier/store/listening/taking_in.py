"""How a mention gets its row: once, renewed where its post shows other words, refused alone where it does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from amplifier.campaign.mention import ON_TIME, Aside, Mention, MentionKind, Status, Visibility
from amplifier.store.identity.accounts import account_rows
from amplifier.store.listening.heard import MentionRow


def log_each(mentions: Sequence[Mention], *, since: datetime | None, now: datetime) -> tuple[int, list[Aside]]:
    """Log or renew each; how many were new, and what the database did not take.

    `since` is when the source was last read to its end: what claims to be older was not there then, and its author's
    clock is not believed as to where it belongs.
    """
    new, refused = 0, list[Aside]()
    numbers = {label: row.pk for label, row in account_rows(one.account for one in mentions).items()}
    for place, mention in enumerate(mentions):
        try:
            is_late = since is not None and mention.posted_at < since - ON_TIME
            with transaction.atomic():  # PostgreSQL does nothing more after a statement that failed, but up to here
                row = _row_of(mention)
                if row is None:
                    number = _number_of_late(now, place) if is_late else _free_id(mention, now)
                    _insert(mention, number, numbers[mention.account], now)
                    new += 1
                else:
                    _renew(row, mention, numbers[mention.account], now)
        except (DataError, IntegrityError, ValueError, TypeError, OverflowError) as error:
            if not (isinstance(error, IntegrityError) and _row_of(mention)):  # else another source was quicker
                refused.append(Aside(mention.canonical_id, mention.raw, f"The database does not take it: {error}"))
    return new, refused


def is_newer_there(mention: Mention, at: datetime) -> bool:
    """Whether the log heard this post, or saw other words of it, after `at`: then what was told at `at` is older."""
    row = _row_of(mention)
    return row is not None and (row.seen_at >= at or (row.edited_at is not None and row.edited_at >= at))


def _row_of(mention: Mention) -> MentionRow | None:
    return MentionRow.objects.filter(network=mention.network, canonical_id=mention.canonical_id).first()


def _insert(mention: Mention, number: int, account: int, now: datetime) -> None:
    MentionRow.objects.create(
        id=number,
        network=mention.network,
        canonical_id=mention.canonical_id,
        kind=mention.kind,
        account_id=account,
        author_id=mention.author_id,
        author_handle=mention.author_handle,
        author_name=mention.author_name,
        text=mention.text,
        url=mention.url,
        posted_at=mention.posted_at,
        seen_at=now,
        about=mention.about or None,
        fingerprint=mention.fingerprint,
        visibility=mention.visibility,
    )


def _renew(row: MentionRow, mention: Mention, account: int, now: datetime) -> None:
    """Let the row show what the post shows now; the old words are not kept.

    Its words only if the same account tells them, since another server may word it otherwise. What somebody has dealt
    with stays so, and is marked as edited since. Who may see it is what was told last, by whomever; a network that does
    not say changes nothing.
    """
    shown: dict[str, object] = {}
    if row.account_id == account:
        shown = {
            "text": mention.text,
            "url": mention.url,
            "author_name": mention.author_name,
            "author_handle": mention.author_handle,
            "fingerprint": mention.fingerprint,
            "kind": row.kind if mention.kind is MentionKind.TAG else mention.kind.value,
            "about": row.about or mention.about or None,
        }
    if mention.visibility is not Visibility.UNKNOWN:
        shown["visibility"] = mention.visibility.value
    changed = {name: value for name, value in shown.items() if getattr(row, name) != value}
    if not changed:
        return
    if "text" in changed and row.fingerprint and "fingerprint" in changed:
        changed["edited_at"] = now
        changed["edited_since"] = row.edited_since or row.status != Status.NEW
    MentionRow.objects.filter(pk=row.pk).update(**changed)


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
