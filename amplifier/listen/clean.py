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


def plain(text: str, *, markup: bool) -> str:
    """The text without markup, control characters and piled-up marks; line breaks stay.

    `markup` says that `text` is HTML: paragraphs and breaks become line breaks, everything else in angle brackets
    goes, entities are resolved exactly once.
    """
    if markup:
        text = html.unescape(nh3.clean(LINE_ENDS.sub("\n", text), tags=set()))
    text = text.replace("\r\n", "\n").translate(BIDI)
    kept: list[str] = []
    marks = 0
    for letter in text[:LONGEST]:
        category = unicodedata.category(letter)
        if category == "Mn":
            marks += 1
            if marks > MARKS:
                continue
        else:
            marks = 0
        if category in ("Cc", "Cs", "Co") and letter not in "\n\t":
            continue
        kept.append(letter)
    return "".join(kept).strip()
