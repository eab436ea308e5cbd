"""What of a milestone's move is past: before anybody agrees to it, and because they thought about it for too long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from amplifier.errors import UsageError
from amplifier.schedule.decided.change import Move, Shift
from amplifier.schedule.program import post_name
from amplifier.schedule.stage import Stage


def past(move: Move, *, here: datetime) -> tuple[str, ...]:
    """The posts whose time would have passed already; `here` is the campaign's time."""
    return tuple(one.post for one in move.shifts if one.after <= here)


def _behind(move: Move, here: datetime) -> list[str]:
    """The same, and those that come with the move and would go out at once."""
    return [*past(move, here=here), *(post_name(post) for post, at in move.added if at <= here)]


def how_many(more: Sequence[Shift], passed: Collection[str]) -> str:
    """That so many more move than are listed, and how many of these are `passed`: nobody is to miss that."""
    late = sum(one.post in passed for one in more)
    return f"{len(more)} more" + (f", {late} of them past: missed if it is too late by then" if late else "")


def must_lie_ahead_still(move: Move, stage: Stage, *, shown: datetime, now: datetime) -> None:
    """Raises UsageError where what lay ahead when the move was shown (real instants) has passed since.

    What was past already was shown as such.
    """
    before, here = stage.campaign(shown), stage.campaign(now)
    if before < move.to <= here:
        what = f"The new time of {move.milestone.name}"
    else:
        known = _behind(move, before)
        what = next((f"The new time of {post}" for post in _behind(move, here) if post not in known), "")
    if what:
        raise UsageError(f"{what} has passed since you were asked, so nothing was moved. Give the command once more.")
