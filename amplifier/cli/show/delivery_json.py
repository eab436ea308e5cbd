"""A delivery for programs: the same keys wherever a command names one."""

from __future__ import annotations

from amplifier.campaign.delivery import DeliveryView
from amplifier.schedule.program import post_name


def delivery_json(row: DeliveryView) -> dict[str, object]:
    """All that is told of it; instants are UTC, and None is what nobody knows or what is not so."""
    return {
        "id": row.id,
        "post": post_name(row.identity.post),
        "account": row.identity.account,
        "platform": row.platform,
        "verb": row.identity.verb.value,
        "state": row.state.value,
        "reason": row.reason,
        "detail": row.detail,
        "text": row.text,
        "due_at": row.due_at,
        "too_late_at": row.too_late_at,
        "tried_at": row.first_sent_at,
        "unseen_since": row.unseen_since,
        "remote_state": row.remote_state or None,
        "url": row.receipt.url if row.receipt else None,
        "remote_id": row.receipt.remote_id if row.receipt else None,
    }
