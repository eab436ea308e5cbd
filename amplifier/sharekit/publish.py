"""Keeps the published kit in step with the plan, the clock and our receipts; it works only when one of them changed."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from amplifier.campaign.delivery import State
from amplifier.campaign.plan import Plan
from amplifier.campaign.post import PostId
from amplifier.campaign.template import Template
from amplifier.errors import Problem
from amplifier.settings import Settings
from amplifier.sharekit.kit import build
from amplifier.sharekit.ours import Past
from amplifier.sharekit.page import asset, imprint_page, kit_page
from amplifier.store import decisions, delivery_views, kits

__all__ = ["Publisher", "asset", "imprint_page"]

log = logging.getLogger("amplifier.sharekit")
RECENT = 300  # posts of ours among which those to boost are looked for


class InForce(Protocol):
    """What is said now, by the plan and by people."""

    def in_force(self) -> tuple[Plan, Mapping[str, Template]] | None:
        """The plan, with its milestones where people moved them, and its templates; None before there is one."""

    def campaign_time(self) -> datetime:
        """The moment of the campaign, which in a rehearsal is not the real one."""

    def untrue(self, deliveries: Collection[int]) -> Collection[tuple[PostId, str]]:
        """Which of these deliveries state what is no longer so, each as its post and account."""

    def given_up(self) -> Collection[tuple[str, str]]:
        """Which wordings (template and name) people took back, corrected in their own words, or replaced."""


class Publisher:
    """Publishes the campaign's kit; `now` is the real time."""

    def __init__(self, settings: Settings, said: InForce, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._said = said
        self._now = now
        self._seen: object = None
        self._lock = threading.Lock()
        self._problems: tuple[Problem, ...] = ()

    def publish(self) -> bool:
        """Bring the kit up to date. True if the page changed and was published; to be called every second or so.

        Whoever knows that the plan has changed may call it at once: old words are gone when it returns.
        """
        with self._lock:
            return self._publish()

    def _publish(self) -> bool:
        program = self._said.in_force()
        if program is None:
            return False
        minute = self._said.campaign_time().replace(second=0, microsecond=0)
        newest = delivery_views.views(states=(State.SENT,), newest_first=True, limit=1)
        rows = (delivery_views.counts(), newest[0].id if newest else 0)
        seen = (program, minute, rows, decisions.newest_decision())
        if seen == self._seen:
            return False
        changed = self._renew(*program, minute)
        self._seen = seen
        return changed

    def _renew(self, plan: Plan, templates: Mapping[str, Template], minute: datetime) -> bool:
        newest = delivery_views.views(states=(State.SENT,), newest_first=True, limit=RECENT)
        past = Past(
            delivery_views.with_changes(newest),
            decisions.decisions(),
            frozenset(self._said.untrue([row.id for row in newest])),
            frozenset(self._said.given_up()),
        )
        page = build(plan, templates, settings=self._settings, now=minute, past=past)
        self._tell(page.problems)
        html = kit_page(page)
        digest = hashlib.sha256(html).hexdigest()
        campaign = self._settings.campaign.id
        if kits.kit_digests().get(campaign) == digest:
            return False
        kits.keep_kit(kits.Kit(campaign, digest, html), now=self._now())
        log.info("kit published asks=%d bytes=%d", len(page.asks), len(html))
        return True

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        """Log what is left out of the kit, once."""
        for problem in problems:
            if problem not in self._problems:
                log.warning("left out of the kit: %s", problem)
        self._problems = problems
