"""Whether there is anything to see in a text: some characters show nothing, and some are made to show nothing."""

from __future__ import annotations

import unicodedata

# Letters by their category, and yet blank: Hangul fillers, Khmer's inherent vowels, the empty Braille pattern.
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Everything that separates, formats, is unassigned or has no meaning outside one program (Unicode 15, table 4-4).
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
MARKS = frozenset({"Mn", "Me"})


def is_blank(text: str) -> bool:
    """Whether people see nothing where this stands; a mark counts only on a letter."""
    return all(letter in BLANK or unicodedata.category(letter) in UNSEEN | MARKS for letter in text)
