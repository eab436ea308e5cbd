"""What is out, held against what is so today: for the planner's notes, and for people who correct, withdraw, leave."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from amplifier.campaign.changes import Changes, EventNote, ExistingPost
from amplifier.campaign.correction import PublishedFact
from amplifier.campaign.delivery import State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.plan import Decision
from amplifier.campaign.post import Fact, PostId, WantedPost, Words, with_hour
from amplifier.compose.memory import spoken_on_x
from amplifier.errors import Problem, UsageError
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.ledger_names import (
    Names,
    called,
    left_by_row,
    names_of_stated,
    other_names,
    planned_as,
)
from amplifier.schedule.one_by_one import those_that_work
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, held_copies, post_name, wanted_posts
from amplifier.schedule.truth import facts
from amplifier.schedule.truth.facts import Untrue
from amplifier.schedule.truth.free_words import Stale, stated_in
from amplifier.schedule.truth.stale import campaign_day, stale_words, wanted_now
from amplifier.store import decisions, delivery_views, events, ledger, published_facts

NEAREST = 3
MOST_LISTED = 8
NOT_COMPARED = "is out, or may be, and cannot be compared with what is so"
LOOK_YOURSELF = "Look yourself whether it is still true (amplifier correct, withdraw). All others are compared."
ALL_OUT = "All that are out: amplifier correct --list"


@dataclass(frozen=True)
class Review:
    """What changed facts mean, at one moment.

    `untrue` is out and no longer so; `stale` are a person's words that are to go out and no longer so: these are held,
    by delivery where the ledger has it; `coming` are posts that have other words since a fact changed; `kit` are the
    wordings, as `template/wording`, that state what changed: the kit offers them with today's facts alone.
    """

    untrue: tuple[Untrue, ...]
    stale: tuple[Stale, ...]
    coming: tuple[str, ...]
    kit: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What is out and no longer so; what of it is not known, since it cannot be compared; and how that is told."""

    untrue: tuple[Untrue, ...]
    unknown: tuple[PublishedFact, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SaidToday:
    """What the plan would say today for one post on one account, and the facts that this states."""

    words: Words
    facts: tuple[Fact, ...]


def review(program: Program, *, now: datetime) -> Review:
    """Hold everything that is out against what is so at this instant."""
    made = decisions.decisions()
    wanted = wanted_now(program, made, now=now)
    found = untrue_out(program, made, wanted, now=now)
    told = [json.loads(one.detail) for one in _events(program) if one.kind == EventKind.FACTS_CHANGED]
    waits = delivery_views.views(states=(State.QUEUED, State.HELD))
    open_posts = {post_name(row.identity.post) for row in waits if row.identity.revision == 0}
    stale = stale_words(program, made, wanted, now=now)
    held = {post_name(one.post) for one in stale}
    changed = _changed_still(told, facts.values(effective(program.plan, made), program.settings.campaign))
    names = dict.fromkeys(
        name
        for one in told
        if any(each["fact"] in changed for each in one["changes"])
        for name in one["coming"]
        if name in open_posts and name not in held
    )
    return Review(found, stale, tuple(names), facts.wordings_stating(wanted, changed))


def _changed_still(told: Sequence[Mapping[str, Any]], today: Mapping[str, str]) -> set[str]:
    """The facts that are others today than before all these notes; one that went there and back has not changed."""
    first: dict[str, str] = {}
    for note in told:
        for one in note["changes"]:
            first.setdefault(one["fact"], one["then"] or "")
    return {fact for fact, then in first.items() if then != today.get(fact, "")}


def no_longer_so(
    program: Program, wanted: Sequence[WantedPost], *, among: Collection[int], now: datetime
) -> frozenset[tuple[PostId, str]]:
    """Which of these deliveries' posts state what is no longer so, each with its account.

    What people let stand is among them: that it may stay is no reason to pass it on. So is what cannot be compared, of
    which nobody knows whether it is so. `wanted` is the plan as it is.
    """
    said = published_facts.published_facts(program.plan.campaign, among=among)
    found = _compared(
        said,
        partial(
            facts.untrue,
            today=facts.values(effective(program.plan, decisions.decisions()), program.settings.campaign),
            says=_says(wanted, names_of_stated(program, wanted, said)),
            at=playing(program.settings).campaign(now),
            left={},
        ),
    )
    return frozenset((one.post, one.account) for one in (*(each.stated for each in found.untrue), *found.unknown))


def untrue_out(
    program: Program,
    made: tuple[Decision, ...],
    wanted: Sequence[WantedPost],
    *,
    now: datetime,
    names: Names | None = None,
) -> tuple[Untrue, ...]:
    """What is out, or may be, and no longer so as these decisions have it, as far as it can be compared."""
    return compared_out(program, made, wanted, now=now, names=names).untrue


def compared_out(
    program: Program,
    made: tuple[Decision, ...],
    wanted: Sequence[WantedPost],
    *,
    now: datetime,
    names: Names | None = None,
    among: Collection[int] | None = None,
) -> Compared:
    """What is out, or may be, held against what is so as these decisions have it; `wanted` is the plan by them.

    `names` is what the ledger calls these posts, where the caller knows that. `among`: only of the posts to which these
    deliveries belong.
    """
    said = published_facts.published_facts(program.plan.campaign, among=among)
    known = names_of_stated(program, wanted, said) if names is None else names
    return _compared(
        said,
        partial(
            facts.untrue,
            today=facts.values(effective(program.plan, made), program.settings.campaign),
            says=_says(wanted, known),
            at=playing(program.settings).campaign(now),
            left=left_by_row(program, made, {one.post: one.wall_time for one in said}, known),
        ),
    )


def _compared(
    said: Sequence[PublishedFact], untrue: Callable[[Sequence[PublishedFact]], tuple[Untrue, ...]]
) -> Compared:
    """Each of these for itself: one that cannot be compared keeps none of the others from it."""
    whole, problems = those_that_work(
        said, lambda one: (one, untrue([one])), post=lambda one: one.post, told=NOT_COMPARED, hint=LOOK_YOURSELF
    )
    known = {id(one) for one, _ in whole}
    unknown = tuple(one for one in said if id(one) not in known)
    return Compared(tuple(each for _, found in whole for each in found), unknown, tuple(problems))


def with_note(
    changes: Changes,
    existing: Sequence[ExistingPost],
    *,
    program: Program,
    made: tuple[Decision, ...],
    wanted: Sequence[WantedPost],
    now: datetime,
) -> Changes:
    """The planner's changes, with what it is to write down about facts; called inside its transaction."""
    written = _events(program)
    known: Mapping[str, str] | None = json.loads(written[-1].detail)["known"] if written else None
    today = facts.values(effective(program.plan, made), program.settings.campaign)
    if known == today:
        return changes
    names = other_names(wanted, existing)
    note: EventNote | None = facts.noted(
        known,
        today,
        changes=changes,
        posts={delivery.id: post.id for post in existing for delivery in post.deliveries}
        | {one.delivery.id: one.post for one in published_facts.unsent(program.plan.campaign)},
        wanted=wanted,
        became_untrue=untrue_out(program, made, wanted, now=now, names=names) if known is not None else (),
    )
    return replace(changes, note=note)


def on_x(program: Program, posts: Iterable[WantedPost]) -> dict[tuple[PostId, str], Problem]:
    """Which of these posts of the campaign's own time are held on which account of X, and why; as the planner does."""
    spoken, wanted = spoken_on_x(program.settings, playing(program.settings)) if ledger.is_ready() else [], list(posts)
    return held_copies(program, wanted, spoken, called(program, wanted, spoken))


def said_today(program: Program, post: PostId) -> dict[str, SaidToday]:
    """What the plan would say today for this post of the ledger, by account; empty if it would not say it."""
    made = decisions.decisions()
    posts, planned = wanted_posts(program, made), planned_as(program, post, made)
    wanted = next((one for one in posts if one.id == planned), None)
    if wanted is None:
        return {}
    return {one.account: SaidToday(one, wanted.own_facts.get(one.account, wanted.facts)) for one in wanted.words}


def facts_of_own_words(program: Program, *texts: str, due_at: datetime) -> tuple[Fact, ...]:
    """What texts of a person's own state of today's facts, as far as their words tell; `due_at` is when they go out."""
    today = facts.values(effective(program.plan, decisions.decisions()), program.settings.campaign)
    known = [Fact(name, value) for name, value in today.items()]
    day = campaign_day(program, due_at)
    return tuple(dict.fromkeys(fact for text in texts for fact in stated_in(text, known, day)))


def find_out(program: Program, name: str) -> PostId:
    """The post of this name (`slot`, or `slot/occurrence`) that is out or on its way, planned or a person's own.

    Raises UsageError with the nearest names if there is none.
    """
    found = out_called(program, name)
    if not found:
        hint = near(name, {post_name(post): post for post in published_facts.names(program.plan.campaign)})
        raise UsageError(" ".join(filter(None, [f"Nothing called “{name}” is out.", hint, ALL_OUT])))
    return the_one_of(name, found)


def out_called(program: Program, name: str) -> tuple[PostId, ...]:
    """All posts that are out or on their way and that this name fits; the one that is called exactly so alone."""
    known = {post_name(post): post for post in published_facts.names(program.plan.campaign)}
    if name in known:
        return (known[name],)
    fitting = (one for one in known if one.split("/")[0] == name or one.startswith(f"{name}/") or one.endswith(name))
    return tuple(known[one] for one in fitting)


def the_one_of(name: str, posts: Sequence[PostId], *, what: str = "has gone out more than once") -> PostId:
    """The only one of these posts of the ledger. Raises UsageError with the hours of each if the name fits several."""
    if len(posts) == 1:
        return posts[0]
    more = f"\n  and {len(posts) - MOST_LISTED} more" if len(posts) > MOST_LISTED else ""
    listed = "\n  ".join(_with_its_hour(post) for post in posts[:MOST_LISTED])
    raise UsageError(f"“{name}” {what}. Which one?\n  {listed}{more}")


def _with_its_hour(post: PostId) -> str:
    row = next(iter(delivery_views.views(post=post)), None)
    return with_hour(post, row.wall_time) if row else post_name(post)


def find_untrue(program: Program, name: str, *, now: datetime) -> PostId:
    """The same of what says something that is no longer so, out or still to go out, and of all that still waits."""
    found = review(program, now=now)
    waits = delivery_views.views(states=(State.QUEUED, State.HELD))
    untrue = [*(one.post for one in found.stale), *(one.stated.post for one in found.untrue)]
    for posts in (untrue, [row.identity.post for row in waits]):
        known = {post_name(post): post for post in posts}
        if name in known:
            return known[name]
        fitting = [post for post in known.values() if post.slot == name]
        if len(fitting) == 1 or (fitting and posts is untrue):
            return the_one_of(name, fitting, what="says more than once what is no longer so")
    return find_out(program, name)


def near(name: str, known: Collection[str]) -> str:
    """The three names that this one resembles most, as a hint; empty if there is none like it."""
    whole = difflib.get_close_matches(name, known, n=NEAREST, cutoff=0.7)
    by_slot = {one.split("/")[0]: one for one in reversed(list(known))}
    close = [
        by_slot[slot]
        for slot in difflib.get_close_matches(name.split("/", maxsplit=1)[0], by_slot, n=NEAREST, cutoff=0.7)
    ]
    found = list(dict.fromkeys((*whole, *close)))[:NEAREST]
    return f"Did you mean {' or '.join(found)}?" if found else ""


def _says(wanted: Sequence[WantedPost], names: Names) -> dict[tuple[PostId, str], str]:
    """What the plan says, by the ledger's names of its posts.

    What a person wrote is not said anew when a fact changes, so it excuses nothing.
    """
    return {
        (names.get(post.id, post.id), words.account): words.text
        for post in wanted
        for words in post.words
        if words.account not in post.own_facts
    }


def _events(program: Program) -> tuple[events.Event, ...]:
    return events.events_of(events.of_facts(program.plan.campaign))
