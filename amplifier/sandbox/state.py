"""What the wall shows, as JSON: the strip of counts, three columns of posts, and the service's word about its plan."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from amplifier.sandbox.faults import Faults
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import TITLES, Network, PretendAccount, PretendPost, iso
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.world import World
from amplifier.text.links import spans

SHOWN = 40  # posts in a column
REPLIES = 20  # answers shown beneath a post
DEPTH = 3  # how deep answers to answers are shown
SLIP = "Debate slips 40 minutes"


class WallState:
    """Makes the wall's JSON, once for every change however many look on."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._lock = threading.Lock()
        self._made: tuple[int, bytes] = (-1, b"")

    def as_json(self) -> bytes:
        """The state now: one JSON object on one line."""
        with self._lock:
            version = self._world.version
            if self._made[0] != version:
                self._made = (version, json.dumps(self._build(), ensure_ascii=False, separators=(",", ":")).encode())
            return b'{"now":"' + iso(now_ms()).encode() + b'",' + self._made[1][1:]

    def _build(self) -> dict[str, Any]:
        notes = self._world.notes
        plan = notes.kept("plan")
        told = plan is not None
        plan = plan or {}
        counts = self._world.counts()
        unsure = _listed(plan.get("unsure"))
        slip = plan.get("slip")
        slip = slip if isinstance(slip, dict) else {}
        stopped = plan.get("stopped")
        stopped = stopped if isinstance(stopped, dict) else None
        return {
            "strip": {
                "next": plan.get("next"),
                "sent": counts["ours"],
                "twice": counts["twice"],
                "lost": _count(plan.get("lost")),
                "unsure": len(unsure),
                "held": _count(plan.get("held")),
                "missed": _count(plan.get("missed")),
                "stopped": stopped and {"all": bool(stopped.get("all")), "why": str(stopped.get("why") or "")},
                "told": told,
            },
            "networks": [self._column(network, counts[network]) for network in _of_the_campaign(plan)],
            "coming": _listed(plan.get("coming")),
            "unsure": unsure,
            "said": notes.kept("said"),
            "campaign": plan.get("campaign"),
            "buttons": {"slip": slip.get("label") or SLIP},
            "slips": slip.get("milestone") or "",
        }

    def _column(self, network: Network, count: int) -> dict[str, Any]:
        newest = self._world.posts(network, PageBounds(limit=SHOWN), replies=False)
        return {
            "id": network,
            "title": TITLES[network],
            "count": count,
            "answering": not self._faults.is_silent(network),
            "posts": [self.card(post) for post in newest],
        }

    def card(self, post: PretendPost, depth: int = DEPTH) -> dict[str, Any]:
        """One post with the answers to it, as the wall and the post's own page show it."""
        answers = self._world.replies(post)[-REPLIES:] if depth else []
        return {
            "id": post.remote_id,
            "handle": full_handle(post.author),
            "name": post.author.name,
            "ours": post.ours,
            "text": post.text,
            "edited": bool(post.before),
            "at": iso(post.at_ms),
            "url": post.page,
            "spans": _spans(post.text),
            "replies": [self.card(answer, depth - 1) for answer in answers],
        }

    def profile(self, account: PretendAccount) -> dict[str, Any]:
        """One account and its newest posts, as its own page shows it."""
        posts = [post for post in self._world.by_author(account, PageBounds(limit=SHOWN)) if post.is_open]
        return {
            "network": account.network,
            "title": TITLES[account.network],
            "handle": full_handle(account),
            "name": account.name,
            "posts": [self.card(post) for post in posts],
        }


def full_handle(account: PretendAccount) -> str:
    """The handle as people write it, without `@` in front."""
    return f"{account.handle.partition('@')[0]}@{account.server}" if account.server else account.handle


def row(post: PretendPost) -> dict[str, Any]:
    """A post as the control door tells it."""
    return {
        "network": post.network,
        "account": post.author.handle,
        "ours": post.ours,
        "remote_id": post.remote_id,
        "text": post.text,
        "created_at": iso(post.at_ms),
        "mentions": list(post.mentions),
        "tags": list(post.tags),
        "in_reply_to": post.in_reply_to,
        "quotes": post.quotes,
        "canonical_id": post.canonical_id,
        "deleted": post.deleted,
        "edited": bool(post.before),
        "versions": [version.text for version in post.versions],
        "visibility": post.visibility,
    }


@lru_cache(maxsize=1024)
def _spans(text: str) -> list[dict[str, Any]]:
    return [{"kind": span.kind, "start": span.start, "end": span.end} for span in spans(text)]


def _of_the_campaign(plan: Mapping[str, Any]) -> list[Network]:
    """The networks on which the campaign has an account; all, while nobody has told of any."""
    campaign = plan.get("campaign")
    told = _listed(campaign.get("networks")) if isinstance(campaign, dict) else []
    return [network for network in Network if network in told] or list(Network)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _count(found: Any) -> int:
    return len(found) if isinstance(found, list) else int(found or 0)
