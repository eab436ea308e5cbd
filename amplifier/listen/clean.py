"""Make a stranger's text plain and harmless, once, when it is taken in."""

from __future__ import annotations

import unicodedata

from amplifier.listen.markup import CUT, words
from amplifier.text.visible import is_blank

# Bidirectional controls can make a text read otherwise than it is written (Trojan Source, CVE-2021-42574).
BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
MARKS = 3
UNSEEN = 40  # letters that show nothing, in a row: what stands behind thousands of them nobody would find
LONGEST = 30_000  # letters kept of one text; X's posts have 25,000 at most
LONGEST_READ = 300_000  # letters looked at, with those that are left out
LONGEST_NAME = 200


def plain(text: str, *, markup: bool) -> str:
    """The text without markup, control characters and piled-up marks; line breaks stay.

    `markup` says that `text` is HTML: its words are what `markup.words` makes of it. Where it is too long to be kept,
    its end says so.
    """
    text = text.encode(errors="ignore").decode()  # halves of characters, which no parser takes
    if markup:
        text = words(text)
    text = text.replace("\r\n", "\n").translate(BIDI)
    kept: list[str] = []
    marks = unseen = 0
    is_cut = len(text) > LONGEST_READ
    for letter in text[:LONGEST_READ]:
        unseen = unseen + 1 if is_blank(letter) else 0
        if unseen > UNSEEN:
            continue
        if len(kept) == LONGEST:
            is_cut = True
            break
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
    return "\n".join(part for part in ("".join(kept).strip(), CUT if is_cut else "") if part)


def name_of(text: str) -> str:
    """A name or a handle as people see it; empty where they would see nothing."""
    name = one_line(text)
    return "" if is_blank(name) else name


def one_line(text: str) -> str:
    """A name or a handle: plain, on one line, and no longer than anybody reads; one that is cut ends in an ellipsis."""
    line = " ".join(plain(text, markup=False).split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"
