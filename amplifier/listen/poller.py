"""Ask each source for what is new, and log it together with the cursor: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.mention import Mention, RawMention
from amplifier.campaign.pace import latest
from amplifier.errors import PlatformError
from amplifier.listen.match import NOBODY, Ours, match, references
from amplifier.platforms.port import Page, Platform
from amplifier.store import accounts, journeys, mentions, sources

log = logging.getLogger("amplifier.listen")


@dataclass(frozen=True)
class Source:
    """One thing listened to: an account's mentions, or a tag (without `#`; empty: mentions).

    `elsewhere` are those of our accounts on this network whose ids mean nothing where it listens, since they are on
    another server; `ours` says by which handles they are known.
    """

    account: str
    network: str
    platform: Platform
    tag: str = ""
    elsewhere: frozenset[str] = frozenset()
    ours: Ours = NOBODY

    @property
    def name(self) -> str:
        """How the source is called in the database: `x:mentions`, `mastodon:#OurTag`."""
        return f"{self.account}:#{self.tag}" if self.tag else f"{self.account}:mentions"


class Poller:
    """Polls one source at a time, each on its own clock."""

    def __init__(
        self,
        source: Source,
        *,
        now: Callable[[], datetime],
        rest: Callable[[int], float] = lambda _failures: 0.0,
    ) -> None:
        """`rest`: seconds to leave out after a look that failed so often in a row (0: it went well)."""
        self._source = source
        self._now = now
        self._rest = rest
        self._failures = 0
        self._not_before: datetime | None = None

    def poll(self) -> int:
        """Take in what is new; how many mentions were logged. A source in trouble keeps its cursor and says why."""
        source = self._source
        if self._not_before and self._now() < self._not_before:
            return 0
        states = [one for one in accounts.account_states() if one.platform == source.network]
        ours = {one.remote_id for one in states if one.name not in source.elsewhere} - {""}
        if not ours:
            return 0  # until we know who we are, our own posts would look like mentions
        cursor = sources.cursor_of(source.name)
        try:
            page = self._page(cursor)
        except PlatformError as error:
            self._failed(str(error), error.until)
            return 0
        except Exception as error:
            log.exception("unclassified error from %s", source.name)
            self._failed(f"The answer makes no sense ({type(error).__name__}).", None)
            return 0
        self._failures = 0
        self._not_before = self._rested()
        return mentions.take_in(source.name, self._matched(page.mentions, ours), cursor=page.cursor, now=self._now())

    def _failed(self, problem: str, until: datetime | None) -> None:
        self._failures += 1
        self._not_before = latest(until, self._rested())
        sources.source_trouble(self._source.name, problem=problem)

    def _rested(self) -> datetime | None:
        pause = self._rest(self._failures)
        return self._now() + timedelta(seconds=pause) if pause else None

    def _page(self, cursor: str) -> Page:
        source = self._source
        return source.platform.tagged(source.tag, cursor) if source.tag else source.platform.mentions(cursor)

    def _matched(self, raw: tuple[RawMention, ...], ours: set[str]) -> tuple[Mention, ...]:
        source = self._source
        return match(
            raw,
            network=source.network,
            account=source.account,
            our_ids=ours,
            our_posts=journeys.deliveries_of(source.account, references(raw)),
            ours=source.ours,
        )
