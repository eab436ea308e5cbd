"""Which post of the plan people mean, and what the ledger calls it: by the day and the time that they saw.

An occurrence's number may be another in the ledger than in the plan, where hours changed on a day of which something
was out. What stands on a page is the ledger's, what `amplifier plan` shows is the plan's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Decision, Hours
from amplifier.campaign.post import OWN, PostId, WantedPost
from amplifier.errors import UsageError
from amplifier.schedule.ledger_names import matches_of_day
from amplifier.schedule.matched import Match
from amplifier.schedule.meant import day_of
from amplifier.schedule.occurrences import hours_of
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.review import near

WAITS = (State.QUEUED, State.HELD)


def by_time(post: PostId, wall_time: str) -> str:
    """A name for this post that means no other whatever changes meanwhile: one of several by its time."""
    numbered = post.slot != OWN and day_of(post_name(post)) is not None
    return f"{post.slot}/{wall_time}" if numbered else post_name(post)


def hours_around(program: Program, post: PostId) -> Hours:
    """The hours of this post's day as its slot has them: they are kept with what is decided about it."""
    day = day_of(post_name(post))
    return hours_of(program.plan, post.slot, day) if day else {}


def row_of(program: Program, post: PostId, made: Sequence[Decision] | None = None) -> PostId:
    """What the ledger calls this post of the plan, or will call it. `made`: all decisions, where they are known."""
    if day_of(post_name(post)) is None:
        return post
    found = next((one for one in matches_of_day(program, post, made) if one.post.id == post), None)
    return found.called if found else post


def find_named(program: Program, name: str, among: Iterable[WantedPost], *, nobody: str = "") -> WantedPost:
    """The one of these posts of the plan that this name means (`slot`, or `slot/occurrence`, or `slot/` and its time).

    Raises UsageError if none or several fit; `nobody` is what to say of none.
    """
    known = {post_name(one.id): one for one in among}
    timed = {by_time(one.id, one.moment.wall_time): one for one in reversed(known.values())}
    if name in timed:
        return timed[name]
    if day_of(name) is None:
        return known[_one_called(name, known, nobody)]
    slot, _, occurrence = name.partition("/")
    of_row = _of_row(program, PostId(program.plan.campaign, slot, occurrence), known)
    of_plan = known.get(name)
    if of_plan is None or of_row is None or of_plan.id == of_row.id:
        return of_row or of_plan or known[_one_called(name, known, nobody)]
    day = {one.post.id: one for one in matches_of_day(program, of_plan.id)}
    ahead = [one for one in (of_row, of_plan) if one.id not in day or _is_ahead(day[one.id])]
    if len(ahead) == 1:
        return ahead[0]
    one, other = (by_time(post.id, post.moment.wall_time) for post in (of_row, of_plan))
    raise UsageError(
        f"“{name}” is the post of {_clock(of_row)} as it waits, and that of {_clock(of_plan)} in the plan, since hours "
        f"changed on a day of which something was out. Which one?\n  {one}\n  {other}"
    )


def _one_called(name: str, known: Mapping[str, WantedPost], nobody: str) -> str:
    fitting = [post for post in known if name in (post, post.partition("/")[0])]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"“{name}” is said more than once. Which one?\n  " + "\n  ".join(fitting))
    if nobody:
        raise UsageError(nobody)
    hint = near(name, known)
    raise UsageError(" ".join(filter(None, [f"There is no coming post “{name}”.", hint, "All: amplifier plan"])))


def _of_row(program: Program, row: PostId, known: Mapping[str, WantedPost]) -> WantedPost | None:
    """The post that the ledger calls so: by the time that its row shows, which is what people saw."""
    found = next((one.post.id for one in matches_of_day(program, row) if one.row and one.row.id == row), None)
    return known.get(post_name(found)) if found else None


def _is_ahead(match: Match) -> bool:
    return match.row is None or any(one.state in WAITS for one in match.row.deliveries)


def _clock(post: WantedPost) -> str:
    return post.moment.wall_time[11:16]
