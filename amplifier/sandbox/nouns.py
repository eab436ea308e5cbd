"""What the pretend world is made of: networks, accounts, posts, and what brings a post to somebody's attention."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

SERVER = "social.example"  # the Mastodon server that is meant where a request names none
OPEN = ("public", "unlisted")  # what everybody may see


class Network(StrEnum):
    """The three faces of the sandbox."""

    X = "x"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"


TITLES = {Network.X: "X", Network.BLUESKY: "Bluesky", Network.MASTODON: "Mastodon"}


class Reason(StrEnum):
    """Why an account is told about a post of somebody else."""

    MENTION = "mention"
    QUOTE = "quote"
    REPLY = "reply"


@dataclass(frozen=True)
class PretendAccount:
    """Somebody on one network. `remote_id` is the network's own id; `key` is the row in the world's file.

    A Mastodon handle is the local part for accounts of `SERVER` and `name@server` for those of any other, be they the
    campaign's or not: the same name on two servers is two accounts. On X and Bluesky a handle is one account, whichever
    host was asked.
    """

    key: int
    network: Network
    handle: str
    name: str
    remote_id: str
    since_ms: int

    @property
    def server(self) -> str:
        """The Mastodon server it is on; on a network whose handles belong to no server, the empty string."""
        return (self.handle.partition("@")[2] or SERVER) if self.network is Network.MASTODON else ""

    @property
    def page(self) -> str:
        """The path of the profile page."""
        match self.network:
            case Network.X:
                return f"/{self.handle}"
            case Network.BLUESKY:
                return f"/profile/{self.handle}"
            case Network.MASTODON:
                return f"/@{self.handle}"


@dataclass(frozen=True)
class Version:
    """What a post said, and since when (milliseconds since 1970)."""

    text: str
    at_ms: int


@dataclass(frozen=True)
class PretendPost:
    """A post as the world keeps it.

    `position` orders the posts of one network (for X and Mastodon it is the id itself, for Bluesky the instant of
    indexing in ms). `at_ms` is milliseconds since 1970. `record` is Bluesky's record as JSON, else empty.
    `root` is the remote id of the first post of the thread. `tags` are lower-case, without `#`.
    `before` is what it said before it was edited, oldest first; `edited_ms` is 0 where it never was. A deleted post
    is kept, but no network shows it.
    """

    network: Network
    position: int
    remote_id: str
    canonical_id: str
    author: PretendAccount
    ours: bool
    text: str
    at_ms: int
    language: str = ""
    visibility: str = "public"
    in_reply_to: str | None = None
    quotes: str | None = None
    root: str = ""
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    record: str = ""
    cid: str = ""
    before: tuple[Version, ...] = ()
    edited_ms: int = 0
    deleted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether everybody may see it. On X that is the author's setting for all of their posts."""
        return self.visibility in OPEN

    @property
    def versions(self) -> tuple[Version, ...]:
        """Everything that it has said, oldest first."""
        return (*self.before, Version(self.text, self.edited_ms or self.at_ms))

    @property
    def sort_ms(self) -> int:
        """Where Bluesky's app view puts it: by its author's clock, where that is behind (bsky: sortAt)."""
        try:
            return min(self.at_ms, from_iso(str(json.loads(self.record)["createdAt"])))
        except (ValueError, KeyError, TypeError, OverflowError):
            return self.at_ms

    @property
    def page(self) -> str:
        """The path of the page where people see this post."""
        match self.network:
            case Network.X:
                return f"/{self.author.handle}/status/{self.remote_id}"
            case Network.BLUESKY:
                return f"/profile/{self.author.handle}/post/{self.remote_id.rpartition('/')[2]}"
            case Network.MASTODON:
                return f"/@{self.author.handle}/{self.remote_id}"


@dataclass(frozen=True)
class PretendDraft:
    """A post before it is in the world: who says what, and what it answers or quotes (remote ids).

    `rkey`, `record` and `cid` are for Bluesky only. `behind_ms`: so long ago it was written on another Mastodon server,
    from which it comes just now.
    """

    author: PretendAccount
    text: str
    ours: bool
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "en"
    visibility: str = "public"
    in_reply_to: str | None = None
    quotes: str | None = None
    rkey: str = ""
    record: str = ""
    cid: str = ""
    behind_ms: int = 0


@dataclass(frozen=True)
class Notification:
    """An account is told about a post. `number` rises by arrival; `sort_ms` is where Bluesky puts it."""

    number: int
    reason: Reason
    post: PretendPost
    sort_ms: int


def iso(ms: int) -> str:
    """An instant in milliseconds as all three networks write it: `2023-10-09T13:40:00.000Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def from_iso(text: str) -> int:
    """Milliseconds since 1970 of an instant with its offset. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} does not say its offset from UTC")
    return round(moment.timestamp() * 1000)
