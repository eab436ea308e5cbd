"""A person's own post: shown first, then queued like every other, and followed to its receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import OWN, Fact, Moment, PostId, WantedPost
from amplifier.compose.memory import REAL_TIME, Playing, remembered
from amplifier.compose.queue import own_occurrence, own_words
from amplifier.compose.sameness import Echo, Said, Verdict
from amplifier.errors import UsageError
from amplifier.settings import Settings
from amplifier.store import accounts as ledger
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
    ledger.must_be_called_so({name: known[name].identity for name in accounts})
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
    return OwnPost(post, _echoes(NEW, post, settings, playing))


def queue_own(
    own: OwnPost,
    settings: Settings,
    *,
    actor: str,
    now: datetime,
    facts: tuple[Fact, ...] = (),
    playing: Playing = REAL_TIME,
) -> list[int]:
    """Queue it, with the facts that its words state; the numbers of its deliveries.

    Raises UsageError if somebody else has queued nearly the same since it was prepared.
    """
    ink = posts.Ink(
        actor=actor,
        now=now,
        first_day=settings.campaign.first_day,
    )
    new = tuple(NewDelivery(words, State.QUEUED) for words in own.post.words)
    first = partial(_must_be_as_shown, own, settings, playing)
    return posts.add_post(Add(replace(own.post, facts=facts), None, new), ink, first=first)


def _echoes(name: str, post: WantedPost, settings: Settings, playing: Playing) -> tuple[Echo, ...]:
    due_at = post.moment.due_at
    said = [Said(name, one.account, one.text, due_at) for one in post.words]
    return remembered(said, settings, at=due_at, playing=playing)


def _must_be_as_shown(own: OwnPost, settings: Settings, playing: Playing) -> None:
    """Raises UsageError for an echo that nobody saw who agreed to this post: two people may say the same at once."""
    shown = {_names(echo) for echo in own.echoes}
    for echo in _echoes(f"{own.post.id.slot}/{own.post.id.occurrence}", own.post, settings, playing):
        if _names(echo) not in shown:
            text = "this text" if echo.alike == 1 else "nearly this text"
            raise UsageError(
                f"{echo.before.account} has {text} since a moment ago, so nothing was queued: somebody else may have "
                "sent the same.\nLook what is there, and give the command again if it is to be said once more."
            )


def _names(echo: Echo) -> tuple[str, str, str]:
    """Who echoes whom, whatever this post is called by now."""
    before = NEW if echo.before.post == echo.said.post else echo.before.post
    return echo.said.account, echo.before.account, before
