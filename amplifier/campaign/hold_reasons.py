"""Why a delivery is held: a row for each reason, with how it goes on and what people are told. Pure.

A new reason is a value of `HoldReason`, a row of `HOLDS` and a row of the glossary. Who holds for it says so elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class HoldReason(StrEnum):
    """Why a delivery waits for a person."""

    REJECTED = "rejected"
    ACCOUNT = "account"
    OVERTAKEN = "overtaken"
    DUPLICATE = "duplicate"
    UNWRITTEN = "unwritten"
    STOPPED = "stopped"
    KEPT = "kept"  # sending went on, and a person kept this one back
    BUDGET = "budget"
    HAND_OFF = "hand_off"
    DOUBT = "doubt"  # looked for in vain, or found otherwise than it was sent: a person decides
    IMPRINT = "imprint"
    NEAR_COPY = "near_copy"  # the plan says nearly the same on a network that takes no copies, and too soon
    COPY = "copy"  # an account on the same network has these very words, and the network takes no copies
    UNTRUE = "untrue"  # a person wrote its words, and something that they say is no longer so


class Ender(Enum):
    """Who lets a delivery go on that is held."""

    SERVICE = auto()  # what holds it is not about the post: when it passes, it goes on
    PLANNER = auto()  # other words, another time, or a fact that is so again
    PERSON = auto()


@dataclass(frozen=True)
class Hold:
    """How a delivery goes on that is held for a reason, and what people are told of it.

    `ender`: who lets it go on. `lapses`: it is missed once it is too late for it. `freed_by_words`: other words free it
    at once. `may_be_out`: it was tried, so that people look for it. `again`, `stand`: people may decide that it is sent
    once more, or that its words may stand ("it is there" and "leave it" are always theirs to say).
    `by_itself`: what happens without a person, as sentences with `{title}` of the network; empty: nothing.
    `missed_since`: why it was not sent, once it is missed; empty where only its detail tells.
    `notice`: how a notice ends; empty where its detail tells. `told_otherwise`: another notice tells of its cause.
    """

    ender: Ender
    lapses: bool = False
    freed_by_words: bool = False
    may_be_out: bool = False
    again: bool = False
    stand: bool = False
    by_itself: str = ""
    missed_since: str = ""
    notice: str = "nothing sends it by itself"
    told_otherwise: bool = False


LAPSES = "Once it is too late, it is missed."
HOLDS: Mapping[HoldReason, Hold] = {
    HoldReason.REJECTED: Hold(
        Ender.PERSON,
        freed_by_words=True,
        may_be_out=True,  # a network has refused posts that were out all the same
        again=True,
        notice="the network refuses it as it is. Give it other words",
    ),
    HoldReason.ACCOUNT: Hold(
        Ender.SERVICE,
        lapses=True,
        by_itself=f"It goes out by itself when {{title}} lets us in again. {LAPSES}",
        missed_since="The account did not let us in.",
        told_otherwise=True,
    ),
    HoldReason.OVERTAKEN: Hold(
        Ender.PERSON,
        may_be_out=True,
        again=True,
        notice="the plan changed after an attempt, or its time has passed. Look, then decide",
    ),
    HoldReason.DUPLICATE: Hold(
        Ender.PERSON,
        may_be_out=True,
        again=True,
        notice="the network says it has it already. Look at the profile",
    ),
    HoldReason.UNWRITTEN: Hold(
        Ender.PLANNER,
        lapses=True,
        by_itself=f"It waits for other words. {LAPSES}",
        notice="it does not fit any more. Give it other words",
    ),
    HoldReason.STOPPED: Hold(
        Ender.SERVICE,
        lapses=True,
        by_itself=f"It waits until somebody lets sending go on. {LAPSES}",
        missed_since="Sending was stopped.",
        told_otherwise=True,
    ),
    HoldReason.KEPT: Hold(
        Ender.PERSON,
        lapses=True,
        by_itself=f"It waits until somebody lets it go. {LAPSES}",
        missed_since="Somebody kept it back.",
    ),
    HoldReason.BUDGET: Hold(
        Ender.SERVICE,
        lapses=True,
        by_itself=f"It goes out by itself when the month's budget has room. {LAPSES}",
        missed_since="The month's budget had no room for it.",
    ),
    HoldReason.HAND_OFF: Hold(
        Ender.SERVICE,
        lapses=True,
        may_be_out=True,  # whoever was asked to post it may have done so
        by_itself=f"Somebody is asked to, unless sending is stopped. {LAPSES}",
        missed_since="Nobody posted it by hand in time.",
        told_otherwise=True,
    ),
    HoldReason.DOUBT: Hold(
        Ender.PERSON,
        may_be_out=True,
        again=True,
        notice="we cannot tell whether it is out as it should be. Look at the profile, then decide",
    ),
    HoldReason.IMPRINT: Hold(
        Ender.PERSON,
        freed_by_words=True,
        notice="it lacks the imprint. Give it other words",
    ),
    HoldReason.NEAR_COPY: Hold(
        Ender.PLANNER,
        lapses=True,
        freed_by_words=True,
        by_itself=f"It waits for other words. {LAPSES}",
        notice="nearly the same is said on X within 7 days. Give it other words",
    ),
    HoldReason.COPY: Hold(
        Ender.PERSON,
        freed_by_words=True,
        may_be_out=True,  # these very words are there, if not as this post
        notice="its very words are out there already. Give it other words, or leave it out",
    ),
    HoldReason.UNTRUE: Hold(
        Ender.PLANNER,
        stand=True,
        by_itself="It waits for other words, or until somebody lets these stand. True again, it goes on.",
        notice="",
    ),
}
# What holds these back is not about the post: when it passes, they go on.
PASSING = frozenset(reason for reason, hold in HOLDS.items() if hold.ender is Ender.SERVICE)
# The plan itself holds for these, and knows when they have passed.
BY_THE_PLAN = frozenset(reason for reason, hold in HOLDS.items() if hold.ender is Ender.PLANNER)
# No person needs to free these.
FREED = PASSING | BY_THE_PLAN
# When these take too long, they are missed.
LAPSING = frozenset(reason for reason, hold in HOLDS.items() if hold.lapses)
# Other words free these at once, and help all that the plan holds as well.
FREED_BY_WORDS = frozenset(reason for reason, hold in HOLDS.items() if hold.freed_by_words)
HELPED_BY_WORDS = FREED_BY_WORDS | BY_THE_PLAN


def hold_of(reason: str) -> Hold | None:
    """The row of the reason for which a delivery is held; None for what is no reason to hold."""
    return HOLDS[HoldReason(reason)] if reason in HOLDS else None
