"""What publishing may cost, what must stand in it, who hears of trouble: the rules a campaign sets for the service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from amplifier.field_types import Duration, EnvironmentName, Hashtag, Identifier, Proxy, wrong
from amplifier.yamlfile import FileModel

MICROS = 1_000_000  # a US dollar in the unit that money is counted in; a float would not add up
LEAST_DOLLARS, MOST_DOLLARS = 0.01, 100_000
OURS_REASON = (
    "Listening to an occasion's hashtag would log what strangers think of politics. If your campaign made this hashtag "
    "and only its supporters use it, write ours: true beside it; otherwise take the tag out."
)
MONEY_HINT = "Write US dollars for a month as a number, for example 25 or 12.50."


def micros(value: object) -> int:
    """Millionths of a US dollar from what stands in the file. Raises PydanticCustomError with the sentence."""
    try:
        dollars = float(str(value))
    except ValueError:
        raise wrong("is not an amount of money", MONEY_HINT) from None
    if not LEAST_DOLLARS <= dollars <= MOST_DOLLARS:
        raise wrong(f"must be from {LEAST_DOLLARS} to {MOST_DOLLARS:,}", MONEY_HINT)
    return round(dollars * MICROS)


class Profile(StrEnum):
    """Which rules of imprint hold: those for election material in the UK, in Scotland, of paid material, or none."""

    OFF = "off"
    UK = "uk"
    SCOTLAND = "scotland"
    PAID = "paid"


class Imprint(FileModel):
    """Who answers for the campaign, and how a post says so.

    `text` goes into every post it fits in; `page` is where the whole imprint can be read when it does not; the names
    are on the page.
    """

    profile: Profile = Profile.UK
    text: str = ""
    page: str = ""
    responsible: str = ""
    address: str = ""


class OnDoubt(StrEnum):
    """What follows when nobody can tell whether a post is out, and looking did not find it."""

    REPOST_AFTER_LOOK = "repost_after_look"
    PARK = "park"


class Counts(StrEnum):
    """How a server of Mastodon's family counts a post: as Mastodon does, or all of it, links whole."""

    MASTODON = "mastodon"  # what a reader sees as one character; a link 23, a handle without its server
    CODE_POINTS = "codepoints"
    GRAPHEMES = "graphemes"


LINKS = "links"  # with a number behind it: counted as on the network, only that a link counts as so many


@dataclass(frozen=True)
class TextLimit:
    """How long a post may be on one server, as it told; 0 and None where it did not say.

    `link_cost` is what a link counts there, whole links aside; None where as on the network.
    """

    limit: int = 0
    counts: Counts | None = None
    link_cost: int | None = None


class OwnTag(FileModel):
    """A hashtag of our own, without `#`."""

    needed: ClassVar[frozenset[str]] = frozenset({"ours"})

    tag: Hashtag
    ours: bool = False

    @model_validator(mode="after")
    def _is_ours(self) -> OwnTag:
        if not self.ours:
            raise wrong("is not marked as your own", OURS_REASON)
        return self


class Listen(FileModel):
    """How often we look for mentions, in seconds, and for which hashtags besides."""

    every_s: Duration = Field(default=60.0, alias="every")
    own_tags: tuple[OwnTag, ...] = Field(default=(), alias="tags")

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags to listen to, without `#`; every one of them our own."""
        return tuple(own.tag for own in self.own_tags)


class MonthlyBudget(FileModel):
    """What the paid networks may cost in a calendar month (UTC), everything together, in millionths of a US dollar."""

    monthly: Annotated[int, BeforeValidator(micros)]


class Topic(StrEnum):
    """What a notice can be about."""

    HELD = "held"
    MISSED = "missed"
    UNSURE = "unsure"
    TWICE = "twice"
    ACCOUNT = "account"
    BUDGET = "budget"
    HAND_OFF = "hand_off"
    CHANGED = "changed"
    FACTS = "facts"
    STOPPED = "stopped"
    CLOCK = "clock"
    IMPRINT = "imprint"


class Recipient(FileModel):
    """Somebody to be told. `address` names the environment variable that holds apprise's address of them: a secret."""

    name: Identifier
    address: EnvironmentName
    about: Annotated[tuple[Topic, ...], Field(min_length=1)] = tuple(Topic)


def _distinct(people: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
    names = [one.name for one in people]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise wrong(f"has {twice} twice", "Give one of them another name: a notice goes to each name once.")
    return people


Proxies = tuple[Proxy, ...]  # whose word is taken for whom they pass on
Recipients = Annotated[tuple[Recipient, ...], AfterValidator(_distinct)]
