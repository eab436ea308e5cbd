"""What our posts state that may change: how it was said and how it is now, and which posts that makes untrue. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from amplifier.campaign.changes import Changes, EventNote
from amplifier.campaign.correction import PublishedFact, unopened
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import Decision, DecisionKind, Plan
from amplifier.campaign.post import VOICE, PostId, WantedPost
from amplifier.compose.queue import IMPRINT
from amplifier.policy import Profile
from amplifier.schedule.truth.forms import as_there, so_there
from amplifier.schedule.truth.free_words import DAY, LINK, MILESTONE, left_of, stands_in, still_fit
from amplifier.schedule.truth.may_stand import MayStand, decided, is_same
from amplifier.settings import Campaign

MOST_NAMED = 50


@dataclass(frozen=True)
class Changed:
    """A fact that is not what it was; `now` is empty where there is no such thing any more."""

    fact: str
    then: str
    now: str


@dataclass(frozen=True)
class Untrue:
    """A text that is out and states what is no longer so."""

    stated: PublishedFact
    changed: tuple[Changed, ...]


def values(plan: Plan, campaign: Campaign) -> dict[str, str]:
    """Everything that a post can state, by name, as it is: `plan` has its milestones where people moved them."""
    found = {MILESTONE + one.name: one.at.isoformat() for one in plan.milestones}
    found |= {LINK + name: str(address) for name, address in campaign.links.items()}
    for name, voice in campaign.voice.items():
        if voice.everywhere is not None:
            found[VOICE + name] = voice.everywhere
        found |= {f"{VOICE}{name}.{key}": said for key, said in voice.forms.items()}
    if campaign.imprint.profile is not Profile.OFF and campaign.imprint.text.strip():
        found[IMPRINT] = campaign.imprint.text
    return found


def differing(known: Mapping[str, str], today: Mapping[str, str]) -> tuple[Changed, ...]:
    """What is not what it was. What is new is no change: nothing can have stated it."""
    return tuple(
        Changed(name, then, today.get(name, ""))
        for name, then in known.items()
        if not is_same(then, today.get(name, ""))
    )


def untrue(
    stated: Iterable[PublishedFact],
    today: Mapping[str, str],
    *,
    says: Mapping[tuple[PostId, str], str],
    at: datetime,
    left: Mapping[str, Collection[MayStand]],
) -> tuple[Untrue, ...]:
    """The texts that have become untrue.

    `says` is what the plan would say today for a post on an account; `at` the campaign's time; `left` what people have
    let stand, for each post by name. docs/corrections.md has the rules.
    """
    found = []
    for one in stated:
        would_say = says.get((one.post, one.account))
        may_stand = [each.values(one.account, one.text) for each in left_of(one.post, left)]
        there = as_there(one.facts, one.platform, one.account)
        known = {fact.name: fact.value for fact in there}
        written = date.fromisoformat(known.pop(DAY)) if DAY in known else None
        changed = tuple(
            change
            for change in differing(known, so_there(there, today, one.platform, one.account))
            if not any(each.get(change.fact) == change.now for each in may_stand)
            and _matters(change, one.text, would_say, at, written)
        )
        if changed:
            found.append(Untrue(one, changed))
    return tuple(found)


def left_alone(
    decisions: Iterable[Decision], noted: Iterable[tuple[datetime, Changed]] = ()
) -> dict[str, tuple[MayStand, ...]]:
    """What people have let stand and may stand still, for each post by name: until the same has changed once more.

    `noted` is what the planner has written down of changes and when, in order: what files and settings changed is known
    from there alone.
    """
    found: dict[str, tuple[MayStand, ...]] = {}
    notes = list(noted)
    for one in decisions:
        while notes and notes[0][0] <= one.at:
            change = notes.pop(0)[1]
            found = _after(found, change.fact, change.now)
        if one.kind is DecisionKind.MILESTONE_MOVED:
            found = _after(found, MILESTONE + one.subject, one.value)
        elif one.kind is DecisionKind.FACT_LEFT:
            new, earlier = decided(one), found.get(one.subject, ())
            for there in new.there:
                for fact, value in there.facts:
                    if fact != DAY:
                        earlier = tuple(each.without(fact, value, account=there.account) for each in earlier)
            found[one.subject] = tuple(dict.fromkeys((*earlier, new)))
    for _, change in notes:
        found = _after(found, change.fact, change.now)
    return found


def _after(left: Mapping[str, tuple[MayStand, ...]], fact: str, now: str) -> dict[str, tuple[MayStand, ...]]:
    """What may stand still when this fact is so."""
    return {name: tuple(each.without(fact, now) for each in may_stand) for name, may_stand in left.items()}


def wordings_stating(posts: Iterable[WantedPost], facts: Collection[str]) -> tuple[str, ...]:
    """The wordings, as `template/wording`, by which the plan states one of these facts; the kit offers the same."""
    named = (f"{post.template}/{post.wording}" for post in posts if any(fact.name in facts for fact in post.facts))
    return tuple(dict.fromkeys(named))


def noted(
    known: Mapping[str, str] | None,
    today: Mapping[str, str],
    *,
    changes: Changes,
    posts: Mapping[int, PostId],
    wanted: Iterable[WantedPost],
    became_untrue: Iterable[Untrue],
) -> EventNote | None:
    """What the planner writes down about facts with its changes; None while everything is as it was.

    `known` is what it wrote down last, None before the first time. `posts` names the post of each delivery.
    """
    if known == today:
        return None
    if known is None:
        return EventNote(EventKind.FACTS_KNOWN, json.dumps({"known": today}))
    changed = differing(known, today)
    held = dict.fromkeys(
        _name(posts[step.id]) for step in changes.steps if step.id in posts and step.reason == HoldReason.UNTRUE
    )
    anew = (_name(posts[step.id]) for step in changes.steps if step.words is not None)
    coming = dict.fromkeys(name for name in anew if name not in held)
    names = {change.fact for change in changed}
    sent = dict.fromkeys(
        _name(one.stated.post) for one in became_untrue if names & {change.fact for change in one.changed}
    )
    kit = wordings_stating(wanted, names)
    told = {
        "changes": [{"fact": one.fact, "then": one.then, "now": one.now} for one in changed],
        "counts": {"coming": len(coming), "sent": len(sent), "kit": len(kit), "held": len(held)},
        "coming": list(coming)[:MOST_NAMED],
        "sent": list(sent)[:MOST_NAMED],
        "held": list(held)[:MOST_NAMED],
        "kit": list(kit)[:MOST_NAMED],
        "known": today,
    }
    return EventNote(EventKind.FACTS_CHANGED if changed else EventKind.FACTS_KNOWN, json.dumps(told))


def _matters(change: Changed, text: str, would_say: str | None, at: datetime, written: date | None) -> bool:
    """Whether a changed fact makes this text untrue for somebody who reads it now."""
    if not change.fact.startswith(MILESTONE):
        return stands_in(change.then, text)
    then = datetime.fromisoformat(change.then)
    now = datetime.fromisoformat(change.now) if change.now else None
    if at >= max(then, now or then):
        return False  # it is over, whichever of the two is right
    if now is None or then.date() != now.astimezone(then.tzinfo).date():
        return True
    if would_say is not None:
        return unopened(would_say) != unopened(text)
    # Nobody would write it anew today: its own words tell, if the fact stands in them in a form that we know.
    return not still_fit(text, then, now, written)


def _name(post: PostId) -> str:
    return f"{post.slot}/{post.occurrence}"
