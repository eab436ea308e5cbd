"""A person who has seen all that would stand, and lets it."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.plan import Decision
from amplifier.campaign.post import PostId
from amplifier.schedule.decided.standing import let_stand, mark, would_stand
from amplifier.schedule.program import Program


def leave(program: Program, post: PostId, *, actor: str, reason: str, now: datetime) -> Decision:
    """Let stand whatever would stand now."""
    shown = mark(would_stand(program, [post], now=now)[post])
    return let_stand(program, post, shown, actor=actor, reason=reason, now=now)
