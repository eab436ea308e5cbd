"""Where posts are left out by what people decided. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from amplifier.campaign.plan import EVERYWHERE, Decision, DecisionKind


@dataclass(frozen=True)
class Skip:
    """Where a post is left out: on these accounts, or everywhere (None) `but` on some; and which decision says so."""

    accounts: frozenset[str] | None
    decision: Decision
    but: frozenset[str] = frozenset()

    @property
    def is_everywhere(self) -> bool:
        """Whether it goes out nowhere, whichever accounts there are."""
        return self.accounts is None and not self.but

    def holds_on(self, account: str) -> bool:
        """Whether the post is left out on this account."""
        return account not in self.but if self.accounts is None else account in self.accounts


def skips(made: Iterable[Decision]) -> dict[str, Skip]:
    """What is left out now, by post (`slot/occurrence`): the last decision about a post counts."""
    found: dict[str, Skip] = {}
    for one in made:
        if one.kind is DecisionKind.SLOT_SKIPPED:
            found.pop(one.subject, None)
            if not one.is_undone:
                accounts = frozenset(json.loads(one.value)) if one.value else frozenset({EVERYWHERE})
                others = accounts - {EVERYWHERE}
                found[one.subject] = Skip(accounts, one) if others == accounts else Skip(None, one, others)
    return found


def everywhere_but(accounts: Collection[str]) -> str:
    """The value of a decision that leaves a post out on all accounts but these, also on those that are new then."""
    return _named([EVERYWHERE, *sorted(accounts)]) if accounts else ""


def only_on(accounts: Collection[str]) -> str:
    """The value of a decision that leaves a post out on these accounts alone; on none: it takes it in again."""
    return _named(sorted(accounts))


def _named(keys: Collection[str]) -> str:
    return json.dumps(dict.fromkeys(keys, ""))
