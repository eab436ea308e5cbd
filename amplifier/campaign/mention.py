"""A mention: what somebody else said to us, as the network gave it and as we keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_RAW = 16_384  # bytes kept of an event that was not understood; one that was cut can only be looked at
LONGEST_REASON = 200
ON_TIME = timedelta(minutes=10)  # what a network may need to show a post, and a clock may be off


class MentionKind(StrEnum):
    """How a mention came to us."""

    MENTION = "mention"
    REPLY = "reply"
    QUOTE = "quote"
    TAG = "tag"


class Status(StrEnum):
    """How far the follow-up of a mention is."""

    NEW = "new"
    WAITING = "waiting"
    ANSWERED = "answered"
    DONE = "done"
    IGNORED = "ignored"
    REPORTED = "reported"


class Visibility(StrEnum):
    """Who may see a mention on its network. What we were not told, or in a word that we do not know, is UNKNOWN."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # everybody who has its address
    PRIVATE = "private"  # the followers of its author, and those whom it names
    DIRECT = "direct"  # those whom it names alone
    UNKNOWN = "unknown"

    @property
    def is_private(self) -> bool:
        """Whether it must not be shown to others than us: everything that is not known to be public."""
        return self not in OPEN

    @property
    def mark(self) -> str:
        """What stands beside it wherever it is shown; nothing where everybody may see it."""
        return MARKS.get(self, "")


OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)
MARKS = {
    Visibility.PRIVATE: "for followers only",
    Visibility.DIRECT: "private message",
    Visibility.UNKNOWN: "perhaps private",
}


def visibility(word: object) -> Visibility:
    """A network's word for who may see a post; one that we do not know counts as none."""
    return next((known for known in Visibility if known.value == word), Visibility.UNKNOWN)


class Medium(StrEnum):
    """What can stand beside the words of a post."""

    PICTURE = "picture"
    ANIMATION = "animation"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    POLL = "poll"
    LINK = "link"


@dataclass(frozen=True)
class Attached:
    """One thing beside the words: its description, answers or title; empty: it has none, None: the network tells none.

    `address` is where a link leads.
    """

    medium: Medium
    words: str | None = None
    address: str = ""


@dataclass(frozen=True)
class RawMention:
    """A mention as an adapter read it.

    `canonical_id` is the same wherever the post is met (X: first id of the edit history; Bluesky: at-uri; Mastodon:
    `uri`). `markup` says whether `text` is HTML. `in_reply_to` and `quotes` are remote ids as our receipts have them.
    `raw` is the event as it came, for the case that it cannot be logged, `place` where it stands in its source, as an
    `Aside` has it.
    """

    canonical_id: str
    kind: MentionKind
    author_id: str
    author_handle: str
    author_name: str
    text: str
    markup: bool
    url: str
    posted_at: datetime
    in_reply_to: str = ""
    quotes: str = ""
    visibility: Visibility = Visibility.UNKNOWN
    attached: tuple[Attached, ...] = ()
    raw: bytes = field(default=b"", compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Aside:
    """One event that could not be understood, and why it was set aside.

    `place` is where it stands in the source: the network's own id, or empty. `raw` is what came, cut where it is long.
    """

    place: str
    raw: bytes = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Mention:
    """A mention as we keep it: plain text, matched to the post of ours it is about (0: none that we know).

    `fingerprint` is of the words as they came: what is cleaned otherwise after an upgrade was not edited.
    """

    network: str
    account: str
    canonical_id: str
    kind: MentionKind
    author_id: str
    author_handle: str
    author_name: str
    text: str
    url: str
    posted_at: datetime
    about: int = 0
    visibility: Visibility = Visibility.UNKNOWN
    fingerprint: str = field(default="", compare=False)
    raw: bytes = field(default=b"", compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)

    @property
    def at_handle(self) -> str:
        """The handle as people write it; where the author has none, the network's own id."""
        return self.author_handle if self.author_handle == self.author_id else f"@{self.author_handle}"


@dataclass(frozen=True)
class FollowUpNote:
    """One step of a follow-up: who set which status when, and a short note."""

    at: datetime
    actor: str
    status: Status
    note: str


@dataclass(frozen=True)
class Logged:
    """A mention in the log: its number, its status, and every step of its follow-up, oldest first.

    `edited_at`: when we saw that its author had changed the words; `edited_since`: after somebody had dealt with it.
    """

    id: int
    mention: Mention
    seen_at: datetime
    status: Status
    notes: tuple[FollowUpNote, ...]
    edited_at: datetime | None = None
    edited_since: bool = False

    @property
    def is_off(self) -> bool:
        """Whether its author's clock, or the way it took, is so far off that both times should be shown."""
        return abs(self.seen_at - self.mention.posted_at) > ON_TIME
