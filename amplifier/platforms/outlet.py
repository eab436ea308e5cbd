"""An account as whoever uses it sees it: its adapter, and the rules for publishing there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from amplifier.campaign.delivery import Due, Verb
from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.platforms.port import Platform


@dataclass(frozen=True)
class Outlet:
    """One account, with its adapter and the rules for publishing there.

    `looks`: how many looks must see nothing before a repeat; `park`: then a person decides. `by_hand`: people publish
    there, and the API is not used for it. `readable`: it may be asked what is there; `by_key`: `find` looks under our
    own key, where nothing is that hands posted. `caps`: most posts in so many seconds, as (count, seconds). `gap_s`:
    least seconds between two posts; None means the worker's own. `price` is what a text costs there at worst, in
    millionths of a US dollar, `price_delete` a deletion; `budget` the month's, None where there is none, and
    `look_reserve` what of it stays for looking.
    """

    account: str
    platform: Platform
    looks: int
    park: bool = False
    by_hand: bool = False
    readable: bool = True
    by_key: bool = False
    caps: tuple[tuple[int, int], ...] = ()
    gap_s: float | None = None
    price: Callable[[str], int] = lambda _text: 0
    price_delete: int = 0
    budget: int | None = None
    look_reserve: LookReserve = NOTHING

    def cost(self, due: Due) -> int:
        """What doing this costs at worst, in millionths of a US dollar."""
        match due.verb:
            case Verb.PUBLISH:
                return self.price(due.text)
            case Verb.DELETE:
                return self.price_delete
            case Verb.EDIT:
                return 0
