"""What names that changed do: what is never said, as the planner keeps it, and what files would do by its rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from amplifier.campaign.plan import Decision
from amplifier.compose.sameness import Judge
from amplifier.errors import Problem
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, write_all
from amplifier.schedule.reconcile import reconcile
from amplifier.schedule.renamed import Eye, Unsaid, said_again, swallowed, warnings
from amplifier.store import heartbeats, ledger, posts
from amplifier.store.heartbeats import Heartbeat

UNSAID_BEAT = "unsaid"


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
    written = write_all(program, made, stage)
    existing = posts.existing(plan.campaign)
    eye = Eye(Judge(program.settings).is_near, stage.campaign, now)
    changes = reconcile(written.posts, existing, now=now, opened_at=opened.opened_at, unwritten=written.unwritten)
    again = said_again(changes, existing, written.posts, eye)
    unsaid = swallowed(plan, existing, written.posts, eye)
    return [*warnings(plan, again.values()), *(one.problem for one in unsaid)]
