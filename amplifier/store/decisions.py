"""What people changed against the files: append-only."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.store.models import DecisionRow
from amplifier.store.transaction import reading, whole


@whole
def keep_decision(  # noqa: PLR0913  a decision is exactly these
    *, kind: DecisionKind, subject: str, value: str, replaced: str, actor: str, reason: str, now: datetime
) -> Decision:
    """Write down what a person decided, and what the files or an earlier decision said before."""
    row = DecisionRow.objects.create(
        kind=kind, subject=subject, value=value, replaced=replaced, actor=actor, reason=reason, at=now
    )
    return _decision(row)


@reading
def decisions() -> tuple[Decision, ...]:
    """All of them, oldest first."""
    return tuple(_decision(row) for row in DecisionRow.objects.order_by("id"))


@reading
def newest_decision() -> int:
    """The number of the newest decision; 0 if there is none."""
    found: int | None = DecisionRow.objects.aggregate(newest=Max("id"))["newest"]
    return found or 0


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        id=row.pk,
        kind=DecisionKind(row.kind),
        subject=row.subject,
        value=row.value,
        replaced=row.replaced,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
    )
