"""How like one another two texts are to somebody who reads them: X refuses near copies, and readers notice them."""

# ruff: noqa: RUF001  letters that look like others are what this file is about

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import regex

from amplifier.text.links import Span, SpanKind, spans

NEAR = 0.8  # from here on two texts are nearly the same: one sentence in five may differ
_TAIL = 12  # letters of a link that count: as much as a word, however long its address is
_BITS = 512
_SLACK = 4  # letter triples that touch both ends of a changed passage

# Letters that look like a Latin one, as Unicode's list of confusables pairs them: Cyrillic, Greek, and Latin's own.
_LOOKS = {
    "АВСЕНІЈКМОРЅТХҮԌԜ": "abcehijkmopstxygw",
    "аеорсухіјѕһԁԛԝӏѵҽ": "aeopcyxijshdqwlve",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ": "abezhikmnoptyx",
    "αγικνορτυχ": "ayikvoptux",
    "ıȷɑɡɩʟɪɴʀʏꜱƖǃ": "ijagilinrysll",
}
_LOOK_ALIKE = str.maketrans("".join(_LOOKS), "".join(_LOOKS.values()))
_NUMBER = regex.compile(r"\p{N}+(?:[.,:/]\p{N}+)*")
_NO_LETTER = regex.compile(r"[^\p{L}0]+")


def likeness(a: str, b: str, *, ignoring: Collection[str] = ()) -> float:
    """How much of what two texts say is the same, from 0 (nothing) to 1 (all of it).

    Case, white space, punctuation, emoji, numbers, invisible and look-alike letters and a link's tracking make no
    difference. `ignoring` are words, tags and handles that do not count, such as the campaign's own.
    """
    return _alike(_trace(a, tuple(ignoring)), _trace(b, tuple(ignoring)))


def nearly_the_same(a: str, b: str, *, ignoring: Collection[str] = ()) -> bool:
    """Whether a reader would say that these two are one message: their likeness is at least `NEAR`."""
    one, other = _trace(a, tuple(ignoring)), _trace(b, tuple(ignoring))
    # Nearly always settled by this: letter triples whose bit is set for one text alone are no others' triples either.
    apart = (one.bits ^ other.bits).bit_count()
    if apart > (1 - NEAR) * (len(one.letters) + len(other.letters)) + _SLACK:
        return False
    return _alike(one, other) >= NEAR


@dataclass(frozen=True)
class _Trace:
    """What is left of a text for comparing: its letters, their triples, and a bit for each triple."""

    letters: str
    triples: frozenset[str]
    bits: int


def _alike(one: _Trace, other: _Trace) -> float:
    if one.letters == other.letters:
        return 1.0
    together = len(one.triples) + len(other.triples)
    shared = 2 * len(one.triples & other.triples) / together if together else 0.0
    return max(shared, _ends(one.letters, other.letters))


def _ends(a: str, b: str) -> float:
    """How much two texts share at their beginnings and ends: a single slip in a short text changes many triples."""
    shorter = min(len(a), len(b))
    first = next((at for at in range(shorter) if a[at] != b[at]), shorter)
    rest = shorter - first
    last = next((at for at in range(rest) if a[-1 - at] != b[-1 - at]), rest)
    return 2 * (first + last) / (len(a) + len(b))


@lru_cache(maxsize=8192)
def _trace(text: str, ignoring: tuple[str, ...]) -> _Trace:
    letters = _letters(_without(text, ignoring))
    # A text that says nothing but what is ignored, or nothing in letters, is compared as it was written.
    letters = letters or _letters(text) or " ".join(text.split())
    padded = f" {letters} "
    triples = frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
    bits = 0
    for triple in triples:
        bits |= 1 << crc32(triple.encode("utf-8", "surrogatepass")) % _BITS
    return _Trace(letters, triples, bits)


def _letters(text: str) -> str:
    """The text's letters in small and Latin where they look so, every number as one 0."""
    plain = unicodedata.normalize("NFKC", _short_links(text)).translate(_LOOK_ALIKE).casefold()
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return _NO_LETTER.sub("", _NUMBER.sub("0", bare))


def _short_links(text: str) -> str:
    links = [span for span in spans(text) if span.kind is SpanKind.LINK]
    return _replaced(text, {link: _end_of(link.value) for link in links})


def _end_of(link: str) -> str:
    address = regex.split("[?#]", link.partition("://")[2], maxsplit=1)[0]
    return address.rstrip("/")[-_TAIL:]


def _without(text: str, ignoring: tuple[str, ...]) -> str:
    marks = {words.casefold() for words in ignoring if words[:1] in {"#", "@"}}
    for words in ignoring:
        if words.strip() and words.casefold() not in marks:
            said = r"\s+".join(regex.escape(word) for word in words.split())
            text = regex.sub(rf"(?<!\w){said}(?!\w)", " ", text, flags=regex.IGNORECASE)
    own = [span for span in spans(text) if text[span.start : span.end].casefold() in marks]
    return _replaced(text, dict.fromkeys(own, " "))


def _replaced(text: str, said: Mapping[Span, str]) -> str:
    pieces, position = [], 0
    for span, words in said.items():
        pieces += [text[position : span.start], words]
        position = span.end
    return "".join([*pieces, text[position:]])
