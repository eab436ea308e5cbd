"""What the planner holds until it has other words, for `amplifier check`: by the files, and by what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Decision
from amplifier.campaign.post import PostId, WantedPost, with_hour
from amplifier.errors import DatabaseTrouble, Problem
from amplifier.schedule.naming.known import names_to_tell, told_of_row
from amplifier.schedule.one_by_one import HINT
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program
from amplifier.schedule.truth.held_then import held_then
from amplifier.schedule.truth.stale import stale_words, wanted_now
from amplifier.store import delivery_views, ledger

WAITING = (State.QUEUED, State.HELD)
OTHER_WORDS = HINT.partition(". ")[0] + "."
OR_LEAVE = "Give it other words (amplifier edit), or let them stand (amplifier facts leave)."


def held_words(program: Program, made: tuple[Decision, ...], *, now: datetime) -> tuple[list[Problem], list[Problem]]:
    """As problems the posts that have no words or whose words nobody can compare, as warnings those with untrue ones.

    What people wrote and is no longer so is no mistake of the files.
    """
    try:
        if not ledger.is_ready():
            return [], []
        posts = wanted_now(program, made, now=now)
        stale = stale_words(program, made, posts, now=now)
        wordless = _wordless(program, posts, now)
    except DatabaseTrouble:  # it belongs to an older version, or is locked: the files are no worse for that
        return [], []
    failed = held_then(one for one in stale if one.failed)
    untrue = held_then(one for one in stale if not one.failed)
    return (
        [*wordless, *(_problem("post_failed", told_of_row(one.post), one.accounts, one.reasons) for one in failed)],
        [_problem("untrue", told_of_row(one.post), one.accounts, one.reasons, OR_LEAVE) for one in untrue],
    )


def _wordless(program: Program, posts: Sequence[WantedPost], now: datetime) -> list[Problem]:
    """The posts that cannot be put into words everywhere and are still to go out there."""
    lacking = [post for post in posts if post.unwritten]
    names = names_to_tell(program, (post.id for post in lacking))
    here = playing(program.settings).campaign(now)
    found: dict[tuple[str, str], list[str]] = {}
    for post in lacking:
        name = names.get(post.id, post.id)
        states = _states(name)
        for account, why in post.unwritten.items():
            if states[account] in WAITING if account in states else post.moment.due_at > here:
                found.setdefault((with_hour(name, post.moment.wall_time), why), []).append(account)
    return [_problem("unwritten", name, accounts, [why]) for (name, why), accounts in found.items()]


def _states(post: PostId) -> dict[str, State]:
    rows = delivery_views.views(post=post)
    return {row.identity.account: row.state for row in rows if row.identity.revision == 0}


def _problem(rule: str, name: str, accounts: Sequence[str], reasons: Sequence[str], hint: str = OTHER_WORDS) -> Problem:
    said = " ".join(reasons)
    return Problem("", 0, rule, f"{name} waits on {', '.join(accounts)}: {said}", "" if OTHER_WORDS in said else hint)
