"""Where posts are left out by what people decided. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from amplifier.campaign.plan import Decision, DecisionKind


@dataclass(frozen=True)
class Skip:
    """Where a post is left out: on these accounts, or everywhere (None); and which decision says so."""

    accounts: frozenset[str] | None
    decision: Decision

    def holds_on(self, account: str) -> bool:
        """Whether the post is left out on this account."""
        return self.accounts is None or account in self.accounts


def skips(made: Iterable[Decision]) -> dict[str, Skip]:
    """What is left out now, by post (`slot/occurrence`): the last decision about a post counts."""
    found: dict[str, Skip] = {}
    for one in made:
        if one.kind is DecisionKind.SLOT_SKIPPED:
            found.pop(one.subject, None)
            if not one.is_undone:
                found[one.subject] = Skip(frozenset(json.loads(one.value)) if one.value else None, one)
    return found
