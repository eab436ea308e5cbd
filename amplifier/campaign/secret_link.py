"""A secret link: a secret address that can do one thing, such as post one delivery by hand, or stop everything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from amplifier.campaign.delivery import Receipt

SECRET_LENGTH = 43  # 32 random bytes, as secrets.token_urlsafe(32) writes them
TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{SECRET_LENGTH}}}(?:-[1-9][0-9]?)?", re.ASCII)
MOST_TOGETHER = 20  # deliveries that somebody is asked for in one notice


BY_HAND = "It is published by hand."


class LinkKind(StrEnum):
    """What the address can do."""

    HAND_OFF = "hand_off"
    STOP = "stop"


@dataclass(frozen=True)
class SecretLink:
    """One secret address as the ledger knows it: by its number, never by its token.

    `delivery` is what is to be posted by hand (None: it is about everything), `person` who was given the address.
    `taken_at`: they said that they are on it; `done_at`: it is done, or there is nothing left to do.
    """

    id: int
    kind: LinkKind
    delivery: int | None
    person: str
    made_at: datetime
    taken_at: datetime | None
    done_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class PastedLink:
    """What became of the last link that was pasted for a delivery: still to be looked at, or refused with a sentence.

    `pending` is what it leads to, `by` the actor who pasted it, `id` the number of that person's secret link.
    """

    id: int = 0
    pending: Receipt | None = None
    by: str = ""
    refused: str = ""


@dataclass(frozen=True)
class HandOffRequest:
    """Somebody to be asked to post this delivery; `number` is how many were asked before."""

    delivery: int
    person: str
    number: int


def told_together(token: str) -> tuple[str, ...]:
    """The tokens of all that may have been asked for in one notice with this one, itself among them, in their order.

    A notice has one link, the first one's; the others' end in a number, and are as secret as the first.
    """
    first = token[:SECRET_LENGTH]
    return (first, *(f"{first}-{number}" for number in range(2, MOST_TOGETHER + 1)))
