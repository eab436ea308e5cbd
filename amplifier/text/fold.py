"""A text as it is searched: small letters without accents and marks, Latin digits, no links or handles. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from amplifier.text.links import Span, SpanKind, spans

ALIKE = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u2236": ":", "\uff1a": ":", "\uff0e": "."}
ALIKE |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
ALIKE |= {"\u0640": "", "\u0649": "\u064a", "\u0629": "\u0647", "\u0671": "\u0627"}  # Arabic as it is typed in haste


# "@14:40" and "@2pm" are typed for "at 14:40": the networks would link them, and nobody means a handle.
AN_HOUR = re.compile(r"\d{1,4}(?:h\d{0,2}|uhr\d{0,2}|hrs?|[ap]m|y[bph])?", re.IGNORECASE)


def folded(text: str) -> tuple[str, list[int]]:
    """The text as it is searched, and where each letter of it stood in the text; its end comes last."""
    hidden = {place for span in spans(text) if _hides(span) for place in range(span.start, span.end)}
    letters, places = [], []
    for place, letter in enumerate(text):
        for one in "\x00" if place in hidden else fold(letter):
            letters.append(one)
            places.append(place)
    return "".join(letters), [*places, len(text)]


def _hides(span: Span) -> bool:
    """Whether words in this span are none of the text's own."""
    return span.kind is SpanKind.LINK or (span.kind is SpanKind.HANDLE and not AN_HOUR.fullmatch(span.value))


@lru_cache(4096)
def fold(letter: str) -> str:
    """What this letter is searched as: itself, something simpler, several letters, or nothing."""
    if letter in ALIKE:
        return ALIKE[letter]
    kind = unicodedata.category(letter)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if letter.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(ALIKE.get(one, one) for one in parts if unicodedata.category(one) not in ("Mn", "Me")).lower()
