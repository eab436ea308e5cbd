"""What somebody looks for, and whether it is there: without regard to case, accents, width and what nobody sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

ENCODED = regex.compile(r"(?<![\p{L}\p{N}-])xn--([a-z0-9-]{1,59}+)")  # part of a domain name, as machines write it
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
    """The text as it is compared; a domain name as people write it."""
    if text.isascii():  # most are, and a look folds thousands
        plain = text.lower()
        if "xn--" not in plain:
            return plain
    plain = ENCODED.sub(_as_people_write, text.casefold())
    return str(LEFT_OUT.sub("", unicodedata.normalize("NFKD", plain).casefold()))


def _as_people_write(found: regex.Match[str]) -> str:
    """One label of a domain name (RFC 3492); as it is where it stands for nothing."""
    try:
        written = found[1].encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return str(found[0])
    return written if written.isprintable() and not written.isascii() else str(found[0])
