"""A notice: one sentence that somebody is told once, and the news that it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.event_kinds import EventKind
from amplifier.policy import Topic


@dataclass(frozen=True)
class FeedEvent:
    """An event as notices see it. `delivery` is 0 where it is about something else.

    `again`: it says of a delivery in doubt what was said before in the same doubt.
    """

    id: int
    at: datetime
    actor: str
    subject: str
    kind: EventKind
    before: str = ""
    after: str = ""
    detail: str = ""
    delivery: int = 0
    again: bool = False


@dataclass(frozen=True)
class Draft:
    """A notice before it has recipients. `key` makes it one of a kind; `page` is the page's path that helps."""

    key: str
    topic: Topic
    sentence: str
    page: str = "/"


@dataclass(frozen=True)
class Notice:
    """What one recipient is told. `link` is a full address, or the sealed path of a secret link, or empty.

    `tries` counts the attempts so far, `problem` says why the last one failed; `told_at` is when one succeeded.
    """

    id: int
    recipient: str
    topic: Topic
    sentence: str
    link: str
    made_at: datetime
    told_at: datetime | None
    tries: int
    problem: str
