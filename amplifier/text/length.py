"""How long each network thinks a text is."""

from __future__ import annotations

import warnings
from functools import lru_cache

import regex

from amplifier.text.links import SpanKind, spans

with warnings.catch_warnings():
    # The package asks for pkg_resources, which warns about itself. Loading it takes some 0.2 s: nothing but this
    # file may import it, and nothing that `amplifier --help` loads may import this file.
    warnings.simplefilter("ignore")
    from twitter_text import parse_tweet

_GRAPHEME = regex.compile(r"\X")
_BREAK = regex.compile(r"\r\n|[\r\n ]")
_LONGEST_WORD = 300  # code points
_MOST_DOTS = 10
_LINK = 23  # what X counts for a link, however long


def weighted(text: str) -> int:
    """The length as X counts it: twitter-text v3, most scripts and every emoji 2, Latin 1, every link 23."""
    # A lone surrogate is no character; X would show the replacement character in its place.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    words = _BREAK.split(whole)
    return len(words) - 1 + sum(_weight_of_word(word) for word in words)


@lru_cache(maxsize=4096)  # people use few words, and the package takes a tenth of a millisecond for each
def _weight_of_word(word: str) -> int:
    if word.isascii() and "." not in word:
        return len(word)  # no link and no emoji can stand in it
    # The package looks for links in cubic time ("a.a.a." of 10,000 characters takes it two minutes), so it is given
    # a word at a time. A word that nobody would write it sees without dots, which to it means without links; there
    # our own links count, if the package thinks that their host is one.
    if len(word) <= _LONGEST_WORD and word.count(".") <= _MOST_DOTS:
        return _parsed(word)
    total, position = 0, 0
    for span in spans(word):
        if span.kind is SpanKind.LINK and _has_valid_host(span.value):
            total += _parsed(word[position : span.start].replace(".", ",")) + _LINK
            position = span.end
    return total + _parsed(word[position:].replace(".", ","))


def _has_valid_host(link: str) -> bool:
    host = link.split("/")[2].split("?", maxsplit=1)[0]
    return host.count(".") <= _MOST_DOTS and _parsed(f"https://{host}") == _LINK


def _parsed(word: str) -> int:
    return int(parse_tweet(word).weightedLength) if word else 0


def graphemes(text: str) -> int:
    """The length in grapheme clusters: what a reader sees as one character counts 1 (Bluesky)."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(_GRAPHEME.findall(text))


def code_points(text: str) -> int:
    """The length in code points, links whole, as some servers of Mastodon's family count."""
    return len(text)


def short_links(text: str, link_cost: int = 23) -> int:
    """The length as Mastodon counts it: graphemes, every http(s) link `link_cost`, `@user@host` as `@user`."""
    counted: list[str] = []
    position = 0
    for span in spans(text):
        counted.append(text[position : span.start])
        position = span.end
        match span.kind:
            case SpanKind.LINK:
                counted.append("x" * link_cost)
            case SpanKind.HANDLE:
                counted.append("@" + span.value.partition("@")[0])
            case SpanKind.TAG:
                counted.append(text[span.start : span.end])
    counted.append(text[position:])
    return graphemes("".join(counted))
