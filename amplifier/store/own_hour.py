"""The hour of each delivery: that of its post, but what is out keeps the one at which it went out.

A post has one hour; where it is out on one account and not yet on another, it may still move there.
"""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.delivery import OUT
from amplifier.campaign.post import Moment
from amplifier.store.models import DeliveryRow


def moment_of(row: DeliveryRow) -> Moment:
    """When this delivery was due where it is out, or may be, else when it is to go out."""
    if _is_kept(row) and row.went_out:
        due_at, wall_time, zone, fold, _ = row.went_out
        return Moment(datetime.fromisoformat(due_at), wall_time, zone, fold)
    post = row.post
    return Moment(post.due_at, post.wall_time, post.zone, post.fold)


def keep_hours(post_row: int) -> None:
    """The post is about to move: what of it is out keeps its hour; called inside the transaction that moves it."""
    rows = DeliveryRow.objects.select_related("post").filter(post_id=post_row).defer("request")
    for row in rows:
        if (row.revision or row.state in OUT) and not _is_kept(row):
            DeliveryRow.objects.filter(id=row.pk).update(went_out=_as_kept(row))


def handed_on(row: DeliveryRow) -> list[object] | None:
    """The hour that is kept with this delivery, for what corrects it; None where that is its post's."""
    return row.went_out if _is_kept(row) else None


def _as_kept(row: DeliveryRow) -> list[object]:
    """The hour of this delivery as it is written down: with the attempt that it is of."""
    now = moment_of(row)
    return [now.due_at.isoformat(), now.wall_time, now.zone, now.fold, row.attempts]


def _is_kept(row: DeliveryRow) -> bool:
    """Whether the hour that is written down holds: a later attempt went out, or goes out, at the hour of its post.

    A correction is of what is out, however often it is tried.
    """
    if not row.went_out:
        return False
    return bool(row.revision) or (row.state in OUT and row.attempts == row.went_out[-1])
