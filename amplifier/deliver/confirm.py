"""Look for what may have happened, before anything is repeated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from amplifier.campaign.delivery import FORGETFUL, DoubtReason, Due, Receipt, State, Transition, Verb
from amplifier.deliver.decide import Pauses, after_look, after_second_look
from amplifier.errors import OutcomeUnknown, PlatformError
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import CLOCKS_APART, NOT_PUBLIC, Part, RemotePost, Sought
from amplifier.store import deliveries, receipts

log = logging.getLogger("amplifier.deliver")
# Our clock may be wrong, and may have been set since: a post of ours can seem to be older than its first attempt. What
# other deliveries own is left out, so that looking back too far adopts nothing that is not ours.
MARGIN = CLOCKS_APART
OTHER_WORDS = "The network answered with this post of ours, which shows other words than were sent:"
OLDER = "The network answered with this post of ours, which is older than what was sent:"


def confirm(due: Due, outlet: Outlet, *, now: Callable[[], datetime], pauses: Pauses) -> Transition:
    """Look once for what this delivery was to do, and write down what follows."""
    if due.verb is Verb.PUBLISH:
        found, words = _look(due, outlet)
        if outlet.by_key and isinstance(found, Receipt) and not found.doubt:
            found, words = _read(found, due, outlet)
        step = after_look(
            due, found, now=now(), pauses=pauses, looks_needed=outlet.looks, park=outlet.park, words=words
        )
    else:
        seen = _is_done(due, outlet)
        error = seen if isinstance(seen, PlatformError) else None
        step = after_second_look(due, error, is_done=seen is True, now=now(), pauses=pauses)
    if deliveries.record([step], now=now()) and step.after is State.SENT and step.receipt:
        receipts.keep_late_receipt(due.id, step.receipt, fence=due.fence, now=now())
    return step


def _look(due: Due, outlet: Outlet) -> tuple[Receipt | PlatformError | None, str]:
    """What was found, and what it says where that is other words of this delivery than it has now."""
    try:
        return _seen(due, outlet)
    except PlatformError as error:
        return error, ""
    except Exception as error:
        log.exception("unclassified error from %s", outlet.account)
        return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__})."), ""


def _seen(due: Due, outlet: Outlet) -> tuple[Receipt | None, str]:
    named = _answered(due, outlet)
    if named is not None and not named.doubt:
        return named, ""
    found = _searched(due, outlet)  # the answer may have named another post of ours than the one it made
    if found is None and due.earlier_text:  # it may have gone out before it was given other words
        found = _searched(replace(due, text=due.earlier_text, request=None), outlet)
        return found or named, due.earlier_text if found else ""
    return found or named, ""


def _read(found: Receipt, due: Due, outlet: Outlet) -> tuple[Receipt | PlatformError | None, str]:
    """What a key led to, and what it says where that is not what it was to say: the key is that of the post alone."""
    try:
        seen = outlet.platform.read(found.remote_id, due.text)
    except PlatformError as error:
        return error, ""
    except Exception as error:
        log.exception("unclassified error from %s", outlet.account)
        return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__})."), ""
    if seen is None:
        return None, ""
    return found, "" if seen.says_the_same else seen.text


def _searched(due: Due, outlet: Outlet) -> Receipt | None:
    if due.reason == DoubtReason.BY_HAND:
        after = due.due_at - MARGIN
        taken = receipts.remote_ids(due.identity.account, since=after - MARGIN)
        return outlet.platform.spot(due.text, after, taken)
    sought = _sought(due, outlet)
    forgot = outlet.by_key and (
        due.reason in FORGETFUL or due.unseen_since
    )  # then hands may have posted it, and nobody remembers
    return outlet.platform.find(sought) or (
        outlet.platform.spot(due.text, sought.after, sought.taken) if forgot else None
    )


def _answered(due: Due, outlet: Outlet) -> Receipt | None:
    """The post that an answer to our own request named, if it is there and ours; it is not sent again then."""
    named = due.answered
    if named is None or receipts.belongs_to_another(due.id, named):
        return None
    seen = outlet.platform.read(named.remote_id, due.text)
    if seen is None or not seen.is_ours:
        return None
    return Receipt(named.remote_id, seen.url or named.url, doubt=_doubt(seen, due))


def _doubt(seen: RemotePost, due: Due) -> str:
    """Why this post may not be what was to be published; empty where it is."""
    if seen.made_at is not None and seen.made_at < due.since - MARGIN:
        return OLDER
    if not seen.says_the_same:
        return OTHER_WORDS
    return "" if seen.is_public else NOT_PUBLIC


def _is_done(due: Due, outlet: Outlet) -> bool | PlatformError:
    if not due.target:  # the deletion of what nobody has found yet: it cannot have happened
        return False
    try:
        seen = outlet.platform.read(due.target, due.text)
    except PlatformError as error:
        return error
    except Exception as error:
        log.exception("unclassified error from %s", outlet.account)
        return OutcomeUnknown(f"The answer could not be understood ({type(error).__name__}).")
    if due.verb is Verb.DELETE:
        return seen is None
    return seen is not None and seen.says_the_same


def _sought(due: Due, outlet: Outlet) -> Sought:
    """What to look for. A delivery that this ledger never sent is looked for by the bytes it would have been."""
    request = due.request
    if request is None:
        request = outlet.platform.prepare(Part(due.text, due.language), due.key, due.since)
    after = due.since - MARGIN
    return Sought(request, after, receipts.remote_ids(due.identity.account, since=after - MARGIN))
