"""Which moment of the campaign plays here: what is remembered of words for a day is remembered for a day of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from amplifier.broken_line import along

STAGE = "stage"  # the name under which the world keeps it


@dataclass(frozen=True)
class PretendStage:
    """The map between the campaign's days and real time, as the service told it; without knots they are one.

    `knots` are a moment of the campaign and the real instant at which it plays, both rising; outside them the campaign
    goes on at `pace`, seconds of it in a real one.
    """

    knots: tuple[tuple[datetime, datetime], ...] = ()
    pace: float = 1.0

    @classmethod
    def of(cls, found: dict[str, Any] | None) -> PretendStage:
        """From what `as_json` gives, or None. Raises KeyError, TypeError or ValueError where it makes no sense."""
        if not found:
            return cls()
        knots = tuple((_instant(moment), _instant(real)) for moment, real in found["knots"])
        playing = cls(knots, float(found["pace"]))
        both = pairwise(knots)
        if playing.pace <= 0 or any(not (one[0] < other[0] and one[1] < other[1]) for one, other in both):
            raise ValueError("the knots must rise, in the campaign and in real time, and the pace be above nothing")
        return playing

    def as_json(self) -> dict[str, Any]:
        """The map in the form of the control door."""
        return {"knots": [[one.isoformat(), other.isoformat()] for one, other in self.knots], "pace": self.pace}

    def before(self, now_ms: int, length: timedelta) -> int:
        """The real instant (ms since 1970) at which the campaign was so much earlier than at this one."""
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        there = along([(real, moment) for moment, real in self.knots], now, beyond=self.pace)
        return round(along(self.knots, there - length, beyond=1 / self.pace).timestamp() * 1000)

    def spans(self, now_ms: int, length: timedelta) -> tuple[tuple[int, int], ...]:
        """What lies less than that back, as real spans (ms, the end not included).

        What was said before this stage began belongs to another playing, or to none: there real time counts.
        """
        since = self.before(now_ms, length)
        if not self.knots:
            return ((since, now_ms + 1),)
        began = round(self.knots[0][1].timestamp() * 1000)
        real = now_ms - round(length.total_seconds() * 1000)
        return (max(since, began), now_ms + 1), (real, began)


def _instant(text: object) -> datetime:
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(f"{text!r} does not say its offset from UTC")
    return found
