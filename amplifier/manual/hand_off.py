"""Who is asked next to post something by hand, and how a secret link stands: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from amplifier.campaign.delivery import DeliveryView, DoubtReason, RemoteState, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import (
    MOST_TOGETHER,
    HandOffRequest,
    PastedLink,
    SecretLink,
)

GIVEN_FOR = timedelta(minutes=2)  # a person may have posted so long before its time: their clock, or their haste


class LinkStatus(StrEnum):
    """How a secret link stands, for the person who opens its page."""

    ASKED = "asked"  # they are asked
    MINE = "mine"  # they are on it
    PASSED = "passed"  # somebody else was asked after them
    OTHERS = "others"  # somebody else is on it
    CHECKING = "checking"  # their link is being looked at
    LOOKING = "looking"  # they say that it is out, and we look
    OUT = "out"
    LATE = "late"
    OFF = "off"  # it is not wanted any more
    WAITS = "waits"  # something else holds it now: a stop, a person, a new time


def next_asks(
    waiting: Iterable[DeliveryView],
    asked: Mapping[int, Sequence[SecretLink]],
    people: Sequence[str],
    *,
    since: Mapping[int, datetime],
    now: datetime,
    hand_over_after_s: float,
) -> Iterator[HandOffRequest]:
    """Whom to ask now: the first person for what nobody was asked about, the next one after a secret link nobody took.

    `waiting` are deliveries to be posted by hand, `asked` their secret links, oldest first; `since`: when each was last
    wanted: what was asked before then is over. Who took one keeps it. A deletion or an edit waits for a day,
    so everybody is asked for it once. What has moved while it was with hands stays with whoever was asked; nobody else
    is before its new time.
    """
    for row in waiting:
        before = asked.get(row.id, ())
        this_round = of_this_round(before, since.get(row.id))
        if not people or now >= row.too_late_at or is_early(row, now):
            continue
        if not this_round:
            yield HandOffRequest(row.id, people[0], len(before))
            continue
        if row.identity.verb is not Verb.PUBLISH and len(this_round) >= len(people):
            continue
        last = this_round[-1]
        since_when = max(last.made_at, row.run_at or last.made_at)
        idle = last.taken_at is None and now - since_when >= timedelta(seconds=hand_over_after_s)
        person = _after(last.person, people)
        if idle and person != last.person:
            yield HandOffRequest(row.id, person, len(before))


def in_one_notice(
    asks: Iterable[HandOffRequest], waiting: Mapping[int, DeliveryView]
) -> tuple[tuple[HandOffRequest, ...], ...]:
    """These asks by notice: one person is told once of all that is to be posted now, of all to be deleted, and so on.

    In a notice they stand by the time they are due, then post by post, so that one post's networks are neighbours.
    """
    notices: dict[tuple[str, Verb], list[HandOffRequest]] = {}
    for one in asks:
        notices.setdefault((one.person, waiting[one.delivery].identity.verb), []).append(one)
    for several in notices.values():
        several.sort(key=lambda one: _place(waiting[one.delivery]))
    return tuple(
        tuple(several[start : start + MOST_TOGETHER])
        for several in notices.values()
        for start in range(0, len(several), MOST_TOGETHER)
    )


def of_this_round(asked: Sequence[SecretLink], since: datetime | None) -> tuple[SecretLink, ...]:
    """Those of these secret links that were made since hands were last wanted; all of them where nobody knows when."""
    return tuple(one for one in asked if since is None or one.made_at >= since)


def link_status(row: DeliveryView, mine: SecretLink, asked: Sequence[SecretLink], link: PastedLink) -> LinkStatus:
    """How the secret link `mine` stands; `asked` are those of this round, oldest first."""
    match row.state:
        case State.SENT:
            return LinkStatus.OFF if row.remote_state == RemoteState.WITHDRAWN else LinkStatus.OUT
        case State.DROPPED:
            return LinkStatus.OFF
        case _ if link.pending:
            return LinkStatus.CHECKING
        case State.MISSED:
            return LinkStatus.LATE
        case State.UNSURE:
            return LinkStatus.LOOKING if row.reason == DoubtReason.BY_HAND else LinkStatus.WAITS
        case State.HELD if row.reason == HoldReason.HAND_OFF and asked:
            last = asked[-1]
            if last.id == mine.id:
                return LinkStatus.MINE if mine.taken_at else LinkStatus.ASKED
            return LinkStatus.OTHERS if last.taken_at else LinkStatus.PASSED
        case _:
            return LinkStatus.WAITS


def is_early(row: DeliveryView, now: datetime) -> bool:
    """Whether its time has moved ahead since it came into people's hands: nobody is to post it yet."""
    return row.identity.verb is Verb.PUBLISH and row.run_at is not None and now < row.run_at


def asked_since(row: DeliveryView, asked: Iterable[SecretLink]) -> datetime:
    """Since when it may be out by hand: its time, or when somebody was asked, where its time has moved since."""
    return min((row.due_at, *(one.made_at for one in asked)))


def posted_after(row: DeliveryView, asked: Iterable[SecretLink] = ()) -> datetime:
    """A post from before this instant cannot be this one, posted by hand; `asked` are its secret links."""
    return asked_since(row, asked) - GIVEN_FOR


def _place(row: DeliveryView) -> tuple[datetime, str, int]:
    return row.due_at, row.identity.post.slot, row.id


def _after(person: str, people: Sequence[str]) -> str:
    return people[(people.index(person) + 1) % len(people)] if person in people else people[0]
