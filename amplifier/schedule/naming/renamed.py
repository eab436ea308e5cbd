"""Names of slots that changed: nothing is said twice under a new name, or swallowed under one that was used. Pure.

What has gone out under a name stays with it. Where the plan has other words under that name, and these words under
another, the two have been renamed, swapped or moved on, and only a person knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from amplifier.campaign.changes import Add, Changes, ExistingDelivery, ExistingPost, NewDelivery, Step
from amplifier.campaign.delivery import LEFT_OUT_BY_PLAN, OUT, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import Plan
from amplifier.campaign.post import OWN, PostId, WantedPost
from amplifier.compose.fit import first_words
from amplifier.errors import Problem
from amplifier.schedule.born import too_late_at
from amplifier.schedule.naming.matched import PostMatch, matched

A_DAY = timedelta(hours=25)  # the same hour of the next day is within a day, also where clocks change between
IN_THE_PAST = "its time had passed when it came into the plan"


@dataclass(frozen=True)
class OutText:
    """Words that are out on an account, or may be; `at`: since when.

    `now_says` is what the plan has for that very post there by now; None if it has no such post, or not there.
    `with_hands` is the delivery's number while people are asked to post it by hand, else None; `asked`: they were, and
    nobody has told what they did.
    """

    post: PostId
    account: str
    text: str
    at: datetime
    template: str
    wording: str
    now_says: str | None
    posted_by_hand: int | None = None
    asked: bool = False

    @property
    def has_said(self) -> str:
        """That it has said this, or that hands are or were at it."""
        if self.asked:
            return "may have been posted by hand"
        return "is being posted by hand" if self.posted_by_hand else "said this"


@dataclass(frozen=True)
class Again:
    """A post that would say on an account once more what is out there; `before` is by which it is out, and `why` so."""

    post: WantedPost
    account: str
    before: OutText
    why: str


@dataclass(frozen=True)
class Unsaid:
    """What the plan has and nobody will hear, with what to do; `until` then that may matter."""

    problem: Problem
    until: datetime


@dataclass(frozen=True)
class Eye:
    """How two texts and two moments compare: `is_near` as readers would say, `campaign` gives the campaign's time.

    `is_persons` says whether a text on an account was ever given to this post of the plan by a person.
    """

    is_near: Callable[[str, str], bool]
    campaign: Callable[[datetime], datetime]
    now: datetime
    is_persons: Callable[[PostId, str, str], bool] = lambda _post, _account, _text: False


def said_again(
    changes: Changes, existing: Sequence[ExistingPost], wanted: Sequence[WantedPost], eye: Eye
) -> dict[tuple[PostId, str], Again]:
    """Which posts, by the changes, would say what is out and what the plan wants to say but once.

    What the plan has said twice all along is meant so: only what is new, has new words or was moved is looked at, and
    what is held for that very reason.
    """
    matches = matched(wanted, existing)
    out = _out(existing, matches)
    steps = {step.id: step for step in changes.steps}
    born = {(add.post.id, one.words.account): one for add in changes.adds for one in add.deliveries}
    found: dict[tuple[PostId, str], Again] = {}
    for match in matches if out else ():
        there = {one.account: one for one in match.row.deliveries} if match.row else {}
        for words in match.post.words:
            new, row = born.get((match.name, words.account)), there.get(words.account)
            step = steps.get(row.id) if row else None
            if (new and new.state is State.QUEUED) or (row and _is_looked_at(row, step)):
                known = out.get(words.account, ())
                moved = new is not None or (step is not None and step.run_at is not None)
                again = _again(match, words.text, known, row, moved=moved, eye=eye)
                if again:
                    found[match.name, words.account] = again
    return found


def without_copies(
    changes: Changes, existing: Sequence[ExistingPost], wanted: Sequence[WantedPost], eye: Eye
) -> Changes:
    """The same changes, but what would be said again is held as a copy, born so or as its words or its time change.

    What hands are posting under the other name stays as it is meanwhile: whoever is at it can still say so.
    """
    found = said_again(changes, existing, wanted, eye)
    if not found:
        return changes
    of_row = {
        delivery.id: found[match.name, delivery.account]
        for match in matched(wanted, existing)
        for delivery in (match.row.deliveries if match.row else ())
        if (match.name, delivery.account) in found
    }
    adds = (replace(add, deliveries=tuple(_born(add, one, found) for one in add.deliveries)) for add in changes.adds)
    stay = {again.before.posted_by_hand for again in found.values()} - {None}
    rows = {post.row for post in existing if any(one.id in stay for one in post.deliveries)}
    steps = (step for step in changes.steps if step.id not in stay)
    return replace(
        changes,
        adds=tuple(adds),
        rewrites=tuple(one for one in changes.rewrites if one.row not in rows),
        steps=tuple(_held(step, of_row[step.id]) if step.id in of_row else step for step in steps),
    )


def warnings(plan: Plan, found: Iterable[Again]) -> list[Problem]:
    """What would be said again, for each two slots once, with the file and line of the later one."""
    slots = {name: slot for slot in plan.slots for name in (slot.was, slot.name)}  # the ledger may have the former one
    told: dict[tuple[str, str], Problem] = {}
    for one in found:
        slot, was = slots[one.post.id.slot], one.before.post.slot
        before = one.before
        has_said = f"{before.has_said} there" if before.posted_by_hand or before.asked else "has said there"
        words = first_words(one.before.text)
        said = f"{slot.name} says on {one.account} what {_named(one)} {has_said}: “{words}”"
        told.setdefault((slot.name, was), Problem(slot.path, slot.line, "renamed", said, f"It is held. {one.why}"))
    return list(told.values())


def swallowed(plan: Plan, existing: Sequence[ExistingPost], wanted: Sequence[WantedPost], eye: Eye) -> list[Unsaid]:
    """Which slots never say what stands in the plan, since something else has gone out under their name; each once."""
    slots = {slot.name: slot for slot in plan.slots}
    told: dict[str, Unsaid] = {}
    for match in matched(wanted, existing):
        post, row = match.post, match.row
        if row is None or too_late_at(post) <= eye.now or post.id.slot in told:
            continue
        says = {words.account: words.text for words in post.words}
        for one in row.deliveries:
            text = says.get(one.account)
            if text is not None and _is_spent(one, row, post) and not eye.is_near(one.text, text):
                slot, problem = slots[post.id.slot], _swallowed(post, one, text)
                told[slot.name] = Unsaid(replace(problem, path=slot.path, line=slot.line), too_late_at(post))
                break
    return list(told.values())


def _swallowed(post: WantedPost, one: ExistingDelivery, text: str) -> Problem:
    what = "has gone out there" if one.state in OUT else "was left out there"
    said = (
        f"{_name(post.id)} does not say on {one.account}: “{first_words(text)}” "
        f"Under this name something else {what}: “{first_words(one.text)}”"
    )
    hint = "A name stays with what it has said: give this slot a name that no slot has had."
    return Problem("", 0, "swallowed", said, hint)


def _out(existing: Iterable[ExistingPost], matches: Iterable[PostMatch]) -> dict[str, list[OutText]]:
    """What is out, by account."""
    says = {
        (row.row, words.account): words.text
        for match in matches
        for row in (match.row, match.former)
        if row is not None
        for words in match.post.words
    }
    found: dict[str, list[OutText]] = {}
    for post in existing:
        for one in post.deliveries:
            if (one.is_out or one.may_be_out_by_hand) and one.out_at is not None:
                said = OutText(
                    post=post.id,
                    account=one.account,
                    text=one.text,
                    at=one.out_at,
                    template=post.template,
                    wording=post.wording,
                    now_says=says.get((post.row, one.account)),
                    posted_by_hand=one.id if one.is_being_posted_by_hand else None,
                    asked=one.may_be_out_by_hand,
                )
                found.setdefault(one.account, []).append(said)
    return found


def _is_looked_at(row: ExistingDelivery, step: Step | None) -> bool:
    """What is to go out by a step, or is held as a copy and stays so."""
    if step is not None and step.after is not State.HELD:
        return step.after is State.QUEUED
    return row.state is State.HELD and row.reason == HoldReason.COPY


def _again(
    match: PostMatch, text: str, known: Iterable[OutText], row: ExistingDelivery | None, *, moved: bool, eye: Eye
) -> Again | None:
    post = match.kept
    ours = {match.name, match.row.id} if match.row else {match.name}
    late = post.moment.due_at <= eye.now
    since = eye.campaign(eye.now) - timedelta(seconds=post.too_late_s)
    found: list[tuple[bool, datetime, Again]] = []  # that it has another name says more than that it is late
    for one in known:
        if one.post in ours:
            continue
        if moved and late and eye.campaign(one.at) > since and eye.is_near(one.text, text):
            found.append((False, one.at, Again(post, one.account, one, _why_late(one))))
        if one.post.slot == OWN or not _is_close(one, post, eye):
            continue
        if _is_elsewhere_now(one, post, text, eye) and not _said_so_before(one, match, row, eye):
            found.append((True, one.at, Again(post, one.account, one, _why(one, post))))
    return max(found, key=lambda each: each[:2])[2] if found else None


def _is_close(one: OutText, post: WantedPost, eye: Eye) -> bool:
    """Whether the two are within a day of one another in the campaign, or within the post's lateness."""
    apart = abs(eye.campaign(post.moment.due_at) - eye.campaign(one.at))
    return apart <= max(A_DAY, timedelta(seconds=post.too_late_s))


def _is_elsewhere_now(one: OutText, post: WantedPost, text: str, eye: Eye) -> bool:
    """Whether these words are what is out, which the plan does not have any more where they came from."""
    if one.now_says == one.text:
        return False
    if text == one.text:
        return True
    if one.now_says is not None and eye.is_near(one.now_says, one.text):
        return False
    by_plan = one.now_says is None and one.account not in post.own_facts
    return (by_plan and (one.template, one.wording) == (post.template, post.wording)) or eye.is_near(one.text, text)


def _said_so_before(one: OutText, match: PostMatch, row: ExistingDelivery | None, eye: Eye) -> bool:
    """Whether the plan meant to say this twice: it waited with these words beside the other before anything changed."""
    if row is None or match.row is None or row.reason == HoldReason.COPY or row.state not in (State.QUEUED, State.HELD):
        return False
    by_plan = one.now_says is None and (one.template, one.wording) == (match.row.template, match.row.wording)
    same_words = by_plan and not eye.is_persons(match.post.id, row.account, row.text)
    return same_words or eye.is_near(one.text, row.text)


def _is_spent(one: ExistingDelivery, row: ExistingPost, post: WantedPost) -> bool:
    """Whether nothing more goes out there under this name, although the plan has it for another time."""
    if one.state in OUT:
        return row.moment.due_at != post.moment.due_at or (one.out_at is not None and one.out_at < post.moment.due_at)
    return one.state is State.DROPPED and one.reason not in LEFT_OUT_BY_PLAN and row.moment.due_at != post.moment.due_at


def _born(add: Add, new: NewDelivery, found: Mapping[tuple[PostId, str], Again]) -> NewDelivery:
    again = found.get((add.post.id, new.words.account)) if new.state is State.QUEUED else None
    return replace(new, state=State.HELD, reason=HoldReason.COPY, detail=again.why) if again else new


def _held(step: Step, again: Again) -> Step:
    if step.after is not State.QUEUED:
        return step
    return replace(step, after=State.HELD, kind=EventKind.HELD_COPY, reason=HoldReason.COPY, detail=again.why)


def _named(again: Again) -> str:
    """What said it before: its slot, and which one of several."""
    before, post = again.before.post, again.post.id
    return _name(before) if before.slot == post.slot else before.slot


def _why(one: OutText, post: WantedPost) -> str:
    was, here = one.post.slot, post.id.slot
    if was == here:
        return (
            f"{_name(one.post)} {one.has_said}, "
            f"and the plan has it for {_name(post.id)} since hours or wordings changed. "
            f"Give it other words (amplifier edit {_name(post.id)}), or let it go out."
        )
    if one.now_says is None:
        return (
            f"{was} {one.has_said}, and the plan has no {was} there any more. "
            f"If it was renamed, write was: {was} below its new name."
        )
    return (
        f"{was} {one.has_said}, and what is called {was} now says something else. "
        f"If {was} became {here}, give it its own name back: a name stays with what it has said."
    )


def _why_late(one: OutText) -> str:
    who = "A post of your own" if one.post.slot == OWN else _name(one.post)
    ago = "" if one.posted_by_hand or one.asked else " a moment ago"
    return f"{who} {one.has_said}{ago}, and {IN_THE_PAST}. If it is to be said once more, let it go out."


def _name(post: PostId) -> str:
    return f"{post.slot}/{post.occurrence}"
