"""How long an account rests: after trouble (a breaker), between two posts, and when its day is full."""

from __future__ import annotations

from datetime import datetime, timedelta

FAILURES_BEFORE_REST = 3  # so many calls in a row may fail before the account rests
LONGEST_S = 300.0


def rest_after(failures: int, strain_s: float) -> float:
    """Seconds of rest after so many failed calls in a row: none at first, then `strain_s`, doubling up to 5 minutes."""
    if failures < FAILURES_BEFORE_REST or strain_s <= 0:
        return 0.0
    doubled: float = strain_s * 2 ** min(failures - FAILURES_BEFORE_REST, 16)
    return min(doubled, LONGEST_S)


def latest(*instants: datetime | None) -> datetime | None:
    """The latest of these; None if there is none."""
    return max((at for at in instants if at is not None), default=None)


def full_until(counted: datetime | None, window_s: int) -> datetime | None:
    """When there is room again, if the post that fills the window went out at `counted`; None: there is room now."""
    return None if counted is None else counted + timedelta(seconds=window_s)
