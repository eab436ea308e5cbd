"""Ask each network whether it lets us in, at the start and again while it does not."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from amplifier.campaign.account import Access, Listed
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.pace import rest_after
from amplifier.deliver.wrong_clock import compare
from amplifier.errors import AccountLost, PlatformError
from amplifier.money.budget import budget_status, metered
from amplifier.money.cost import in_micros, is_readable
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.port import OwnProfile, Platform
from amplifier.settings import Settings
from amplifier.store.holding import holds
from amplifier.store.identity import accounts, same_account, sealed, whose
from amplifier.store.identity.accounts import AccountState

log = logging.getLogger("amplifier.deliver")
KEYS = "keys"  # beside an account's sessions: a digest of what it was used with last
FRESH = timedelta(minutes=10)
PAUSE_S = 60.0  # how long an account that was refused three times in a row is not believed; it doubles, to 5 minutes
FRESH_WHERE_PAID = timedelta(days=1)  # a refused post tells at once; asking costs a cent
ROUND = timedelta(minutes=2)  # until whoever is due to be asked has been, with a network that is slow


def listed(settings: Settings) -> list[Listed]:
    """The accounts as the ledger is to know them."""
    return [
        Listed(one.name, one.platform, one.handle, one.api, asked=is_readable(one, settings))
        for one in settings.accounts
    ]


def are_called_so(settings: Settings) -> bool:
    """Whether the ledger still calls the accounts as these settings do.

    It does not where another process has read a newer settings.yaml. Whoever has the older one would speak for another
    account under its name, so it sends and plans nothing until it is started again.
    """
    if accounts.identities() == {one.name: one.identity for one in settings.accounts}:
        return True
    log.warning("another process has read a newer settings.yaml; this one does nothing until it is started again")
    return False


def doubt_other_keys(settings: Settings, environment: Mapping[str, str], key: str, *, now: datetime) -> None:
    """An account whose keys are not those that it was last used with sends nothing until its network has said whose.

    Of the keys a digest is kept, which only `key` can make. Where nobody may ask, nothing changes.
    """
    for one in settings.accounts:
        if not is_readable(one, settings):
            continue
        words = "\0".join(f"{name}={environment.get(at, '').strip()}" for name, at in sorted(one.secrets.items()))
        digest = hmac.new(f"keys:{key}".encode(), words.encode(), sha256).digest()
        before = sealed.load_seal(one.name, KEYS)
        if before != digest:
            accounts.doubt_keys(one.name, had_others=before is not None)
            sealed.save_seal(one.name, KEYS, value=digest, now=now)


def look_after(
    platforms: Mapping[str, Platform],
    *,
    now: Callable[[], datetime],
    paid: Collection[str] = (),
    started: datetime | None = None,
) -> None:
    """Verify the accounts that are not known to be well, and the others every ten minutes.

    What waited for an account goes on as soon as it lets us in. One that says so and refuses every call all the same is
    believed more and more seldom; one that was lost before we `started` is asked at once, as its access may be new. On
    a `paid` account asking costs money: it is asked once a day while it is well, and every ten minutes while nobody
    knows, as after a question that got no answer. Trouble with one, also in writing down what it says of itself, keeps
    no other from being asked.
    """
    trouble: Exception | None = None
    for name, platform in platforms.items():
        try:
            _look_after({name: platform}, now=now, paid=paid, started=started)
        except Exception as error:  # noqa: BLE001  told when all were asked
            trouble = trouble or error
    if trouble is not None:
        raise trouble


def _look_after(
    platforms: Mapping[str, Platform], *, now: Callable[[], datetime], paid: Collection[str], started: datetime | None
) -> None:
    for state in accounts.account_states(platforms):
        platform = platforms.get(state.name)
        if platform is None or _is_fresh(state, now(), is_paid=state.name in paid, started=started):
            if platform is not None and state.access is Access.OK:  # whoever found it well may have died since
                holds.go_on(reason=HoldReason.ACCOUNT, account=state.name, now=now())
            continue
        try:
            identity = platform.verify()
            if state.access is Access.UNPROVEN:
                _recognise(state, identity, platform)
        except PlatformError as error:
            lost = isinstance(error, AccountLost)
            accounts.account_trouble(state.name, lost=lost, detail=str(error), now=now())
        except Exception as error:  # one network's surprise must not keep the others from being asked
            log.exception("unclassified error from %s", state.name)
            detail = f"The answer could not be understood ({type(error).__name__})."
            accounts.account_trouble(state.name, lost=False, detail=detail, now=now())
        else:
            if identity.clock:
                compare(state.name, identity.clock, now=now())
            is_ours = accounts.account_is_ok(
                state.name,
                remote_id=identity.remote_id,
                handle=identity.handle,
                url=identity.url,
                text_limit=identity.limit,
                counts=identity.counts,
                now=now(),
            )
            if is_ours:
                holds.go_on(reason=HoldReason.ACCOUNT, account=state.name, now=now())


def _recognise(state: AccountState, identity: OwnProfile, platform: Platform) -> None:
    """An account that went out before its network ever said who it was is known by what it posted: is that ours?

    Of one that has no receipt yet, and had the same label, we have to think that it is: what it may have said is looked
    for there, and not said again. Raises PlatformError if the network cannot be asked.
    """
    for one in same_account.nameless(state.name, state.platform):
        seen = (platform.read(post, "") for post in one.posts)
        is_ours = any(post is not None and post.is_ours for post in seen)
        if is_ours or (one.is_likely and not one.posts):
            whose.prove(one.number, remote_id=identity.remote_id, url=identity.url)
            return


def answers_hold(settings: Settings, *, now: datetime) -> dict[str, timedelta | None]:
    """How long each account's last answer tells that it is well; None where the budget has no room to ask it anew.

    Accounts that may not be asked at all are not among them.
    """
    paid, money = metered(settings), budget_status(settings, now=now)
    found: dict[str, timedelta | None] = {}
    for one in settings.accounts:
        if not is_readable(one, settings):
            continue
        is_short = one.name in paid and money is not None and money.left < in_micros(TABLE[one.platform].price_user)
        found[one.name] = None if is_short else (FRESH_WHERE_PAID if one.name in paid else FRESH) + ROUND
    return found


def _is_fresh(state: AccountState, now: datetime, *, is_paid: bool, started: datetime | None) -> bool:
    """Whether what we know of this account is new enough. One that is lost is asked each time: a refusal is free."""
    if state.checked_at is None:
        return False
    since = now - state.checked_at  # in the past, unless our clock was set back meanwhile
    if state.access is Access.LOST:
        is_before = started is not None and state.checked_at < started
        return not is_before and timedelta() <= since < _disbelief(state, is_paid=is_paid)
    if state.access is Access.OK and (not state.detail or not is_paid):
        return timedelta() <= since < (FRESH_WHERE_PAID if is_paid else FRESH)
    return is_paid and timedelta() <= since < FRESH


def _disbelief(state: AccountState, *, is_paid: bool) -> timedelta:
    """How long an account is not asked that let us in before, and then refused what it was asked."""
    pause = timedelta(seconds=rest_after(state.failures, PAUSE_S))
    return max(pause, FRESH) if is_paid and state.failures > 1 else pause
