"""The plan: what the team means to say, and when; and the decisions by which people changed it since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

Hours = Mapping[str, str]  # a recurring slot's occurrences on one day, each with its wall time, in their order
ROTATE = "rotate"  # a slot's wording: take the template's wordings in turn
NOWHERE = "{}"  # the value of a decision that chose accounts, and none is left
EVERYWHERE = "*"  # in the place of an account: on all, but on those that are named beside it
ONCE = "once"  # the occurrence of a slot that is said a single time


@dataclass(frozen=True)
class Milestone:
    """A moment of the event that can move. `at` is aware, in the campaign's zone; `path:line` is its place."""

    name: str
    at: datetime
    line: int
    path: str = ""


@dataclass(frozen=True)
class Distance:
    """How far from a moment: first whole days of the calendar (the same time of day), then elapsed time; +, - or 0."""

    elapsed: timedelta = timedelta()
    days: int = 0

    def after(self, moment: datetime) -> datetime:
        """The moment that far from this one, which is aware and in the zone whose calendar counts; in that zone.

        A time that does not exist on the day that is reached is moved forward by as much as clocks jump.
        """
        there = moment + timedelta(days=self.days) if self.days else moment  # by the wall clock: both in one zone
        return (there.astimezone(UTC) + self.elapsed).astimezone(moment.tzinfo)


@dataclass(frozen=True)
class At:
    """One moment: `milestone` plus `offset`, or a fixed local time `wall`.

    Exactly one of `milestone` (else empty) and `wall` (else None) is set. `wall` is naive, in the campaign's zone; its
    `fold` says which of two equal times is meant on the night when clocks go back.
    """

    milestone: str
    offset: Distance
    wall: datetime | None


@dataclass(frozen=True)
class Every:
    """A recurring moment by the wall clock: each local day that fits `days`, `months` and `weekdays`, at `times`.

    `rule` is what the person wrote. `times` ascend; `days` count 1 to 31, `months` 1 to 12, `weekdays` 0 (Monday) to 6.
    `from_` is the first moment that counts, `until` the first that does not; None means the campaign's own days.
    """

    rule: str
    times: tuple[time, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    from_: At | None
    until: At | None


@dataclass(frozen=True)
class Slot:
    """A planned saying of a template. `accounts` are names from the settings; empty means all that the template allows.

    `too_late_s` is in seconds, None means the settings' own; `was` is the slot's former name or empty; `path` and
    `line` say where it is written. `live`: it speaks of this very moment, so it is too late sooner. `hand_off`: people
    post it by hand. `wording_line` and `accounts_line` are where these stand, or the slot itself where they do not.
    """

    name: str
    template: str
    wording: str
    timing: At | Every
    accounts: tuple[str, ...]
    too_late_s: int | None
    was: str
    path: str
    line: int
    live: bool = False
    hand_off: bool = False
    wording_line: int = field(default=0, compare=False)
    accounts_line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Plan:
    """Everything the schedule files say for one campaign. `zone` is an IANA name; names in it are unique."""

    campaign: str
    zone: str
    milestones: tuple[Milestone, ...]
    slots: tuple[Slot, ...]


class DecisionKind(StrEnum):
    """What a person changed, and so how a decision's subject and value read.

    MILESTONE_MOVED: subject is the milestone, value the new moment (ISO 8601 with offset). SLOT_SKIPPED: subject is
    `slot/occurrence`, value empty (everywhere) or JSON {account: ""}: on these alone, and on none if that is empty;
    with "*" among them it is everywhere but on the others, whichever accounts there are by then.
    WORDS_REPLACED: subject is `slot/occurrence`, value JSON {account: text}; what is not in it says the plan's words.
    Of both the last about a post counts.
    FACT_LEFT: subject is `slot/occurrence`, value JSON {fact: its new value}: the post stays, whatever it says of it.
    SAME_ACCOUNT: an account's network said that it is one that was known; subject is the number it had until then,
    value the one that it has, each as `#4`. What was decided before about the first counts for the second.
    MOVE_FORGOTTEN: subject is a milestone that the files name no more, value empty: its moves count no longer.
    """

    MILESTONE_MOVED = "milestone_moved"
    SLOT_SKIPPED = "slot_skipped"
    WORDS_REPLACED = "words_replaced"
    FACT_LEFT = "fact_left"
    SAME_ACCOUNT = "same_account"
    MOVE_FORGOTTEN = "move_forgotten"


@dataclass(frozen=True)
class Decision:
    """What a person changed against the files: append-only. `replaced` is the file's value then, `at` is UTC.

    `facts`, of WORDS_REPLACED, is what these words state, as it was when they were written: JSON
    {account: [[fact, value], …]}; of FACT_LEFT it is which words may stand: JSON {account: [mark of a text, …]}; empty
    where an earlier version wrote the decision. `hours`, of what is decided about one of a recurring slot's posts, is
    what the plan had on that day: which hour was meant, and which stood beside it. Empty where an earlier version wrote
    it, or there is but one post.
    """

    id: int
    kind: DecisionKind
    subject: str
    value: str
    replaced: str
    actor: str
    reason: str
    at: datetime
    facts: str = ""
    hours: Hours = field(default_factory=dict, hash=False)

    @property
    def is_undone(self) -> bool:
        """Whether it takes back what was decided about its subject before: it chose accounts, and none is left."""
        return self.value == NOWHERE
