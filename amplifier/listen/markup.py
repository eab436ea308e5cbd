"""The words of a stranger's HTML, in the lines that people saw: lists, quotes and links keep what they said."""

from __future__ import annotations

import html as entities
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

import nh3

from amplifier.text.labels import labelled

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
     "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
STRUCK = frozenset({"del", "s", "strike"})
INLINE = frozenset({"a", "br", "img", "q", "sub", "sup"}) | STRUCK
ATTRIBUTES = {"a": {"href", "class", "rel"}, "img": {"alt"}, "ol": {"start"}}
CUT = "(There is more of it, which is not kept here.)"
LONGEST = 40_000  # letters of HTML, without tags that say nothing: what nests deep takes its square in time
LONGEST_READ = 1_000_000  # letters of HTML in which such tags are looked for
# Tags without attributes that neither begin a line nor mean anything here; what they hold is kept.
IDLE = re.compile(
    r"</?(?:abbr|acronym|b|bdi|bdo|big|cite|code|dfn|em|font|i|ins|kbd|label|mark|samp|small|span|strong|tt|u|var|wbr)"
    r"\s*+/?>|</?(?:math|svg|template)\b[^<>]*+>",  # the last hide what they hold from a parser, and not from people
    re.IGNORECASE,
)
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*+)(:?)", re.IGNORECASE)
LEADING = re.compile(
    r"(?:[a-z][a-z0-9+.-]*+:)?(?://|\\\\)|https?:|mailto:", re.IGNORECASE
)  # what leads to another place
ADDRESS_LIKE = re.compile(r"\w[.:/\\]+\w")  # what looks like an address itself, whatever it leads to
LEFT_OUT = str.maketrans("", "", "\t\r\n")  # what browsers leave out of an address
DEEPEST = 5  # lists and quotes within each other
# A tag's or a person's page has their name at its end: /tags/lab23, /@wren, /users/wren, /@wren@meadow.example.
NAME = re.compile(r"[#\uff03@\uff20]([\w.-]+(?:@[\w.-]+)?)")
# What stands before and behind words that are struck out, raised, lowered or quoted in a line.
BEFORE = dict.fromkeys(STRUCK, "(struck out: ") | {"sup": "^", "sub": "_", "q": "\u201c"}
BEHIND = dict.fromkeys(STRUCK, ")") | {"q": "\u201d"}
SHORTCODE = re.compile(r":\w+:")  # an emoji of the server's own


def words(html: str) -> str:
    """The text of this HTML, entities resolved exactly once; where it is too long to be read, its end says so.

    Paragraphs, headings and rows stand on lines of their own, items have a bullet or their number, quoted lines a `>`,
    what is preformatted keeps its lines. What is struck out says so, and what is raised stands behind a `^`. A link
    tells its address where its words are another, but for tags and people.
    """
    told = IDLE.sub("", html[:LONGEST_READ])
    clean = nh3.clean(
        told[:LONGEST], tags=set(BLOCKS | INLINE), attributes=ATTRIBUTES, url_schemes=_schemes(told), link_rel=None
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    is_cut = len(told) > LONGEST or len(html) > LONGEST_READ
    return "\n".join(part for part in (reader.text(), CUT if is_cut else "") if part)


def _schemes(html: str) -> set[str]:
    """All that may be the scheme of an address in this HTML: where it leads is told, since it is never followed."""
    plain = entities.unescape(html[:LONGEST]).translate(LEFT_OUT)
    return {"http", "https"} | {name.lower() for name, colon in SCHEME.findall(plain) if colon}


class _Reader(HTMLParser):
    """Reads HTML that is well-formed already, from its beginning to its end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._kept = 0  # how many `pre` are open
        self._lists: list[int] = []  # of each open list the number of its next item; 0 for one with bullets
        self._bullet = ""
        self._link: dict[str, str] | None = None
        self._label = ""

    def text(self) -> str:
        """What was read."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            self._label += data
        else:
            self._put(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in BEFORE:
            self.handle_data(BEFORE[tag])
        match tag:
            case "br":
                self._break()
            case "img":
                self.handle_data(_picture(said.get("alt", "")))
            case "a":
                self._link, self._label = said, ""
            case _ if tag in BLOCKS:
                self._begin(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag in BEHIND:
            self.handle_data(BEHIND[tag])
        if tag == "a" and self._link is not None:
            link, self._link = self._link, None
            self._put(_link(self._label, link))
        elif tag in BLOCKS:
            self._finish(tag)

    def _begin(self, tag: str, said: dict[str, str]) -> None:
        if tag in ("td", "th"):
            self._put(" | " if self._line.strip() else "")
            return
        self._new_block()
        match tag:
            case "blockquote":
                self._quotes += 1
            case "pre":
                self._kept += 1
            case "ul":
                self._lists.append(0)
            case "ol":
                start = said.get("start", "")
                self._lists.append(int(start) if start.isdecimal() and len(start) < 7 else 1)
            case "li":
                self._item()

    def _finish(self, tag: str) -> None:
        if tag in ("td", "th"):
            return
        self._new_block()
        match tag:
            case "blockquote":
                self._quotes = max(0, self._quotes - 1)
            case "pre":
                self._kept = max(0, self._kept - 1)
            case "ul" | "ol" if self._lists:
                self._lists.pop()
                self._bullet = ""
            case "li":
                self._bullet = ""

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else 0
        self._bullet = f"{number}. " if number else "• "
        if number:
            self._lists[-1] += 1

    def _put(self, data: str) -> None:
        """Words on the line; the line breaks that somebody typed are shown by servers as they are."""
        for number, piece in enumerate(data.split("\n")):
            if number:
                self._end_line(also_empty=bool(self._kept))
            self._line += piece if self._line or self._kept else piece.lstrip()

    def _break(self) -> None:
        if self._link is not None:
            self._label += " "
        else:
            self._end_line(also_empty=True)

    def _new_block(self) -> None:
        if self._link is not None:
            self._label += " "
        else:
            self._end_line()

    def _end_line(self, *, also_empty: bool = False) -> None:
        line, self._line = self._line.rstrip(), ""
        if line or also_empty:
            self._lines.append(f"{self._before(line)}{line}".rstrip())

    def _before(self, line: str) -> str:
        """What stands before a line: that it is quoted, how deep in lists, and the bullet before its item's first."""
        quoted = "> " * min(self._quotes, DEEPEST)
        if not self._lists:
            return quoted
        deep = "  " * (min(len(self._lists), DEEPEST) - 1)
        if self._bullet and line:
            bullet, self._bullet = self._bullet, ""
            return f"{quoted}{deep}{bullet}"
        return f"{quoted}{deep}  "


def _link(label: str, said: dict[str, str]) -> str:
    """A link in words, with the address that it leads to; a tag's or a person's page goes without saying."""
    address, shown = said.get("href", "").strip().translate(LEFT_OUT), " ".join(label.split())
    leads_on = LEADING.match(address) or ADDRESS_LIKE.search(shown)
    if not address or not leads_on or _is_name(shown, address):
        return label
    return labelled(label, address)


def _is_name(label: str, address: str) -> bool:
    """Whether this is a tag or a person, and leads to a page that is named so: at the server that the label names."""
    found = NAME.fullmatch(label)
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    if not found or parts.scheme not in {"http", "https"}:
        return False
    name, _, server = found[1].casefold().partition("@")
    end = unquote(parts.path).rstrip("/").rpartition("/")[2].removeprefix("@").casefold()
    if label[0] in "#\uff03":
        return not server and (end == name or name in {value.casefold() for _, value in parse_qsl(parts.query)})
    named = server or (name if "." in name else "")  # what has a dot looks like an address itself
    return end.partition("@")[0] == name and (not named or host == named or host.endswith(f".{named}"))


def _picture(alt: str) -> str:
    described = " ".join(alt.split())
    if not described or SHORTCODE.fullmatch(described):
        return described
    return f"(a picture: {described})"
