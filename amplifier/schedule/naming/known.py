"""Which post of the plan people mean, and what the ledger calls it: by the day and the time that they saw.

An occurrence's number may be another in the ledger than in the plan, where hours changed on a day of which something
was out. People see and type the ledger's alone, with the hour beside it: a number that they noted keeps its hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.plan import Decision, Hours
from amplifier.campaign.post import OWN, PostId, WantedPost, with_hour
from amplifier.errors import UsageError
from amplifier.schedule.naming.ledger_names import (
    SAME,
    Names,
    matches_of_day,
    names_of_slots,
    other_names,
    posts_of_slots,
)
from amplifier.schedule.naming.meant import day_of
from amplifier.schedule.occurrences import hours_of
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.review import near
from amplifier.store import delivery_views, ledger, posts


def by_time(post: PostId, wall_time: str) -> str:
    """A name for this post that means no other whatever changes meanwhile: one of several by its time."""
    numbered = post.slot != OWN and day_of(post_name(post)) is not None
    return f"{post.slot}/{wall_time}" if numbered else post_name(post)


def told_of_row(post: PostId) -> str:
    """What people are told of this post of the ledger: its name, and its hour beside it where it is there already."""
    row = next(iter(delivery_views.views(post=post)), None)
    return with_hour(post, row.wall_time) if row else post_name(post)


def names_of(row: DeliveryView) -> tuple[str, ...]:
    """Every name by which people may mean the post of this delivery: the ledger's own, and its time."""
    return tuple(dict.fromkeys((post_name(row.identity.post), by_time(row.identity.post, row.wall_time))))


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


def rows_of(program: Program, post: PostId, made: Sequence[Decision] | None = None) -> tuple[PostId, ...]:
    """The same, and by its former name where `was:` was written after the slot was renamed: what is out there is so."""
    if day_of(post_name(post)) is None:
        was = next((one.was for one in program.plan.slots if one.name == post.slot), "")
        return (post, replace(post, slot=was)) if was else (post,)
    found = next((one for one in matches_of_day(program, post, made) if one.post.id == post), None)
    return (found.called, *((found.former.id,) if found.former else ())) if found else (post,)


def find_named(program: Program, name: str, among: Iterable[WantedPost], *, nobody: str = "") -> WantedPost:
    """The one of these posts of the plan that this name means (`slot`, or `slot/occurrence`, or `slot/` and its time).

    An occurrence's number is the ledger's everywhere, as every list and page shows it. Raises UsageError if none or
    several fit; `nobody` is what to say of none.
    """
    known = {post_name(one.id): one for one in among}
    timed = {by_time(one.id, one.moment.wall_time): one for one in reversed(known.values())}
    if name in timed:
        return timed[name]
    if day_of(name) is not None:
        slot, _, occurrence = name.partition("/")
        of_row = _of_row(program, PostId(program.plan.campaign, slot, occurrence))
        known = {post: one for post, one in known.items() if of_row == one.id}
    return known[_one_called(name, known, timed, nobody)]


def told(program: Program, post: PostId) -> str:
    """What people are told of this post of the plan: the ledger's name of it, and its hour beside it."""
    day = matches_of_day(program, post) if day_of(post_name(post)) else ()
    found = next((one for one in day if one.post.id == post), None)
    return with_hour(found.name, found.post.moment.wall_time) if found else post_name(post)


def name_to_tell(program: Program, post: PostId) -> PostId:
    """What the ledger calls this post of the plan."""
    return names_to_tell(program, [post]).get(post, post)


def names_to_tell(program: Program, of: Iterable[PostId]) -> Names:
    """What the ledger calls these posts of the plan, where that is not what the plan does: people know no other name.

    Rows of days before them are not looked at.
    """
    numbered = [one for one in of if day_of(post_name(one)) is not None]
    if not numbered or not ledger.is_ready():
        return SAME
    slots, since = {one.slot for one in numbered}, min(one.occurrence.partition("#")[0] for one in numbered)
    wanted = posts_of_slots(program, slots, since=since)
    return other_names(wanted, posts.existing(program.plan.campaign, slots=names_of_slots(wanted), since=since))


def in_ledger(campaign: str, name: str) -> str:
    """The same name, or for a slot and a time the one by which the ledger has what is there at that time."""
    slot, _, time = name.partition("/")
    day, at, _ = time.partition("T")
    if not at:
        return name
    found = (one for one in posts.existing(campaign, slots={slot}, day=day) if one.moment.wall_time == time)
    return next((post_name(one.id) for one in found), name)


def _one_called(name: str, known: Mapping[str, WantedPost], timed: Mapping[str, WantedPost], nobody: str) -> str:
    """By its name in the plan the one that is meant; people are told of all others by their times."""
    if day_of(name) is not None:
        fitting = list(known)
    else:
        fitting = [post for post in known if name in (post, post.partition("/")[0])]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        times = (by_time(one.id, one.moment.wall_time) for one in map(known.__getitem__, fitting))
        raise UsageError(f"“{name}” is said more than once. Which one?\n  " + "\n  ".join(times))
    if nobody:
        raise UsageError(nobody)
    hint = near(name, timed)
    raise UsageError(" ".join(filter(None, [f"There is no coming post “{name}”.", hint, "All: amplifier plan"])))


def _of_row(program: Program, row: PostId) -> PostId | None:
    """The post of the plan that the ledger calls so, or is to call so."""
    day = matches_of_day(program, row)
    named = next((one.post.id for one in day if one.name == row), None)
    return named or next((one.post.id for one in day if one.called == row), None)
