"""Deliveries as people see them: for pages, the command line and the wall. Only reads, but for a person's hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q

from amplifier.campaign.delivery import (
    ON_ITS_WAY,
    DeliveryId,
    DeliveryView,
    DropReason,
    Receipt,
    RemoteState,
    State,
    Verb,
)
from amplifier.campaign.fate import Fate, Follows, became_of_each
from amplifier.campaign.post import OWN, PostId
from amplifier.store.database.transaction import reading
from amplifier.store.models import DeliveryRow
from amplifier.store.own_hour import moment_of

# How a post stands that we have not changed since it went out.
UNTOUCHED = {
    str(RemoteState.EDITED): Fate.CHANGED,
    str(RemoteState.GONE): Fate.GONE,
    str(RemoteState.WITHDRAWN): Fate.WITHDRAWN,
}
A_DAY = timedelta(days=1)
LATER = Q(revision__gt=0) | ~Q(verb=Verb.PUBLISH)  # a correction or a deletion


@dataclass(frozen=True)
class StateCounts:
    """How many posts stand how, each counted once an account.

    `states` is where they are (`sent`: it went out, whatever became of it), `fates` how those that went out stand now,
    `ahead` how many are still to be corrected or deleted.
    """

    states: Counter[State]
    fates: Counter[Fate]
    ahead: Counter[Follows]


@reading
def counts() -> Counter[State]:
    """How many deliveries are in each state, corrections and deletions too; answered from an index alone."""
    rows = DeliveryRow.objects.values_list("state").annotate(number=Count("id"))
    return Counter({State(state): number for state, number in rows})


@reading
def has_published() -> bool:
    """Whether anything of ours is out, or was."""
    return DeliveryRow.objects.filter(state=State.SENT).exists()


@reading
def tally() -> StateCounts:
    """How many posts stand how. Reads every delivery once: for people who ask, not for what runs every moment."""
    states: Counter[State] = Counter()
    fates: Counter[Fate] = Counter()
    ahead: Counter[Follows] = Counter()
    changed = DeliveryRow.objects.filter(LATER).values("post_id")
    plain = DeliveryRow.objects.exclude(post_id__in=changed)
    for state, remote, number in plain.values_list("state", "remote_state").annotate(number=Count("id")):
        states[State(state)] += number
        if state == State.SENT:
            fates[UNTOUCHED.get(remote, Fate.LIVE)] += number
    rows = DeliveryRow.objects.select_related("post", "account").filter(post_id__in=changed)
    for one in became_of_each(_view(row) for row in rows.order_by("id")):
        states[one.row.state] += 1
        if one.fate:
            fates[one.fate] += 1
        if one.follows:
            ahead[one.follows] += 1
    return StateCounts(states, fates, ahead)


@reading
def coming(limit: int | None = None, *, milestone: str = "") -> tuple[DeliveryView, ...]:
    """What waits to go out for the first time, by due time, and no changes to it; what hangs on `milestone`.

    People's own posts hang on none: what their rows have there is how their time was said, and they stay when it moves.
    """
    rows = DeliveryRow.objects.select_related("post", "account").filter(state=State.QUEUED).exclude(LATER)
    rows = rows.filter(post__milestone=milestone).exclude(post__slot=OWN) if milestone else rows
    return tuple(_view(row) for row in rows.order_by("post__due_at", "id")[:limit])


@reading
def number_coming() -> int:
    """How many posts wait to go out for the first time, on any account; counted by the database."""
    rows = DeliveryRow.objects.filter(state=State.QUEUED).exclude(LATER)
    return rows.values("post_id").distinct().count()


@reading
def own_waiting() -> tuple[DeliveryView, ...]:
    """People's own posts that wait to go out for the first time, held or not, by due time."""
    rows = DeliveryRow.objects.select_related("post", "account").filter(state__in=[State.QUEUED, State.HELD])
    own = rows.filter(post__slot=OWN).exclude(LATER)
    return tuple(_view(row) for row in own.order_by("post__due_at", "id"))


@reading
def own_begun(first: date, last: date) -> tuple[DeliveryView, ...]:
    """People's own posts of these days of the campaign (both included) that are out or on their way, by due time."""
    rows = DeliveryRow.objects.select_related("post", "account").filter(
        post__slot=OWN, post__wall_time__gte=first.isoformat(), post__wall_time__lt=(last + A_DAY).isoformat()
    )
    own = rows.filter(state__in=[State.SENT, *ON_ITS_WAY]).exclude(LATER)
    return tuple(_view(row) for row in own.order_by("post__due_at", "id"))


@reading
def own_skipped(now: datetime) -> tuple[DeliveryView, ...]:
    """People's own posts that somebody left out and may still take in again, by due time."""
    rows = DeliveryRow.objects.select_related("post", "account").filter(post__slot=OWN, post__due_at__gt=now)
    own = rows.filter(state=State.DROPPED, reason=DropReason.SKIPPED).exclude(LATER)
    return tuple(_view(row) for row in own.order_by("post__due_at", "id"))


@reading
def busiest_milestone() -> str:
    """The milestone on which most of what waits hangs, of several the one that has the next; empty if none has any."""
    waiting = DeliveryRow.objects.filter(state=State.QUEUED).exclude(LATER).exclude(post__milestone="")
    found = (
        waiting.exclude(post__slot=OWN)
        .values("post__milestone")
        .annotate(number=Count("id"), first=Min("post__due_at"))
    )
    row = found.order_by("-number", "first", "post__milestone").first()
    return str(row["post__milestone"]) if row else ""


@reading
def receipts() -> frozenset[str]:
    """The network's id of everything that is out."""
    sent = DeliveryRow.objects.filter(state=State.SENT, remote_id__isnull=False)
    return frozenset(str(pk) for pk in sent.values_list("remote_id", flat=True))


@reading
def changing() -> tuple[DeliveryView, ...]:
    """The corrections and deletions that are to go out, or are going out just now."""
    rows = DeliveryRow.objects.select_related("post", "account").filter(LATER, state__in=[State.QUEUED, State.SENDING])
    return tuple(_view(row) for row in rows.order_by("id"))


@reading
def changed() -> tuple[DeliveryView, ...]:
    """Every delivery of the posts of which something was corrected or deleted, or is to be."""
    posts = DeliveryRow.objects.filter(LATER).exclude(state=State.DROPPED).values("post_id")
    found = DeliveryRow.objects.select_related("post", "account").filter(post_id__in=posts).order_by("id")
    return tuple(_view(row) for row in found)


@reading
def with_changes(rows: Collection[DeliveryView]) -> tuple[DeliveryView, ...]:
    """Every delivery of the posts to which these belong, in the order in which they were made."""
    ids = DeliveryRow.objects.filter(id__in=[row.id for row in rows]).values("post_id")
    found = DeliveryRow.objects.select_related("post", "account").filter(post_id__in=ids).order_by("id")
    return tuple(_view(row) for row in found)


@reading
def views(
    *,
    states: Collection[State] = (),
    newest_first: bool = False,
    limit: int | None = None,
    post: PostId | None = None,
) -> tuple[DeliveryView, ...]:
    """Deliveries in these states (none: all), by due time; `newest_first` by the time they were sent."""
    rows = DeliveryRow.objects.select_related("post", "account")
    if states:
        rows = rows.filter(state__in=list(states))
    if post is not None:
        rows = rows.filter(post__campaign=post.campaign, post__slot=post.slot, post__occurrence=post.occurrence)
    order = ("-sent_at", "-id") if newest_first else ("post__due_at", "id")
    return tuple(_view(row) for row in rows.order_by(*order)[:limit])


@reading
def views_of(posts: Collection[PostId]) -> tuple[DeliveryView, ...]:
    """All deliveries of these posts, by due time; looked up by the posts' names, however long the history is."""
    if not posts:
        return ()
    wanted, slots = set(posts), {post.slot for post in posts}
    named = DeliveryRow.objects.select_related("post", "account").filter(
        post__campaign__in={post.campaign for post in posts},
        post__slot__in=slots,
        post__occurrence__in={post.occurrence for post in posts},
    )
    found = (_view(row) for row in named.order_by("post__due_at", "id"))
    return tuple(one for one in found if one.identity.post in wanted)


@reading
def views_by_id(ids: Collection[int]) -> tuple[DeliveryView, ...]:
    """These deliveries, by their numbers."""
    if not ids:
        return ()
    rows = DeliveryRow.objects.select_related("post", "account").filter(id__in=list(ids)).order_by("id")
    return tuple(_view(row) for row in rows)


@reading
def deliveries_of(account: str, remote_ids: Collection[str]) -> dict[str, int]:
    """Which of these remote ids are posts of ours, and by which delivery."""
    rows = DeliveryRow.objects.filter(account__label=account, remote_id__in=[pk for pk in remote_ids if pk])
    return {str(remote_id): pk for remote_id, pk in rows.values_list("remote_id", "id")}


def _view(row: DeliveryRow) -> DeliveryView:
    post = row.post
    receipt = Receipt(row.remote_id, row.url) if row.remote_id else None
    moment = moment_of(row)
    return DeliveryView(
        id=row.pk,
        identity=DeliveryId(
            PostId(post.campaign, post.slot, post.occurrence), row.account.label, row.part, row.revision, Verb(row.verb)
        ),
        platform=row.platform,
        text=row.text,
        state=State(row.state),
        reason=row.reason,
        detail=row.detail,
        due_at=moment.due_at,
        wall_time=moment.wall_time,
        zone=moment.zone,
        fold=moment.fold,
        milestone=post.milestone if post.slot != OWN else "",
        template=post.template if post.slot != OWN else "",
        too_late_at=row.too_late_at,
        first_sent_at=row.first_sent_at,
        sent_at=row.sent_at,
        receipt=receipt,
        remote_state=row.remote_state,
        target=row.target,
        imprint=row.imprint,
        hand_off=post.hand_off,
        run_at=row.run_at,
        language=row.language,
        waits_for=row.waits_for,
        frozen=row.request is not None,
        unseen_since=row.unseen_since,
        outside_text=row.outside_text,
        counted_from=post.milestone if post.slot == OWN else "",
    )
