"""A stop as it is told at a start, with the words that end it; needs no Django, so that `up` may tell it."""

from __future__ import annotations

from dataclasses import dataclass

from amplifier.campaign.stop import EVERYTHING


@dataclass(frozen=True)
class SaidStop:
    """A stop as it is told: its scope, what is stopped (by which flags), and why."""

    scope: str
    what: str
    why: str

    @property
    def ends_by(self) -> str:
        """The words for `amplifier` that end it."""
        return f"resume{option(self.scope)}"


def option(scope: str) -> str:
    """What to write behind `stop` or `resume` for this scope."""
    kind, _, name = scope.partition(":")
    return "" if scope == EVERYTHING else f" --{kind} {name}"
