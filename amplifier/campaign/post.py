"""A post: one occurrence of a slot, planned ahead, or a person's own words; and what is wanted of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime


@dataclass(frozen=True, order=True)
class PostId:
    """What makes a post one of a kind. `occurrence` never contains the time of day, so a post may move."""

    campaign: str
    slot: str
    occurrence: str


OWN = "own"  # the slot of posts that a person wrote by hand
VOICE = "voice."  # how facts of this kind are named: `voice.tag`, or `voice.tag.x` for the form of a network or account


@dataclass(frozen=True)
class Fact:
    """Something a text states that may change: a milestone's time, a link, a voice. `name` is its path in the files."""

    name: str
    value: str


@dataclass(frozen=True)
class Words:
    """The exact text for one account, and the language it is in.

    `imprint` is empty where the text itself carries the imprint (or none is asked for); else the reason why it stands
    one click away.
    """

    account: str
    text: str
    language: str
    imprint: str = ""


@dataclass(frozen=True)
class Moment:
    """When a post is due: the real instant (UTC), and the campaign's own wall time, zone and fold as people say it."""

    due_at: datetime
    wall_time: str
    zone: str
    fold: int


@dataclass(frozen=True)
class WantedPost:
    """A post as files and decisions want it: identity, moment, and words for each account.

    `was` is the name its slot had before, if it was renamed. `hand_off`: people post it by hand, on every account.
    `own_facts` are, for each account on which a person gave it other words, what those state; `facts` hold elsewhere.
    `unwritten` says, for each account on which it cannot be put into words, why not. `goes_on` is the day of the
    campaign on which it goes out where that is no longer the day for which it was planned.
    """

    id: PostId
    moment: Moment
    too_late_s: int
    template: str
    wording: str
    milestone: str
    words: tuple[Words, ...]
    facts: tuple[Fact, ...] = ()
    was: str = ""
    hand_off: bool = False
    own_facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict, hash=False)
    unwritten: Mapping[str, str] = field(default_factory=dict, hash=False)
    goes_on: date | None = None

    @property
    def due_day(self) -> date:
        """The day of the campaign for which it was planned."""
        return date.fromisoformat(self.moment.wall_time[:10])

    @property
    def day(self) -> date:
        """The day of the campaign on which it goes out."""
        return self.goes_on or self.due_day

    def in_no_words(self, why: str) -> WantedPost:
        """The same where it can be put into words on none of its accounts, or may not go out in those that it has."""
        accounts = (*(said.account for said in self.words), *self.unwritten)
        return replace(self, words=(), own_facts={}, unwritten=dict.fromkeys(accounts, why))


def with_hour(post: PostId, wall_time: str) -> str:
    """How people are told of a post where no time stands before it: its name, and its hour in the campaign's zone."""
    return f"{post.slot}/{post.occurrence} ({datetime.fromisoformat(wall_time):%a %-d %b %H:%M})"
