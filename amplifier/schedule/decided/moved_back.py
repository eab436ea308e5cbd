"""What the plan had ahead when it was last carried out and has behind it now: its time was moved into the past.

The ledger has the next days of a plan; what lay further ahead is in no row of it, and yet somebody may count on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from amplifier.campaign.plan import Decision, Plan
from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import FileError, ScheduleError
from amplifier.schedule import files
from amplifier.schedule.born import Where, too_late_at
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.matched import former_id
from amplifier.schedule.program import Program, all_occurrences, read_again, wanted_posts
from amplifier.schedule.reconcile import NOWHERE
from amplifier.schedule.stage import Stage
from amplifier.store import decisions, plan_versions


def moved_back(
    program: Program, made: tuple[Decision, ...], wanted: Sequence[WantedPost], stage: Stage, *, now: datetime
) -> Where:
    """Which of these posts, on which accounts, were to come by the plan as it was last carried out, and are over now.

    By that plan as a whole: what had been left out then, or was for another account, nobody was waiting for.
    """
    last = decisions.last_carried_out()
    sources = plan_versions.sources_of(plan_versions.digest_at(last)) if last else {}
    plan = _plan(program, sources) if sources else None
    if last is None or plan is None:
        return NOWHERE
    newest = decisions.newest_carried_out()
    then = tuple(one for one in made if one.id <= newest)
    came = {
        PostId(plan.campaign, one.slot.name, one.occurrence)
        for one in all_occurrences(effective(plan, then), program.settings)
        if stage.real(one.due) > last
    }
    over = [post for post in wanted if too_late_at(post) <= now and {post.id, former_id(post)} & came]
    had = _had(program, sources, then, stage) if over else {}
    return frozenset(
        (post.id, account)
        for post in over
        for account in (*(words.account for words in post.words), *post.unwritten)
        if had is None or any(account in had.get(name, ()) for name in {post.id, former_id(post)} & came)
    )


def _plan(program: Program, sources: Mapping[str, str]) -> Plan | None:
    try:
        return files.parse(sources, program.settings)
    except ScheduleError:  # it fits these settings no more
        return None


def _had(
    program: Program, sources: Mapping[str, str], then: tuple[Decision, ...], stage: Stage
) -> dict[PostId, set[str]] | None:
    """Where each post was to go; None if nobody can tell any more, as after other changes to the settings."""
    try:
        before = read_again(sources, program.settings, given=program.settings)
    except FileError:
        return None
    posts = wanted_posts(before, then, stage)
    return {one.id: {*(words.account for words in one.words), *one.unwritten} for one in posts}
