"""Builds everything, once: adapters with their sessions, the worker, the listener, the jobs of each process."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Event
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from amplifier.campaign.delivery import Due, Verb
from amplifier.clock import utc_now
from amplifier.compose.imprint import why_not
from amplifier.compose.memory import is_out_already
from amplifier.deliver.accounts import answers_hold, are_called_so, doubt_other_keys, listed
from amplifier.deliver.decide import Pauses
from amplifier.deliver.each_account import jobs_of_each
from amplifier.deliver.stop_flags import in_words, tell_flag
from amplifier.deliver.vault import SealedVault
from amplifier.deliver.worker import Pace, Rules, Worker
from amplifier.engine.port import Job
from amplifier.errors import SettingsError, UsageError
from amplifier.install import Install
from amplifier.lacking import lacks_key
from amplifier.listen.match import Ours
from amplifier.listen.poller import Poller, Source
from amplifier.listen.where import tags_on
from amplifier.money.budget import account_budget, go_on_with_money, rest_after_listening
from amplifier.money.cost import in_micros, is_by_hand, is_readable, look_reserve_for, micros, monthly
from amplifier.networks import WITH_SESSIONS
from amplifier.notify.watchdog import Watchdog
from amplifier.platforms.capabilities import TABLE, Repeat
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.registry import connect
from amplifier.policy import OnDoubt
from amplifier.schedule.decided.in_force import keep_settings
from amplifier.schedule.planner import Planner
from amplifier.schedule.playing import playing
from amplifier.schedule.rehearsal_agent import RehearsalAgent
from amplifier.settings import Account, Mode, Settings
from amplifier.sharekit.publish import Publisher
from amplifier.store import heartbeats, ledger
from amplifier.store.holding import holds
from amplifier.store.identity import accounts
from amplifier.store.operate.withdrawals import tidy
from amplifier.wiring.people import LOOPBACK, NoticeContext, people_jobs, watch_for

DAY_S = 86_400
# How often what cannot wake us is looked at; a rehearsal has no time to lose, and live nothing to burn (bench/idle.py).
SOON_S = {Mode.REHEARSAL: 1.0, Mode.LIVE: 3.0}
TICK_S = {Mode.REHEARSAL: 0.2, Mode.LIVE: 0.25}  # each look for what is due wakes the processor; bench/idle.py
OF_A_LEASE = 0.8  # what is asked under a claim is over before others may take it for lost, and the rest is for writing
NEW_LEDGER = (
    "This database is new, so it cannot know what went out before. What was due in the last day is being looked for."
)


@dataclass(frozen=True)
class App:
    """An install, opened: its place and one adapter an account."""

    install: Install
    platforms: dict[str, Platform]

    @property
    def pauses(self) -> Pauses:
        """How patient delivery is in this mode."""
        timing = self.install.settings.timing
        return Pauses(
            settle=timing.settle_s,
            look_again=timing.look_again_s,
            retry_after=timing.retry_after_s,
            gap=timing.gap_s,
        )


def open_app(install: Install, *, tells: bool = True) -> App:
    """Open the ledger for this mode and connect every account. Raises UsageError or SettingsError; starts nothing.

    Who tells nobody anything (`tells`), such as the listener alone, needs the accounts' keys and no others.
    """
    settings = install.settings
    missing = settings.missing_secrets(os.environ, tells=tells)
    if missing:
        raise SettingsError(list(missing))
    open_ledger_for(install)
    doubt_other_keys(settings, os.environ, install.key, now=utc_now())
    platforms = {account.name: reach(account, install) for account in settings.accounts}
    return App(install, platforms)


def open_ledger_for(install: Install) -> None:
    """Open the ledger for this mode and these accounts, without a key. Raises UsageError where it is another's."""
    settings = install.settings
    ledger.open_ledger(
        mode=settings.mode.value,
        campaign=settings.campaign.id,
        now=utc_now(),
        stopped=NEW_LEDGER if settings.mode is Mode.LIVE else "",
    )
    holds.leave_to_a_person(accounts.know_accounts(listed(settings)), now=utc_now())


def reachable(install: Install) -> dict[str, Platform]:
    """The adapters of those accounts whose secrets are here; a command may be given where they, or our key, are not."""
    found = {}
    for account in install.settings.accounts:
        with contextlib.suppress(SettingsError, UsageError):
            found[account.name] = reach(account, install)
    return found


def reach(account: Account, install: Install) -> Platform:
    """The account's adapter, with its session.

    Raises SettingsError without a secret of this account, UsageError without our key where a session is to be sealed.
    """
    lacks = lacks_key(install.settings, {"AMPLIFIER_KEY": install.key}, f"the log-in session of {account.name}")
    if lacks and account.platform in WITH_SESSIONS:
        raise UsageError(lacks)
    if missing := install.settings.missing_secrets(os.environ, of=account):
        raise SettingsError(list(missing))
    budget, known = account_budget(account, install.settings, now=utc_now), partial(accounts.remote_id_of, account.name)
    connection = replace(connection_for(account, install), budget=budget, known_id=known)
    vault = SealedVault(account.name, connection.api, "" if lacks else install.key)
    return connect(account.platform, connection, vault, utc_now)


def addresses(account: Account, install: Install) -> tuple[str, str]:
    """Where this account's API is, and where people look at its pages."""
    if install.settings.mode is Mode.REHEARSAL:
        return (f"http://127.0.0.1:{install.sandbox_port}",) * 2
    row = TABLE[account.platform]
    return account.api or row.api, account.api if account.platform == "mastodon" else row.web


def connection_for(account: Account, install: Install) -> Connection:
    """How to reach this account. In a rehearsal that is the sandbox on this machine, with pretend secrets, always."""
    timing = install.settings.timing
    row = TABLE[account.platform]
    api, web = addresses(account, install)
    if install.settings.mode is Mode.REHEARSAL:
        words = {name: pretend_secret(account, name) for name in row.secrets}
    else:
        held = {name: os.environ.get(variable, "").strip() for name, variable in account.secrets.items()}
        words = dict.fromkeys(row.secrets, "") | held  # none where the network is never asked
    if install.settings.mode is Mode.REHEARSAL and urlsplit(api).hostname not in LOOPBACK:
        raise UsageError(f"A rehearsal speaks to this computer only, and {api} is not on it.")
    return Connection(
        handle=account.handle,
        api=api,
        web=web,
        secrets=words,
        connect_timeout=timing.connect_timeout_s,
        read_timeout=timing.read_timeout_s,
        whole_timeout=OF_A_LEASE * timing.lease_s,
    )


def pretend_secret(account: Account, name: str) -> str:
    """The secret that the sandbox takes for this account's. On Mastodon it names the server: one port is them all."""
    return f"pretend-{account.known_as.removeprefix('@')}" if name == "access_token" else "pretend"


def outlet_for(account: Account, platform: Platform, settings: Settings) -> Outlet:
    """One account with the rules for publishing there."""
    row = TABLE[account.platform]
    # Promises to readers, counted by their days; a rehearsal plays weeks of those in minutes.
    is_live = settings.mode is Mode.LIVE
    daily = ((account.daily_cap, DAY_S),) if account.daily_cap and is_live else ()
    return Outlet(
        account=account.name,
        platform=platform,
        looks=row.looks,
        park=account.on_doubt is OnDoubt.PARK,
        by_hand=is_by_hand(account, settings),
        readable=is_readable(account, settings),
        by_key=row.repeat is Repeat.RECORD_KEY,
        caps=(*row.caps, *daily),
        gap_s=account.gap_s if is_live else None,
        price=partial(micros, row=row),
        price_delete=in_micros(row.price_delete),
        budget=monthly(settings),
        look_reserve=look_reserve_for(row, settings),
    )


def rules_of(install: Install, untrue: Callable[[Due], str] = lambda _due: "") -> Rules:
    """What may keep a delivery from going out, beside its network: a stop, the campaign's own imprint, a copy.

    `untrue` says what of a person's words is no longer so.
    """
    imprint = install.settings.campaign.imprint

    def lacks(due: Due) -> str:
        return "" if due.verb is Verb.DELETE else why_not(due.text, due.imprint, imprint)

    def campaign(real: datetime) -> datetime:
        return playing(install.settings).campaign(real)

    def copies(due: Due) -> str:
        return is_out_already(due, install.settings, campaign=campaign)

    return Rules(stopped=install.stopped, why_not=lacks, copies=copies, untrue=untrue)


def worker_jobs(app: App) -> tuple[list[Job], Worker]:
    """What the worker process does, and the worker itself, to be stopped at the end."""
    install, settings = app.install, app.install.settings
    outlets = {
        account.name: outlet_for(account, app.platforms[account.name], settings) for account in settings.accounts
    }
    pace = Pace(lease_s=settings.timing.lease_s, pauses=app.pauses, threads=max(4, 2 * len(outlets)))
    chance = random.Random()  # noqa: S311  spreads retries, guards no secret
    planner = Planner(install.home, settings, now=utc_now)
    rules = rules_of(install, planner.is_stale)
    worker = Worker(outlets, pace=pace, now=utc_now, chance=chance, rules=rules)
    kit = Publisher(settings, planner, now=utc_now)
    rehearsal = settings.mode is Mode.REHEARSAL
    soon = SOON_S[settings.mode]
    watch = watch_for(settings, os.environ)
    watchdog = Watchdog(watch, now=utc_now, answers_hold=lambda: answers_hold(settings, now=utc_now()))

    planned = Event()  # until then the ledger may want what the files, written while nobody was here, do not

    def plan() -> None:
        if not are_called_so(settings):
            planned.clear()
            return
        if not planned.is_set():
            keep_settings(settings, now=utc_now())
        changes = planner.refresh()
        planned.set()
        if changes or changes.note:  # old words leave the kit at once, not at its next turn
            kit.publish()

    def tick() -> None:
        if planned.is_set() and are_called_so(settings):
            worker.tick()
            watchdog.work()

    jobs = [
        Job("plan", 0.5 if rehearsal else 2.0, plan),
        Job("deliver", TICK_S[settings.mode], tick),
        Job("money", 2.0 if rehearsal else 30.0, lambda: go_on_with_money(outlets, now=utc_now())),
        Job("kit", 1.0 if rehearsal else 5.0, kit.publish),
        Job("worker heartbeat", soon, partial(_beat, "worker", settings.digest)),
        Job("stop flag", soon, lambda: tell_flag(install, now=utc_now())),
    ]
    if rehearsal:
        agent = RehearsalAgent(
            f"http://127.0.0.1:{install.sandbox_port}",
            token=install.sandbox_token,
            settings=settings,
            now=utc_now,
            stopped=partial(in_words, install),
        )
        jobs += [Job("tell the wall", 0.5, agent.tell), Job("wishes", 0.1, agent.carry_out)]
    if watch:
        jobs.append(Job("watchdog", watch.every_s, watchdog.call))
    zone = ZoneInfo(settings.campaign.zone)
    people = NoticeContext(
        now=utc_now,
        today=lambda: planner.campaign_time().astimezone(zone).date(),
        say=agent.say if rehearsal else lambda _sentence: None,
    )
    named = [*people_jobs(install, outlets, people), *jobs_of_each(_readable(app), outlets, settings, now=utc_now)]
    jobs += [Job(name, every, call) for name, every, call in named]
    jobs.append(Job("withdrawals", soon, lambda: tidy(now=utc_now())))
    return jobs, worker


def listener_jobs(app: App) -> list[Job]:
    """What the listener does: one job a source."""
    settings = app.install.settings
    jobs = [Job("listener heartbeat", SOON_S[settings.mode], partial(_beat, "listener", settings.digest))]
    for name, platform in _readable(app).items():
        account = settings.account(name)
        rest = partial(rest_after_listening, account, settings, now=utc_now)
        for tag in tags_on(account, settings):
            source = Source(account.name, account.platform, platform, tag, *_our_own(account, settings))
            jobs.append(Job(source.name, settings.listen_every_s, Poller(source, now=utc_now, rest=rest).poll))
    return jobs


def _our_own(account: Account, settings: Settings) -> tuple[frozenset[str], Ours]:
    """Our accounts that this one's server knows by other ids, and how it calls them."""
    beside = [one for one in settings.accounts if one.platform == account.platform]
    elsewhere = frozenset(one.name for one in beside if one.server != account.server)
    return elsewhere, Ours(frozenset(one.known_as[1:].lower() for one in beside if one.server), account.server)


def _readable(app: App) -> dict[str, Platform]:
    """The accounts that may be asked something: not those on which it costs money that nobody has granted."""
    settings = app.install.settings
    return {one.name: app.platforms[one.name] for one in settings.accounts if is_readable(one, settings)}


def _beat(name: str, settings_digest: str) -> None:
    """A sign of life, with the digest of the settings in use, so that `status` can say when the file differs."""
    heartbeats.beat(name, now=utc_now(), detail=settings_digest)
