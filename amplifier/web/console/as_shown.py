"""That a coming post is still as the page showed it when somebody skips it: in these words, there, at this time."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.known import rows_of
from amplifier.schedule.program import Program, all_occurrences
from amplifier.store import decisions, delivery_views


def mark_of(rows: Iterable[DeliveryView], wall_time: str) -> str:
    """How a form says which words it showed, on which accounts, and for when."""
    told = sorted(f"{row.identity.account}\n{row.text}" for row in rows)
    return sha256("\n\n".join([wall_time, *told]).encode()).hexdigest()[:16]


def must_be_as_shown(program: Program | None, post: PostId, shown: str) -> None:
    """Raises UsageError where this post says something else by now, elsewhere or at another time than was shown.

    `post` is one of the plan, or a person's own, without a `program`. Asked when nobody else can decide, it stays so.
    """
    names = rows_of(program, post) if program else (post,)
    rows = [row for name in names for row in delivery_views.views(post=name) if _waits(row)]
    wall_time = rows[0].wall_time if rows else _planned(program, post) if program else ""
    if mark_of(rows, wall_time) != shown:
        raise UsageError(
            "The post has other words, another time or other accounts by now than the page showed. "
            "Nothing was changed. Look at it here, and skip it if that is still meant."
        )


def _waits(row: DeliveryView) -> bool:
    return row.state is State.QUEUED and row.identity.revision == 0


def _planned(program: Program, post: PostId) -> str:
    plan = effective(program.plan, decisions.decisions())
    found = (
        one.wall_time
        for one in all_occurrences(plan, program.settings)
        if (one.slot.name, one.occurrence) == (post.slot, post.occurrence)
    )
    return next(found, "")
