"""How long each network thinks a text is."""

from __future__ import annotations

import unicodedata

import regex

from amplifier.text.addresses import on_mastodon, on_x
from amplifier.text.links import SpanKind, spans
from amplifier.text.x_emoji import EMOJI

# `\X` alone takes the square of the time where many letters of flags stand side by side: they are paired before.
_GRAPHEME = regex.compile(r"[\U0001F1E6-\U0001F1FF]{2}(?=[\U0001F1E6-\U0001F1FF])|\X")
# What stands before a consonant and may join it to the one before; Devanagari's virama does.
_MARK = r"[\p{InCB=Extend}\p{InCB=Linker}]"
_BETWEEN = regex.compile(rf"(?:(\p{{InCB=Consonant}})|(?<!{_MARK}))({_MARK}++)(?=\p{{InCB=Consonant}})")
_LINKER = regex.compile(r"\p{InCB=Linker}")
# What X does not count 1 (twitter-text, config/v3.json), and what it counts for a link, however long.
_HEAVY = regex.compile(r"[^\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")
_LINK = 23
_MANY_MARKS = regex.compile(r"[^\x00-\u02FF]{64,}+")


def weighted(text: str) -> int:
    """The length as X counts it: twitter-text v3, most scripts and every emoji 2, Latin 1, every link 23."""
    # A lone surrogate is no character; X would show the replacement character in its place.
    whole = _composed(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    length, position = 0, 0
    for link in on_x(whole):
        length += _weight(whole[position : link.start]) + _LINK
        position = link.end
    return length + _weight(whole[position:])


def _weight(words: str) -> int:
    bare, emoji = EMOJI.subn("", words)
    return 2 * emoji + len(bare) + sum(1 for _ in _HEAVY.finditer(bare))


def _composed(text: str) -> str:
    """The text in NFC; in time that grows with its length, however many marks stand on one letter."""
    return unicodedata.normalize("NFC", _MANY_MARKS.sub(lambda found: _in_order(found.group()), text))


def _in_order(marks: str) -> str:
    """Taken apart, and the marks of each letter in their canonical order: what Python sorts by insertion."""
    apart = "".join(unicodedata.normalize("NFD", one) for one in marks)
    ordered: list[str] = []
    run: list[str] = []
    for one in apart:
        if unicodedata.combining(one):
            run.append(one)
            continue
        ordered += sorted(run, key=unicodedata.combining)
        ordered.append(one)
        run = []
    return "".join(ordered + sorted(run, key=unicodedata.combining))


def graphemes(text: str) -> int:
    """The length in grapheme clusters: what a reader sees as one character counts 1 (Bluesky)."""
    if text.isascii() and "\r" not in text:
        return len(text)
    # `regex` lets a virama join a consonant to anything; Unicode, and so Bluesky, only to another consonant.
    wrongly_joined = sum(1 for found in _BETWEEN.finditer(text) if found[1] is None and _LINKER.search(found[2]))
    return sum(1 for _ in _GRAPHEME.finditer(text)) + wrongly_joined


def code_points(text: str) -> int:
    """The length in code points, links whole, as some servers of Mastodon's family count."""
    return len(text)


def short_links(text: str, link_cost: int = 23) -> int:
    """The length as Mastodon counts it: graphemes, every link with its scheme `link_cost`, `@user@host` as `@user`."""
    counted: list[str] = []
    links = [(link.start, link.end, "x" * link_cost) for link in on_mastodon(text)]
    handles = [(s.start, s.end, "@" + s.value.partition("@")[0]) for s in spans(text) if s.kind is SpanKind.HANDLE]
    position = 0
    for start, end, shown in sorted(links + handles):
        if start >= position:
            counted += [text[position:start], shown]
            position = end
    return graphemes("".join((*counted, text[position:])))
