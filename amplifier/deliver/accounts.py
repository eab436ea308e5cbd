"""Ask each network whether it lets us in, at the start and again while it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from amplifier.campaign.delivery import HoldReason
from amplifier.errors import AccountLost, PlatformError
from amplifier.platforms.port import Platform
from amplifier.store import accounts, holds
from amplifier.store.accounts import AccountState

log = logging.getLogger("amplifier.deliver")
FRESH = timedelta(minutes=10)
FRESH_WHERE_PAID = timedelta(days=1)  # a refused post tells at once; asking costs a cent


def look_after(platforms: Mapping[str, Platform], *, now: Callable[[], datetime], paid: Collection[str] = ()) -> None:
    """Verify the accounts that are not known to be well, and the others every ten minutes.

    What waited for an account goes on as soon as it lets us in. On a `paid` account asking costs money: it is asked
    once a day while it is well, and every ten minutes while nobody knows.
    """
    for state in accounts.account_states():
        platform = platforms.get(state.name)
        if platform is None or _is_fresh(state, now(), is_paid=state.name in paid):
            continue
        try:
            identity = platform.verify()
        except PlatformError as error:
            lost = isinstance(error, AccountLost)
            accounts.account_trouble(state.name, lost=lost, detail=str(error), now=now())
        except Exception as error:  # one network's surprise must not keep the others from being asked
            log.exception("unclassified error from %s", state.name)
            detail = f"The answer could not be understood ({type(error).__name__})."
            accounts.account_trouble(state.name, lost=False, detail=detail, now=now())
        else:
            accounts.account_is_ok(
                state.name,
                remote_id=identity.remote_id,
                url=identity.url,
                text_limit=identity.limit,
                now=now(),
            )
            holds.go_on(reason=HoldReason.ACCOUNT, account=state.name, now=now())


def _is_fresh(state: AccountState, now: datetime, *, is_paid: bool) -> bool:
    """Whether what we know of this account is new enough. One that is lost is asked each time: a refusal is free."""
    if state.checked_at is None or state.health == accounts.LOST:
        return False
    if state.health == accounts.OK:
        return now - state.checked_at < (FRESH_WHERE_PAID if is_paid else FRESH)
    return is_paid and now - state.checked_at < FRESH
