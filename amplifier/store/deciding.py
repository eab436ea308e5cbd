"""How a decision comes into the ledger: by one at a time, so that whoever looks before deciding has seen them all.

Nothing else writes one down (test_deciding).
"""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.plan import DecisionKind
from amplifier.store.models import DecisionRow, Ledger


def be_alone() -> None:
    """Be the only one to decide something about the whole ledger until the transaction ends.

    To be asked before any row is locked: who decides has the ledger first, and locks rows afterwards.
    """
    Ledger.objects.select_for_update().filter(id=1).first()


def write_down(  # noqa: PLR0913  a decision is exactly these
    *,
    kind: DecisionKind,
    subject: str,
    value: str,
    actor: str,
    reason: str,
    at: datetime,
    replaced: str = "",
    facts: str | None = None,
) -> DecisionRow:
    """Add a decision to those that there are, when nobody else can; called inside a transaction."""
    be_alone()
    return DecisionRow.objects.create(
        kind=kind, subject=subject, value=value, replaced=replaced, actor=actor, reason=reason, at=at, facts=facts
    )
