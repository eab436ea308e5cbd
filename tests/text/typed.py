"""Texts that are built of what people type for hours, ranges, zones and days, and of anything else between them."""
# ruff: noqa: RUF001  as people type them

from __future__ import annotations

from hypothesis import strategies as st

from amplifier.text import time_words as table

HOURS = (
    "1",
    "2pm",
    "13",
    "14:40",
    "7.30pm",
    "13h",
    "13 Uhr",
    "one o'clock",
    "noon",
    "half past two",
    "240pm",
    "١٣:٠٠",
    "3㏘",
)
BETWEEN = (
    "-",
    "–",
    "—",
    " - ",
    " to ",
    " bis ",
    " and ",
    " et ",
    " i ",
    "/",
    " ",
    "",
    ",",
    "'",
    ":",
    ".",
    "\n",
    "\u200d",
)
ZONES = [name.upper() for row in table.ZONES.values() for name in row.split()]
ZONED = ("UTC+2", "UTC+25", "GMT-99:99", "(CET)", "est", "Ist", "ist", "U\u200dTC", "ŬTC")
DAYS = ("today", "tomorrow", "Tuesday", "Di.", "10 October", "9–11 October", "10/10", "the tenth of October")
AROUND = ("between ", "from ", "at ", "um ", "à ", "Doors ", "@", "#", "https://a.example/", "£", " gegen ")


def _wide(text: str) -> str:
    """The same in full-width letters."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


PIECES = st.one_of(*map(st.sampled_from, (HOURS, BETWEEN, ZONES, ZONED, DAYS, AROUND)))
TYPED = st.lists(st.one_of(PIECES, PIECES, PIECES.map(_wide), PIECES.map(str.title), st.text(max_size=2)), max_size=14)
TEXTS = TYPED.map("".join) | st.lists(PIECES, max_size=10).map(" ".join)
