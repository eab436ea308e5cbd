"""Whether a status's HTML may be what some server made of our words: what is alike is worth asking for its source.

Servers of the family show words in their own way: entities escaped twice, backslashes kept or taken, Markdown turned
into markup, quotes made typographical, links and handles shortened. Letters and digits survive all of that.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser

from amplifier.platforms.mastodon.tidy import tidy

FULL_HANDLE = re.compile(r"@([\w.-]+)@[\w.-]+\w")
MARKUP = re.compile(r"<[^<>]*>|:[\w+-]+:")  # tags that a sanitiser takes, emoji that become pictures
MARKER = re.compile(r"^[^\S\n]*+(?:\d++[.)]|[-*+>]|#++)(?=\s)", re.MULTILINE)  # of lists, quotes and headings
ADDRESS = re.compile(r"(?:https?://)?+(?=[^\s/]+?\.[^\s/])[^\s/]++(?:/\S*+)?+", re.IGNORECASE)
SCHEME = re.compile(r"\bhttps?://", re.IGNORECASE)  # which some servers write before what was typed as example.com
CUT = ("…", "...")
ESCAPED = 3  # no server was seen to escape more often
NEAR = 0.25  # of the longer one's letters may differ
FAR = float("inf")


@lru_cache(maxsize=4096)
def essence(text: str) -> str:
    """The letters and digits of a text, without what a server may take out or put in."""
    for _ in range(ESCAPED):
        text = html.unescape(text)
    text = SCHEME.sub("", MARKER.sub("", MARKUP.sub(" ", FULL_HANDLE.sub(r"@\1", text))))
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


@lru_cache(maxsize=4096)
def essence_of_html(content: str) -> str:
    """The same of what a status shows, with the addresses of its links written out."""
    reader = _Reader()
    reader.feed(tidy(content))
    reader.close()
    return essence("".join(reader.words))


def is_alike(content: str, text: str) -> bool:
    """Whether this HTML shows nothing but our words, in some server's way."""
    return essence_of_html(content) == essence(text)


def distance(content: str, text: str) -> float:
    """How far this HTML is from our words, as a share of letters; infinite where it is certainly something else."""
    shown, ours = Counter(essence_of_html(content)), Counter(essence(text))
    most = max(shown.total(), ours.total(), 1)
    apart = max((shown - ours).total(), (ours - shown).total()) / most
    return apart if apart <= NEAR else FAR


class _Reader(HTMLParser):
    """Collects the words; a link gives its text, and its address where the text does not show it whole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._link: tuple[int, str] | None = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._link = (len(self.words), dict(attrs).get("href") or "")
        elif tag in {"br", "p", "li", "div", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self._link is None:
            return
        begun, address = self._link
        self._link = None
        shown = "".join(self.words[begun:]).strip()
        if shown.startswith(("#", "@")):
            return
        if shown.endswith(CUT):
            self.words[begun:] = [address]
        elif not ADDRESS.fullmatch(shown):
            self.words.append(f" {address}")
