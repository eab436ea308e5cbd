"""What names that changed do: what is never said, as the planner keeps it, and what files would do by its rules."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from amplifier.campaign.changes import ExistingPost
from amplifier.campaign.plan import At, Decision, DecisionKind, Slot
from amplifier.campaign.post import OWN, WantedPost
from amplifier.errors import Problem
from amplifier.schedule.born import too_late_at
from amplifier.schedule.naming.carried import known_hours
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.meant import day_meant, hour_named
from amplifier.schedule.naming.once import is_of_another_kind
from amplifier.schedule.naming.renamed import Unsaid, said_again, swallowed, warnings
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.reconcile import reconcile
from amplifier.schedule.side_by_side import careful_eye
from amplifier.store import heartbeats, ledger, posts
from amplifier.store.heartbeats import Heartbeat

UNSAID_BEAT = "unsaid"
WHAT = {
    DecisionKind.SLOT_SKIPPED: "was left out by a decision",
    DecisionKind.WORDS_REPLACED: "was given other words",
    DecisionKind.FACT_LEFT: "was to stay as it is",
}


def keep_unsaid(found: Iterable[Unsaid], *, now: datetime) -> None:
    """Keep what the plan in force has and nobody will hear, for whoever asks how things stand."""
    told = [one.problem.as_json() | {"until": one.until.isoformat()} for one in found]
    heartbeats.beat(UNSAID_BEAT, now=now, detail=json.dumps(told))


def still_unsaid(beats: Mapping[str, Heartbeat], *, now: datetime) -> list[Problem]:
    """What is kept of it, as long as something can be done."""
    told = json.loads(beats[UNSAID_BEAT].detail or "[]") if UNSAID_BEAT in beats else []
    open_still = [one for one in told if datetime.fromisoformat(one.pop("until")) > now]
    return [Problem(**one) for one in open_still]


def doubts(program: Program, made: tuple[Decision, ...], *, now: datetime) -> list[Problem]:
    """What would be held since it is out by another name, and what would never be said; nothing without a ledger."""
    opened = ledger.ledger()
    if opened is None:
        return []
    stage, plan = playing(program.settings), program.plan
    made = known_hours(program, made)
    wanted = wanted_posts(program, made, stage)
    existing = posts.existing(plan.campaign)
    eye = careful_eye(program, made, stage, now)
    changes = reconcile(wanted, existing, now=now, opened_at=opened.opened_at)
    again = said_again(changes, existing, wanted, eye)
    lost = forgotten(program, made, wanted, existing, now=now)
    unsaid = [*swallowed(plan, existing, wanted, eye), *lost]
    return [*warnings(plan, again.values()), *(one.problem for one in unsaid)]


def forgotten(
    program: Program,
    made: tuple[Decision, ...],
    wanted: Sequence[WantedPost],
    existing: Sequence[ExistingPost],
    *,
    now: datetime,
) -> list[Unsaid]:
    """What people decided about a name that the plan no longer has, where another slot is likely to be the same one."""
    slots = {slot.name: slot for slot in program.plan.slots}
    by_hour = {f"{row.id.slot}/{row.moment.wall_time}": row for row in existing}
    rows = by_hour | {post_name(row.id): row for row in existing}
    followed = follow(known_hours(program, made), program.plan)
    newest = {(one.subject, one.kind): one for one in followed if one.kind in WHAT}
    decided = {subject: WHAT[kind] for (subject, kind), one in newest.items() if not one.is_undone}
    ahead = [post for post in wanted if too_late_at(post) > now and post_name(post.id) not in decided]
    found: dict[tuple[str, str], Unsaid] = {}
    for subject, what in decided.items():
        slot = subject.partition("/")[0]
        row = rows.get(subject)
        if slot == OWN or (row and any(one.is_out for one in row.deliveries)):
            continue
        if slot in slots:
            if is_of_another_kind(subject, slots[slot]) and (post := _of_that_day(slot, subject, row, ahead, now)):
                found.setdefault(
                    (slot, slot), Unsaid(_of_another_kind(slots[slot], subject, what, post), too_late_at(post))
                )
            continue
        heir = next((post for post in ahead if _is_heir(post, subject, row, rows)), None)
        if heir:
            said = f"{subject} {what}, and the plan has no {slot} any more: that holds no longer."
            hint = f"If {slot} is called {heir.id.slot} now, write was: {slot} below its new name."
            if hour_named(subject) not in ("", heir.moment.wall_time):
                hint = f"If it is to hold for {heir.id.slot}/{heir.moment.wall_time}, decide it once more."
            here = slots[heir.id.slot]
            problem = Problem(here.path, here.line, "forgotten", said, hint)
            found.setdefault((slot, heir.id.slot), Unsaid(problem, too_late_at(heir)))
    return list(found.values())


def _of_that_day(
    slot: str, subject: str, row: ExistingPost | None, ahead: Iterable[WantedPost], now: datetime
) -> WantedPost | None:
    """What the slot says now on the day of what was decided about, while that is still ahead."""
    if row is not None and row.moment.due_at <= now:
        return None
    named = day_meant(subject)
    day = row.moment.wall_time[:10] if row else named.isoformat() if named else ""
    return next((one for one in ahead if one.id.slot == slot and one.moment.wall_time.startswith(day)), None)


def _of_another_kind(slot: Slot, subject: str, what: str, post: WantedPost) -> Problem:
    kind = "is said once" if isinstance(slot.timing, At) else "recurs"
    said = f"{subject} {what}, and {slot.name} {kind} now, at another time: that holds no longer."
    hint = f"If it is to hold for {post_name(post.id)}, decide it once more."
    return Problem(slot.path, slot.line, "forgotten", said, hint)


def _is_heir(post: WantedPost, subject: str, row: ExistingPost | None, rows: Mapping[str, ExistingPost]) -> bool:
    """Whether a slot is likely to be one that had this name: it is younger, and speaks at that time or in that way."""
    slot, _, occurrence = subject.partition("/")
    hour = hour_named(subject)
    if hour and hour != post.moment.wall_time and row is not None:  # by its number, where its hour is another now
        occurrence = row.id.occurrence
    fits = occurrence in (post.id.occurrence, post.moment.wall_time)
    resembles = fits and bool(difflib.get_close_matches(slot, [post.id.slot], cutoff=0.6))
    if row is None:
        return resembles
    own = rows.get(post_name(post.id))
    is_younger = own is None or own.row > row.row
    same = post.moment.due_at == row.moment.due_at or post.wording == row.wording or resembles
    return is_younger and post.template == row.template and same and fits
