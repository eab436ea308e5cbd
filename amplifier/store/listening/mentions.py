"""The log of mentions and its follow-ups: taken in once with their cursor, never lost, followed up in small steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from django.db.models import QuerySet

from amplifier.campaign.mention import Aside, FollowUpNote, Logged, Mention, MentionKind, Status, Visibility, visibility
from amplifier.store.database.transaction import reading, whole
from amplifier.store.listening import quarantine, sources
from amplifier.store.listening.heard import FollowupRow, MentionRow
from amplifier.store.listening.taking_in import is_newer_there, log_each
from amplifier.text.search import is_there, sought

WINDOW = 5000  # mentions that one look goes through where no index finds them: some hundredths of a second
CHUNK = 500  # of them at a time
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED = 1000  # nobody needs to know more exactly how many there are, and a page must not count for long


@dataclass(frozen=True)
class Filter:
    """Which mentions to show; empty means all. `words` must all be there: in the text, the notes or the author's names.

    `private`: only what others may not see, or (False) only what everybody may; None: both.
    `edited_since`: only those whose authors changed the words after somebody had dealt with them.
    """

    statuses: tuple[Status, ...] = ()
    networks: tuple[str, ...] = ()
    kinds: tuple[MentionKind, ...] = ()
    words: str = ""
    private: bool | None = None
    edited_since: bool = False


@dataclass(frozen=True)
class Followed:
    """What became of a step: the mention as it is now, and the step before, if there was one.

    `meanwhile`: what others did after what its author had seen. Then theirs stands, and only the note was kept.
    `is_edited`: the words are other ones than its author had seen, so somebody has to look again.
    """

    logged: Logged
    before: FollowUpNote | None = None
    meanwhile: tuple[FollowUpNote, ...] = ()
    is_edited: bool = False


@whole
def take_in(  # noqa: PLR0913  what one look brought, and how far it came
    source: str,
    mentions: Sequence[Mention],
    *,
    cursor: str,
    now: datetime,
    aside: Sequence[Aside] = (),
    reader: str = "",
    is_unfinished: bool = False,
) -> int:
    """Log what is new and advance the source's cursor, both or neither; how many were new.

    The same post met again, also by another way, is the same mention, and shows what it says now; who may
    see it is what was told last. `aside` is what this version of the `reader` cannot understand; a mention that the
    database does not take is set aside too, alone. What was set aside of a post that is understood now is over.
    `is_unfinished`: what was there by now comes with later looks too.
    """
    new, refused = log_each(mentions, since=sources.last_good(source), now=now)
    quarantine.told_anew(source, (place for one in mentions for place in (one.place, one.canonical_id)))
    quarantine.keep(source, (*aside, *refused), reader=reader, now=now)
    sources.advance(source, cursor=cursor, now=now, is_unfinished=is_unfinished)
    return new


@whole
def take_in_again(source: str, found: Mapping[int, Mention | Aside | None], *, reader: str, now: datetime) -> int:
    """What came of reading once more what was set aside, by its number there; how many mentions it gave.

    Words that the log has heard since are newer, and stay.
    """
    kept_at = quarantine.kept_at(found)
    mentions = {
        number: one
        for number, one in found.items()
        if isinstance(one, Mention) and number in kept_at and not is_newer_there(one, kept_at[number])
    }
    new, refused = log_each(tuple(mentions.values()), since=sources.last_good(source), now=now)
    why = {one.raw: one.reason for one in refused}
    still = {number: one.reason for number, one in found.items() if isinstance(one, Aside)}
    still |= {number: why[one.raw] for number, one in mentions.items() if one.raw in why}
    quarantine.judged(
        understood=[number for number in found if number not in still], still=still.items(), reader=reader
    )
    return new


@reading
def mentions(chosen: Filter, *, older_than: int = 0, limit: int = 50) -> tuple[Logged, ...]:
    """The log, newest first, a page at a time: `older_than` is the last number of the page before.

    Goes no further back than `reach` says, however little it finds.
    """
    rows = _older(_matching(chosen), older_than).filter(id__gte=_floor(chosen, older_than))
    if chosen.words:
        rows = MentionRow.objects.filter(id__in=list(islice(_with_words(rows, sought(chosen.words)), limit)))
    rows = rows.select_related("account").prefetch_related("followups")
    return tuple(_logged(row) for row in rows.order_by("-id")[:limit])


@reading
def reach(chosen: Filter, *, older_than: int = 0) -> int:
    """The number of the last mention that such a look goes back to; 0 where it goes back to the first."""
    return _floor(chosen, older_than)


def said_about(number: int) -> datetime:
    """When the mention with this number was said, as its number has it (UTC)."""
    return EPOCH + timedelta(milliseconds=number >> 20)


@reading
def mention(number: int) -> Logged | None:
    """One mention by its number."""
    row = MentionRow.objects.select_related("account").filter(id=number).first()
    return _logged(row) if row else None


@reading
def counts_by_status(*, private: bool | None = None) -> dict[Status, int]:
    """How many mentions have each status, counted no further than `COUNTED`; `private` as in a filter."""
    counted = {status: _matching(Filter(statuses=(status,), private=private))[:COUNTED].count() for status in Status}
    return {status: number for status, number in counted.items() if number}


@reading
def edited_since(*, private: bool | None = None) -> int:
    """How many were edited after somebody had dealt with them, counted as `counts_by_status` does."""
    return _matching(Filter(edited_since=True, private=private))[:COUNTED].count()


@whole
def follow_up(  # noqa: PLR0913  the step, and what its author had seen
    number: int, *, status: Status, note: str, actor: str, now: datetime, seen: int | None = None, words: str = ""
) -> Followed | None:
    """Write a step of the follow-up; None if there is no such mention.

    `seen` is how many steps its author saw. Where others were quicker theirs stands, and the note is kept beneath it;
    the same step once more (a second tap) is the same step. None: whatever stood before gives way. `words` is the
    fingerprint of the words that were seen: where they were edited meanwhile the step is kept, and the mention stays
    marked as edited since.
    """
    row = MentionRow.objects.select_for_update(of=("self",)).select_related("account").filter(id=number).first()
    if row is None:
        return None
    is_edited = bool(words and row.fingerprint) and words != row.fingerprint
    steps = _steps(row)
    meanwhile = steps[seen:] if seen is not None else ()
    is_again = any((step.actor, step.status, step.note) == (actor, status, note) for step in meanwhile)
    stands = Status(row.status) if meanwhile else status
    if not is_again and (note or not meanwhile):
        FollowupRow.objects.create(mention=row, at=now, actor=actor, status=stands, note=note)
        edited_since = is_edited or (row.edited_since and bool(meanwhile))
        MentionRow.objects.filter(id=number).update(status=stands, edited_since=edited_since)
    is_theirs = meanwhile and not (is_again and stands is status)
    logged = _logged(MentionRow.objects.select_related("account").get(id=number))
    return Followed(logged, steps[-1] if steps else None, meanwhile if is_theirs else (), is_edited)


def _older(rows: QuerySet[MentionRow], older_than: int) -> QuerySet[MentionRow]:
    return rows.filter(id__lt=older_than) if older_than else rows


def _floor(chosen: Filter, older_than: int) -> int:
    """Where a look ends that has to go through the log row by row, so that none grows with history.

    One status is found by its index, and without a filter the newest are what is asked for: these need no end.
    """
    walks = chosen.words or chosen.networks or chosen.kinds or chosen.private is not None
    if not walks and len(chosen.statuses) < 2:
        return 0
    last: list[int] = []
    for rows in [MentionRow.objects.filter(status=one) for one in chosen.statuses] or [MentionRow.objects.all()]:
        last += _older(rows, older_than).order_by("-id").values_list("id", flat=True)[WINDOW - 1 : WINDOW]
    return max(last, default=0)


def _with_words(rows: QuerySet[MentionRow], words: tuple[str, ...]) -> Iterator[int]:
    """The numbers of the mentions among these that say all of these words, or whose author or notes do."""
    older_than, is_address = 0, any("/" in word for word in words)
    rows = rows.only("network", "canonical_id", "author_handle", "author_name", "text", "url").order_by("-id")
    while chunk := list(_older(rows, older_than)[:CHUNK]):
        notes: dict[int, list[str]] = defaultdict(list)
        written = FollowupRow.objects.filter(mention__in=[row.pk for row in chunk]).exclude(note="")
        for number, note in written.values_list("mention_id", "note"):
            notes[number].append(note)
        for row in chunk:
            if is_there(words, (*_fields(row, is_address=is_address), *notes[row.pk])):
                yield row.pk
        older_than = chunk[-1].pk


def _fields(row: MentionRow, *, is_address: bool) -> Iterator[str]:
    """Where words are looked for: in the text, in the author's names in every form, and an address in the address."""
    yield from (row.text, row.author_name, f"@{row.author_handle}")
    if is_address:
        yield row.url
    if row.network == "mastodon" and "@" not in row.author_handle:  # of the server that was asked; others see its name
        yield from (f"@{row.author_handle}@{host}" for host in map(_host, (row.canonical_id, row.url)) if host)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _matching(chosen: Filter) -> QuerySet[MentionRow]:
    rows = MentionRow.objects.all()
    if chosen.statuses:
        rows = rows.filter(status__in=chosen.statuses)
    if chosen.networks:
        rows = rows.filter(network__in=chosen.networks)
    if chosen.kinds:
        rows = rows.filter(kind__in=chosen.kinds)
    if chosen.private is not None:
        rows = rows.filter(visibility__in=[one for one in Visibility if one.is_private is chosen.private])
    if chosen.edited_since:
        rows = rows.filter(edited_since=True)
    return rows


def _logged(row: MentionRow) -> Logged:
    return Logged(
        id=row.pk,
        mention=Mention(
            network=row.network,
            account=row.account.label,
            canonical_id=row.canonical_id,
            kind=MentionKind(row.kind),
            author_id=row.author_id,
            author_handle=row.author_handle,
            author_name=row.author_name,
            text=row.text,
            url=row.url,
            posted_at=row.posted_at,
            about=row.about or 0,
            visibility=visibility(row.visibility),
            fingerprint=row.fingerprint,
        ),
        seen_at=row.seen_at,
        status=Status(row.status),
        notes=_steps(row),
        edited_at=row.edited_at,
        edited_since=row.edited_since,
    )


def _steps(row: MentionRow) -> tuple[FollowUpNote, ...]:
    """The steps of a follow-up, oldest first."""
    return tuple(
        FollowUpNote(at=step.at, actor=step.actor, status=Status(step.status), note=step.note)
        for step in sorted(row.followups.all(), key=lambda step: step.pk)
    )
