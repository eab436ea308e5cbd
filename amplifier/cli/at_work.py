"""What is said when the service is at work: in which mode, where, on which data, and what holds sending back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from amplifier.campaign.stop import STOPPED, sending
from amplifier.cli.resume import option
from amplifier.deliver.halt import Flag, Halt
from amplifier.place import Place
from amplifier.store.transaction import database_in_words

WHERE = {Flag.DATABASE: "the database", Flag.FILE: "the stop file", Flag.ENVIRONMENT: "the environment"}


def at_work(part: str, place: Place, *, where: str = "") -> str:
    """`LIVE: The worker is at work. Database: …`; a log may keep it, so no secret is in it."""
    served = f" at {where}" if where else ""
    return f"{place.settings.mode.value.upper()}: {part} is at work{served}. Database: {database_in_words()}"


def stops_in_words(stopped: Sequence[Halt]) -> list[tuple[str, str, str]]:
    """Each stop once, whichever flags say it: what is stopped, why, and the words for `amplifier` that end it."""
    found = []
    for (scope, reason), flags in groupby(stopped, key=lambda one: (one.scope, one.reason)):
        named = " and ".join(dict.fromkeys(WHERE[one.flag] for one in flags))
        found.append((f"{sending(scope, STOPPED)} ({named}).", reason, f"resume{option(scope)}"))
    return found
