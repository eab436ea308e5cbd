"""New texts held against what the ledger remembers and the plan wants: as far as X's rule asks, at a bounded cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from amplifier.campaign.delivery import Due, Spoken
from amplifier.compose.sameness import BEGINNING, END, Echo, PlannedText, already, around, heard, watched
from amplifier.errors import UsageError
from amplifier.settings import Settings
from amplifier.store import decisions, plan_versions
from amplifier.store import recent_texts as ledger

# As many texts of an account, the newest that are out and the next to come, are compared whole; what is older is found
# where it is the same to the letter. A thousand comparisons take a twentieth of a second.
MOST = 5_000
SINCE = "Somebody has said nearly the same a moment ago. Look what is there, and try once more."


class StageMap(Protocol):
    """The map between real instants and those of the campaign, such as a rehearsal's stage."""

    def campaign(self, real: datetime) -> datetime:
        """The moment of the campaign that plays at this real instant."""

    def real(self, due: datetime) -> datetime:
        """The real instant at which this moment of the campaign plays."""


class _RealTime:
    """The campaign plays in its own days."""

    def campaign(self, real: datetime) -> datetime:
        return real

    def real(self, due: datetime) -> datetime:
        return due


REAL_TIME: StageMap = _RealTime()


@dataclass(frozen=True)
class Ahead:
    """What the plan in force is still to say, in the campaign's time: the ledger lacks a part of it.

    What people decided stands there after the planner's next look, what is far ahead when it is near. `instead` are
    the ledger's deliveries in whose place this stands. `decided` is the newest decision that it goes by; None: by none.
    `version` is the digest of its files; empty: not known.
    """

    said: tuple[PlannedText, ...] = ()
    instead: frozenset[int] = frozenset()
    decided: int | None = None
    version: str = ""


NOTHING_AHEAD = Ahead()


def remembered(
    said: Sequence[PlannedText],
    settings: Settings,
    *,
    at: datetime,
    replaced: Collection[int] = (),
    playing: StageMap = REAL_TIME,
    plan: Ahead = NOTHING_AHEAD,
) -> tuple[Echo, ...]:
    """What these texts, due at this instant, echo in the ledger, in the plan and in one another; one echo a text.

    `replaced` are deliveries that give way to them and have never been out. In a rehearsal `playing` makes days those
    of the campaign; the echoes are told in the times of the ledger.
    """
    gone, these = {*replaced, *plan.instead}, {(one.post, one.account) for one in said}
    planned = [one for one in plan.said if (one.post, one.account) not in these]
    accounts, strict = {one.account for one in said}, watched(settings)
    found: dict[int, Spoken] = {}
    for where in around(accounts, playing.campaign(at), settings):
        since, until = (one if one in (BEGINNING, END) else playing.real(one) for one in (where.since, where.until))
        rows = ledger.recent_texts(where.accounts, since=since, until=until, most=MOST)
        found |= {row.delivery: row for row in rows}
    if len(strict) > 1 and accounts & strict:
        texts = [one.text for one in said if one.account in strict]
        found |= {row.delivery: row for row in ledger.word_for_word(texts, strict)}
    known = [replace(row, at=playing.campaign(row.at)) for row in found.values() if row.delivery not in gone]
    there = [replace(one, at=playing.campaign(one.at)) for one in said]
    return tuple(
        replace(
            echo,
            said=replace(echo.said, at=playing.real(echo.said.at)),
            before=replace(echo.before, at=playing.real(echo.before.at)),
        )
        for echo in heard(there, known, settings, plan=planned)
    )


def unseen(shown: Iterable[Echo], found: Iterable[Echo]) -> Echo | None:
    """The first of these echoes that is none of those that were shown to whoever agreed; None if all are."""
    known = {_names(echo) for echo in shown}
    return next((echo for echo in found if _names(echo) not in known), None)


def must_be_the_plan(plan: Ahead) -> None:
    """Raises UsageError if somebody has decided about the plan since this one was read; nobody else can do so now.

    Or if the files have changed since, as far as the planner has taken them. To be asked inside the transaction that
    writes, which has the ledger to itself.
    """
    if plan.version and plan_versions.newest_digest() != plan.version:
        raise UsageError("The plan's files changed a moment ago, so nothing was changed. Give the command once more.")
    if plan.decided is not None and decisions.newest_decision() != plan.decided:
        raise UsageError(
            "Somebody has decided about the plan a moment ago, so nothing was changed. Give the command once more."
        )


def spoken_on_x(settings: Settings, playing: StageMap) -> list[Spoken]:
    """What the accounts that take no copies said and are to say, as far as it is compared, in campaign time."""
    rows = ledger.recent_texts(watched(settings), since=BEGINNING, until=END, most=MOST)
    return [replace(row, at=playing.campaign(row.at)) for row in rows]


def is_out_already(due: Due, settings: Settings, *, campaign: Callable[[datetime], datetime]) -> str:
    """Why a text that is due may not go out after all, its very words being out; empty if it may.

    Asked before each call on a network that takes no copies, so it costs one look at an index. `campaign` makes a real
    instant one of the campaign's, since in a rehearsal weeks pass in minutes; it is asked only where there is a copy.
    What counts is when both were to go out, as where the plan is checked: a moment's lateness makes no copy.
    """
    strict = watched(settings)
    if due.identity.account not in strict:
        return ""
    rows = ledger.out_elsewhere(due.text, strict, delivery=due.id)
    out = [replace(row, at=campaign(row.at)) for row in rows]
    return already(due.identity.account, campaign(due.due_at), out) if out else ""


def _names(echo: Echo) -> tuple[str, str, str]:
    """Who echoes whom; what the new post is called may change when it comes into the ledger."""
    before = "" if echo.before.post == echo.said.post else echo.before.post
    return echo.said.account, echo.before.account, before
