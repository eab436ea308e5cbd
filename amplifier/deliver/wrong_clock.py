"""Whether this computer's clock is wrong: each network says with its answers what time it is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from amplifier.networks import TITLES
from amplifier.settings import Settings
from amplifier.store import heartbeats

BEAT = "clock of "
TIMES, RIGHT, OFF = "clock", "right", "wrong"
WRONG = timedelta(seconds=60)
FRESH = timedelta(minutes=15)  # accounts are asked every ten


def compare(account: str, told: datetime, *, now: datetime) -> None:
    """Keep by how much this account's network is ahead of us."""
    heartbeats.beat(BEAT + account, now=now, detail=f"{(told - now).total_seconds():.0f}")


def wrong_clock(settings: Settings, *, now: datetime) -> str:
    """What is wrong with our clock, in words; empty while at least one network agrees with it to the minute.

    What was measured by a clock that has been set since counts no more.
    """
    measured = _nearest(settings, now)
    if measured is None or abs(measured[1]) <= WRONG:
        return ""
    platform, least = measured
    how = "behind" if least > timedelta() else "ahead of"
    return (
        f"This computer's clock is {_lasting(abs(least))} {how} {TITLES[platform]}'s. "
        "Set it right: posts may go out at wrong times."
    )


def times_wrong(settings: Settings, *, now: datetime) -> int:
    """Which time it is (from 1) that our clock is wrong; 0 while it is right, or nobody can tell.

    It is the same time until it was right in between, to half a minute: a clock that wavers is told of once. Kept in
    the database, so that a restart and another worker count on.
    """
    measured = _nearest(settings, now)
    if measured is None:
        return 0
    beat = heartbeats.heartbeats().get(TIMES)
    number, _, was = beat.detail.partition(" ") if beat else ("0", "", RIGHT)
    least = abs(measured[1])
    if was == RIGHT and least > WRONG:
        number = str(int(number) + 1)
        heartbeats.beat(TIMES, now=now, detail=f"{number} {OFF}")
    elif was == OFF and least <= WRONG / 2:
        heartbeats.beat(TIMES, now=now, detail=f"{number} {RIGHT}")
    return int(number) if least > WRONG else 0


def _nearest(settings: Settings, now: datetime) -> tuple[str, timedelta] | None:
    """The network that agrees best with our clock, and by how much it is ahead; None if none was asked of late."""
    beats = heartbeats.heartbeats()
    ahead = [
        (account.platform, timedelta(seconds=float(beat.detail)))
        for account in settings.accounts
        if (beat := beats.get(BEAT + account.name)) and abs(now - beat.at) < FRESH
    ]
    return min(ahead, key=lambda one: abs(one[1]), default=None)


def _lasting(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else "1 minute"
