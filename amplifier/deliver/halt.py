"""Why sending is stopped: every flag, in the database and outside it, as sentences for people."""

from __future__ import annotations

from amplifier.campaign.stop import EVERYTHING, said_scope
from amplifier.place import Place
from amplifier.store import stops


def why_stopped(place: Place) -> str:
    """Why nothing at all is sent; empty if something may be."""
    everywhere = next((one.reason for one in stops.stops() if one.scope == EVERYTHING), "")
    return place.stopped() or everywhere


def partly_stopped() -> tuple[str, ...]:
    """The stops of single accounts and tags, a sentence each."""
    return tuple(
        f"Sending is stopped {said_scope(one.scope)}. {one.reason}" for one in stops.stops() if one.scope != EVERYTHING
    )
