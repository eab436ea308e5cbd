"""Judges a history: what the ledger says that happened, beside what is in the world, against what may be."""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amplifier.campaign.delivery import CLOSED_BY_A_RECEIPT, MOVES, MOVES_BY_A_PERSON, State

Said = tuple[str, str, str]  # network, account, first words
SERVICE = "service"
LATE_RECEIPT = "late receipt"
ON_THE_WAY = (State.QUEUED, State.SENDING, State.UNSURE)


@dataclass(frozen=True)
class Delivery:
    """A row of the ledger, as far as it is judged. `account` is its name in settings, `handle` that on the network."""

    id: int
    account: str
    platform: str
    handle: str
    verb: str
    text: str
    state: str
    remote_id: str
    target: str
    attempts: int
    too_late_at: datetime
    by_hand: bool

    @property
    def said(self) -> Said:
        """What it says, and where, as the world tells it."""
        return (self.platform, _plain(self.handle), _same(self.text))


@dataclass(frozen=True)
class Event:
    """One thing that happened to a delivery."""

    id: int
    delivery: int
    at: datetime
    actor: str
    kind: str
    before: str
    after: str
    fence: int

    @property
    def is_attempt(self) -> bool:
        """Whether it is an intent to send, written before the call."""
        return self.after == State.SENDING and self.before != State.SENDING

    @property
    def moves(self) -> bool:
        """Whether it changed the delivery's state; others only tell."""
        return self.before != self.after


@dataclass(frozen=True)
class History:
    """The deliveries by number, and everything that happened to them, in the order it was written."""

    deliveries: Mapping[int, Delivery]
    events: Sequence[Event]


def violations(
    ledger: Path, world: Sequence[Mapping[str, object]], *, at_rest: bool = True, set_back: Sequence[int] = ()
) -> list[str]:
    """Every way in which this ledger (SQLite) and this world (`GET /_/world`) break a promise, each as a sentence.

    `at_rest`: nothing may be on its way any more. `set_back`: the last event before each time that our clock was set
    back, beyond which an event may be dated earlier than the one that it follows.
    """
    return judge(read(ledger), world, at_rest=at_rest, set_back=set_back)


def judge(
    history: History, world: Sequence[Mapping[str, object]], *, at_rest: bool = True, set_back: Sequence[int] = ()
) -> list[str]:
    """The same of a history that was read before."""
    told: defaultdict[int, list[Event]] = defaultdict(list)
    for event in history.events:
        told[event.delivery].append(event)
    found = [*_too_often(history, told, world), *_receipts(history, world), *_overlaps(history)]
    for delivery in history.deliveries.values():
        found += [f"Delivery {delivery.id}: {what}" for what in _story(delivery, told[delivery.id], set_back)]
        if at_rest and delivery.state in ON_THE_WAY:
            found.append(f"Delivery {delivery.id} is left {delivery.state} at the end.")
    return found


def read(ledger: Path) -> History:
    """What a ledger in a SQLite file says; it may be in use."""
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)) as file:
        file.execute("BEGIN")  # both questions see one moment
        rows = file.execute(
            "SELECT d.id, a.label, d.platform, a.handle, d.verb, d.text, d.state, d.remote_id,"
            " d.target, d.attempts, d.too_late_at, d.by_hand"
            " FROM deliveries d JOIN accounts a ON a.id = d.account_id ORDER BY d.id"
        ).fetchall()
        events = file.execute(
            "SELECT id, CAST(substr(subject, 10) AS INTEGER), at, actor, kind, before, after, fence FROM events"
            " WHERE subject LIKE 'delivery:%' ORDER BY id"
        ).fetchall()
    deliveries = {
        row[0]: Delivery(*row[:7], row[7] or "", row[8], row[9], _instant(row[10]), bool(row[11])) for row in rows
    }
    return History(deliveries, [Event(row[0], row[1], _instant(row[2]), *row[3:]) for row in events])


def _too_often(
    history: History, told: Mapping[int, list[Event]], world: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    """Posts of ours beyond those planned, or that nobody ever began to send. What was deleted is gone."""
    said = Counter(_said(post) for post in world if post["ours"] and not post.get("deleted"))
    publishing = [delivery for delivery in history.deliveries.values() if delivery.verb == "publish"]
    planned = Counter(delivery.said for delivery in publishing)
    begun = Counter(
        delivery.said
        for delivery in publishing
        if delivery.state == State.SENT or delivery.by_hand or any(event.is_attempt for event in told[delivery.id])
    )
    for what, number in said.items():
        where = f"on {what[0]} as {what[1]}: “{what[2][:60]}”"
        if number > planned[what]:
            yield f"In the world {_times(number)} and planned {_times(planned[what])}, {where}."
        elif number > begun[what]:
            yield f"In the world {_times(number)}, but begun {_times(begun[what])}, {where}."


def _receipts(history: History, world: Sequence[Mapping[str, object]]) -> Iterator[str]:
    there = {(str(post["network"]), str(post["remote_id"])): post for post in world}
    owners: dict[tuple[str, str], int] = {}
    for delivery in history.deliveries.values():
        if delivery.verb != "publish":
            yield from _corrected(delivery, there)
            continue
        if delivery.state == State.SENT and not delivery.remote_id:
            yield f"Delivery {delivery.id} is sent without a receipt."
        if not delivery.remote_id:
            continue
        place = (delivery.platform, delivery.remote_id)
        post = there.get(place)
        if post is None:
            yield f"Delivery {delivery.id} has a receipt for {delivery.remote_id}, which the world does not have."
        elif _said(post)[:2] != delivery.said[:2]:
            yield f"Delivery {delivery.id} has the receipt of another account, {post['account']}."
        elif _said(post) != delivery.said:
            yield f"Delivery {delivery.id} has the receipt of another text: “{_said(post)[2][:60]}”."
        if place in owners:
            yield f"Delivery {delivery.id} has the same receipt as delivery {owners[place]}: {delivery.remote_id}."
        owners[place] = delivery.id


def _corrected(delivery: Delivery, there: Mapping[tuple[str, str], Mapping[str, object]]) -> Iterator[str]:
    """Whether an edit or a deletion that is done shows in the world."""
    post = there.get((delivery.platform, delivery.target))
    if delivery.state != State.SENT or post is None:
        return
    if delivery.verb == "delete" and not post.get("deleted"):
        yield f"Delivery {delivery.id} says that {delivery.target} is deleted, and it is there."
    if delivery.verb == "edit" and _same(delivery.text) not in [_same(text) for text in _versions(post)]:
        yield f"Delivery {delivery.id} says that {delivery.target} was edited, and it never said that."


def _overlaps(history: History) -> Iterator[str]:
    """Two calls of one account under way at once, by the order in which the ledger was written."""
    under_way: dict[str, int] = {}
    for event in history.events:
        delivery = history.deliveries.get(event.delivery)
        if delivery is None or not event.moves:
            continue
        other = under_way.get(delivery.account)
        if event.is_attempt:
            if other not in (None, delivery.id):
                yield f"Delivery {delivery.id} began while delivery {other} of {delivery.account} was under way."
            under_way[delivery.account] = delivery.id
        elif other == delivery.id:
            del under_way[delivery.account]


def _story(delivery: Delivery, events: Sequence[Event], set_back: Sequence[int] = ()) -> Iterator[str]:
    """What is wrong in the order of one delivery's events."""
    state, fence, is_out = "", 0, False
    last: Event | None = None
    for event in events:
        if last and event.at < last.at and not any(last.id <= number < event.id for number in set_back):
            yield f"“{event.kind}” is dated {event.at.isoformat()}, before the event that it follows."
        last = event
        if event.before and state and event.before != state:
            yield f"“{event.kind}” begins at {event.before}, and it was {state}."
        if event.moves and event.before and not _may_move(event):
            yield f"“{event.kind}” took it from {event.before} to {event.after}, which {event.actor} may not do."
        if event.is_attempt:
            yield from _attempt(delivery, event, fence, is_out=is_out)
            fence = max(fence, event.fence)
        is_out = is_out or event.after == State.SENT
        state = event.after or state
    attempts = sum(event.is_attempt for event in events)
    if attempts != delivery.attempts:
        yield f"attempted {_times(delivery.attempts)}, with {attempts} intents written down before."
    if events and state != delivery.state:
        yield f"it is {delivery.state}, and its last event left it {state}."
    if not events:
        yield "nothing was written down about it."


def _attempt(delivery: Delivery, event: Event, fence: int, *, is_out: bool) -> Iterator[str]:
    if is_out:
        yield "sent once more after its receipt."
    if event.at >= delivery.too_late_at:
        yield f"sent at {event.at.isoformat()}, though it was too late from {delivery.too_late_at.isoformat()}."
    if event.fence <= fence:
        yield f"two attempts under one fence, {event.fence}."


def _may_move(event: Event) -> bool:
    before, after = State(event.before), State(event.after)
    if event.kind == LATE_RECEIPT:
        return after == State.SENT and before in CLOSED_BY_A_RECEIPT
    by_a_person = MOVES_BY_A_PERSON.get(before, frozenset()) if event.actor != SERVICE else frozenset()
    return after in MOVES[before] | by_a_person


def _said(post: Mapping[str, object]) -> Said:
    return (str(post["network"]), _plain(str(post["account"])), _same(_versions(post)[0]))


def _versions(post: Mapping[str, object]) -> list[str]:
    """Everything a post has said, oldest first."""
    found = post.get("versions")
    return [str(text) for text in found] if isinstance(found, list) and found else [str(post["text"])]


def _same(text: str) -> str:
    """A text as every network keeps it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _plain(handle: str) -> str:
    """A handle without the server that every local account has."""
    return handle.lower().removesuffix("@social.example")


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
