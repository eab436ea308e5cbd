"""What is said when a network is out of reach, refuses a change to the world, or leaves it open whether it was made."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.delivery import Verb
from amplifier.errors import OutcomeUnknown, Rejected, Unavailable

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


def rejected(network: str, verb: Verb, words: str) -> Rejected:
    """The network will never do this. `words` are its own."""
    return Rejected(f"{network} {REFUSED[verb]}. {words}")


def unknown(network: str, verb: Verb, words: str, until: datetime | None = None) -> OutcomeUnknown:
    """The network gave no clear answer. `until`: it asked not to be called before then."""
    return OutcomeUnknown(f"{network} gave no clear answer, so {DOUBT[verb]}. {words}", until)
