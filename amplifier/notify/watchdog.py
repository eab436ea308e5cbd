"""Proves that the service lives, end to end, and only then calls whoever watches over it (`ping` in the settings)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from amplifier.campaign.account import Access
from amplifier.store import heartbeats
from amplifier.store.identity import accounts
from amplifier.store.identity.accounts import AccountState

log = logging.getLogger("amplifier.deliver")
logging.getLogger("urllib3").setLevel(logging.INFO)  # at DEBUG it writes addresses into the log, and ours is a secret
ASKED, WORKED, CALLED = "pulse asked", "pulse worked", "pulse called"
TIMEOUT_S = (3.0, 5.0)  # to connect, to read
LOOKS, LOOK_S = 20, 0.25  # an item that is not worked within five seconds is not worked
NO_ACCOUNT = "No account lets us in."
NOT_WORKED = "The worker's tick does not come round."


@dataclass(frozen=True)
class Watch:
    """Who watches over us: a secret address that wants to be called at least every so often, and how often we do."""

    address: str
    every_s: float


class Watchdog:
    """An item goes round: one job writes it, the delivering tick works it, and who wrote it reads it back and calls.

    Writing and working run on threads and connections of their own. The item is a row; its number rises each round.
    `answers_hold` gives how long the last answer of each account that may be asked tells that it is well (None: there
    is no money to ask it just now).
    """

    def __init__(
        self,
        watch: Watch | None,
        *,
        now: Callable[[], datetime],
        answers_hold: Callable[[], Mapping[str, timedelta | None]],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._watch = watch
        self._answers_hold = answers_hold
        self._now = now
        self._pause = pause
        self._looked = datetime.min.replace(tzinfo=now().tzinfo)

    def work(self) -> None:
        """Work the item that is there, if it is new; a part of the tick that sends posts. Looks once a second."""
        now = self._now()
        if self._watch is None or timedelta() <= now - self._looked < timedelta(seconds=1):
            return
        self._looked = now
        beats = heartbeats.heartbeats()
        asked, worked = beats.get(ASKED), beats.get(WORKED)
        if asked and (worked is None or worked.detail != asked.detail):
            heartbeats.beat(WORKED, now=now, detail=asked.detail)

    def call(self) -> str:
        """Send an item round, and call the watch if it comes back and an account is well; empty if it was called.

        Otherwise the sentence that says why not. Where no account may be asked, the round alone is enough.
        """
        why_not = self._why_not() or self._ring()
        if why_not:
            log.warning("the watch was not called: %s", why_not)
        return why_not

    def _why_not(self) -> str:
        last = heartbeats.heartbeats().get(ASKED)
        number = str(int(last.detail) + 1) if last else "1"
        heartbeats.beat(ASKED, now=self._now(), detail=number)
        for _ in range(LOOKS):
            self._pause(LOOK_S)
            worked = heartbeats.heartbeats().get(WORKED)
            if worked and worked.detail == number:
                well = are_well(accounts.account_states(), self._answers_hold(), self._now())
                return "" if well else NO_ACCOUNT
        return NOT_WORKED

    def _ring(self) -> str:
        if self._watch is None:
            return ""
        try:
            answer = requests.get(self._watch.address, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
            answer.close()
        except requests.RequestException as error:
            return f"It could not be reached ({type(error).__name__})."
        if answer.status_code >= 300:
            return f"It answered {answer.status_code}."
        heartbeats.beat(CALLED, now=self._now())
        return ""


def are_well(states: Iterable[AccountState], answers_hold: Mapping[str, timedelta | None], now: datetime) -> bool:
    """Whether an account lets us in, of those that can be asked; where none can, nothing speaks against it.

    One that there is no money to ask counts only if it is known to be lost.
    """
    asked = [
        (state, hold or timedelta())
        for state in states
        if state.name in answers_hold
        and ((hold := answers_hold[state.name]) is not None or state.access is Access.LOST)
    ]
    return not asked or any(is_well(state, now, hold) for state, hold in asked)


def is_well(account: AccountState, now: datetime, hold: timedelta) -> bool:
    """Whether this account let us in when it was last asked, not longer ago than its answer holds."""
    checked = account.checked_at is not None and now - account.checked_at < hold
    return account.access is Access.OK and not account.detail and checked
