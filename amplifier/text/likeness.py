"""Names that want to be taken for another: letters of several alphabets in one word, and names that look like ours."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
# The alphabets whose letters are taken for each other's.
SCRIPTS = tuple(
    regex.compile(rf"\p{{Script={name}}}") for name in ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic")
)
# What looks like a Latin letter, in small letters: a choice from Unicode's confusables (UTS 39).
LETTERS = {
    "a": "\u0430\u03b1\u02514@", "b": "\u044c\u03b2\u0185", "c": "\u0441\u03f2\u1d04", "d": "\u0501\u0257",
    "e": "\u0435\u0454\u03b53", "g": "\u0261\u05819", "h": "\u04bb\u043d", "j": "\u0458\u0575",
    "k": "\u043a\u03ba", "l": "\u04cf\u0456\u0131\u03b9\u0269\u01421!|i", "m": "\u043c", "n": "\u043f\u03b7\u0578",
    "o": "\u043e\u03bf\u0585\u03c30", "p": "\u0440\u03c1", "q": "\u051b\u0566", "r": "\u0433\u1d26",
    "s": "\u04555$", "t": "\u0442\u03c4", "u": "\u03c5\u057d\u0446", "v": "\u0475\u03bd\u1d20",
    "w": "\u051d\u03c9\u0561", "x": "\u0445\u03c7", "y": "\u0443\u03b3\u04af", "z": "\u1d22\u0290",
}  # fmt: skip
ALIKE = str.maketrans({letter: latin for latin, letters in LETTERS.items() for letter in letters})
PAIRS = (("rn", "m"), ("vv", "w"))
SHORTEST = 4  # shorter names are like too many others


def mixes_alphabets(name: str) -> bool:
    """Whether one word of a name is written in more than one alphabet, as an honest word hardly ever is."""
    return any(sum(1 for script in SCRIPTS if script.search(word)) > 1 for word in WORD.findall(name))


def looks_like(name: str, ours: Iterable[str]) -> bool:
    """Whether people could take this handle or name for one of `ours`: the same to the eye, at whatever server.

    Handles come with or without `@`. Whether it *is* one of ours, only its id says.
    """
    return bool(_looks(name) & {look for our in ours for look in _looks(our)})


def _looks(name: str) -> set[str]:
    """What the eye makes of a name: of all of it, and of what stands before its server or domain."""
    bare = name.removeprefix("@")
    looks = {_look(form) for form in (bare, bare.partition("@")[0], bare.partition("@")[0].partition(".")[0])}
    return {look for look in looks if len(look) >= SHORTEST}


def _look(name: str) -> str:
    alike = name.casefold().translate(ALIKE)  # some are decomposed into a letter that looks otherwise
    alike = unicodedata.normalize("NFKD", alike).casefold().translate(ALIKE)
    seen = "".join(letter for letter in alike if letter.isalnum())
    for pair, letter in PAIRS:
        seen = seen.replace(pair, letter)
    return seen
