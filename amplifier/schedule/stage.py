"""Rehearsal time: the one map from the campaign's days onto the next few minutes, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from amplifier.broken_line import along, on_calendar

# Beyond its first and last knot the stage goes on at this pace: an hour in five seconds. Slow enough that a milestone
# moved out there by forty minutes is seen to move, and that a rehearsal left running for weeks stays on the calendar.
PACE = 720
# How much longer a long gap lasts than a short one: one share, and this much more for each doubling of its hours.
STRETCH = 0.25
# Half of a long gap plays within this time after the moment that it follows: so a moment that slips this far is seen
# to move, however long nothing else happens behind it.
SLIP = timedelta(minutes=40)


@dataclass(frozen=True)
class Knot:
    """A moment of the campaign and the real instant at which it plays, both UTC."""

    campaign: datetime
    real: datetime


@dataclass(frozen=True)
class Stage:
    """The map: straight between neighbouring knots, strictly rising. Without knots campaign time is real time (live).

    `origin` (UTC) is when the rehearsal begins and `seconds` how long it plays; both are kept in the database, so that
    a worker that starts again goes on with the same map.
    """

    origin: datetime
    seconds: float
    knots: tuple[Knot, ...]

    def real(self, due: datetime) -> datetime:
        """The real instant, in UTC, at which this moment of the campaign plays."""
        return along(
            [(knot.campaign, knot.real) for knot in self.knots], on_calendar(due).astimezone(UTC), beyond=1 / PACE
        )

    def campaign(self, real: datetime) -> datetime:
        """The moment of the campaign, in UTC, that plays at this real instant."""
        return along(
            [(knot.real, knot.campaign) for knot in self.knots], on_calendar(real).astimezone(UTC), beyond=PACE
        )

    def to_json(self) -> str:
        """The map as text, to be kept with the plan."""
        knots = [[knot.campaign.isoformat(), knot.real.isoformat()] for knot in self.knots]
        return json.dumps({"origin": self.origin.isoformat(), "seconds": self.seconds, "knots": knots})

    @classmethod
    def from_json(cls, text: str) -> Stage:
        """The map that `to_json` gave."""
        kept = json.loads(text)
        knots = tuple(Knot(datetime.fromisoformat(due), datetime.fromisoformat(real)) for due, real in kept["knots"])
        return cls(datetime.fromisoformat(kept["origin"]), kept["seconds"], knots)


LIVE = Stage(datetime(1970, 1, 1, tzinfo=UTC), 0, ())


def make(
    instants: Iterable[datetime], origin: datetime, seconds: float, *, lead: float = 3.0, tail: float = 8.0
) -> Stage:
    """The stage on which these instants (aware) play from `lead` seconds after `origin` to `tail` before its end.

    Neighbouring distinct instants get about the same real time, a longer gap mildly more. Raises ValueError if nothing
    of `seconds` is left between lead and tail.
    """
    if (usable := seconds - lead - tail) <= 0:
        raise ValueError(f"a stage of {seconds} s leaves nothing between {lead} s before and {tail} s after the plan")
    moments = sorted({instant.astimezone(UTC) for instant in instants})
    if not moments:
        return Stage(origin.astimezone(UTC), seconds, ())
    reached = [(moments[0], 0.0)]
    for before, after in pairwise(moments):
        gap, share = after - before, 1 + STRETCH * math.log2(1 + (after - before) / timedelta(hours=1))
        if gap > 2 * SLIP:
            reached.append((before + SLIP, reached[-1][1] + share / 2))
            share /= 2
        reached.append((after, reached[-1][1] + share))
    first = origin.astimezone(UTC) + timedelta(seconds=lead)
    scale = usable / max(reached[-1][1], 1.0)
    return Stage(
        origin.astimezone(UTC),
        seconds,
        tuple(Knot(moment, first + timedelta(seconds=shares * scale)) for moment, shares in reached),
    )
