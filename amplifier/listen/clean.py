"""Make a stranger's text plain and harmless, once, when it is taken in."""

from __future__ import annotations

import unicodedata

from amplifier.listen.markup import words
from amplifier.text.visible import is_blank

# Bidirectional controls can make a text read otherwise than it is written (Trojan Source, CVE-2021-42574).
BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
MARKS = 3
LONGEST = 10_000
LONGEST_NAME = 200


def plain(text: str, *, markup: bool) -> str:
    """The text without markup, control characters and piled-up marks; line breaks stay.

    `markup` says that `text` is HTML: its words are what `markup.words` makes of it.
    """
    text = text.encode(errors="ignore").decode()  # halves of characters, which no parser takes
    if markup:
        text = words(text)
    text = text.replace("\r\n", "\n").translate(BIDI)
    kept: list[str] = []
    marks = 0
    for letter in text[:LONGEST]:
        category = unicodedata.category(letter)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > MARKS:
                continue
        elif category in ("Cc", "Co") and letter not in "\n\t":
            continue
        elif category != "Cf":  # marks go on piling up across a joiner that nobody sees
            marks = 0
        kept.append(letter)
    return "".join(kept).strip()


def name_of(text: str) -> str:
    """A name or a handle as people see it; empty where they would see nothing."""
    name = one_line(text)
    return "" if is_blank(name) else name


def one_line(text: str) -> str:
    """A name or a handle: plain, on one line, and no longer than anybody reads."""
    return " ".join(plain(text, markup=False).split())[:LONGEST_NAME]
