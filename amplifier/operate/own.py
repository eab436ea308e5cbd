"""A person's own post: shown first, then queued like every other, and followed to its receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import OWN, Fact, Moment, PostId, WantedPost
from amplifier.compose.memory import (
    NOTHING_AHEAD,
    REAL_TIME,
    Ahead,
    StageMap,
    must_be_the_plan,
    remembered,
    unseen,
)
from amplifier.compose.queue import own_occurrence, own_words, with_appended
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.settings import Settings
from amplifier.store import posts
from amplifier.store.identity import accounts as ledger

A_HAIR = timedelta(seconds=1)
NEW = "this post"  # how messages name it before it has a place in the ledger


@dataclass(frozen=True)
class OwnPost:
    """An own post, ready to be queued; `echoes` are texts in the ledger and in the plan that say nearly the same.

    `is_for_later`: it was shown with a time that lay ahead. `appended` is what was added to the text on each account,
    since the campaign appends it and it was not there.
    """

    post: WantedPost
    echoes: tuple[Echo, ...]
    is_for_later: bool = False
    appended: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def refused(self) -> tuple[Echo, ...]:
        """Those that no insisting helps against: X takes no copies, neither on one account nor on several."""
        return tuple(echo for echo in self.echoes if echo.verdict is Verdict.REFUSED)


def prepare_own(  # noqa: PLR0913  what is said where and when, and with what
    text: str,
    accounts: Sequence[str],
    settings: Settings,
    *,
    due_at: datetime,
    now: datetime,
    playing: StageMap = REAL_TIME,
    append: bool = False,
    plan: Ahead = NOTHING_AHEAD,
) -> OwnPost:
    """The post that would be queued, due at a real instant. `append`: with what the campaign appends to its posts.

    `plan` is what the plan in force is to say, with which it is compared beside the ledger.
    Raises UsageError for an unknown account, TemplateError for impossible words.
    """
    known = {account.name: account for account in settings.accounts}
    for name in accounts:
        if name not in known:
            raise UsageError(f"There is no account “{name}”. {nearest(name, known)}")
    ledger.must_be_called_so({name: known[name].identity for name in accounts})
    whole = {
        name: with_appended(text, known[name], settings) if append else (text, ()) for name in dict.fromkeys(accounts)
    }
    words = tuple(own_words(said, known[name], settings) for name, (said, _) in whole.items())
    post = WantedPost(
        id=PostId(settings.campaign.id, OWN, own_occurrence(text, accounts, now)),
        moment=moment_at(due_at, settings, playing),
        too_late_s=int(settings.timing.too_late_after_s),
        template="",
        wording="",
        milestone="",
        words=words,
    )
    appended = {name: added for name, (_, added) in whole.items() if added}
    return OwnPost(post, _echoes(NEW, post, settings, playing, plan), due_at > now, appended)


def moment_at(due_at: datetime, settings: Settings, playing: StageMap) -> Moment:
    """This real instant, with what the campaign's clocks show then."""
    there = playing.campaign(due_at)
    if there != due_at:  # the map of a rehearsal gives 09:59:59.9 back for 10:00
        there += A_HAIR
    here = there.astimezone(ZoneInfo(settings.campaign.zone))
    return Moment(due_at, f"{here:%Y-%m-%dT%H:%M}", settings.campaign.zone, here.fold)


def queue_own(  # noqa: PLR0913  what is queued by whom and when, and what stands around it
    own: OwnPost,
    settings: Settings,
    *,
    actor: str,
    now: datetime,
    facts: tuple[Fact, ...] = (),
    playing: StageMap = REAL_TIME,
    plan: Ahead = NOTHING_AHEAD,
) -> list[int]:
    """Queue it, with the facts that its words state; the numbers of its deliveries. `plan` is that of this moment.

    Raises UsageError if its time has passed, or somebody else has queued or decided nearly the same, since it was
    prepared.
    """
    ink = posts.Ink(
        actor=actor,
        now=now,
        first_day=settings.campaign.first_day,
    )
    new = tuple(NewDelivery(words, State.QUEUED) for words in own.post.words)
    if own.is_for_later and own.post.moment.due_at <= now:
        raise UsageError("The time that you were shown has passed since, so nothing was queued. Give it another one.")
    # what is for now is due when somebody agreed to it, however long they thought about it
    moment = own.post.moment if own.is_for_later else moment_at(max(now, own.post.moment.due_at), settings, playing)
    own = replace(own, post=replace(own.post, moment=moment, facts=facts))
    first = partial(_must_be_as_shown, own, settings, playing, plan)
    return posts.add_post(Add(own.post, None, new), ink, first=first)


def _echoes(name: str, post: WantedPost, settings: Settings, playing: StageMap, plan: Ahead) -> tuple[Echo, ...]:
    due_at = post.moment.due_at
    said = [PlannedText(name, one.account, one.text, due_at) for one in post.words]
    return remembered(said, settings, at=due_at, playing=playing, plan=plan)


def _must_be_as_shown(own: OwnPost, settings: Settings, playing: StageMap, plan: Ahead) -> None:
    """Raises UsageError for an echo that nobody saw who agreed to this post: two people may say the same at once."""
    must_be_the_plan(plan)
    name = f"{own.post.id.slot}/{own.post.id.occurrence}"
    if echo := unseen(own.echoes, _echoes(name, own.post, settings, playing, plan)):
        raise UsageError(
            f"{echo.before.account} has {echo.of_this} since a moment ago, so nothing was queued: "
            "somebody else may have sent the same.\n"
            "Look what is there, and give the command again if it is to be said once more."
        )
