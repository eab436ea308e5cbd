"""A small ledger to try verbs on: opened, with its accounts, and deliveries added in few words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from django.db import connection

from amplifier.campaign.account import Listed
from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import Due, Receipt, State, Transition, Verb
from amplifier.campaign.mention import Mention, MentionKind, Visibility
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.campaign.stop import EVERYTHING, Stop
from amplifier.settings import Settings
from amplifier.store import claims, deliveries, ledger, posts
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.models import AccountRow, DeliveryRow, PostRow
from tests.waiting import HANG_S

R = TypeVar("R")
NOW = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)
LEASE = NOW + timedelta(seconds=60)
FIRST_DAY = date(2023, 9, 24)
PLATFORMS = {"x": "x", "bluesky": "bluesky", "mastodon": "mastodon"}
_numbers = count(1)


def after(seconds: float) -> datetime:
    """So many seconds after NOW; negative is before."""
    return NOW + timedelta(seconds=seconds)


def open_ledger(*, stopped: str = "") -> None:
    """A ledger with three accounts."""
    ledger.open_ledger(mode="rehearsal", campaign="lab23", now=NOW, stopped=stopped)
    know_the_three()


def know_the_three() -> None:
    """Its accounts, in whatever mode it was opened."""
    know((name, platform, f"{name}-handle") for name, platform in PLATFORMS.items())


def know(rows: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """These accounts, each by label, network and handle (and its server's address), as settings.yaml lists them."""
    return accounts.know_accounts([Listed(*one) for one in rows])


def also(label: str, network: str, handle: str) -> int:
    """One more account beside those that are known, whose network has said that it is another; its number."""
    known = accounts.account_states()
    there = [(one.name, one.platform, one.handle, one.server and f"https://{one.server}") for one in known]
    know([*there, (label, network, handle)])
    let_in(label)
    return number(label)


def let_in(label: str) -> None:
    """The network of this account says that it is well, and not yet by which id it knows it."""
    accounts.account_is_ok(label, remote_id="", url="", text_limit=None, now=NOW)


def list_as(settings: Settings) -> None:
    """The accounts are those that these settings list."""
    for one in settings.accounts:
        who = one.identity
        AccountRow.objects.filter(label=one.name).update(server=who.server, handle=who.handle)


def number(account: str) -> int:
    """The number of the account with this label."""
    return accounts.number_of(account)


def ink(now: datetime = NOW) -> posts.Ink:
    return posts.Ink(actor="service", now=now, first_day=FIRST_DAY)


def wanted(
    slot: str, words: Sequence[Words], *, due: datetime = NOW, too_late_s: int = 900, milestone: str = "debate"
) -> WantedPost:
    moment = Moment(due, f"{due:%Y-%m-%dT%H:%M}", "Europe/London", 0)
    return WantedPost(PostId("lab23", slot, "once"), moment, too_late_s, "lab23/vote", "plain", milestone, tuple(words))


def add(
    text: str = "", *, account: str = "x", due: datetime = NOW, too_late_s: int = 900, state: State = State.QUEUED
) -> int:
    """One post with one delivery; its number. Without a text every delivery says something of its own."""
    count = next(_numbers)
    words = Words(account, text or f"Words {count}", "en")
    post = wanted(f"slot-{count:06}", [words], due=due, too_late_s=too_late_s)
    return posts.add_post(Add(post, None, (NewDelivery(words, state),)), ink())[0]


def by_hand(text: str = "", *, account: str = "x", due: datetime = NOW) -> int:
    """A delivery of a post that people publish by hand."""
    number = add(text, account=account, due=due)
    PostRow.objects.filter(deliveries=number).update(hand_off=True)
    return number


def change(verb: Verb, target: str, *, account: str = "x", due: datetime = NOW, text: str = "New words") -> int:
    """An edit or a deletion of the post with this remote id."""
    post = row(add(account=account, state=State.DROPPED)).post
    return DeliveryRow.objects.create(
        post=post,
        account_id=number(account),
        platform=PLATFORMS[account],
        verb=verb,
        revision=1,
        target=target,
        text=text,
        language="en",
        key="key",
        state=State.QUEUED,
        run_at=due,
        too_late_at=due + timedelta(days=1),
    ).pk


def stop(scope: str = EVERYTHING, *, reason: str = "Somebody pressed stop.") -> Stop:
    return stops.stop(reason=reason, actor="cli:ola", now=NOW, scope=scope)


def lift(scope: str = "") -> tuple[Stop, ...]:
    return stops.lift(actor="cli:ola", now=NOW, scope=scope)


def claim(*, now: datetime = NOW, limit: int = 10, stopped: str = "") -> list[Due]:
    return claims.claim(now=now, lease_until=now + timedelta(seconds=60), limit=limit, stopped=stopped)


def claim_unsure(*, now: datetime = NOW, limit: int = 10) -> list[Due]:
    return claims.claim_unsure(now=now, lease_until=now + timedelta(seconds=60), limit=limit)


def begin(due: Due, *, now: datetime = NOW, request: bytes = b"bytes") -> bool:
    return deliveries.begin(due, request=request, now=now, lease_until=now + timedelta(seconds=60))


def sending(text: str = "", *, account: str = "x", now: datetime = NOW) -> Due:
    """A delivery whose call is under way."""
    number = add(text, account=account, due=now)
    (due,) = [one for one in claim(now=now) if one.id == number]
    assert begin(due, now=now)
    return due


def step(due: Due, after: State, *, before: State = State.SENDING, receipt: Receipt | None = None) -> Transition:
    return Transition(due.id, due.fence, before, after, "tried", receipt=receipt)


def sent(text: str = "", *, account: str = "x", number: int = 12, now: datetime = NOW) -> Due:
    """A delivery that went out, with this receipt."""
    due = sending(text, account=account, now=now)
    assert deliveries.record([step(due, State.SENT, receipt=receipt(number))], now=now) == []
    return due


def unsure(text: str = "", *, account: str = "x", now: datetime = NOW) -> Due:
    """A delivery that got no clear answer; it may be looked for at once."""
    due = sending(text, account=account, now=now)
    transition = Transition(due.id, due.fence, State.SENDING, State.UNSURE, "no clear answer", run_at=now)
    assert deliveries.record([transition], now=now) == []
    return due


def next_allowed(account: str) -> datetime | None:
    """Until when this account rests."""
    return {one.name: one.next_allowed_at for one in accounts.account_states()}[account]


def receipt(number: int) -> Receipt:
    return Receipt(str(number), f"https://x.com/us/status/{number}")


def row(delivery: int) -> DeliveryRow:
    """The row as it stands, past all verbs."""
    return DeliveryRow.objects.get(id=delivery)


def mention(name: str, *, network: str = "x", posted_at: datetime = NOW, text: str = "Good luck") -> Mention:
    return Mention(
        network=network,
        account=network,
        canonical_id=name,
        kind=MentionKind.REPLY,
        author_id="77",
        author_handle="bell.example",
        author_name="Bell",
        text=text,
        url=f"https://x.com/bell/status/{name}",
        posted_at=posted_at,
        visibility=Visibility.PUBLIC,
    )


def at_once(calls: Sequence[Callable[[], R]]) -> list[R]:
    """What these calls give when they begin in one instant, each on a thread and a connection of its own."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], R]) -> R:
        try:
            gate.wait(timeout=HANG_S)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
