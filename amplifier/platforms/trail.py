"""How far a listener has read a listing that strangers' clocks put in order, newest first: by what it has met there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import PlatformError
from amplifier.platforms.port import Page

KEPT = 400  # things met that are remembered: a cursor of some 20 kB
KEPT_ON_THE_WAY = 2000  # while a way down has not come to its end
MOST_TRIES = 10  # of one place that cannot be read: perhaps its server knows it no more
BEFORE = timedelta(days=1)  # what was said so long before a first look that showed nothing is not wanted
SWEEP = timedelta(seconds=20)  # how often a look goes a page further down than to what it knows
UNWANTED = "-"  # the face of what was there before we began: it stays unheard
HIGHER = "\uffff"  # behind a mark: above everything that has it
NOTHING = "."  # the face of what is nothing to us, as it stands

Heard = RawMention | Aside | None


@dataclass(frozen=True)
class Entry:
    """One thing that a listing shows: what puts it in order, its name, and what it is to us (None: nothing).

    Marks compare as texts. One without a mark that makes sense is taken to belong where it stands.
    """

    mark: str
    name: str
    heard: Heard


@dataclass(frozen=True)
class Leaf:
    """One page of a listing as it came, and where the next one begins (empty: nowhere); `problem`: it is not whole."""

    entries: tuple[Entry, ...]
    next: str
    problem: PlatformError | None = None


@dataclass(frozen=True)
class Trail:
    """What was met, highest first (mark, name, face), and how far down the listing is wanted at all.

    A new post may turn up anywhere in such a listing: its author's clock, or the server it comes from, may be late by
    any time. So a mark says one thing only: below `floor` nothing is wanted. `at` is where a way down goes on (empty:
    none is under way), `swept` when that was last done (empty: there is something new below). `then` is where it goes
    on below that, once what stands between the two is heard. `tries`: how often in a row the page at `at` failed.
    `empty` is when a first look showed nothing, as long as no other has shown more: such an answer may be an odd one.
    """

    met: tuple[tuple[str, str, str], ...] = ()
    floor: str = ""
    at: str = ""
    swept: str = ""
    then: str = ""
    tries: int = 0
    is_begun: bool = False
    empty: str = ""

    @classmethod
    def read(cls, cursor: str, mark: Callable[[str], str] = str) -> Trail:
        """The trail that `written` made this cursor from; from one of a watermark, whose `since` is read by `mark`.

        What a watermark had read beyond its mark comes once more then, and is in the log already.
        """
        if not cursor:
            return cls()
        fields = json.loads(cursor)
        if "met" not in fields:
            return cls(floor=mark(fields["since"]) if fields["since"] else "", is_begun=True)
        met = tuple((str(at), str(name), str(face)) for at, name, face in fields["met"])
        floor, swept = str(fields["floor"]), str(fields["swept"])
        empty = str(fields.get("empty", "" if met or floor else swept))
        way = (str(fields["at"]), swept, str(fields.get("then", "")), int(fields.get("tries", 0)))
        return cls(met, floor, *way, is_begun=True, empty=empty)

    def written(self) -> str:
        """The trail as a cursor, never empty."""
        fields: dict[str, object] = {"met": self.met, "floor": self.floor, "at": self.at, "swept": self.swept}
        more = {"then": self.then, "tries": self.tries, "empty": self.empty}
        fields |= {name: value for name, value in more.items() if value}
        return json.dumps(fields, separators=(",", ":"))

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to begin a way down; also after the clock was set back."""
        return not self.swept or not timedelta() <= now - datetime.fromisoformat(self.swept) < SWEEP

    @property
    def wanted_from(self) -> datetime | None:
        """Since when things have to be said, on later pages than the first, as long as only nothing was shown."""
        return datetime.fromisoformat(self.empty) - BEFORE if self.empty else None


class _Way(Enum):
    """Why a way down ended."""

    END = auto()  # nothing below is wanted, or there is nothing
    OLD = auto()  # a page brought nothing but what was there before we began
    KNOWN = auto()  # a page brought nothing new
    SPENT = auto()  # as many pages as one look may ask for
    TROUBLE = auto()


class _Look:
    """One look: what it meets, and what of that is to be told."""

    def __init__(self, trail: Trail, fetch: Callable[[str], Leaf], pages: int) -> None:
        self._trail = trail
        self._fetch = fetch
        self._left = pages
        self._is_first_page = True
        self._met = {name: (mark, face) for mark, name, face in trail.met}
        self._shown: set[str] = set()
        self.told: list[tuple[str, int, RawMention | Aside]] = []
        self.problem: PlatformError | None = None
        self.is_first_page_cut = False

    def down(self, position: str) -> tuple[_Way, str]:
        """Page after page from here, as long as they bring something new; why that ended, and where it would go on.

        Raises PlatformError if not even the first page can be read.
        """
        asked, has_shown = {position}, False
        while self._left:
            try:
                leaf = self._fetch(position)
            except PlatformError as error:
                if self._is_first_page:
                    raise
                self.problem = error
                return _Way.TROUBLE, position
            self._left -= 1
            self.is_first_page_cut = self.is_first_page_cut or (self._is_first_page and leaf.problem is not None)
            is_fresh, is_moving, is_old = self._take(leaf)
            if leaf.problem:
                self.problem = leaf.problem
                return _Way.TROUBLE, position
            is_blank = not leaf.entries  # what we may not see is left out of a page after it was cut
            if leaf.next in {"", *asked} or not (is_moving or is_blank):
                return _Way.END, ""
            if is_old:
                return _Way.OLD, ""
            position = leaf.next
            asked.add(position)
            has_shown = has_shown or not is_blank
            if not (is_fresh or is_blank):
                return _Way.KNOWN, position
        return (_Way.SPENT, position) if has_shown else (_Way.END, "")  # so many blank pages are an end

    def _take(self, leaf: Leaf) -> tuple[bool, bool, bool]:
        """Whether the page has something that was never met, and goes on to what this very look had not shown.

        At last, whether all that is new on it was there before we began.
        """
        is_wanted = self._trail.is_begun or self._is_first_page  # of what was there before, the first page is enough
        since = None if self._is_first_page else self._trail.wanted_from
        self._is_first_page = False
        is_fresh, is_moving, is_below = False, False, False
        old, young = 0, 0
        mark = self._trail.met[0][0] if self._trail.met else ""
        for entry in leaf.entries:
            mark = entry.mark or mark
            if mark < self._trail.floor:
                is_below = True
                continue
            name = short(entry.name)
            if name in self._shown:
                continue
            self._shown.add(name)
            is_moving = True
            before = self._met[name][1] if name in self._met else ""
            is_old = not before and _is_said_before(entry.heard, since)
            face = _face(entry.heard) if is_wanted and not is_old else UNWANTED
            old, young = old + is_old, young + (not is_old)
            is_fresh = is_fresh or not before
            if before == UNWANTED:
                face = before
            elif entry.heard is not None and face not in {before, UNWANTED}:
                self.told.append((mark, -len(self.told), entry.heard))  # the lower of two is the older
            self._met[name] = (mark, face)
        return is_fresh, is_moving and not is_below, bool(old) and not young

    def page(self, cursor: str, *, is_unfinished: bool = False) -> Page:
        """What is to be told, oldest first, each once."""
        told: dict[str, RawMention | Aside] = {}
        for _, _, heard in sorted(self.told, key=lambda one: one[:2]):
            told.setdefault(heard.canonical_id if isinstance(heard, RawMention) else f"aside {len(told)}", heard)
        return Page(
            mentions=tuple(one for one in told.values() if isinstance(one, RawMention)),
            cursor=cursor,
            aside=tuple(one for one in told.values() if isinstance(one, Aside)),
            problem=self.problem,
            is_unfinished=is_unfinished,
        )

    def met(self) -> list[tuple[str, str, str]]:
        """All that is known now, highest first."""
        return sorted(((mark, name, face) for name, (mark, face) in self._met.items()), reverse=True)


def walk(trail: Trail, fetch: Callable[[str], Leaf], *, pages: int, now: datetime) -> Page:
    """Look at the top, as far down as there is something new; and now and then further down, a page a look.

    At most `pages` pages. A page that cannot be read ends the look: what was read before is taken in, and the problem
    told; only where nothing was read it is raised. The first look of all wants the first page, and learns what is there
    below it.
    """
    look = _Look(trail, fetch, pages)
    way, after = _gone(look, trail, now)
    if look.is_first_page_cut and not (trail.is_begun and trail.met):
        return look.page(trail.written() if trail.is_begun else "")  # the next look is the first one once more
    met, floor, empty = look.met(), trail.floor, trail.empty
    if not met:
        empty = empty or ("" if trail.is_begun else now.astimezone(UTC).isoformat())
    elif way in {_Way.END, _Way.OLD}:
        empty = ""
    if not trail.is_begun or way is _Way.OLD:
        floor = "" if way is _Way.END else min((mark for mark, _, _ in met if mark), default="")
        after = replace(after, at="")
    elif way is _Way.END:
        met, floor = _settled(met, floor)
    if len(met) > KEPT_ON_THE_WAY:  # the middle was told, and comes once more; what was there before us must not
        met = met[: KEPT_ON_THE_WAY // 2] + met[-KEPT_ON_THE_WAY // 2 :]
    after = replace(after, met=tuple(met), floor=floor, empty=empty)
    return look.page(after.written(), is_unfinished=trail.is_begun and not after.swept)


def _settled(met: list[tuple[str, str, str]], floor: str) -> tuple[list[tuple[str, str, str]], str]:
    """What is remembered after a way down to the end, and below what mark nothing is wanted any more.

    Things with one mark are remembered all or not at all: those forgotten would be new at each look.
    """
    if len(met) <= KEPT:
        return met, floor
    floor = max(floor, met[KEPT - 1][0])
    kept = [one for one in met if one[0] >= floor]
    if len(kept) > KEPT_ON_THE_WAY:  # somebody's doing: so many at one instant
        floor += HIGHER
        kept = [one for one in met if one[0] >= floor]
    return kept, floor


def _gone(look: _Look, trail: Trail, now: datetime) -> tuple[_Way, Trail]:
    """Go down once, or twice where it is time; why that ended, and the trail with the places where it goes on.

    What a way down has reached is kept: a page that fails is asked for once more at the next look, and while something
    new at the top goes first, the place below waits.
    """
    swept = now.astimezone(UTC).isoformat()
    way, position = look.down("")
    if way in {_Way.SPENT, _Way.TROUBLE}:  # there is more below: it is gone on with at once
        then = trail.at if position else trail.then
        return way, replace(trail, at=position or trail.at, then=then, swept="", tries=0)
    if way is _Way.KNOWN and not trail.is_due(now):
        return way, trail
    if way is _Way.KNOWN:
        way, position = look.down(trail.at or position)
    match way:
        case _Way.TROUBLE if position == trail.at and trail.tries + 1 == MOST_TRIES:
            return way, replace(trail, at="", then="", swept="", tries=0)
        case _Way.TROUBLE | _Way.SPENT:
            tries = trail.tries + 1 if way is _Way.TROUBLE and position == trail.at else 0
            return way, replace(trail, at=position, swept="", tries=tries)
        case _Way.KNOWN if trail.then:
            return way, replace(trail, at=trail.then, then="", swept="", tries=0)
        case _:
            return way, replace(trail, at=position, then="", swept=swept, tries=0)


def short(name: str) -> str:
    """A short name for one thing, to keep a cursor small: 48 bits, among hundreds."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:12]


def _is_said_before(heard: Heard, since: datetime | None) -> bool:
    return since is not None and isinstance(heard, RawMention) and heard.posted_at < since


def _face(heard: Heard) -> str:
    """What tells whether it shows the same as before: 32 bits."""
    return NOTHING if heard is None else short(repr(heard))[:8]
