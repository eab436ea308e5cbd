"""What is still to go out by the plan, however far ahead: the ledger has the next 14 days, people decide about all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from amplifier.campaign.delivery import FINAL, Journey, State, is_left_out_for_good
from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import UsageError
from amplifier.schedule.known import row_of
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.reconcile import WINDOW
from amplifier.schedule.review import find_out
from amplifier.store import decisions, journeys

A_DAY = timedelta(days=1)  # the planner looks that far on once a day


def still_to_come(program: Program, post: PostId) -> WantedPost | None:
    """The post as the plan wants it, with the accounts on which it is still to go out; None if the plan does not."""
    wanted = next((one for one in wanted_posts(program, decisions.decisions()) if one.id == post), None)
    if wanted is None:
        return None
    begun = {row.identity.account for row in journeys.journeys(post=row_of(program, post)) if _has_begun(row)}
    return replace(
        wanted,
        words=tuple(said for said in wanted.words if said.account not in begun),
        unwritten={name: why for name, why in wanted.unwritten.items() if name not in begun},
    )


def find_gone_out(program: Program, name: str, *, instead: str) -> PostId:
    """The post of this name that is out or on its way; raises UsageError, which says what to do `instead` if it comes.

    `instead` is a command that takes the post's name, with what it does: "To leave it out: amplifier skip".
    """
    try:
        return find_out(program, name)
    except UsageError:
        coming = [post_name(one.id) for one in wanted_posts(program, decisions.decisions())]
        fitting = [one for one in coming if name in (one, one.split("/")[0])]
        if not fitting:
            raise
        raise UsageError(f"{fitting[0]} has not gone out yet. {instead} {fitting[0]}") from None


def must_be_ahead(program: Program, post: PostId) -> None:
    """Raises UsageError if this post has gone out, or is past changing, on every account that it had."""
    rows = journeys.journeys(post=row_of(program, post))
    begun = [row for row in rows if not _waits(row)]
    if rows and len(begun) == len(rows):
        raise UsageError(f"{post_name(post)} is {_word(begun[0])} already: there is nothing left to change.")


def must_be_ahead_there(program: Program, post: PostId, words: Mapping[str, str]) -> None:
    """Raises UsageError unless there are words (account to text), all for where the post is still to go out."""
    must_be_ahead(program, post)
    coming = still_to_come(program, post)
    names = [*(said.account for said in coming.words), *coming.unwritten] if coming else []
    if not names:
        raise UsageError(f"{post_name(post)} is to go out on no account. There is nothing left to change.")
    if not words or not all(text.strip() for text in words.values()):
        raise UsageError(f"There are no words for {post_name(post)}. To leave it out: amplifier skip {post_name(post)}")
    must_not_have_begun(program, post, words)
    for name in words:
        if name not in names:
            raise UsageError(f"{post_name(post)} does not go to {name}. It goes to {' and '.join(names)}.")


def must_not_have_begun(program: Program, post: PostId, accounts: Collection[str]) -> None:
    """Raises UsageError if this post is out, or past changing, on one of these accounts."""
    rows = journeys.journeys(post=row_of(program, post))
    begun = {row.identity.account: _word(row) for row in rows if _has_begun(row)}
    for name in accounts:
        if name in begun:
            raise UsageError(f"{post_name(post)} is {begun[name]} on {name} already: nothing is left to change there.")


def next_beyond(program: Program, *, now: datetime) -> WantedPost | None:
    """The first post that the plan wants later than the ledger looks ahead; to be asked where the ledger has none."""
    wanted = wanted_posts(program, decisions.decisions(), playing(program.settings))
    ahead = (one for one in wanted if one.moment.due_at > now + WINDOW - A_DAY)
    return next((one for one in ahead if not journeys.journeys(post=one.id)), None)


def _has_begun(row: Journey) -> bool:
    """Whether a post's first words are past changing there; a correction's row says nothing of that."""
    return not _waits(row) and row.identity.revision == 0


def _waits(row: Journey) -> bool:
    """Whether it waits, or would if the planner had carried out by now what was decided a moment ago."""
    by_plan = row.state is State.DROPPED and not is_left_out_for_good(row.state, row.reason)
    return by_plan or row.state in (State.QUEUED, State.HELD)


def _word(row: Journey) -> str:
    return row.state.value if row.state in FINAL else "on its way"
