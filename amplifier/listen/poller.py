"""Ask each source for what is new, and log it together with the cursor: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.mention import Aside, Mention, RawMention
from amplifier.campaign.pace import latest
from amplifier.errors import PlatformError
from amplifier.listen.match import NOBODY, Ours, match, references
from amplifier.listen.reader import version
from amplifier.listen.where import source_name
from amplifier.platforms.port import Page, Platform
from amplifier.store import delivery_views
from amplifier.store.identity import accounts
from amplifier.store.listening import mentions, quarantine, sources

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
        """How the source is called in the database."""
        return source_name(self.account, self.tag)


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
        self._has_read_again = False

    def poll(self) -> int:
        """Take in what is new; how many mentions were logged. A source in trouble says why.

        One event that makes no sense is set aside and keeps nobody waiting; an answer that makes none keeps the cursor.
        """
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
        again = self._read_again(ours)
        matched, aside = self._matched(page.mentions, ours)
        reader, now = version(source.network), self._now()
        new = mentions.take_in(
            source.name,
            matched,
            cursor=page.cursor,
            now=now,
            aside=(*page.aside, *aside),
            reader=reader,
            is_unfinished=page.is_unfinished or page.problem is not None,
        )
        new += mentions.take_in_again(source.name, again, reader=reader, now=now) if again else 0
        if page.aside or aside:
            log.warning("not understood source=%s events=%d", source.name, len(page.aside) + len(aside))
        if page.problem:
            self._failed(str(page.problem), page.problem.until)
        else:
            self._failures = 0
            self._not_before = self._rested()
        return new

    def _read_again(self, ours: set[str]) -> dict[int, Mention | Aside | None]:
        """What an older version set aside, as this one understands it; tried once in the life of a process."""
        if self._has_read_again:
            return {}
        self._has_read_again = True
        source = self._source
        found: dict[int, Mention | Aside | None] = {}
        for kept in quarantine.to_read_again(source.name, reader=version(source.network)):
            try:
                raw = source.platform.reread(kept.aside.raw, source.tag)
            except PlatformError:
                continue  # the next process tries it
            except Exception as error:  # noqa: BLE001  it has stopped nothing so far, and must not now
                raw = Aside(kept.aside.place, kept.aside.raw, f"{type(error).__name__}: {error}")
            if isinstance(raw, RawMention):
                matched, aside = self._matched((raw,), ours)
                found[kept.id] = matched[0] if matched else aside[0] if aside else None
            else:
                found[kept.id] = raw
        return found

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

    def _matched(self, raw: tuple[RawMention, ...], ours: set[str]) -> tuple[list[Mention], list[Aside]]:
        """The mentions among them, and those that stop whoever cleans them."""
        source = self._source
        posts = delivery_views.deliveries_of(source.account, references(raw))
        found: list[Mention] = []
        aside: list[Aside] = []
        for one in raw:
            try:
                found += match(
                    (one,),
                    network=source.network,
                    account=source.account,
                    our_ids=ours,
                    our_posts=posts,
                    ours=source.ours,
                )
            except Exception as error:  # noqa: BLE001  a stranger's words must not stop the source
                aside.append(Aside(one.canonical_id, one.raw, f"{type(error).__name__}: {error}"))
        return found, aside
