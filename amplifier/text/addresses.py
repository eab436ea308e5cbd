"""Where X and Mastodon see web addresses in a text, each by its own rule: what they shorten, count 23 and charge for.

Both go by twitter-text, whose expressions take cubic time; this reads the same in linear time. A host is labels with
dots between, the last a top-level domain that exists (`top_level`); texts are read from the left, each host as long
as it may be. X takes addresses without https:// too, where they are in Latin letters; Mastodon does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from amplifier.text.top_level import KNOWN

LONGEST_URL = 4096  # with its scheme, which X counts twice
LONGEST_LABEL = 63  # as it goes over the wire (RFC 1035)
LONGEST_SLUG = 40  # of X's own short links
LONGEST_ENDING = max(map(len, KNOWN))
STAND_IN = frozenset({"example"})  # of no address that there is (RFC 2606)

_SPACES = r"\t-\r \u0085\u00A0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
_NEVER = r"\uFFFE\uFEFF\uFFFF"
_DIRECTIONS = r"\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
_LETTER = rf"[^!'#%&()*+,\-./:;<=>?@\[\]\\^_{{|}}~${_SPACES}{_NEVER}{_DIRECTIONS}]"  # of a host, in any script
_BEFORE = rf"[^A-Za-z0-9@\uFF20$#\uFF03{_NEVER}]"  # what may stand straight before an address
# Latin letters with marks, and what JavaScript takes for one of them without regard to case.
_LATIN = (
    r"\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF\u0100-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272"
    r"\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF\u0260\u0269\u0275\u0280\u0283\u0288\u028A\u028C\u0292"
    r"\u0399\u03B9\u1FBE\u2C65\u2C66\u2C7E\u2C7F"
)
_CYRILLIC = r"\u0400-\u04FF\u1C80-\u1C87"
_RUN = regex.compile(rf"(?:{_LETTER}|[._-])++")
_START = regex.compile(rf"(?<={_BEFORE}){_LETTER}")
_LABEL_START = regex.compile(_LETTER)
_LATIN_LABELS = regex.compile(rf"(?:[A-Za-z0-9{_LATIN}-]++\.)++")
_ASCII_WORD = regex.compile(r"[A-Za-z0-9]*+")
_CODED = regex.compile(r"xn--[-0-9a-z]+", regex.IGNORECASE | regex.ASCII)
_GOES_ON = regex.compile(r"[0-9A-Za-z@+-]")  # behind what would be a top-level domain otherwise
_OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")  # which the wire form takes for dots


def _behind(path: str, ends: str, query: str, query_ends: str, *, brackets_end: bool) -> regex.Pattern[str]:
    """What may follow a host: a port, a path and a query, whose last characters are such as end one.

    Words in brackets may belong to a path, and end it: anywhere (`brackets_end`), or only behind what could end it too.
    """
    some = rf"(?:{path}|{ends})"
    brackets = rf"\((?:{some}++\)|{some}*+\({some}++\){some}*+\))"
    if brackets_end:
        steps = rf"(?:{path}*+(?:{ends}|{brackets}))*+"
    else:
        steps = rf"(?:(?:{path}|{brackets})*+{ends})*+(?:{brackets})*+"
    whole = rf"(?::[0-9]++)?(?:/{steps})?(?:\?(?:{query}*+{query_ends})++)?"
    return regex.compile(whole, regex.IGNORECASE | regex.ASCII)


@dataclass(frozen=True)
class _Rule:
    """How one network reads: the schemes it knows, whether one must be there, and what may follow the host."""

    scheme: regex.Pattern[str]
    is_bare_enough: bool
    behind: regex.Pattern[str]


_X = _Rule(
    scheme=regex.compile(rf"(?:(?<={_BEFORE})|^)https?://", regex.IGNORECASE | regex.ASCII),
    is_bare_enough=True,
    behind=_behind(
        r"[!*';:,.$%\[\]\u2013~@|&]",
        rf"[+\-a-z{_CYRILLIC}0-9=_#/{_LATIN}]",
        r"[!?*'@();:+$%\[\].,~|]",
        r"[a-z0-9\-_&=#/]",
        brackets_end=False,
    ),
)
# config/initializers/twitter_regex.rb and app/lib/extractor.rb of Mastodon, read on 2026-11-30.
_BEYOND_ASCII = r"\u00A0-\uD7FF\uE000-\uFDCF\uFDF0-\uFFEF\U00010000-\U0010FFFD"
_MASTODON_ENDS_NOT = r"()?!*\"'\u300C\u300D<>;:=,.$%\[\]~&|@"
_MASTODON = _Rule(
    scheme=regex.compile(
        rf"(?:(?<={_BEFORE})|^)(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://", regex.IGNORECASE | regex.ASCII
    ),
    is_bare_enough=False,
    behind=_behind(
        r"[!*\"'\u300C\u300D;:=,.$%\[\]~&|@]",
        rf"[^{_SPACES}{_MASTODON_ENDS_NOT}]",
        r"[!?*'();:+$%\[\].,~|@^]",
        rf"[a-z0-9_&=#/\-{_BEYOND_ASCII}]",
        brackets_end=True,
    ),
)
_OWN_SHORT = regex.compile(
    r"https?://t\.co/([a-z0-9]+)(?:\?(?:[!?*'@();:+$%\[\].,~|]*+[a-z0-9\-_&=#/])++)?", regex.IGNORECASE | regex.ASCII
)


@dataclass(frozen=True)
class Address:
    """A web address from code point `start` up to `end` (exclusive)."""

    start: int
    end: int


def on_x(text: str, *, stand_in: bool = False) -> tuple[Address, ...]:
    """What X takes for links in a text (composed, NFC), with https:// or without; in order and apart.

    `stand_in`: an address that ends in `.example` stands for a real one, as in a rehearsal or where it is about money.
    """
    return tuple(_found(text, _X, KNOWN | STAND_IN if stand_in else KNOWN))


def on_mastodon(text: str) -> tuple[Address, ...]:
    """What Mastodon counts as links in a text; in order and apart. `.example` stands for a real ending."""
    return tuple(_found(text, _MASTODON, KNOWN | STAND_IN))


def _found(text: str, rule: _Rule, endings: frozenset[str]) -> Iterator[Address]:
    done = 0  # what stands before belongs to an address already
    for run in _RUN.finditer(text):
        if "." not in run.group() or run.end() <= done:
            continue
        host = _Hosts(text, run.start(), run.end(), endings)
        scheme = _scheme_before(text, run.start(), done, rule)
        if scheme is not None and (end := host.end_from(run.start())):
            whole = rule.behind.match(text, end)
            done = whole.end() if whole else end
            yield from _with_scheme(text, scheme, (run.start(), end, done), endings)
        while done < run.end() and (place := host.first(done)):
            start, end = place
            whole = rule.behind.match(text, end)
            done = whole.end() if whole else end
            if rule.is_bare_enough and not (start and text[start - 1] in "-_./"):
                yield from _bare(text, (start, end, done), endings)


def _scheme_before(text: str, start: int, done: int, rule: _Rule) -> int | None:
    """Where the scheme straight before this place begins; None if there is none, or if it belongs to what was found."""
    for found in rule.scheme.finditer(text, max(0, start - len("gopher://")), start):
        if found.end() == start and (not found.start() or found.start() - 1 >= done):
            return int(found.start())
    return None


def _with_scheme(text: str, scheme: int, places: tuple[int, int, int], endings: frozenset[str]) -> Iterator[Address]:
    """The address whose scheme, host and path are at these places."""
    host, end, done = places
    if not _is_valid(text[host:end], 2 * (host - scheme) + done - host, endings):
        return
    if short := _OWN_SHORT.match(text, scheme, done):
        if len(short[1]) > LONGEST_SLUG:
            return
        done = short.end()
    yield Address(scheme, done)


def _bare(text: str, places: tuple[int, int, int], endings: frozenset[str]) -> Iterator[Address]:
    """The parts of a host without a scheme that are in Latin letters; what follows the host goes with the last."""
    start, end, done = places
    host = text[start:end]
    if not _is_valid(host, len("https://") + done - start, endings):
        return
    latin = list(_latin(host, endings))
    for number, (first, last) in enumerate(latin, 1):
        rest = done - end if number == len(latin) and text[end:done].lstrip(":0123456789")[:1] == "/" else 0
        yield Address(start + first, start + last + rest)


def _latin(host: str, endings: frozenset[str]) -> Iterator[tuple[int, int]]:
    position = 0
    while labels := _LATIN_LABELS.search(host, position):
        position = labels.end()
        dots = [labels.start() + place + 1 for place, letter in enumerate(labels.group()) if letter == "."]
        for dot in reversed(dots):
            if end := _ending(host, dot, endings):
                yield labels.start(), end
                position = end
                break


def _is_valid(host: str, length: int, endings: frozenset[str]) -> bool:
    """Whether its labels are short enough, and the address is (`length`, as X counts that)."""
    if length > LONGEST_URL or (host.startswith("xn--") and not any(_latin(host, endings))):
        return False
    return all(0 < _wire_length(label) <= LONGEST_LABEL for label in host.split("."))


def _wire_length(label: str) -> int:
    """How long a label is in the form for machines (punycode); one that is too long in any form, as it is."""
    if len(label) > LONGEST_LABEL:
        return len(label)
    parts = _OTHER_DOTS.split(label)
    coded = (part if part.isascii() else "xn--" + part.encode("punycode").decode() for part in parts)
    return sum(map(len, coded)) + len(parts) - 1


def _ending(text: str, start: int, endings: frozenset[str]) -> int:
    """Where the top-level domain ends that begins here; 0 if none does."""
    word = _ASCII_WORD.match(text, start)
    end = word.end() if word else start
    if end - start <= LONGEST_ENDING and _is_ending(text, start, end, endings):
        return end
    if coded := _CODED.match(text, start):
        return int(coded.end())
    if text[end : end + 1].isascii():  # also at the end of the text
        return 0
    longest = range(min(start + LONGEST_ENDING, len(text)), end, -1)
    return next((stop for stop in longest if _is_ending(text, start, stop, endings)), 0)


def _is_ending(text: str, start: int, end: int, endings: frozenset[str]) -> bool:
    return text[start:end].lower() in endings and not _GOES_ON.match(text, end)


class _Hosts:
    """The hosts in a run of letters, digits, dots, hyphens and underscores.

    Each begins at some letter of a label; `_ends[n]` is where the longest one ends that has label n whole as one of its
    later ones, and `_endings[n]` where the top-level domain ends with which label n begins; 0 where there is none.
    """

    def __init__(self, text: str, start: int, end: int, endings: frozenset[str]) -> None:
        self._text = text
        self._labels: list[tuple[int, int]] = []
        for label in text[start:end].split("."):
            self._labels.append((start, start + len(label)))
            start += len(label) + 1
        self._endings = [0, *(_ending(text, first, endings) for first, _ in self._labels[1:])]
        self._ends = [0] * (len(self._labels) + 1)
        for number in range(len(self._labels) - 2, 0, -1):
            first, last = self._labels[number]
            if self._is_whole(number) and first < last and text[first] not in "-_":
                plain = "_" not in text[first:last]
                self._ends[number] = self._ends[number + 1] or (self._endings[number + 1] if plain else 0)
        self._next = 0

    def end_from(self, start: int) -> int:
        """Where the host ends that begins with the run; 0 if none does."""
        return self._end(0, start) if _LABEL_START.match(self._text, start) else 0

    def first(self, done: int) -> tuple[int, int] | None:
        """The first host that begins behind `done`, with a character before it that may stand there: from and to."""
        for number in range(self._next, len(self._labels) - 1):
            self._next = number
            first, last = self._labels[number]
            lowest = max(first, done + 1 if done or first else 0)
            if lowest < last and self._is_whole(number) and (end := self._end(number, first) or self._end(number, -1)):
                if not self._ends[number + 1]:
                    lowest = max(lowest, self._text.rfind("_", first, last) + 1)
                start = self._start(lowest, last)
                if start is not None:
                    return start, end
        return None

    def _start(self, lowest: int, last: int) -> int | None:
        """Where a host may begin in this part of a label; None if nowhere."""
        if lowest == 0 and not (last > 1 and _START.match(self._text, 1)) and _LABEL_START.match(self._text, 0):
            return 0  # nothing stands before
        found = _START.search(self._text, lowest, last)
        return found.start() if found else None

    def _is_whole(self, number: int) -> bool:
        """Whether a label ends as one may."""
        first, last = self._labels[number]
        return first < last and self._text[last - 1] not in "-_"

    def _end(self, number: int, start: int) -> int:
        """Where a host ends that begins in this label: with one that has more labels, or right behind it.

        `start` -1 stands for a place behind the label's last underscore, which the label before the last may not have.
        """
        last = self._labels[number][1]
        if not self._is_whole(number) or number + 1 >= len(self._labels):
            return 0
        plain = start < 0 or "_" not in self._text[start:last]
        return self._ends[number + 1] or (self._endings[number + 1] if plain else 0)
