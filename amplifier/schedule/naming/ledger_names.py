"""What the ledger calls the plan's posts where hours changed on a day of which something was out, and what may stand.

There an occurrence's number in the plan may be another's in the ledger: nothing may be compared by its number alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from amplifier.campaign.changes import ExistingPost
from amplifier.campaign.correction import PublishedFact
from amplifier.campaign.delivery import Spoken
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.plan import ONCE, Decision, DecisionKind, Hours
from amplifier.campaign.post import OWN, Moment, PostId, WantedPost
from amplifier.campaign.skips import skips
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.matched import PostMatch, matched
from amplifier.schedule.naming.meant import day_of
from amplifier.schedule.occurrences import hours_of
from amplifier.schedule.program import Program, all_occurrences, post_name, wanted_posts
from amplifier.schedule.sameness import Called
from amplifier.schedule.truth.facts import Changed, left_alone
from amplifier.schedule.truth.may_stand import MayStand
from amplifier.store import decisions, events, posts

Names = Mapping[PostId, PostId]  # of posts of the plan, where the ledger calls them otherwise
SAME: Names = {}
Left = Mapping[str, tuple[MayStand, ...]]


def other_names(wanted: Iterable[WantedPost], existing: Iterable[ExistingPost]) -> Names:
    """What the ledger calls those of these posts that it calls otherwise than the plan does."""
    return {one.post.id: one.name for one in matched(wanted, existing) if one.name != one.post.id}


def names_on_days_of(program: Program, wanted: Sequence[WantedPost], among: Iterable[PostId]) -> Names:
    """The same, read for the days of these posts alone: most are of none, and have one name."""
    found: dict[PostId, PostId] = {}
    for slot, day in {_day(post) for post in among if day_of(post_name(post))}:
        there = [one for one in wanted if _day(one.id)[1] == day and slot in (one.id.slot, one.was)]
        existing = posts.existing(program.plan.campaign, slots={slot, *names_of_slots(there)}, day=day)
        found |= other_names(there, existing)
    return found


def names_of_stated(program: Program, wanted: Sequence[WantedPost], said: Iterable[PublishedFact]) -> Names:
    """The same for the days of which something is out at another time than the plan has by its name."""
    times = {one.id: one.moment.wall_time for one in wanted}
    return names_on_days_of(program, wanted, (one.post for one in said if times.get(one.post) != one.wall_time))


def called(program: Program, wanted: Iterable[WantedPost], spoken: Iterable[Spoken]) -> Called:
    """By which names these posts of the plan are compared with what people's corrections say in the ledger.

    What shares its day with a correction, where the two number that day's hours differently, goes by its time.
    """
    planned: dict[PostId, str] = {}
    rows: dict[PostId, str] = {}
    wanted = list(wanted)
    for slot, day in {_day(one.post) for one in spoken if one.revision and one.post.slot != OWN}:
        there = [one for one in wanted if _day(one.id)[1] == day and slot in (one.id.slot, one.was)]
        found = matched(
            there, posts.existing(program.plan.campaign, slots={slot, *names_of_slots(there)}, day=_numbered(day))
        )
        by_time = any(one.name != one.post.id for one in found)
        for one in found:
            name = f"{one.post.id.slot}/{one.post.moment.wall_time}" if by_time else post_name(one.post.id)
            planned[one.post.id] = name
            rows |= {row.id: name for row in (one.row, one.former) if row}
    return Called(planned, rows)


def matches_of_day(program: Program, post: PostId, made: Sequence[Decision] | None = None) -> list[PostMatch]:
    """All posts of this one's slot on its day, each with its row, as the planner matches them.

    `post` is one of the plan or of the ledger; `made`: all decisions, where they are known.
    """
    day = str(day_of(post_name(post)))
    wanted = posts_of_slots(program, {post.slot}, made, since=day, until=day)
    return matched(wanted, posts.existing(program.plan.campaign, slots={post.slot, *names_of_slots(wanted)}, day=day))


def posts_of_slots(
    program: Program, slots: AbstractSet[str], made: Sequence[Decision] | None = None, *, since: str, until: str = ""
) -> list[WantedPost]:
    """The posts of these slots, by their names of now or before, from this day on and `until` that day: without words.

    What is left out comes last: the planner gives no row to it before the others have theirs.
    """
    made = follow(decisions.decisions() if made is None else made, program.plan)
    left_out = {name for name, skip in skips(made).items() if skip.is_everywhere}
    plan = effective(program.plan, made)
    wanted = [
        WantedPost(
            id=PostId(plan.campaign, one.slot.name, one.occurrence),
            moment=Moment(one.due, one.wall_time, one.zone, one.fold),
            too_late_s=0,
            template="",
            wording="",
            milestone="",
            words=(),
            was=one.slot.was,
        )
        for one in all_occurrences(plan, program.settings)
        if slots & {one.slot.name, one.slot.was}
        and (day := str(day_of(f"{one.slot.name}/{one.occurrence}") or "")) >= since
        and (not until or day == until)
    ]
    return sorted(wanted, key=lambda one: post_name(one.id) in left_out)


def names_of_slots(wanted: Iterable[WantedPost]) -> set[str]:
    """All names that the slots of these posts may have in the ledger."""
    return {name for one in wanted for name in (one.id.slot, one.was) if name}


def planned_as(program: Program, row: PostId, made: Sequence[Decision] | None = None) -> PostId | None:
    """What the plan calls this post of the ledger; None if it means another by that name, and has none of it."""
    if day_of(post_name(row)) is None:
        return replace(row, slot=_heirs(program).get(row.slot, row.slot))
    found = matches_of_day(program, row, made)
    return next((one.post.id for one in found if row in (there.id for there in (one.row, one.former) if there)), None)


def name_in_plan(post: PostId, names: Names) -> PostId | None:
    """What the plan calls what the ledger calls so; None if the plan means another by that, and has none of it."""
    of_row = {row: planned for planned, row in names.items()}
    return of_row.get(post, None if post in names else post)


def left_now(program: Program, made: Iterable[Decision]) -> Left:
    """What people have let stand by these decisions and may stand still, by the plan's name of each post."""
    followed = follow(made, program.plan)
    since = next((one.at for one in followed if one.kind is DecisionKind.FACT_LEFT), None)
    if since is None:
        return {}
    notes = (one for one in events.events_of(events.of_facts(program.plan.campaign)) if one.at > since)
    told = (
        (one.at, each)
        for one in notes
        if one.kind == EventKind.FACTS_CHANGED
        for each in json.loads(one.detail)["changes"]
    )
    return left_alone(followed, ((at, Changed(each["fact"], each["then"], each["now"])) for at, each in told))


def left_by_row(program: Program, made: Iterable[Decision], rows: Mapping[PostId, str], names: Names) -> Left:
    """What people let stand of these posts of the ledger, each with its wall time: by the ledger's name of each."""
    left, heirs = left_now(program, made), _heirs(program)
    found: dict[str, tuple[MayStand, ...]] = {}
    for post, wall_time in rows.items():
        planned = name_in_plan(post, names)
        if planned and planned.slot in heirs:  # out under its former name, and its hour is the same under any
            planned = _of_hour(program, replace(planned, slot=heirs[planned.slot]), wall_time)
        # the files have this hour no more, or had it not then
        of_hour = left.get(f"{heirs.get(post.slot, post.slot)}/{wall_time}", ())
        found[post_name(post)] = (*of_hour, *(left.get(post_name(planned), ()) if planned else ()))
    return found


def _heirs(program: Program) -> Mapping[str, str]:
    """What slots are called now, by their former names."""
    return {one.was: one.name for one in program.plan.slots if one.was}


def _of_hour(program: Program, post: PostId, wall_time: str) -> PostId | None:
    """The post of this one's slot at that time by the plan; itself where it is said once."""
    day = day_of(post_name(post))
    if day is None:
        return post
    there = hours_of(program.plan, post.slot, day).items()
    return next((replace(post, occurrence=name) for name, wall in there if wall == wall_time), None)


def left_of_row(program: Program, made: tuple[Decision, ...], post: PostId) -> tuple[MayStand, ...]:
    """What people let stand of this one post of the ledger."""
    if day_of(post_name(post)) is None:
        return left_by_row(program, made, {post: ""}, SAME)[post_name(post)]
    names = names_on_days_of(program, wanted_posts(program, made), [post])
    return left_by_row(program, made, {post: _wall_time(program, post)}, names)[post_name(post)]


def decided_as(program: Program, wanted: Sequence[WantedPost], post: PostId) -> tuple[str, Hours]:
    """How a decision names this post of the ledger, and the hours of its day: so it stays with its hour."""
    day = day_of(post_name(post))
    if day is None:
        return post_name(post), {}
    hours = hours_of(program.plan, post.slot, day)
    planned = name_in_plan(post, names_on_days_of(program, wanted, [post]))
    if planned is None or planned.occurrence not in hours:
        return f"{post.slot}/{_wall_time(program, post) or post.occurrence}", {}
    return post_name(planned), hours


def _wall_time(program: Program, post: PostId) -> str:
    slot, day = _day(post)
    found = posts.existing(program.plan.campaign, slots={slot}, day=day)
    return next((one.moment.wall_time for one in found if one.id == post), "")


def _numbered(day: str) -> str:
    return "" if day == ONCE else day


def _day(post: PostId) -> tuple[str, str]:
    return post.slot, post.occurrence.partition("#")[0]
