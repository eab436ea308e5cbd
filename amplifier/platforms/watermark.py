"""How far a listener has read, when what others say may turn up late and more may come than one call should fetch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Item:
    """One thing read: the network's own mark of order (an id, an instant), its canonical id, and when it was said."""

    mark: str
    canonical_id: str
    at: datetime


@dataclass(frozen=True)
class Watermark:
    """Everything up to `since` is read, and of what is younger the items in `seen`.

    A network may show a post after a younger one (a slow index, a phone whose clock is behind), so the mark stays
    behind the newest post, and `seen` keeps what was read beyond it from coming twice.
    With `before` set, a walk from the newest back to `since` was broken off there, because it had grown too long; when
    it is finished the mark becomes `then_since` and `then_seen`.
    """

    since: str = ""
    seen: frozenset[str] = frozenset()
    before: str = ""
    then_since: str = ""
    then_seen: frozenset[str] = frozenset()

    @classmethod
    def read(cls, cursor: str) -> Watermark:
        """The mark that `written` made this cursor from; an empty cursor is the mark before anything."""
        if not cursor:
            return cls()
        fields = json.loads(cursor)
        return cls(
            since=fields["since"],
            seen=frozenset(fields["seen"]),
            before=fields.get("before", ""),
            then_since=fields.get("then_since", ""),
            then_seen=frozenset(fields.get("then_seen", ())),
        )

    def written(self) -> str:
        """The mark as a cursor, never empty."""
        fields: dict[str, str | list[str]] = {"since": self.since, "seen": sorted(self.seen)}
        if self.before:
            fields |= {"before": self.before, "then_since": self.then_since, "then_seen": sorted(self.then_seen)}
        return json.dumps(fields, separators=(",", ":"))

    def is_new(self, canonical_id: str) -> bool:
        """Whether this was not read already."""
        return short(canonical_id) not in self.seen

    def advanced(self, items: Sequence[Item], horizon: datetime) -> Watermark:
        """The mark after `items` (oldest first: everything younger than `since`).

        Up to the last one older than `horizon` nothing can turn up any more; the younger ones are remembered by name.
        """
        since, settled = self.since, 0
        for item in items:
            if item.at > horizon:
                break
            since, settled = item.mark, settled + 1
        return Watermark(since=since, seen=frozenset(short(item.canonical_id) for item in items[settled:]))

    def begun(self, items: Sequence[Item], horizon: datetime, *, is_all: bool) -> Watermark:
        """The mark after a first look at one page: what is older than the oldest of `items` is not wanted.

        `is_all` says that the network has nothing older anyway; then what may still turn up below them is wanted.
        """
        after = Watermark().advanced(items, horizon)
        if after.since or is_all or not items:
            return after
        return Watermark(since=items[0].mark, seen=after.seen)

    def walked(self, items: Sequence[Item], horizon: datetime, stopped_at: str) -> Watermark:
        """The mark after a walk back from the newest (or from `before`). `items` are oldest first.

        `stopped_at` says where the walk must go on, and is empty when it reached `since`.
        """
        if self.before:
            if not stopped_at:
                return Watermark(since=self.then_since, seen=self.then_seen)
            return Watermark(self.since, self.seen, stopped_at, self.then_since, self.then_seen)
        after = self.advanced(items, horizon)
        if not stopped_at:
            return after
        if after.since == self.since:  # nothing has settled yet: the oldest that was read is the lowest safe mark
            after = self.begun(items, horizon, is_all=False)
        return Watermark(self.since, self.seen, stopped_at, after.since, after.seen)


def short(canonical_id: str) -> str:
    """A short name for one post, to keep a cursor small: 48 bits, among hundreds."""
    return hashlib.sha256(canonical_id.encode(errors="replace")).hexdigest()[:12]
