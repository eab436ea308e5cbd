"""A person's own post: shown first, then queued like every other, and followed to its receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import OWN, Fact, Moment, PostId, WantedPost
from amplifier.compose.memory import REAL_TIME, Playing, remembered
from amplifier.compose.queue import own_occurrence, own_words
from amplifier.compose.sameness import Echo, Said, Verdict
from amplifier.errors import UsageError
from amplifier.settings import Settings
from amplifier.store import posts
from amplifier.written import nearest

NEW = "this post"  # how messages name it before it has a place in the ledger


@dataclass(frozen=True)
class OwnPost:
    """An own post, ready to be queued; `echoes` are texts in the ledger that say nearly the same."""

    post: WantedPost
    echoes: tuple[Echo, ...]

    @property
    def refused(self) -> tuple[Echo, ...]:
        """Those that no insisting helps against: X takes no copies, neither on one account nor on several."""
        return tuple(echo for echo in self.echoes if echo.verdict is Verdict.REFUSED)


def prepare_own(
    text: str,
    accounts: Sequence[str],
    settings: Settings,
    *,
    due_at: datetime,
    now: datetime,
    playing: Playing = REAL_TIME,
) -> OwnPost:
    """The post that would be queued. Raises UsageError for an unknown account, TemplateError for impossible words."""
    known = {account.name: account for account in settings.accounts}
    for name in accounts:
        if name not in known:
            raise UsageError(f"There is no account “{name}”. {nearest(name, known)}")
    zone = ZoneInfo(settings.campaign.zone)
    here = due_at.astimezone(zone)
    words = tuple(own_words(text, known[name], settings) for name in dict.fromkeys(accounts))
    post = WantedPost(
        id=PostId(settings.campaign.id, OWN, own_occurrence(text, accounts, now)),
        moment=Moment(due_at, f"{here:%Y-%m-%dT%H:%M}", settings.campaign.zone, here.fold),
        too_late_s=int(settings.timing.too_late_after_s),
        template="",
        wording="",
        milestone="",
        words=words,
    )
    said = [Said(NEW, one.account, one.text, due_at) for one in words]
    return OwnPost(post, remembered(said, settings, at=due_at, playing=playing))


def queue_own(
    own: OwnPost, settings: Settings, *, actor: str, now: datetime, facts: tuple[Fact, ...] = ()
) -> list[int]:
    """Queue it, with the facts that its words state; the numbers of its deliveries."""
    ink = posts.Ink(
        actor=actor,
        now=now,
        first_day=settings.campaign.first_day,
    )
    new = tuple(NewDelivery(words, State.QUEUED) for words in own.post.words)
    return posts.add_post(Add(replace(own.post, facts=facts), None, new), ink)
