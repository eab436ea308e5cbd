"""Tells people: composes notices from what happened, and carries each to its recipient until one try succeeds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft, FeedEvent, Notice
from amplifier.compose.accountable import what_it_lacks
from amplifier.deliver.wrong_clock import times_wrong, wrong_clock
from amplifier.money.budget import budget_status
from amplifier.notify.envelope import Envelope
from amplifier.notify.notices import (
    ACCOUNT,
    Scene,
    clock_is_wrong,
    drafts,
    imprint_lacks,
    is_worth_telling,
    low_on_money,
    next_try,
)
from amplifier.platforms.account_names import names
from amplifier.policy import Recipient, Topic
from amplifier.settings import Mode, Settings
from amplifier.store import delivery_views, notices
from amplifier.store.identity import accounts
from amplifier.store.spends import month_of

log = logging.getLogger("amplifier.deliver")
SETTLE_S = {Mode.LIVE: 5.0, Mode.REHEARSAL: 1.0}
OLD = timedelta(days=1)  # nobody is woken for what is history
STUBBORN = 3  # tries
MANY = 200  # so much unread is read even if nothing of it is worth telling
MISSING = "the environment variable of its address is not set"


@dataclass(frozen=True)
class Transport:
    """How notices leave: `carry` sends a message and says what went wrong, `say` tells the wall of a rehearsal.

    `addresses` are the recipients' secret addresses by name; a rehearsal has none and reaches nobody.
    """

    carry: Callable[..., str]
    addresses: Mapping[str, str]
    say: Callable[[str], None] = lambda _sentence: None


class Notifier:
    """Composes and tells. Both may be called as often as one likes, by any number of workers."""

    def __init__(
        self,
        settings: Settings,
        *,
        post: Transport,
        envelope: Envelope,
        today: Callable[[], date],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._post = post
        self._envelope = envelope
        self._today = today
        self._now = now
        self._settle = timedelta(seconds=SETTLE_S[settings.mode])

    def compose(self) -> int:
        """Make notices of what happened, once it has settled: what belongs together is to arrive together."""
        now = self._now()
        unread = notices.unread(now=now)
        first = next((one for one in unread if is_worth_telling(one)), None)
        waits = first is not None and timedelta() <= now - first.at < self._settle
        if waits or not (first or len(unread) > MANY):
            return 0
        return notices.compose(self._decide, now=now)

    def warn_of_money(self) -> None:
        """Tell, once a month, that less than a fifth of the budget is left."""
        now = self._now()
        money = budget_status(self._settings, now=now)
        if money is None or not money.is_low:
            return
        self._add(low_on_money(month_of(now), str(money)), now)

    def warn_of_clock(self) -> None:
        """Tell, once each time, that this computer's clock has become wrong."""
        now = self._now()
        number = times_wrong(self._settings, now=now)
        if number:
            self._add(clock_is_wrong(number, wrong_clock(self._settings, now=now)), now)

    def warn_of_imprint(self) -> None:
        """Tell, once a day, that the public imprint lacks what its profile asks for, while posts of ours are out."""
        lacking = what_it_lacks(self._settings.campaign.imprint)
        if lacking and delivery_views.has_published():
            self._add(imprint_lacks(self._today(), lacking), self._now())

    def tell(self, recipient: str) -> None:
        """Tell this recipient what waits for them; after a failure the rest waits for a better moment.

        What has failed often may have a fault of its own: it keeps nothing else waiting any more.
        """
        for notice in notices.to_tell(recipient, now=self._now()):
            is_stubborn = notice.tries >= STUBBORN
            if self._now() < next_try(notice.made_at, notice.tries):
                if is_stubborn:
                    continue
                return
            if not notices.take(notice):
                return
            problem = self._tell(notice)
            if problem:
                notices.is_not_told(notice.id, problem=problem)
                log.warning("not told recipient=%s notice=%d problem=%s", recipient, notice.id, problem)
                if is_stubborn:
                    continue
                return
            notices.is_told(notice.id, now=self._now(), keep_link=self._settings.mode is Mode.REHEARSAL)
            log.info("told recipient=%s notice=%d topic=%s", recipient, notice.id, notice.topic)

    def jobs(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """What an engine is to call: composing, and telling each apart, so that one who hangs delays nobody."""
        if self._settings.notify:
            yield "notices", self.compose
        for recipient in self._settings.notify:
            yield f"tell {recipient.name}", partial(self.tell, recipient.name)

    def scene(
        self, rows: Sequence[DeliveryView], *, waiting: Mapping[str, Sequence[DeliveryView]] | None = None
    ) -> Scene:
        """What sentences need to know about these deliveries."""
        return Scene(
            rows={row.id: row for row in rows},
            names=names(self._settings),
            waiting=waiting or {},
            lost=frozenset(accounts.lost_accounts()),
            place=self._settings.campaign.place,
            today=self._today(),
        )

    def _add(self, draft: Draft, now: datetime) -> None:
        for one in listeners(self._settings, draft.topic):
            notices.add(draft, recipient=one.name, link=link(self._settings, draft.page), now=now)

    def _decide(self, unread: Sequence[FeedEvent]) -> list[tuple[Draft, str, str]]:
        now = self._now()
        news = [one for one in unread if now - one.at < OLD]
        rows = delivery_views.views_by_id({one.delivery for one in news if one.delivery and is_worth_telling(one)})
        lost = {one.subject.removeprefix(ACCOUNT) for one in news if one.subject.startswith(ACCOUNT)}
        made = drafts(news, self.scene(rows, waiting=_waiting(lost)))
        return [
            (draft, recipient.name, link(self._settings, draft.page))
            for draft in made
            for recipient in listeners(self._settings, draft.topic)
        ]

    def _tell(self, notice: Notice) -> str:
        opened = self._envelope.open(notice.link)
        if self._settings.mode is Mode.REHEARSAL:
            self._post.say(" ".join(filter(None, (notice.sentence, opened))))
            return ""
        address = self._post.addresses.get(notice.recipient, "")
        body = "\n".join(filter(None, (notice.sentence, opened)))
        return self._post.carry(address, title=title(self._settings), body=body) if address else MISSING


def listeners(settings: Settings, topic: Topic) -> list[Recipient]:
    """Who wants to hear of this, in the order of the settings."""
    return [one for one in settings.notify if topic in one.about]


def title(settings: Settings) -> str:
    """What stands above a message."""
    return settings.campaign.name + (" (rehearsal)" if settings.mode is Mode.REHEARSAL else "")


def link(settings: Settings, page: str) -> str:
    """The address of a page, where the settings say under which address people reach it; else nothing."""
    return f"{settings.address}{page}" if settings.address else ""


def _waiting(names_: set[str]) -> dict[str, list[DeliveryView]]:
    """What waits on these accounts, by due time."""
    found: dict[str, list[DeliveryView]] = {name: [] for name in names_}
    for row in delivery_views.views(states=(State.QUEUED, State.HELD)) if names_ else ():
        if row.identity.account in found and (row.state is State.QUEUED or row.reason == HoldReason.ACCOUNT):
            found[row.identity.account].append(row)
    return found
