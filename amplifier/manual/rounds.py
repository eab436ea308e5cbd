"""Asks people to post by hand what hands must post, passes it on when nobody takes it, and looks at pasted links."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import FINAL, DeliveryView, Receipt, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import BY_HAND, LinkKind, PastedLink, SecretLink
from amplifier.campaign.stop import stopped_by
from amplifier.errors import PlatformError, Unpaid, UsageError
from amplifier.manual.changed_since import CHANGES, told
from amplifier.manual.hand_off import in_one_notice, next_asks, of_this_round
from amplifier.money.cost import is_manual
from amplifier.notify.envelope import Envelope
from amplifier.notify.notices import please
from amplifier.notify.notify import Notifier, listeners
from amplifier.platforms.outlet import Outlet
from amplifier.policy import Topic
from amplifier.settings import Settings
from amplifier.store import delivery_views, events, notices, secret_links
from amplifier.store.holding import holds, stops
from amplifier.store.operate import overrides, withdrawals
from amplifier.text.similarity import nearly_the_same

log = logging.getLogger("amplifier.deliver")
PAGE = "/h/"
AGAIN_S = 5.0
LATE_WORD = timedelta(hours=1)  # so long after the last moment somebody may still say that they posted it
NOT_THERE = "There is no post of ours behind that link. Open the post, copy its address, and paste it once more."
UNWANTED = "It is not wanted any more. If you have posted it, delete it there."
OTHER_WORDS = "The post behind that link says something else. Paste the link of the one with these words."


@dataclass(frozen=True)
class Means:
    """What hands need: who is told and how, what stops everything, where secret tokens come from, and where pages are.

    `base` is the address under which people reach the pages, empty where nobody knows.
    """

    notifier: Notifier
    envelope: Envelope
    outlets: Mapping[str, Outlet]
    stopped: Callable[[], str]
    token: Callable[[], str]
    base: Callable[[], str]


@dataclass(frozen=True)
class LookedAt:
    """A delivery as one look found it, and when it last became another thing to do by hand than it was."""

    row: DeliveryView
    changed_at: datetime | None


class ManualRounds:
    """Both jobs may be called as often as one likes, by any number of workers."""

    def __init__(self, settings: Settings, means: Means, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._means = means
        self._now = now
        self._again: dict[int, datetime] = {}

    def ask(self) -> None:
        """Ask the first person, or the next one; close what is over. A stop keeps nobody from deleting or changing."""
        now, opened = self._now(), secret_links.open_secret_links()
        looked_at = look_at({one.delivery for one in opened if one.delivery is not None})
        self._tell_changes(opened, looked_at, now)
        _close(opened, looked_at, now)
        held = [row for row in delivery_views.views(states=(State.HELD,)) if row.reason == HoldReason.HAND_OFF]
        freed = self._free(held, now)
        people = [one.name for one in listeners(self._settings, Topic.HAND_OFF)]
        if not people:
            return
        stopped, in_force = self._means.stopped(), stops.stops()
        withdrawn = withdrawals.withdrawn([row.id for row in held])
        waiting = {
            row.id: row
            for row in held
            if row.id not in (withdrawn | freed)
            and (
                row.identity.verb is not Verb.PUBLISH
                or not (stopped or stopped_by(in_force, row.identity.account, row.text))
            )
        }
        if not waiting:
            return
        asked = by_delivery(waiting)
        scene = self._means.notifier.scene(list(waiting.values()))
        hand_over_after_s = self._settings.timing.hand_over_after_s
        since = holds.wanted_since(waiting)
        asks = next_asks(waiting.values(), asked, people, since=since, now=now, hand_over_after_s=hand_over_after_s)
        for several in in_one_notice(asks, waiting):
            rows, token = [waiting[one.delivery] for one in several], self._means.token()
            draft = please(rows, words=words_known(rows[0]), number=several[0].number, now=now, scene=scene)
            link = self._means.envelope.seal(f"{self._means.base()}{PAGE}{token}")
            # something may have been held after we looked at the clock
            made_at = max(now, *(since.get(row.id, now) for row in rows))
            if secret_links.ask(several, draft, token=token, link=link, now=made_at):
                for one in several:
                    log.info("asked delivery=%d person=%s", one.delivery, one.person)

    def check_links(self) -> None:
        """Look at each link that was pasted: our post with these words is adopted, anything else is refused."""
        for secret_link, row in self._open():
            link = secret_links.pasted_link(row.id)
            again = self._again.get(row.id)
            if link.pending and row.state is not State.SENT and (again is None or self._now() >= again):
                self._check(secret_link, row, link, link.pending)

    def _check(self, secret_link: SecretLink, row: DeliveryView, link: PastedLink, receipt: Receipt) -> None:
        now, account = self._now(), row.identity.account
        outlet = self._means.outlets.get(account)
        if outlet is None:  # nobody can look; what the link itself says was found good when it was pasted
            self._adopt(secret_link, row, link, receipt)
            return
        try:
            seen = outlet.platform.read(receipt.remote_id, row.text)
        except Unpaid:
            self._adopt(secret_link, row, link, receipt)
            return
        except PlatformError as error:
            self._again[row.id] = max(error.until or now, now + timedelta(seconds=AGAIN_S))
            return
        except Exception:  # as anywhere else: one network's surprise is not everybody's
            log.exception("unclassified error from %s", account)
            self._again[row.id] = now + timedelta(seconds=AGAIN_S)
            return
        if seen is None or not seen.is_ours:
            secret_links.refuse_link(secret_link, link, NOT_THERE, now=now)
        elif seen.says_the_same or nearly_the_same(seen.text, row.text):
            self._adopt(secret_link, row, link, receipt)
        else:
            secret_links.refuse_link(secret_link, link, OTHER_WORDS, now=now)

    def _adopt(self, secret_link: SecretLink, row: DeliveryView, link: PastedLink, receipt: Receipt) -> None:
        now, by = self._now(), link.by
        try:
            overrides.adopt(row.id, receipt, actor=by, now=now)
        except UsageError as error:
            why = str(error)
            if row.state is State.DROPPED:  # left out while somebody posted it: it is out, and nobody wants it there
                secret_links.note_second(secret_link, receipt, actor=by, now=now)
                why = UNWANTED
            secret_links.refuse_link(secret_link, link, why, now=now)
            return
        for other in secret_links.pasted_by_others(row.id, receipt, by=by):  # two posted it at once: it is out twice
            if other.pending:
                secret_links.note_second(secret_link, other.pending, actor=other.by, now=now)

    def _open(self) -> list[tuple[SecretLink, DeliveryView]]:
        """The last secret link of each delivery that has an open one."""
        latest = {one.delivery: one for one in secret_links.open_secret_links() if one.delivery is not None}
        return [(latest[row.id], row) for row in delivery_views.views_by_id(latest)]

    def _free(self, held: Iterable[DeliveryView], now: datetime) -> set[int]:
        """What the settings or the plan no longer leave to hands goes out by itself, unless somebody is on it."""
        said = (BY_HAND, holds.CHANGE_BY_HAND)  # and not that somebody says that they have done it
        loose = {row.id: row for row in held if row.detail in said and not is_manual(row, self._settings)}
        if not loose:
            return set()
        since, asked = holds.wanted_since(loose), by_delivery(loose)
        free = {
            number
            for number in loose
            if not any(one.taken_at for one in of_this_round(asked.get(number, ()), since.get(number)))
            and not secret_links.awaits_a_look(number)
        }
        holds.go_on(reason=HoldReason.HAND_OFF, now=now, among=free)
        return free

    def _tell_changes(self, opened: Iterable[SecretLink], looked_at: Mapping[int, LookedAt], now: datetime) -> None:
        """Whoever was asked is told once of each change that came after that: they may be at it this moment."""
        changed = {
            number: (one.row, one.changed_at)
            for number, one in looked_at.items()
            if one.changed_at and one.row.identity.verb is Verb.PUBLISH
        }
        if not changed:
            return
        scene = self._means.notifier.scene([row for row, _ in changed.values()])
        for number, (row, at) in changed.items():
            draft = told(row, at, now=now, scene=scene)
            people = dict.fromkeys(one.person for one in opened if one.delivery == number and one.made_at < at)
            for person in people if draft else ():
                if draft and notices.add(draft, recipient=person, link="", now=now):
                    log.info("told of a change delivery=%d person=%s", number, person)


def look_at(deliveries: Collection[int]) -> dict[int, LookedAt]:
    """How these stand, and since which change; without those that changed while we looked: they are for the next look.

    Whoever is told of a change is told by the row that it made, and nothing is closed of which nobody was told.
    """
    before = changes_of(deliveries)
    rows = delivery_views.views_by_id(deliveries)
    after = changes_of(deliveries)
    still = [row for row in rows if before.get(row.id) == after.get(row.id)]
    return {row.id: LookedAt(row, after.get(row.id)) for row in still}


def changes_of(deliveries: Collection[int]) -> Mapping[int, datetime]:
    """When each of these last became another thing to do by hand than it was; without those that never did."""
    subjects = {events.of_delivery(number): number for number in deliveries}
    found = events.last_written(subjects, *CHANGES) if subjects else {}
    return {subjects[subject]: at for subject, at in found.items()}


def what_is_out(row: DeliveryView) -> DeliveryView | None:
    """The post that this edit or deletion is about; None if no delivery of ours published it."""
    owner = delivery_views.deliveries_of(row.identity.account, [row.target]).get(row.target) or row.waits_for
    return next(iter(delivery_views.views_by_id([owner])), None) if owner is not None else None


def words_known(row: DeliveryView) -> str:
    """The words by which people know what is to be done: the new ones, or of a deletion those that are to go."""
    out = None if row.text else what_is_out(row)
    return out.text if out else row.text


def by_delivery(deliveries: Mapping[int, object]) -> dict[int, list[SecretLink]]:
    """The secret links of these deliveries, oldest first."""
    found: dict[int, list[SecretLink]] = {}
    for one in secret_links.secret_links(kind=LinkKind.HAND_OFF, deliveries=tuple(deliveries)):
        if one.delivery is not None:
            found.setdefault(one.delivery, []).append(one)
    return found


def _close(opened: Iterable[SecretLink], looked_at: Mapping[int, LookedAt], now: datetime) -> None:
    """What is missed stays open a while: whoever posted it late can still say so, and what they say is heard."""
    over = {number for number, one in looked_at.items() if one.row.state in FINAL and _is_over(one.row, now)}
    ids = [one.id for one in opened if one.delivery in over]
    if ids:
        secret_links.close_secret_links(ids, now=now)


def _is_over(row: DeliveryView, now: datetime) -> bool:
    if row.state is State.MISSED and now - row.too_late_at <= LATE_WORD:
        return False
    return row.state is State.SENT or not secret_links.awaits_a_look(row.id)
