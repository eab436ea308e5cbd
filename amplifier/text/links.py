"""Where the links, hashtags and handles of a text are, so that facets and pages agree about them.

These links are what we make one: any address with http:// or https://. What X and Mastodon take for one: `addresses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

# A link ends at white space, quotes, angle brackets, invisible marks or East Asian punctuation.
_LINK = r"(?<![\p{L}\p{N}_@#$])https?://(?=[\p{L}\p{N}])[^\s<>\"“”«»\p{Cc}\p{Cf}\u3000-\u303F]++"
# @name@server.tld (Mastodon), @name.domain.tld (Bluesky), @name (X), in this order: the longest form wins.
_SERVER = r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.){1,126}\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]"
_FEDIVERSE = rf"[A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+@{_SERVER}"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.){1,126}[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
_PLAIN = r"[A-Za-z0-9_]++(?![\p{L}\p{M}@]|://)"
_HANDLE = rf"(?<![\p{{L}}\p{{N}}_@\uFF20/!#$%&*.+=-])[@\uFF20](?:{_FEDIVERSE}|{_DOMAIN}|{_PLAIN})"
# Letters, marks, digits, underscores and X's joiners, with at least one letter; not straight after a word, but
# an emoji's variation selector is no word.
_JOINERS = r"\u200C\u200D\u00B7\u05BE\u05F3\u05F4\u0F0B\u0F0C\u3003\u301C\u309B\u309C\u30A0\u30FB\uFF5E"
_TAG_CHARS = rf"[\p{{L}}\p{{M}}\p{{Nd}}_{_JOINERS}]"
_TAG = (
    r"(?:(?<![\p{L}\p{M}\p{N}_&/#\uFF03])|(?<=[\uFE0E\uFE0F]))"
    rf"[#\uFF03](?=[\p{{Nd}}_]*+\p{{L}}){_TAG_CHARS}++(?!://|[#\uFF03])"
)
_ANY = regex.compile(f"(?P<link>{_LINK})|(?P<handle>{_HANDLE})|(?P<tag>{_TAG})", regex.IGNORECASE)

_TRAILING = ".,;:!?'*~|\u2019\u2026\u2013\u2014"  # the last four: closing quote, ellipsis, dashes
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class SpanKind(StrEnum):
    """What a span of a text is."""

    LINK = "link"
    TAG = "tag"
    HANDLE = "handle"


@dataclass(frozen=True)
class Span:
    """A link, tag or handle from code point `start` up to `end` (exclusive).

    `value` is the address as written, the tag without `#`, or the handle without its first `@`.
    """

    kind: SpanKind
    start: int
    end: int
    value: str


@lru_cache(maxsize=512)  # while a text is finished and counted it is asked for again and again
def spans(text: str) -> tuple[Span, ...]:
    """The http(s) links, hashtags and handles of a text, in order and not overlapping.

    Punctuation behind a link, and a bracket that was opened before it, are not part of it.
    """
    found: list[Span] = []
    position = 0
    while match := _ANY.search(text, position):
        start = match.start()
        kind = SpanKind(str(match.lastgroup))
        if kind is SpanKind.LINK:
            end = start + len(_without_trailing(match.group()))
            found.append(Span(kind, start, end, text[start:end]))
        else:
            end = match.end()
            found.append(Span(kind, start, end, text[start + 1 : end]))
        position = end
    return tuple(found)


def _without_trailing(link: str) -> str:
    surplus = {close: link.count(close) - link.count(opening) for close, opening in _BRACKETS.items()}
    end = len(link)
    while True:
        last = link[end - 1]
        if last in surplus and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            return link[:end]
        end -= 1
