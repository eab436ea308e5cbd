"""Notices: composed from the events with the cursor that says how far, told one by one, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from amplifier.campaign.notice import Draft, FeedEvent, Notice
from amplifier.policy import Topic
from amplifier.store import event_feed, heartbeats
from amplifier.store.database.transaction import reading, whole
from amplifier.store.models import NoticeRow

CURSOR = "notices"
MOST = 2000
FIRST_LOOK = timedelta(minutes=10)  # an install that composes for the first time leaves older events alone
WORTH = timedelta(days=1)  # what could not be told for so long is not tried again


@whole
def compose(decide: Callable[[Sequence[FeedEvent]], Iterable[tuple[Draft, str, str]]], *, now: datetime) -> int:
    """Make notices of what happened since the last time; how many. Notices and cursor are written together, or not.

    `decide` gives each notice with its recipient and its link, and may read the ledger.
    """
    event_feed.hold_writers()
    found = event_feed.events_after(_cursor(now), limit=MOST)
    if not found:
        return 0
    made = sum(_add(draft, recipient, link, now) for draft, recipient, link in decide(found))
    heartbeats.beat(CURSOR, now=now, detail=str(found[-1].id))
    return made


@reading
def unread(*, now: datetime) -> tuple[FeedEvent, ...]:
    """What happened since the last time."""
    return event_feed.events_after(_cursor(now), limit=MOST)


@whole
def add(draft: Draft, *, recipient: str, link: str, now: datetime) -> bool:
    """One notice for one person. False if there is this one already."""
    return bool(_add(draft, recipient, link, now))


@reading
def to_tell(recipient: str, *, now: datetime) -> tuple[Notice, ...]:
    """What this recipient has not been told yet, oldest first."""
    rows = NoticeRow.objects.filter(told_at__isnull=True, made_at__gt=now - WORTH, recipient=recipient)
    return tuple(_notice(row) for row in rows.order_by("made_at", "id")[:100])


@whole
def take(notice: Notice) -> bool:
    """Count one more try, before it; False if somebody else is at it."""
    rows = NoticeRow.objects.filter(id=notice.id, told_at__isnull=True, tries=notice.tries)
    return bool(rows.update(tries=F("tries") + 1))


@whole
def is_told(notice: int, *, now: datetime, keep_link: bool) -> None:
    """The recipient has it. A sealed link is forgotten then, unless it can be read nowhere else."""
    NoticeRow.objects.filter(id=notice).update(told_at=now, problem="")
    if not keep_link:
        NoticeRow.objects.filter(id=notice).update(link="")


@whole
def is_not_told(notice: int, *, problem: str) -> None:
    """The try failed; the sentence says why and names no address."""
    NoticeRow.objects.filter(id=notice).update(problem=problem)


@reading
def last_notices(limit: int) -> tuple[Notice, ...]:
    """The newest ones, oldest of them first."""
    return tuple(_notice(row) for row in reversed(NoticeRow.objects.order_by("-id")[:limit]))


@reading
def troubles(*, now: datetime) -> dict[str, tuple[int, str]]:
    """Who cannot be told: by recipient, how many notices wait after a failure, and why the last one failed."""
    rows = NoticeRow.objects.filter(told_at__isnull=True, made_at__gt=now - WORTH).exclude(problem="").order_by("id")
    found: dict[str, tuple[int, str]] = {}
    for row in rows[:1000]:
        found[row.recipient] = (found.get(row.recipient, (0, ""))[0] + 1, row.problem)
    return found


def _cursor(now: datetime) -> int:
    beat = heartbeats.heartbeats().get(CURSOR)
    return int(beat.detail) if beat else event_feed.last_before(now - FIRST_LOOK)


def _add(draft: Draft, recipient: str, link: str, now: datetime) -> int:
    if NoticeRow.objects.filter(key=draft.key, recipient=recipient).exists():
        return 0
    row = NoticeRow(
        key=draft.key, recipient=recipient, topic=draft.topic, sentence=draft.sentence, link=link, made_at=now
    )
    NoticeRow.objects.bulk_create([row], ignore_conflicts=True)
    return 1


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        id=row.pk,
        recipient=row.recipient,
        topic=Topic(row.topic),
        sentence=row.sentence,
        link=row.link,
        made_at=row.made_at,
        told_at=row.told_at,
        tries=row.tries,
        problem=row.problem,
    )
