"""What is out and no longer so, as the planner found it last and it still stands: for pages that answer at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from amplifier.campaign.fate import IS_THERE, became
from amplifier.campaign.post import PostId
from amplifier.schedule.facts import Changed, Untrue
from amplifier.schedule.free_words import MILESTONE
from amplifier.schedule.program import post_name
from amplifier.settings import Settings
from amplifier.store import heartbeats, journeys

UNTRUE_BEAT = "untrue"
MOST = 20  # posts that are kept and looked at; the newest, since they are read most


@dataclass(frozen=True)
class OutAndUntrue:
    """A post that is out on these accounts in these words, and what it states that has changed."""

    post: PostId
    accounts: tuple[str, ...]
    platforms: tuple[str, ...]
    text: str
    changed: tuple[Changed, ...]


def keep_untrue(found: Sequence[Untrue], *, now: datetime) -> None:
    """Keep what the planner found, in place of what it found before."""
    told = [
        {
            "post": [one.stated.post.campaign, one.stated.post.slot, one.stated.post.occurrence],
            "account": one.stated.account,
            "text": one.stated.text,
            "changed": [[each.fact, each.then, each.now] for each in one.changed],
        }
        for one in found
    ]
    newest = list(dict.fromkeys(tuple(one["post"]) for one in reversed(told)))[:MOST]
    kept = [one for one in told if tuple(one["post"]) in newest]
    heartbeats.beat(UNTRUE_BEAT, now=now, detail=json.dumps(kept))


def untrue_now() -> tuple[OutAndUntrue, ...]:
    """What of it is still out in those words, and not on its way to others; the newest last."""
    beat = heartbeats.heartbeats().get(UNTRUE_BEAT)
    by_post: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for one in json.loads(beat.detail or "[]") if beat else []:
        by_post.setdefault(tuple(one["post"]), {})[one["account"]] = one
    found = []
    for name, told in by_post.items():
        post = PostId(*name)
        there = [
            one
            for one in became(journeys.journeys(post=post))
            if one.fate in IS_THERE
            and one.follows is None
            and one.text == told.get(one.row.identity.account, {}).get("text")
        ]
        if there:
            first = told[there[0].row.identity.account]
            found.append(
                OutAndUntrue(
                    post,
                    tuple(one.row.identity.account for one in there),
                    tuple(one.row.platform for one in there),
                    there[0].text,
                    tuple(Changed(*each) for each in first["changed"]),
                )
            )
    return tuple(found)


def said_change(change: Changed, settings: Settings) -> str:
    """A change as people say it: debate: Tue 10 Oct 14:40, now 15:20."""
    kind, _, name = change.fact.partition(".")
    what = (name or kind).replace("_", " ")
    if not change.fact.startswith(MILESTONE):
        return f"{what}: {change.then}, now {change.now or 'not there any more'}"
    then = _local(change.then, settings)
    if not change.now:
        return f"{what}: {_said(then)}, now not in the plan any more"
    now = _local(change.now, settings)
    return f"{what}: {_said(then)}, now {f'{now:%H:%M}' if now.date() == then.date() else _said(now)}"


def named(one: OutAndUntrue) -> str:
    """How people and commands name the post."""
    return post_name(one.post)


def _local(moment: str, settings: Settings) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(settings.campaign.zone))


def _said(moment: datetime) -> str:
    return f"{moment:%a %-d %b %H:%M}"
