"""What is out and no longer so, as the planner found it last and it still stands: for pages that answer at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from amplifier.campaign.fate import IS_THERE, became
from amplifier.campaign.post import PostId
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.facts import Changed, Untrue
from amplifier.schedule.truth.free_words import MILESTONE
from amplifier.settings import Settings
from amplifier.store import delivery_views, heartbeats, published_facts

UNTRUE_BEAT = "untrue"
MOST = 20  # posts that are listed and looked at; the newest, since they are read most. Of the others the number is kept


@dataclass(frozen=True)
class OutAndUntrue:
    """A post that is out on these accounts in these words, and what it states that has changed."""

    post: PostId
    accounts: tuple[str, ...]
    platforms: tuple[str, ...]
    text: str
    changed: tuple[Changed, ...]
    wall_time: str


@dataclass(frozen=True)
class KeptAnswer:
    """What was there when it was kept: a later answer that differs says that something was dealt with since."""

    newest: int
    following: Mapping[int, str]
    listed: int


def keep_untrue(campaign: str, found: Sequence[Untrue], *, now: datetime) -> KeptAnswer:
    """Keep what the planner found, in place of what it found before: the newest, and how many there are beyond.

    What is on its way to other words is left to itself.
    """
    newest, following = published_facts.newest(), published_facts.following(campaign)
    gone = set(following.values())
    told = [
        {
            "post": [one.stated.post.campaign, one.stated.post.slot, one.stated.post.occurrence],
            "account": one.stated.account,
            "text": one.stated.text,
            "changed": [[each.fact, each.then, each.now] for each in one.changed],
        }
        for one in found
        if (one.stated.post, one.stated.account) not in gone
    ]
    posts = list(dict.fromkeys(tuple(one["post"]) for one in reversed(told)))
    listed = [one for one in told if tuple(one["post"]) in posts[:MOST]]
    kept = {"listed": listed, "beyond": len(posts[MOST:])}
    heartbeats.beat(UNTRUE_BEAT, now=now, detail=json.dumps(kept))
    return KeptAnswer(newest, published_facts.states_of(following), _places(listed))


def is_behind(seen: KeptAnswer) -> bool:
    """Whether something was corrected, withdrawn or gone since, so that others are to be listed or fewer counted."""
    return (
        published_facts.newest() != seen.newest
        or published_facts.states_of(seen.following) != seen.following
        or _places(_kept()[0]) != seen.listed
    )


def untrue_beyond() -> int:
    """How many more posts are out and no longer so than are listed."""
    return _kept()[1]


def untrue_now() -> tuple[OutAndUntrue, ...]:
    """What of it is still out in those words, and not on its way to others; the newest last. At most `MOST`."""
    return _still(_kept()[0])


def _kept() -> tuple[list[dict[str, Any]], int]:
    beat = heartbeats.heartbeats().get(UNTRUE_BEAT)
    kept = json.loads(beat.detail or "[]") if beat else []
    if isinstance(kept, list):  # as earlier versions kept it
        return kept, 0
    return kept["listed"], kept["beyond"]


def _places(listed: Sequence[dict[str, Any]]) -> int:
    return sum(len(one.accounts) for one in _still(listed))


def _still(listed: Sequence[dict[str, Any]]) -> tuple[OutAndUntrue, ...]:
    by_post: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for one in listed:
        by_post.setdefault(tuple(one["post"]), {})[one["account"]] = one
    found = []
    for name, told in by_post.items():
        post = PostId(*name)
        there = [
            one
            for one in became(delivery_views.views(post=post))
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
                    there[0].row.wall_time,
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
