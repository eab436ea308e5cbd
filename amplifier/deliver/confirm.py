"""Look for posts that may be out, before anything is repeated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import Due, Receipt, State, Transition
from amplifier.deliver.decide import Pauses, after_look
from amplifier.errors import OutcomeUnknown, PlatformError
from amplifier.platforms.port import Part, Platform, Sought
from amplifier.store import deliveries

log = logging.getLogger("amplifier.deliver")
MARGIN = timedelta(minutes=2)  # clocks of others differ from ours


@dataclass(frozen=True)
class Outlet:
    """One account as delivery sees it: the adapter, and how many looks must see nothing before a repeat."""

    account: str
    platform: Platform
    looks: int


def confirm(due: Due, outlet: Outlet, *, now: Callable[[], datetime], pauses: Pauses) -> Transition:
    """Look once for this delivery's post and write down what follows."""
    step = after_look(due, _look(due, outlet), now=now(), pauses=pauses, looks_needed=outlet.looks)
    if deliveries.record([step], now=now()) and step.after is State.SENT and step.receipt:
        deliveries.keep_late_receipt(due.id, step.receipt, fence=due.fence, now=now())
    return step


def _look(due: Due, outlet: Outlet) -> Receipt | PlatformError | None:
    try:
        return outlet.platform.find(_sought(due, outlet))
    except PlatformError as error:
        return error
    except Exception as error:
        log.exception("unclassified error from %s", outlet.account)
        return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__}).")


def _sought(due: Due, outlet: Outlet) -> Sought:
    """What to look for. A delivery that this ledger never sent is looked for by the bytes it would have been."""
    first = due.first_sent_at or due.due_at
    request = due.request
    if request is None:
        request = outlet.platform.prepare(Part(due.text, due.language), due.key, first)
    return Sought(request=request, after=first - MARGIN, taken=deliveries.remote_ids(due.identity.account))
