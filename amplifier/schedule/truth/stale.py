"""Which words that are still to go out are no longer so, on the day on which they really go: for planner and worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from amplifier.campaign.changes import Unsent, Waits
from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Decision
from amplifier.campaign.post import PostId, WantedPost, Words
from amplifier.errors import TemplateError
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.ledger_names import left_now, left_of_row, names_on_days_of, planned_as
from amplifier.schedule.one_by_one import by_itself, without_failing
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, wanted_posts
from amplifier.schedule.truth import facts, free_words
from amplifier.schedule.truth.forms import as_there, so_there
from amplifier.schedule.truth.free_words import Stale, Wrong, not_left, written_for, wrongs
from amplifier.schedule.truth.literal import Literal
from amplifier.settings import Mode
from amplifier.store import decisions, delivery_views, ledger, published_facts

WAITING = (State.QUEUED, State.HELD)
UNMOVED: Mapping[PostId, datetime] = {}


def stale_words(
    program: Program, made: tuple[Decision, ...], wanted: Sequence[WantedPost], *, now: datetime
) -> tuple[Stale, ...]:
    """The words of people that are still to go out, planned or their own posts and corrections, and no longer so.

    Each by the name that the ledger has for its post, which is the one that people see.
    """
    found, planned = [], with_failing(program, made, wanted)
    names = names_on_days_of(program, wanted, (one.post for one in planned))
    for one in (replace(each, post=names.get(each.post, each.post)) for each in planned):
        rows = [row for row in delivery_views.views(post=one.post) if row.identity.account == one.account]
        if not rows or any(row.state in WAITING and row.identity.revision == 0 for row in rows):
            found.append(one)
    return (*found, *stale_unsent(program, made, now=now, states=WAITING).values())


def stale_planned(program: Program, made: tuple[Decision, ...], wanted: Sequence[WantedPost]) -> tuple[Stale, ...]:
    """Of the posts that the plan wants, the words of people that are no longer so, whatever became of them.

    Also what is written out in a template, where a decision has moved the milestone that it named, or the post goes
    out on another day.
    """
    plan, campaign = effective(program.plan, made), program.settings.campaign
    today, left = facts.values(plan, campaign), left_now(program, made)
    platforms = {account.name: account.platform for account in program.settings.accounts}
    found = free_words.stale(wanted, today, left, platforms)
    literal = Literal(program, made, platforms)
    if not literal.may_be_untrue and not any(post.goes_on for post in wanted):
        return found
    return (*found, *free_words.stale_templates(wanted, literal.written, today, left))


def with_failing(program: Program, made: tuple[Decision, ...], wanted: Sequence[WantedPost]) -> tuple[Stale, ...]:
    """The same, and with it the words of what cannot be compared, each with why not: nobody knows whether they are so.

    The planner holds these likewise, in words of its own.
    """
    found, after = without_failing(wanted, partial(stale_planned, program, made))
    failing = [(post, now) for post, now in zip(wanted, after, strict=True) if post is not now]
    return (
        *found,
        *(
            Stale(post.id, said.account, said.text, post.day, (), failed=now.unwritten[said.account])
            for post, now in failing
            for said in post.words
        ),
    )


def stale_unsent(
    program: Program,
    made: tuple[Decision, ...],
    *,
    now: datetime,
    among: Collection[int] | None = None,
    states: Collection[State] = (),
    moved: Mapping[PostId, datetime] = UNMOVED,
) -> dict[int, Stale]:
    """The same of own posts and corrections that are not out yet, by delivery; `among`, `states`: only these.

    `moved` are the real instants to which own posts are about to move.
    """
    today = facts.values(effective(program.plan, made), program.settings.campaign)
    found = {}
    for one in published_facts.unsent(program.plan.campaign, among=among):
        said, text = one.delivery, one.delivery.text
        if states and said.state not in states:
            continue
        waits, due_at = one.waits, moved.get(one.post)
        if waits and due_at:
            waits = replace(waits, due_at=due_at, run_at=due_at, again=False)
        day = _day(program, waits, now)
        try:
            wrong, failed = by_itself(one.post, partial(_of_unsent, program, made, one, today, day)), ""
        except TemplateError as error:
            wrong, failed = (), str(error.problems[0])
        if wrong or failed:
            found[said.id] = Stale(
                one.post, said.account, text, day, wrong, failed=failed, written=written_for(one.facts)
            )
    return found


def days_of_unsent(program: Program, among: Collection[int], *, now: datetime) -> dict[str, date]:
    """For each account the campaign's day on which these deliveries of one own post go out."""
    unsent = published_facts.unsent(program.plan.campaign, among=among)
    return {one.delivery.account: _day(program, one.waits, now) for one in unsent}


def _of_unsent(
    program: Program, made: tuple[Decision, ...], one: Unsent, today: Mapping[str, str], day: date
) -> tuple[Wrong, ...]:
    there = as_there(one.facts, one.platform, one.delivery.account)
    found = wrongs(one.delivery.text, there, so_there(there, today, one.platform, one.delivery.account), day)
    words = Words(one.delivery.account, one.delivery.text, "")
    return not_left(found, left_of_row(program, made, one.post), words, day) if found else ()


def if_moved(
    program: Program, post: PostId, due_at: datetime, *, now: datetime
) -> tuple[tuple[Stale, ...], tuple[Stale, ...]]:
    """What of an own post's words is no longer so as it stands, and what were no longer so if it were due then."""
    made = decisions.decisions()
    rows = [row.id for row in delivery_views.views(post=post) if row.identity.revision == 0]
    had = stale_unsent(program, made, now=now, among=rows, states=WAITING)
    has = stale_unsent(program, made, now=now, among=rows, states=WAITING, moved={post: due_at})
    return tuple(had.values()), tuple(has.values())


def wanted_now(program: Program, made: tuple[Decision, ...], *, now: datetime) -> list[WantedPost]:
    """What the plan wants as it goes out at this instant, in the campaign's own time: what is late speaks of today."""
    return wanted_posts(program, made, late=late_posts(program, now=now))


def late_posts(program: Program, *, now: datetime) -> dict[PostId, datetime]:
    """When those of the plan's posts go out that still wait past their time, in the campaign's time; by its names."""
    if not ledger.is_ready():
        return {}
    stage, found = playing(program.settings), dict[PostId, datetime]()
    late = published_facts.late(program.plan.campaign, now=now)
    made = decisions.decisions() if late else ()
    for row, waits in late:
        post = planned_as(program, row, made)
        if post is not None:
            at = stage.campaign(_goes_at(program, waits, now))
            found[post] = max(at, found.get(post, at))
    return found


def campaign_day(program: Program, at: datetime) -> date:
    """The campaign's day at a real instant."""
    return playing(program.settings).campaign(at).astimezone(ZoneInfo(program.plan.zone)).date()


def _day(program: Program, waits: Waits | None, now: datetime) -> date:
    """The campaign's day on which this goes out."""
    return campaign_day(program, _goes_at(program, waits, now) if waits else now)


def _goes_at(program: Program, waits: Waits, now: datetime) -> datetime:
    """When what waits goes out: not before its time, nor before now, whatever it has waited for.

    In a rehearsal seconds of waiting are hours, and no reason to be of another day; there only a person's hand is.
    """
    if program.settings.mode is Mode.REHEARSAL and not waits.again:
        return waits.due_at
    return max(waits.due_at, waits.run_at, now)
