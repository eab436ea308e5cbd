"""What a network charges for a post, by its price list."""

from __future__ import annotations

import re

from amplifier.platforms.capabilities import Capabilities
from amplifier.text.links import SpanKind, spans

# X also links an address without https://, so that counts as a link: rather a cent too much than a surprise.
BARE_ADDRESS = re.compile(r"(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}(?![\w@])", re.IGNORECASE)


def price(text: str, row: Capabilities) -> float:
    """What publishing this text costs there, in US dollars, at worst."""
    has_link = any(span.kind is SpanKind.LINK for span in spans(text)) or BARE_ADDRESS.search(text) is not None
    return row.price_with_link if has_link else row.price
