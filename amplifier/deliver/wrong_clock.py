"""Whether this computer's clock is wrong: each network says with its answers what time it is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from amplifier.settings import TITLES, Settings
from amplifier.store import heartbeats

BEAT = "clock of "
WRONG = timedelta(seconds=60)
FRESH = timedelta(minutes=15)  # accounts are asked every ten


def compare(account: str, told: datetime, *, now: datetime) -> None:
    """Keep by how much this account's network is ahead of us."""
    heartbeats.beat(BEAT + account, now=now, detail=f"{(told - now).total_seconds():.0f}")


def wrong_clock(settings: Settings, *, now: datetime) -> str:
    """What is wrong with our clock, in words; empty while at least one network agrees with it to the minute.

    What was measured by a clock that has been set since counts no more.
    """
    beats = heartbeats.heartbeats()
    ahead = [
        (account.platform, timedelta(seconds=float(beat.detail)))
        for account in settings.accounts
        if (beat := beats.get(BEAT + account.name)) and abs(now - beat.at) < FRESH
    ]
    platform, least = min(ahead, key=lambda one: abs(one[1]), default=("", timedelta()))
    if abs(least) <= WRONG:
        return ""
    how = "behind" if least > timedelta() else "ahead of"
    return (
        f"This computer's clock is {_lasting(abs(least))} {how} {TITLES[platform]}'s. "
        "Set it right: posts may go out at wrong times."
    )


def _lasting(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else "1 minute"
