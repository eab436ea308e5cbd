"""What the page of a post that is to be published by hand says on top, for each way in which it can stand."""

from __future__ import annotations

from amplifier.campaign.delivery import Verb
from amplifier.manual.hand_off import LinkStatus

THEIRS = (LinkStatus.ASKED, LinkStatus.MINE)
# What is said where a post that is out is to be deleted or changed.
PLEASE = {Verb.DELETE: "Please delete this post on {network}.", Verb.EDIT: "Please change this post on {network}."}
DONE = {Verb.DELETE: "It is deleted on {network}. Thank you.", Verb.EDIT: "It is changed on {network}. Thank you."}
OVER = "This was to be done a day ago. If the post is still there as it was, tell whoever runs the campaign."
NEEDLESS = "There is nothing left to do here."
ON_HOLD = "Do nothing just now: something else holds it back."
LATER = "Not yet: its time has moved. Post this on {network} on {due}. If you have posted it already, say so below."
TRUTHS = {
    LinkStatus.ASKED: "Please post this on {network}.",
    LinkStatus.MINE: "You are on it: post this on {network}.",
    LinkStatus.PASSED: "{other} has been asked instead. Leave it to them.",
    LinkStatus.OTHERS: "{other} is on it. You need do nothing.",
    LinkStatus.CHECKING: "Thank you. We are looking at your link.",
    LinkStatus.LOOKING: "Thank you. We are looking for it on {network}.",
    LinkStatus.OUT: "It is out on {network}. There is nothing left to do.",
    LinkStatus.LATE: "It is too late for this one. Do not post it any more.",
    LinkStatus.OFF: "This post is no longer wanted. Do not post it.",
    LinkStatus.WAITS: "Do not post this now: something else holds it back.",
}


def truth_of(how: LinkStatus, verb: Verb, *, early: bool = False) -> str:
    """The sentence on top of the page, with places for `network`, `other` and `due`; `early`: it is not its time."""
    if early and how in THEIRS:
        return LATER
    truth = TRUTHS[how]
    if verb is not Verb.PUBLISH:
        match how:
            case LinkStatus.ASKED | LinkStatus.MINE:
                truth = PLEASE[verb]
            case LinkStatus.OUT:
                truth = DONE[verb]
            case LinkStatus.LATE:
                truth = OVER
            case LinkStatus.OFF:
                truth = NEEDLESS
            case LinkStatus.WAITS:
                truth = ON_HOLD
            case _:
                pass
    return truth
