"""Our own statuses as the server lists them, read with as few questions as a look needs, and kept between looks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from amplifier.errors import OutcomeUnknown, Unavailable
from amplifier.platforms.host import Answer, what_broke
from amplifier.platforms.mastodon import likeness, statuses
from amplifier.platforms.mastodon.likeness import FAR
from amplifier.platforms.mastodon.statuses import said_at
from amplifier.platforms.mastodon.translate import is_nowhere

PAGES = 25  # of 40 statuses a look
MOST, SOURCES = 1000, 500  # statuses and sources that are kept
# A status may be listed after a younger one while both are being stored; what is older than that is listed for good.
SETTLED = timedelta(seconds=60)
ASKED = 5  # sources that a look asks for; the others are asked by the next ones
WHOLE = 20  # statuses: a page with as many is not the whole of a short list
FIELDS = ("id", "uri", "url", "created_at", "edited_at", "content", "visibility")

Status = Mapping[str, Any]


@dataclass(frozen=True)
class _Read:
    """What one look read: every own status since `after`, newest first."""

    statuses: tuple[Status, ...]
    after: datetime

    def within(self, most: int) -> _Read:
        """The same, without what is older than the newest `most`."""
        if len(self.statuses) <= most:
            return self
        kept = self.statuses[:most]
        return _Read(kept, said_at(kept[-1]))

    def settled(self) -> dict[str, int]:
        """The place of each status that nothing can slip in behind any more, by its id."""
        if not self.statuses:
            return {}
        until = said_at(self.statuses[0]) - SETTLED
        return {str(one["id"]): place for place, one in enumerate(self.statuses) if said_at(one) <= until}


class Own:
    """`page` gives a page of our own statuses, newest first, behind the id `max_id`; `source` a status's own words.

    A look reads from the newest back to what an earlier look has read already; never less than a page, so that every
    look is a look. What was read of a source counts as long as the status was not edited and shows the same. `answer`
    is what came back last, whatever was made of it; `me` our own id, empty while nobody knows it.
    """

    def __init__(
        self,
        page: Callable[..., list[Any]],
        source: Callable[[Status], str | None],
        answer: Callable[[], Answer | None],
        me: Callable[[], str] = lambda: "",
    ) -> None:
        self._page = page
        self._source = source
        self._answer = answer
        self._me = me
        self._read: _Read | None = None
        self._sources: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._lock = threading.Lock()

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Status | None:
        """The oldest of our own statuses since `after` with this text whose id is not in `taken`.

        A look asks for a few sources; raises Unavailable where more are needed, which the next looks ask for.
        """
        own = [status for status in self.since(after) if str(status["id"]) not in taken]
        asked = 0
        for one in _worth_asking(own[::-1], text):
            asked += not self._knows(one)
            if asked > ASKED:
                raise Unavailable("Mastodon lists many posts that are alike, so the next look goes on with them.")
            if self._says(one, text, self._words):
                return one
        return None

    def says(self, status: Status, text: str, source: str | None) -> bool:
        """Whether a status whose `source` was asked for (None: the server does not tell it) is these words."""
        return self._says(status, text, lambda _status: source)

    def must_say(self, made: Status, text: str) -> None:
        """The answer to a change must show our words, or the server say at once that it keeps them as they were sent.

        Raises OutcomeUnknown.
        """
        if statuses.same_content(str(made["content"]), text):
            return
        try:
            says = self._says(made, text, self._source)
        except Exception as error:
            raise OutcomeUnknown(f"Mastodon shows other words than were sent. {what_broke(error)}") from error
        if not says:
            raise OutcomeUnknown("Mastodon answered with another status than the one that was sent.")

    def since(self, after: datetime) -> tuple[Status, ...]:
        """Our own statuses since `after`, newest first. Ids say nothing about time on every server; dates do."""
        before = self._read if self._read and self._read.after <= after else None
        known = before.settled() if before else {}
        found: dict[str, Status] = {}
        bounds: dict[str, str] = {}
        listed: set[str] = set()
        read = None
        for _ in range(PAGES):
            page = self._page(**bounds)
            fresh = [one for one in page if str(one["id"]) not in listed]
            listed |= {str(one["id"]) for one in fresh}
            found |= {str(one["id"]): {name: one.get(name) for name in FIELDS} for one in fresh if self._is_own(one)}
            met = [known[str(one["id"])] for one in page if str(one["id"]) in known]
            if met and before:
                rest = before.statuses[max(met) + 1 :]
                found |= {str(one["id"]): one for one in rest if str(one["id"]) not in found}
                read = _Read(tuple(found.values()), before.after)
                break
            if not page or said_at(page[-1]) < after:
                break
            if not fresh:  # it does not go back behind a status; or no further, and lists the last one again
                if len(page) >= WHOLE:
                    raise Unavailable("Mastodon lists the same posts again and again, so nobody can look further back.")
                break
            bounds = {"max_id": str(page[-1]["id"])}
        if before is None or read:
            self._read = (read or _Read(tuple(found.values()), after)).within(MOST)
        return tuple(one for one in found.values() if said_at(one) >= after)

    def _is_own(self, status: Status) -> bool:
        """Whether we said it: a boost of somebody else's words is listed among ours where a server does as it likes."""
        author, me = statuses.author_of(status), self._me()
        return not statuses.is_boost(status) and (not author or not me or author == me)

    def _knows(self, status: Status) -> bool:
        with self._lock:
            return _key(status) in self._sources

    def _says(self, status: Status, text: str, words: Callable[[Status], str | None]) -> bool:
        """Whether a status of ours is these words: by its source, and where the server tells none by what it shows."""
        content = str(status["content"])
        shows = statuses.same_content(content, text)
        try:
            source = words(status)
        except Exception:
            if shows and is_nowhere(self._answer()):
                return True  # no such address here, whoever says so; the list itself shows our words
            raise
        return statuses.same_source(source, text) if source is not None else shows or likeness.is_alike(content, text)

    def _words(self, status: Status) -> str | None:
        """The words of a status as they were written, asked for once; None where the server does not tell them."""
        key = _key(status)
        with self._lock:
            if key in self._sources:
                self._sources.move_to_end(key)
                return self._sources[key]
        told = self._source(status)
        if told is not None:
            with self._lock:
                self._sources[key] = told
                while len(self._sources) > SOURCES:
                    self._sources.popitem(last=False)
        return told


def _key(status: Status) -> tuple[str, ...]:
    """What a source that was read counts for."""
    return tuple(str(status.get(name) or "") for name in ("id", "edited_at", "content"))


def _worth_asking(own: Sequence[Status], text: str) -> Sequence[Status]:
    """Those of these statuses whose source may be `text`: first what shows it, in their order, then what is alike.

    Of what is merely near, the nearest.
    """
    alike = [one for one in own if likeness.is_alike(str(one["content"]), text)]
    if alike:
        return sorted(alike, key=lambda one: not statuses.same_content(str(one["content"]), text))
    distances = [(likeness.distance(str(one["content"]), text), place) for place, one in enumerate(own)]
    apart, place = min(distances, default=(FAR, 0))
    return [own[place]] if apart < FAR else []
