"""What is said when the service is at work: in which mode, where, on which data, and what holds sending back."""

from __future__ import annotations

from collections.abc import Sequence

from amplifier.campaign.stop import STOPPED, sending
from amplifier.cli.run.said_stop import SaidStop
from amplifier.deliver.stop_flags import Flag, StopFlag
from amplifier.install import Install
from amplifier.store.database.transaction import database_in_words

WHERE = {Flag.DATABASE: "the database", Flag.FILE: "the stop file", Flag.ENVIRONMENT: "the environment"}


def at_work(part: str, install: Install, *, where: str = "") -> str:
    """`LIVE: The worker is at work. Database: …`; a log may keep it, so no secret is in it."""
    served = f" at {where}" if where else ""
    return f"{install.settings.mode.value.upper()}: {part} is at work{served}. Database: {database_in_words()}"


def stops_in_words(stopped: Sequence[StopFlag]) -> list[SaidStop]:
    """Each stop once, whichever flags say it, in the order in which they are."""
    flags: dict[tuple[str, str], list[Flag]] = {}
    for one in stopped:
        flags.setdefault((one.scope, one.reason), []).append(one.flag)
    return [
        SaidStop(scope, f"{sending(scope, STOPPED)} ({' and '.join(dict.fromkeys(map(WHERE.__getitem__, by)))}).", why)
        for (scope, why), by in flags.items()
    ]
