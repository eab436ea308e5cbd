"""Ask each network whether it lets us in, at the start and again while it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from amplifier.campaign.delivery import HoldReason
from amplifier.errors import AccountLost, PlatformError
from amplifier.platforms.port import Platform
from amplifier.store import accounts, holds

log = logging.getLogger("amplifier.deliver")
FRESH = timedelta(minutes=10)


def look_after(platforms: Mapping[str, Platform], *, now: Callable[[], datetime]) -> None:
    """Verify the accounts that are not known to be well, and the others every ten minutes.

    What waited for an account goes on as soon as it lets us in.
    """
    for state in accounts.account_states():
        platform = platforms.get(state.name)
        if platform is None or (state.health == accounts.OK and state.checked_at and now() - state.checked_at < FRESH):
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
