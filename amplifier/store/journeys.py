"""Deliveries as people see them: for pages, the command line and the wall. Only reads, but for a person's hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from amplifier.campaign.delivery import DeliveryId, Journey, Receipt, State, Verb
from amplifier.campaign.post import OWN, PostId
from amplifier.store.models import DeliveryRow
from amplifier.store.transaction import reading


@reading
def counts() -> Counter[State]:
    """How many deliveries are in each state."""
    rows = DeliveryRow.objects.values_list("state").annotate(number=Count("id"))
    return Counter({State(state): number for state, number in rows})


@reading
def journeys(
    *,
    states: Collection[State] = (),
    newest_first: bool = False,
    limit: int | None = None,
    post: PostId | None = None,
) -> tuple[Journey, ...]:
    """Deliveries in these states (none: all), by due time; `newest_first` by the time they were sent."""
    rows = DeliveryRow.objects.select_related("post")
    if states:
        rows = rows.filter(state__in=list(states))
    if post is not None:
        rows = rows.filter(post__campaign=post.campaign, post__slot=post.slot, post__occurrence=post.occurrence)
    order = ("-sent_at", "-id") if newest_first else ("post__due_at", "id")
    return tuple(_journey(row) for row in rows.order_by(*order)[:limit])


@reading
def journeys_by_id(ids: Collection[int]) -> tuple[Journey, ...]:
    """These deliveries, by their numbers."""
    rows = DeliveryRow.objects.select_related("post").filter(id__in=list(ids)).order_by("id")
    return tuple(_journey(row) for row in rows)


@reading
def deliveries_of(account: str, remote_ids: Collection[str]) -> dict[str, int]:
    """Which of these remote ids are posts of ours, and by which delivery."""
    rows = DeliveryRow.objects.filter(account=account, remote_id__in=[pk for pk in remote_ids if pk])
    return {str(remote_id): pk for remote_id, pk in rows.values_list("remote_id", "id")}


def _journey(row: DeliveryRow) -> Journey:
    post = row.post
    receipt = Receipt(row.remote_id, row.url) if row.remote_id else None
    return Journey(
        id=row.pk,
        identity=DeliveryId(
            PostId(post.campaign, post.slot, post.occurrence), row.account, row.part, row.revision, Verb(row.verb)
        ),
        platform=row.platform,
        text=row.text,
        state=State(row.state),
        reason=row.reason,
        detail=row.detail,
        due_at=post.due_at,
        wall_time=post.wall_time,
        zone=post.zone,
        fold=post.fold,
        milestone=post.milestone,
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
    )
