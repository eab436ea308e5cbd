"""What a network charges for a post, by its price list."""

from __future__ import annotations

import re

from amplifier.platforms.capabilities import TABLE, Capabilities
from amplifier.policy import MICROS
from amplifier.settings import Account, Mode, Settings
from amplifier.text.links import SpanKind, spans

# X also links an address without https://, so that counts as a link: rather a cent too much than a surprise.
BARE_ADDRESS = re.compile(r"(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}(?![\w@])", re.IGNORECASE)


def price(text: str, row: Capabilities) -> float:
    """What publishing this text costs there, in US dollars, at worst."""
    has_link = any(span.kind is SpanKind.LINK for span in spans(text)) or BARE_ADDRESS.search(text) is not None
    return row.price_with_link if has_link else row.price


def micros(text: str, *, row: Capabilities) -> int:
    """The same in millionths of a US dollar, the unit that budgets are counted in."""
    return round(price(text, row) * MICROS)


def is_paid(row: Capabilities) -> bool:
    """Whether this network charges for what we do there."""
    return row.price > 0


def is_by_hand(account: Account, settings: Settings) -> bool:
    """Whether people publish on this account: where the settings say so, and live on a paid network without a budget.

    Nothing in the settings but a budget lets the service spend money. In a rehearsal pretend networks cost nothing, so
    that it plays all of them unless the settings say otherwise.
    """
    if settings.mode is Mode.LIVE and is_paid(TABLE[account.platform]) and settings.budget is None:
        return True
    return bool(account.hand_off)


def is_readable(account: Account, settings: Settings) -> bool:
    """Whether the network may be asked what is out: not where that costs money which nobody has granted."""
    return not (is_by_hand(account, settings) and is_paid(TABLE[account.platform]))
