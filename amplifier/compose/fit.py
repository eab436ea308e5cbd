"""Make a text whole for its network, and say whether the network will take it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from amplifier.errors import Problem
from amplifier.platforms.capabilities import Capabilities, Counting
from amplifier.text.length import code_points, graphemes, short_links, weighted
from amplifier.text.links import Span, SpanKind, spans
from amplifier.text.visible import UNSAYABLE, revealed

MARKED = (SpanKind.TAG, SpanKind.HANDLE)
MASTODON = "mastodon"  # the only network on which servers count in different ways
TAG_LIKE = re.compile(r"(?<!\S)[(\[\"']*#(?=\S)")


@dataclass(frozen=True)
class Measure:
    """How long a text is: `used` of `limit` in what the network counts, and its `bytes` in UTF-8."""

    used: int
    limit: int
    bytes: int
    fits: bool


def finish(text: str, *, required: Sequence[str], imprint: str, keep_imprint: bool = True) -> str:
    """The text with what it lacks of `required` added once, in that order, and with the imprint at its end.

    Compared without case and as whole words: "#Lab23" is not found in "#Lab23x", nor "@name" in "@name.example".
    Finishing twice changes nothing. An imprint that stands within the text is enough. Without `keep_imprint` the one
    at the end is taken off instead.
    """
    imprint = imprint.strip()
    body = _without_imprint(text.strip(), imprint)
    for words in required:
        if words.strip() and not contains(body, words.strip()):
            body += _gap(body) + words.strip()
    wanted = keep_imprint and imprint and not contains(body, imprint)
    return "\n\n".join(part for part in (body, imprint if wanted else "") if part)


def contains(text: str, words: str) -> bool:
    """Whether these words, a tag or a handle stand in the text, in any case and not as a part of something longer."""
    sought = spans(words)
    if len(sought) == 1 and sought[0].kind in MARKED and (sought[0].start, sought[0].end) == (0, len(words)):
        wanted = (sought[0].kind, sought[0].value.casefold())
        return any((span.kind, span.value.casefold()) == wanted for span in spans(text))
    return re.search(rf"(?<!\w){re.escape(words.casefold())}(?!\w)", text.casefold()) is not None


def measure(text: str, *, counting: Counting, limit: int, max_bytes: int, link_cost: int) -> Measure:
    """How long the text is to a network that counts in this way. `max_bytes` 0 means that bytes do not matter."""
    used = _used(text, counting, link_cost)
    size = len(text.encode("utf-8", "surrogatepass"))
    return Measure(used, limit, size, fits=used <= limit and (not max_bytes or size <= max_bytes))


@lru_cache(maxsize=16384)
def _used(text: str, counting: Counting, link_cost: int) -> int:
    """Kept, because counting is most of what trying a plan costs, and each text is counted several times."""
    match counting:
        case Counting.WEIGHTED:
            return weighted(text)
        case Counting.GRAPHEMES:
            return graphemes(text)
        case Counting.GRAPHEMES_SHORT_LINKS:
            return short_links(text, link_cost)
        case Counting.CODE_POINTS:
            return code_points(text)


def check_words(
    text: str, row: Capabilities, *, limit: int | None = None, path: str = "", line: int = 0
) -> tuple[Problem, ...]:
    """What is wrong with a finished text for this network; nothing if it may go out.

    `limit` replaces the network's usual one; `path` and `line` say where the words come from.
    """
    return tuple(Problem(path, line, *wrong) for wrong in _wrongs(text, row, limit or row.limit))


def _wrongs(text: str, row: Capabilities, limit: int) -> Iterator[tuple[str, str, str]]:
    if not text.strip():
        yield (
            "empty",
            f"The post for {row.title} has no words.",
            "Write some, or take this network out of its platforms.",
        )
        return
    odd = UNSAYABLE.search(text)
    if odd:
        number = f"U+{ord(odd.group()):04X}"
        message = f"\u201c{revealed(first_words(text))}\u201d has a character that no post can have: {number}."
        yield "unsayable", message, "Take it out. It often comes along when words are pasted, or are not UTF-8."
        return
    first = first_words(text)
    size = measure(text, counting=row.counting, limit=limit, max_bytes=row.max_bytes, link_cost=row.link_cost)
    if size.used > limit:
        message = f"{row.title} allows {limit} characters; \u201c{first}\u201d has {size.used}."
        whole = " Links count whole there." if row.platform == MASTODON and not row.link_cost else ""
        hint = f"Take out {size.used - limit}, or write a shorter form for {row.platform}.{whole}"
        yield "too_long", message, hint
    elif not size.fits:
        message = f"{row.title} allows {row.max_bytes:,} bytes; \u201c{first}\u201d has {size.bytes:,}."
        yield "too_long", message, "Emoji and letters with marks take several bytes each. Use fewer."
    if text.lstrip().startswith(("@", "\uff20")):
        message = f"\u201c{first}\u201d begins with a handle: it reads as a reply, and hardly anybody sees it."
        yield "begins_with_handle", message, "Put a word before the handle."
    for tag in _no_tags(text):
        hint = "A tag is # and letters, digits or _ with at least one letter. Without a tag in mind, leave the # out."
        yield "no_tag", f"{tag} does not become a hashtag.", hint


def _no_tags(text: str) -> Iterator[str]:
    tags = {span.start for span in spans(text) if span.kind is SpanKind.TAG}
    for match in TAG_LIKE.finditer(text):
        start = match.end() - 1
        if start not in tags:
            yield text[start:].split(maxsplit=1)[0]


def first_words(text: str) -> str:
    """The beginning of a text in one line, to know it by."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40].rsplit(" ", 1)[0] + "\u2026"


def _without_imprint(text: str, imprint: str) -> str:
    """The text without the imprints at its end, however often somebody put it there."""
    while imprint and text.endswith(imprint):
        before = text.removesuffix(imprint)
        if before and not before[-1].isspace():
            return text  # the end of a longer word
        text = before.rstrip()
    return text


def _gap(body: str) -> str:
    """What goes before something added: a space, or a blank line behind a text that is set in paragraphs."""
    if not body:
        return ""
    last = body.rsplit("\n", 1)[-1]
    return "\n\n" if "\n\n" in body and not _only_marks(last, spans(last)) else " "


def _only_marks(line: str, found: tuple[Span, ...]) -> bool:
    """Whether a line is nothing but tags and handles."""
    marked = sum(span.end - span.start for span in found if span.kind in MARKED)
    return 0 < marked == sum(1 for letter in line if not letter.isspace())
