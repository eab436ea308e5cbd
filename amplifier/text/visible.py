"""What is to be seen of a text: some characters show nothing, and some make a terminal do what they say."""

from __future__ import annotations

import re
import unicodedata

# Letters by their category, and yet blank: Hangul fillers, Khmer's inherent vowels, the empty Braille pattern.
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Everything that separates, formats, is unassigned or has no meaning outside one program (Unicode 15, table 4-4).
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
MARKS = frozenset({"Mn", "Me"})
# Both sets of control characters but for line breaks and tabs; line separators; what turns the direction of all that
# follows; and halves of characters, which no terminal can be sent.
COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# What no network keeps as it is, and no text of ours needs: both sets of control characters but for line breaks and
# tabs, halves of characters, and the two that turn the order of letters round whatever they are.
UNSAYABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")

# A joiner (U+200D) with nothing before it: no two signs are joined by it, and who lays lines out may count the sign
# behind it as none (rich 15: `cells.cell_len` against `cells.split_graphemes`).
JOINS_NOTHING = re.compile("(?<!\\S)\u200d+")


def is_blank(text: str) -> bool:
    """Whether people see nothing where this stands; a mark counts only on a letter."""
    return all(letter in BLANK or unicodedata.category(letter) in UNSEEN | MARKS for letter in text)


def revealed(text: str) -> str:
    """The text as a terminal may have it: what that would obey or cannot write, as programmers write it; lines stay."""
    return COMMANDS.sub(lambda found: ascii(found.group())[1:-1], text)


def joining(text: str) -> str:
    """The text with each joiner that joins nothing as programmers write it, as who lays out lines may have it."""
    return JOINS_NOTHING.sub(lambda found: ascii(found.group())[1:-1], text) if "\u200d" in text else text
