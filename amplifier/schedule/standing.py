"""What goes out when somebody lets words stand: on every account, shown before, and decided as it was shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256

from amplifier.campaign.plan import Decision
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.free_words import Stale
from amplifier.schedule.program import Program
from amplifier.schedule.review import leave
from amplifier.schedule.stale import stale_words, wanted_now
from amplifier.store import decisions

MEANWHILE = "What would stand has changed meanwhile. Nothing was done; look at it again."


def would_stand(program: Program, posts: Collection[PostId], *, now: datetime) -> dict[PostId, tuple[Stale, ...]]:
    """The words of each of these posts that would go out as they are, on whichever account they wait."""
    if not posts:
        return {}
    made = decisions.decisions()
    found = stale_words(program, made, wanted_now(program, made, now=now), now=now)
    return {post: tuple(one for one in found if one.post == post) for post in posts}


def mark(standing: Iterable[Stale]) -> str:
    """How a form or a question says that these very words were shown, each with what is no longer so in it."""
    told = sorted(f"{one.account}\n{one.text}\n{one.why}" for one in standing)
    return sha256("\n\n".join(told).encode()).hexdigest()[:16]


def must_be_meant(standing: Iterable[Stale], on: str) -> None:
    """Raises UsageError where words on other accounts than this one would stand as well; empty: all are meant."""
    others = sorted({one.account for one in standing if on and one.account != on})
    if others:
        raise UsageError(
            f"Words stand on all accounts of a post or on none: {', '.join(others)} would send them too. "
            f"Without --on {on} all of them are shown. Nothing was changed."
        )


def let_stand(program: Program, post: PostId, shown: str, *, actor: str, reason: str, now: datetime) -> Decision:
    """Let these words stand. `shown` is the mark of those that the person saw.

    Raises UsageError where others would stand by now, or nothing is untrue.
    """
    if mark(would_stand(program, [post], now=now)[post]) != shown:
        raise UsageError(MEANWHILE)
    return leave(program, post, actor=actor, reason=reason, now=now)
