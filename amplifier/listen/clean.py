"""Make a stranger's text plain and harmless, once, when it is taken in."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

# Bidirectional controls can make a text read otherwise than it is written (Trojan Source, CVE-2021-42574).
BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
MARKS = 3
LINE_ENDS = re.compile(r"<br\s*/?>|</p>\s*<p[^>]*>", re.IGNORECASE)
LONGEST = 10_000
LONGEST_NAME = 200


def plain(text: str, *, markup: bool) -> str:
    """The text without markup, control characters and piled-up marks; line breaks stay.

    `markup` says that `text` is HTML: paragraphs and breaks become line breaks, everything else in angle brackets
    goes, entities are resolved exactly once.
    """
    text = text.encode(errors="ignore").decode()  # halves of characters, which no parser takes
    if markup:
        text = html.unescape(nh3.clean(LINE_ENDS.sub("\n", text), tags=set()))
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


def one_line(text: str) -> str:
    """A name or a handle: plain, on one line, and no longer than anybody reads."""
    return " ".join(plain(text, markup=False).split())[:LONGEST_NAME]
