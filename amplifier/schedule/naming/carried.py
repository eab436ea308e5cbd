"""What people decided goes along, for good, when a slot is renamed or its hours change."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ONCE, Decision, DecisionKind, Hours
from amplifier.campaign.post import PostId
from amplifier.schedule.naming.former import called_now, follow, went_along
from amplifier.schedule.naming.ledger_names import left_now
from amplifier.schedule.naming.meant import ABOUT_A_POST, day_meant, day_of, hour_named
from amplifier.schedule.naming.once import with_its_hour
from amplifier.schedule.occurrences import hours_of
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, given_words
from amplifier.store import decisions, delivery_views, ledger


@dataclass(frozen=True)
class _Carried:
    """A decision to write down once more: under which name and for which hours it counts now, and why."""

    kind: DecisionKind
    subject: str
    value: str
    facts: str
    hours: Hours
    why: str


class _Overtaken(Exception):
    """Somebody decided since the decisions were read."""


def carry(program: Program, *, actor: str, now: datetime) -> tuple[Decision, ...]:
    """All decisions, after those about a former name, or other hours, are written down once more as they count now.

    What somebody decides meanwhile is never overwritten: all of it is looked at anew.
    """
    today = playing(program.settings).campaign(now).astimezone(ZoneInfo(program.plan.zone)).date()
    while True:
        made = decisions.decisions()
        new = list(_lacking(program, known_hours(program, made), today))
        if not new:
            return made
        with contextlib.suppress(_Overtaken):
            _keep(new, made[-1].id, actor=actor, now=now)


def known_hours(program: Program, made: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions, those about what was said once and recurs now with the hour that the ledger has for it."""

    def hour(slot: str) -> str:
        rows = delivery_views.views(post=PostId(program.plan.campaign, slot, ONCE))
        return rows[0].wall_time if rows else ""

    return with_its_hour(made, program.plan, cache(hour))


def _keep(new: Sequence[_Carried], newest: int, *, actor: str, now: datetime) -> None:
    """Write them down. Raises _Overtaken before anything that goes by older decisions than there are."""
    for one in new:
        kept = decisions.keep_decision(
            kind=one.kind,
            subject=one.subject,
            value=one.value,
            replaced="",
            actor=actor,
            reason=one.why,
            now=now,
            facts=one.facts,
            hours=one.hours,
            check=partial(_must_be_newest, newest),
        )
        newest = kept.id


def _must_be_newest(known: int) -> None:
    ledger.lock()
    if decisions.newest_decision() != known:
        raise _Overtaken


def _lacking(program: Program, made: tuple[Decision, ...], today: date) -> Iterator[_Carried]:
    """What is known under a former name, or for the hours of then: of each post the newest decision tells."""
    followed = follow(made, program.plan)
    newest = {
        (after.kind, after.subject): before
        for before, after in zip(made, followed, strict=True)
        if after.kind in ABOUT_A_POST
    }
    along = went_along(made)
    reasons = {
        key: why
        for key, before in newest.items()
        if not (before.id in along and hour_named(key[1])) and (why := _why(program, before, key[1], today))
    }
    given = given_words(program, followed) if reasons else {}
    left = left_now(program, made) if reasons else {}
    left_out = {one.subject: one.value for one in followed if one.kind is DecisionKind.SLOT_SKIPPED}
    for (kind, subject), why in reasons.items():
        hours = _kept(program, newest[kind, subject], subject)
        if kind is DecisionKind.FACT_LEFT:
            for one in left.get(subject, ()):
                yield _Carried(kind, subject, one.value_json(), one.there_json(), hours, why)
            continue
        value, facts = "", ""
        if kind is DecisionKind.WORDS_REPLACED:
            words = given[subject]
            value = json.dumps({name: one.text for name, one in words.items()})
            known = {name: one.facts for name, one in words.items() if not one.failed}
            facts = json.dumps({name: [[fact.name, fact.value] for fact in told] for name, told in known.items()})
        elif kind is DecisionKind.SLOT_SKIPPED:
            value = left_out[subject]
        yield _Carried(kind, subject, value, facts, hours, why)


def _why(program: Program, decision: Decision, subject: str, today: date) -> str:
    """Why it is to be written down once more; empty if it is not."""
    slot, day = subject.partition("/")[0], day_of(subject)
    once, was_once = (name.endswith(f"/{ONCE}") for name in (subject, decision.subject))
    if decision.hours and day is None and not once:  # its hour was taken out: a new one is not in place of it
        gone = decision.subject != subject and (day_meant(subject) or today) >= today
        return f"{slot} has this hour no more" if gone else ""
    if decision.subject.partition("/")[0] != slot or once is not was_once:
        return called_now(decision.subject, subject)
    hours = _hours(program, subject) if decision.hours or hour_named(decision.subject) else {}
    if hours and hours != decision.hours and day and day >= today:
        return f"{slot} has other hours on {day} now"
    return ""


def _kept(program: Program, decision: Decision, subject: str) -> Hours:
    """The hours to keep with it under this name; none where it went by its number, or is said once all along."""
    wall = hour_named(decision.subject)
    if subject.endswith(f"/{ONCE}"):
        wall = wall or decision.hours.get(decision.subject.partition("/")[2], "")
        return {ONCE: wall} if wall else {}
    return _hours(program, subject) if decision.hours or wall else {}


def _hours(program: Program, subject: str) -> Hours:
    day = day_meant(subject)
    return hours_of(program.plan, subject.partition("/")[0], day) if day else {}
