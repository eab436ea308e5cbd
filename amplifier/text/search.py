"""What somebody looks for, and whether it is there: without regard to case, accents, width and what nobody sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

LEFT_OUT = regex.compile(r"[\p{Mn}\p{Cf}]+")  # accents and vowel marks, and what nobody sees


def sought(asked: str) -> tuple[str, ...]:
    """The words that must all be there. A handle may have been copied with the colon or comma behind it."""
    words = (word.rstrip(":,;") if word.startswith("@") else word for word in folded(asked).split())
    return tuple(word for word in words if word)


def is_there(words: Iterable[str], fields: Iterable[str]) -> bool:
    """Whether each of these words (see `sought`) is part of one of the fields."""
    everything = "\n".join(map(folded, fields))
    return all(word in everything for word in words)


def folded(text: str) -> str:
    """The text as it is compared."""
    if text.isascii():  # most are, and a look folds thousands
        return text.lower()
    return str(LEFT_OUT.sub("", unicodedata.normalize("NFKD", text).casefold()))
