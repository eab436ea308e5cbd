"""What is said when a network is out of reach, refuses a change to the world, or leaves it open whether it was made."""

from __future__ import annotations

import math
from datetime import datetime

from amplifier.campaign.delivery import Verb
from amplifier.errors import OutcomeUnknown, PlatformError, Rejected, Unavailable

TWO_MINUTES = 120
REFUSED = {
    Verb.PUBLISH: "does not accept this post",
    Verb.EDIT: "does not accept this change",
    Verb.DELETE: "does not delete this post",
}
DOUBT = {
    Verb.PUBLISH: "the post may be out",
    Verb.EDIT: "the change may be made",
    Verb.DELETE: "the post may be gone",
}


def unreached(network: str, verb: Verb | None, why: str) -> Unavailable:
    """No connection came about, so that nothing can have happened. Without a verb something was only to be read."""
    return Unavailable(f"{network} could not be reached{', so nothing was sent' if verb else ''} {why}.")


def told_to_wait(network: str, until: datetime, now: datetime) -> str:
    """That it did so, and for how long: what is kept of it is read in any zone, and long after."""
    seconds = max(1, math.ceil((until - now).total_seconds()))
    if seconds < TWO_MINUTES:
        return f"{network} asked us to wait for {seconds} {'second' if seconds == 1 else 'seconds'}."
    minutes = math.ceil(seconds / 60)
    return f"{network} asked us to wait for {minutes} minutes."


def stranger(network: str, verb: Verb | None, status: int, until: datetime | None) -> PlatformError:
    """Something between the network and us answered in its place: no word about the post, and none about the account.

    A log-in page of the local network, a proxy, the shield of a server. What was to be changed may be.
    """
    what = f"Something between us and {network} answered ({status}), not {network} itself"
    if verb:
        return OutcomeUnknown(f"{what}, so {DOUBT[verb]}.", until)
    return Unavailable(f"{what}. If that lasts, open {network} in a browser on this computer.", until)


def rejected(network: str, verb: Verb, words: str) -> Rejected:
    """The network will never do this. `words` are its own."""
    return Rejected(f"{network} {REFUSED[verb]}. {words}")


def unknown(network: str, verb: Verb, words: str, until: datetime | None = None) -> OutcomeUnknown:
    """The network gave no clear answer. `until`: it asked not to be called before then."""
    return OutcomeUnknown(f"{network} gave no clear answer, so {DOUBT[verb]}. {words}", until)
