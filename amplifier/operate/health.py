"""How everything is: looked up once, and shown by `status`, by *Now* and by whoever else asks."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from amplifier.campaign.account import Access
from amplifier.campaign.delivery import DeliveryView
from amplifier.deliver.stop_flags import StopFlag, stop_flags
from amplifier.deliver.wrong_clock import wrong_clock
from amplifier.errors import Problem
from amplifier.install import Install
from amplifier.listen.where import troubled
from amplifier.money.budget import BudgetStatus, budget_status
from amplifier.money.cost import is_readable
from amplifier.no_file import instead_of_file
from amplifier.schedule.decided.lost_moves import lost_now
from amplifier.schedule.naming.doubts import still_unsaid
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.settings import FILE, Settings
from amplifier.store import heartbeats, notices
from amplifier.store.database.health import trouble
from amplifier.store.database.transaction import database_file
from amplifier.store.heartbeats import Heartbeat
from amplifier.store.identity import accounts
from amplifier.store.identity.accounts import AccountState
from amplifier.store.listening import mentions, quarantine
from amplifier.store.listening.quarantine import Pile
from amplifier.store.operate import read_backs

PARTS = (
    "worker",
    "listener",
)  # the processes whose silence is a fault; the pages say of themselves that they are there
A_WEEK = timedelta(days=7)  # so long is told what others changed on a network


class AccountHealth(StrEnum):
    """How an account is, the gravest first; the first that fits holds."""

    MANUAL = "manual"  # people post there, and nothing is asked of its API
    LOST = "lost"  # it no longer lets us in
    UNKNOWN = "unknown"  # it has not answered yet
    RESTING = "resting"  # its network asks us to wait, until `closed_until`
    UNWELL = "unwell"  # it does not answer as it should just now
    FAILING = "failing"  # the last call failed
    UNREAD = "unread"  # what others say there could not be read
    RENAMED = "renamed"  # its handle is another now than in settings.yaml
    CONNECTED = "connected"


@dataclass(frozen=True)
class AccountStanding:
    """An account by its label, and how it is. `state` is None where the ledger has not met it yet."""

    name: str
    health: AccountHealth
    state: AccountState | None

    @property
    def detail(self) -> str:
        """What its network or settings.yaml says of it; empty where nothing is to be said."""
        return (self.state.detail or self.state.out_of_date) if self.state else ""

    def rests_for(self, now: datetime) -> timedelta:
        """How long its network asks us to wait."""
        until = self.state.closed_until if self.state else None
        return max(until - now, timedelta()) if until else timedelta()


@dataclass(frozen=True)
class Health:
    """Everything that may be wrong with the service, as it is at one instant.

    `alive`: which part is at work; `silent`: how long one that is not has said nothing, where it ever spoke.
    `database`, `clock`: what ails them, a sentence, or empty. `accounts`: those of the settings and of the last start.
    `problems` keep the planner from the newest files, `unsaid` is what nobody will hear by names that changed.
    `changed_outside` is what others deleted or changed on a network within a week. `sources`: what could not be read,
    by name, with the reason; `untold`: who cannot be told, of how many notices, and why.
    """

    now: datetime
    alive: Mapping[str, bool]
    silent: Mapping[str, timedelta]
    database: str
    clock: str
    stops: tuple[StopFlag, ...]
    accounts: tuple[AccountStanding, ...]
    budget: BudgetStatus | None
    problems: tuple[Problem, ...]
    unsaid: tuple[Problem, ...]
    lost_moves: tuple[Problem, ...]
    settings_differ: bool
    changed_outside: tuple[DeliveryView, ...]
    sources: Mapping[str, str]
    set_aside: tuple[Pile, ...]
    edited_since: int
    untold: Mapping[str, tuple[int, str]]

    @property
    def is_good(self) -> bool:
        """Whether nothing of it needs a person. What waits for somebody to decide is another question."""
        wrong = (self.database, self.clock, self.stops, self.problems, self.unsaid, self.lost_moves, self.untold)
        return all(self.alive.values()) and not any(wrong) and not self.lost

    @property
    def lost(self) -> tuple[AccountStanding, ...]:
        """The accounts that no longer let us in."""
        return tuple(one for one in self.accounts if one.health is AccountHealth.LOST)


def look(install: Install, *, now: datetime) -> Health:
    """How everything is. The ledger must be ready; nothing is changed, and no network is asked."""
    settings, beats = install.settings, heartbeats.heartbeats()
    alive = {name: heartbeats.is_alive(beats.get(name), now) for name in PARTS}
    file = database_file()
    states = accounts.account_states()
    sources = troubled([one for one in settings.accounts if is_readable(one, settings)], settings)
    return Health(
        now=now,
        alive=alive,
        silent={name: now - beats[name].at for name in PARTS if name in beats and not alive[name]},
        database=trouble(file, thorough=not all(alive.values())) if file else "",
        clock=wrong_clock(settings, now=now),
        stops=tuple(stop_flags(install)),
        accounts=_standings(settings, {one.name: one for one in states}, sources, now),
        budget=budget_status(settings, now=now),
        problems=plan_problems(beats),
        unsaid=tuple(still_unsaid(beats, now=now)),
        lost_moves=tuple(lost_now(settings, now=now)),
        settings_differ=_settings_differ(install, {beats[name].detail for name in PARTS if alive[name]}),
        changed_outside=tuple(read_backs.changed_outside([one.name for one in settings.accounts], since=now - A_WEEK)),
        sources=sources,
        set_aside=tuple(quarantine.piles()),
        edited_since=mentions.edited_since(),
        untold=notices.troubles(now=now),
    )


def _standings(
    settings: Settings, states: Mapping[str, AccountState], sources: Collection[str], now: datetime
) -> tuple[AccountStanding, ...]:
    known = {one.name: one for one in settings.accounts}
    manual = {name for name, one in known.items() if not is_readable(one, settings)}
    unread = {source.partition(":")[0] for source in sources}
    names = dict.fromkeys([*known, *(name for name, state in states.items() if state.is_listed)])
    return tuple(
        AccountStanding(
            name,
            AccountHealth.MANUAL if name in manual else account_health(states.get(name), name in unread, now),
            states.get(name),
        )
        for name in names
    )


def account_health(state: AccountState | None, is_unread: bool, now: datetime) -> AccountHealth:  # noqa: FBT001  two facts
    """How an account is whose API we use."""
    if state is None or state.access not in (Access.OK, Access.LOST):
        return AccountHealth.UNKNOWN
    signs = {
        AccountHealth.LOST: state.access is Access.LOST,
        AccountHealth.RESTING: state.closed_until is not None and state.closed_until > now,
        AccountHealth.UNWELL: bool(state.detail),
        AccountHealth.FAILING: state.failures > 0,
        AccountHealth.UNREAD: is_unread,
        AccountHealth.RENAMED: bool(state.out_of_date),
    }
    return next((health for health, is_so in signs.items() if is_so), AccountHealth.CONNECTED)


def plan_problems(beats: Mapping[str, Heartbeat]) -> tuple[Problem, ...]:
    """What the planner could not take from the files, by its last look."""
    beat = beats.get(PLAN_BEAT)
    return tuple(Problem(**one) for one in json.loads(beat.detail)) if beat and beat.detail else ()


def _settings_differ(install: Install, used: Collection[str]) -> bool:
    """Whether a process works with other settings than the file has now: each reads them once, at its start."""
    path = install.home / FILE
    with contextlib.suppress(OSError):  # an editor may be replacing it this instant
        written = "no file" if instead_of_file(path) else hashlib.sha256(path.read_bytes()).hexdigest()
        return bool({install.settings.digest, *used} - {written, ""})
    return False
