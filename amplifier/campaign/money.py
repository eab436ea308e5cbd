"""How far a month's budget reaches: what is spared for what, and when money counts as short."""

from __future__ import annotations

from dataclasses import dataclass

LOW = 5  # less than one part in so many of the budget is left: posts come first
LEAST = 10  # below one part in so many nobody listens any more
SLOWER = 4  # so much rarer are looks for mentions while money is short


@dataclass(frozen=True)
class LookReserve:
    """What stays untouched for looking at posts in doubt: so much for each that is under way on these accounts.

    In millionths of a US dollar.
    """

    micros: int = 0
    accounts: tuple[str, ...] = ()


NOTHING = LookReserve()


def is_low(spent: int, budget: int) -> bool:
    """Whether less than a fifth of the month's budget is left."""
    return (budget - spent) * LOW < budget
