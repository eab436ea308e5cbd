"""Who is asked next to post something by hand, and how an errand stands: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from amplifier.campaign.delivery import DoubtReason, HoldReason, Journey, Receipt, RemoteState, State, Verb
from amplifier.campaign.errand import HANDS_WANTED, LINK_GIVEN, LINK_REFUSED, LOOKED_FOR, MOST_TOGETHER, Ask, Errand

GIVEN_FOR = timedelta(minutes=2)  # a person may have posted so long before its time: their clock, or their haste


class Standing(StrEnum):
    """How an errand stands, for the person who opens its page."""

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


@dataclass(frozen=True)
class Link:
    """What became of the last link that was pasted: still to be looked at, or refused with a sentence."""

    pending: Receipt | None = None
    by: str = ""
    refused: str = ""


def next_asks(
    waiting: Iterable[Journey],
    asked: Mapping[int, Sequence[Errand]],
    people: Sequence[str],
    *,
    since: Mapping[int, datetime],
    now: datetime,
    hand_over_after_s: float,
) -> Iterator[Ask]:
    """Whom to ask now: the first person for what nobody was asked about, the next one after an errand nobody took.

    `waiting` are deliveries that hands must post; `asked` their errands, oldest first, and `since` when hands were last
    wanted for each: what was asked before then is over. Who took one keeps it. A deletion or an edit waits for a day,
    so everybody is asked for it once. What has moved while it was with hands stays with whoever was asked; nobody else
    is before its new time.
    """
    for row in waiting:
        before = asked.get(row.id, ())
        this_round = of_this_round(before, since.get(row.id))
        if not people or now >= row.too_late_at or is_early(row, now):
            continue
        if not this_round:
            yield Ask(row.id, people[0], len(before))
            continue
        if row.identity.verb is not Verb.PUBLISH and len(this_round) >= len(people):
            continue
        last = this_round[-1]
        since_when = max(last.made_at, row.run_at or last.made_at)
        idle = last.taken_at is None and now - since_when >= timedelta(seconds=hand_over_after_s)
        person = _after(last.person, people)
        if idle and person != last.person:
            yield Ask(row.id, person, len(before))


def in_one_notice(asks: Iterable[Ask], waiting: Mapping[int, Journey]) -> tuple[tuple[Ask, ...], ...]:
    """These asks by notice: one person is told once of all that is to be posted now, of all to be deleted, and so on.

    In a notice they stand by the time they are due, then post by post, so that one post's networks are neighbours.
    """
    notices: dict[tuple[str, Verb], list[Ask]] = {}
    for one in asks:
        notices.setdefault((one.person, waiting[one.delivery].identity.verb), []).append(one)
    for several in notices.values():
        several.sort(key=lambda one: _place(waiting[one.delivery]))
    return tuple(
        tuple(several[start : start + MOST_TOGETHER])
        for several in notices.values()
        for start in range(0, len(several), MOST_TOGETHER)
    )


def of_this_round(asked: Sequence[Errand], since: datetime | None) -> tuple[Errand, ...]:
    """Those of these errands that were made since hands were last wanted; all of them where nobody knows when."""
    return tuple(one for one in asked if since is None or one.made_at >= since)


def standing(row: Journey, mine: Errand, asked: Sequence[Errand], link: Link) -> Standing:
    """How the errand `mine` stands; `asked` are those of this round, oldest first."""
    match row.state:
        case State.SENT:
            return Standing.OFF if row.remote_state == RemoteState.WITHDRAWN else Standing.OUT
        case State.DROPPED:
            return Standing.OFF
        case _ if link.pending:
            return Standing.CHECKING
        case State.MISSED:
            return Standing.LATE
        case State.UNSURE:
            return Standing.LOOKING if row.reason == DoubtReason.BY_HAND else Standing.WAITS
        case State.HELD if row.reason == HoldReason.HAND_OFF and asked:
            last = asked[-1]
            if last.id == mine.id:
                return Standing.MINE if mine.taken_at else Standing.ASKED
            return Standing.OTHERS if last.taken_at else Standing.PASSED
        case _:
            return Standing.WAITS


def last_link(told: Iterable[tuple[str, str, str]]) -> Link:
    """What became of the last link, from what was told of the delivery: (kind, actor, detail), oldest first."""
    found = Link()
    for kind, actor, detail in told:
        if kind == LINK_GIVEN:
            remote_id, _, url = detail.partition(" ")
            found = Link(pending=Receipt(remote_id, url), by=actor)
        elif kind == LINK_REFUSED:
            found = Link(refused=detail)
        elif kind == LOOKED_FOR or (kind == HANDS_WANTED and not found.pending):
            found = Link()
    return found


def passed_over(told: Iterable[tuple[str, str, str]], adopted: Receipt, *, by: str) -> tuple[tuple[str, Receipt], ...]:
    """Links to other posts that other people pasted meanwhile, and nobody looked at: (who, what), from the same."""
    given: dict[str, Receipt] = {}
    last = ""
    for kind, actor, detail in told:
        if kind == LINK_GIVEN:
            remote_id, _, url = detail.partition(" ")
            given[actor], last = Receipt(remote_id, url), actor
        elif kind == LINK_REFUSED:
            given.pop(last, None)
        elif kind == LOOKED_FOR:
            given.clear()
    return tuple((actor, one) for actor, one in given.items() if actor != by and one.remote_id != adopted.remote_id)


def is_early(row: Journey, now: datetime) -> bool:
    """Whether its time has moved ahead since it came into people's hands: nobody is to post it yet."""
    return row.identity.verb is Verb.PUBLISH and row.run_at is not None and now < row.run_at


def asked_since(row: Journey, asked: Iterable[Errand]) -> datetime:
    """Since when it may be out by hand: its time, or when somebody was asked, where its time has moved since."""
    return min((row.due_at, *(one.made_at for one in asked)))


def posted_after(row: Journey, asked: Iterable[Errand] = ()) -> datetime:
    """A post from before this instant cannot be this one, posted by hand; `asked` are its errands."""
    return asked_since(row, asked) - GIVEN_FOR


def _place(row: Journey) -> tuple[datetime, str, int]:
    return row.due_at, row.identity.post.slot, row.id


def _after(person: str, people: Sequence[str]) -> str:
    return people[(people.index(person) + 1) % len(people)] if person in people else people[0]
