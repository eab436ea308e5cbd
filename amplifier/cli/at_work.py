"""The line with which a process that runs by itself says that it is at work: in which mode, where, on which data."""

from __future__ import annotations

from amplifier.place import Place
from amplifier.store.transaction import database_in_words


def at_work(part: str, place: Place, *, where: str = "") -> str:
    """`LIVE: The worker is at work. Database: …`; a log may keep it, so no secret is in it."""
    served = f" at {where}" if where else ""
    return f"{place.settings.mode.value.upper()}: {part} is at work{served}. Database: {database_in_words()}"
