"""Puts together what tells people and asks them: notices, posting by hand, and the call to whoever watches over us."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlsplit

from amplifier.compose.accountable import unaccountable
from amplifier.deliver.stop_flags import why_stopped
from amplifier.install import Install
from amplifier.manual.rounds import ManualRounds, Means
from amplifier.notify.envelope import Envelope
from amplifier.notify.messenger import carry
from amplifier.notify.notify import Notifier, Transport
from amplifier.notify.watchdog import Watch
from amplifier.platforms.outlet import Outlet
from amplifier.settings import Mode, Settings
from amplifier.store import heartbeats

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERY_S = {Mode.LIVE: 3.0, Mode.REHEARSAL: 1.0}
MONEY_EVERY_S = 30.0
CLOCK_EVERY_S = 30.0
IMPRINT_EVERY_S = 60.0
WATCH_EVERY_S = {Mode.LIVE: 60.0, Mode.REHEARSAL: 2.0}


@dataclass(frozen=True)
class NoticeContext:
    """How people are spoken to: the clock, the campaign's own date, and who tells a rehearsal's wall a sentence."""

    now: Callable[[], datetime]
    today: Callable[[], date]
    say: Callable[[str], None]


def people_jobs(
    install: Install, outlets: Mapping[str, Outlet], told: NoticeContext
) -> Iterator[tuple[str, float, Callable[[], object]]]:
    """What is to be called, and how often (seconds): notices, each recipient apart, hand-offs and pasted links."""
    settings = install.settings
    every = EVERY_S[settings.mode]
    notifier = notifier_for(install, told)
    for name, call in notifier.jobs():
        yield name, every, call
    if settings.notify:
        yield "clock", CLOCK_EVERY_S, notifier.warn_of_clock
    if settings.notify and unaccountable(settings):
        yield "imprint", IMPRINT_EVERY_S, notifier.warn_of_imprint
    if settings.budget:
        yield "low on money", MONEY_EVERY_S, notifier.warn_of_money
    means = Means(
        notifier=notifier,
        envelope=Envelope(install.key),
        outlets={name: outlet for name, outlet in outlets.items() if outlet.readable},
        stopped=partial(why_stopped, install),
        token=partial(secrets.token_urlsafe, 32),
        base=partial(pages_at, settings),
    )
    rounds = ManualRounds(settings, means, now=told.now)
    yield "hand-off", every, rounds.ask
    yield "links", every, rounds.check_links


def notifier_for(install: Install, told: NoticeContext) -> Notifier:
    """Who tells people. A rehearsal reads no address and reaches nobody."""
    settings = install.settings
    live = settings.mode is Mode.LIVE
    addresses = {one.name: os.environ.get(one.address, "").strip() for one in settings.notify} if live else {}
    post = Transport(carry=carry, addresses=addresses, say=told.say)
    return Notifier(settings, post=post, envelope=Envelope(install.key), today=told.today, now=told.now)


def watch_for(settings: Settings, environ: Mapping[str, str]) -> Watch | None:
    """Who watches over us, if anybody does. A rehearsal calls nobody who is not on this computer."""
    address = environ.get(settings.ping, "").strip() if settings.ping else ""
    if not address or (settings.mode is Mode.REHEARSAL and urlsplit(address).hostname not in LOOPBACK):
        return None
    return Watch(address, WATCH_EVERY_S[settings.mode])


def pages_at(settings: Settings) -> str:
    """The address under which people reach the pages: the settings', in a rehearsal where this machine serves them."""
    if settings.mode is Mode.LIVE:
        return settings.address or ""
    served = heartbeats.heartbeats().get("web")
    return served.detail if served else ""
