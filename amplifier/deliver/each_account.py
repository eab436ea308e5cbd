"""What is asked of each account by a job of its own, so that one that is slow to answer keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from amplifier.deliver.accounts import look_after
from amplifier.deliver.read_back import ReadBack, Rhythm
from amplifier.money.budget import is_short, metered
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Platform
from amplifier.settings import Mode, Settings

# Seconds between two looks whether it is an account's turn; a rehearsal has no time to lose.
ACCOUNTS_S = {Mode.REHEARSAL: 2.0, Mode.LIVE: 60.0}
READ_BACK_S = {Mode.REHEARSAL: 1.0, Mode.LIVE: 3.0}


def jobs_of_each(
    platforms: Mapping[str, Platform],
    outlets: Mapping[str, Outlet],
    settings: Settings,
    *,
    now: Callable[[], datetime],
) -> list[tuple[str, float, Callable[[], object]]]:
    """Whether each of these accounts lets us in, and whether what is out there still is: name, seconds, call."""
    mode, paid, started = settings.mode, metered(settings), now()
    rhythm = Rhythm(first_s=settings.timing.read_back_after_s, seldom=paid)

    def may_read(name: str) -> bool:
        return name not in paid or not is_short(settings, now=now())

    jobs: list[tuple[str, float, Callable[[], object]]] = []
    for name, platform in platforms.items():
        look = partial(look_after, {name: platform}, now=now, paid=paid, started=started)
        read_back = ReadBack({name: outlets[name]}, rhythm, now=now, may_read=may_read)
        jobs.append((f"accounts: {name}", ACCOUNTS_S[mode], look))
        jobs.append((f"read back: {name}", READ_BACK_S[mode], read_back.look))
    return jobs
