"""What Amplifier asks of every network, and the values that go to and fro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from amplifier.campaign.delivery import Receipt
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import PlatformError
from amplifier.platforms.fields import in_words

NOT_PUBLIC = "The post is out, but not for everybody to see:"
CLOCKS_APART = timedelta(hours=2)  # a server's clock and ours: what seems to be older than our request by more, is


@dataclass(frozen=True)
class Part:
    """One message as it will be seen: its words and its language (BCP 47, such as `en`)."""

    text: str
    language: str


@dataclass(frozen=True)
class Sought:
    """What to look for when we do not know whether a post is out.

    `request` is the exact bytes that were sent. Nothing older than `after` (UTC) counts, and no remote id in
    `taken` (posts that other deliveries already own).
    """

    request: bytes
    after: datetime
    taken: frozenset[str]


@dataclass(frozen=True)
class RemotePost:
    """A post as the network shows it now, with the links written out in full.

    `says_the_same`: the words are those we sent, as `find` compares them. `boosts` and `replies` are None where the
    network does not tell. `is_ours`: the network names us as its author, which an address alone proves nowhere.
    `made_at` is when it was made, None where the network does not say; `is_public` whether everybody who has its
    address may see it.
    """

    says_the_same: bool
    text: str
    boosts: int | None
    replies: int | None
    url: str
    is_ours: bool
    made_at: datetime | None = None
    is_public: bool = True

    def __post_init__(self) -> None:
        """A server's words are kept and shown: what no database takes is left out of them here."""
        object.__setattr__(self, "text", in_words(self.text))


@dataclass(frozen=True)
class OwnProfile:
    """Who the network says we are: its own id for the account, the handle without `@`, and the profile's address.

    `limit` is how long a post may be on this very server, 0 where it does not say; `counts` how that is counted, one of
    `policy.Counts` or `policy.LINKS` with what a link counts, empty where as the network does. Each is None where it
    could not be asked now. `clock`: what the server's clock showed when it answered, to the second; None where it does
    not say.
    """

    remote_id: str
    handle: str
    url: str
    limit: int | None = 0
    counts: str | None = ""
    clock: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Page:
    """Mentions in order of time (oldest first), and the cursor to ask with the next time.

    Each comes once, and again when it shows something else than before. `aside`: what could not be understood, each
    once. `problem`: why the look ended early; what it had read by then is in here. `is_unfinished`: it was not read to
    its end, and more of what was there by now comes with the next looks.
    """

    mentions: tuple[RawMention, ...]
    cursor: str
    aside: tuple[Aside, ...] = ()
    problem: PlatformError | None = None
    is_unfinished: bool = False


class SessionVault(Protocol):
    """Where an adapter keeps a log-in session between calls and processes; the vault encrypts it."""

    def load(self) -> str | None:
        """The newest saved session, or None."""

    def save(self, session: str) -> None:
        """Keep this session, replacing the one before."""


@dataclass(frozen=True)
class Reserved:
    """Money put aside before a call: for what, how much (millionths of a US dollar), and when (UTC)."""

    kind: str
    micros: int
    at: datetime


class Budget(Protocol):
    """What pays for each thing that an account is asked on a network that charges."""

    @property
    def is_granted(self) -> bool:
        """Whether the network may be used at all: not where it charges and nobody has granted any money."""

    def reserve(self, kind: str, micros: int) -> Reserved | None:
        """Put the worst case of a call aside; None if there is not so much left for this kind of call."""

    def settle(self, reserved: Reserved, micros: int) -> None:
        """What the call did cost."""

    def ask_again(self) -> datetime:
        """When there may be money again (UTC)."""


@dataclass(frozen=True)
class Connection:
    """All that an adapter needs to reach one account.

    `api` is the base address of the server's API, `web` the base address of pages people look at. `secrets` maps
    the names in the platform's row of the capabilities table to their values. Time-outs are in seconds;
    `whole_timeout` is all that one thing may take which is asked, however many requests that is. `budget` pays for what
    is asked there; None where nobody reckons. `known_id` tells the network's own id of the account as it was proven;
    empty as long as it was not.
    """

    handle: str
    api: str
    web: str
    secrets: dict[str, str]
    connect_timeout: float = 3.05
    read_timeout: float = 20.0
    whole_timeout: float = 48.0
    budget: Budget | None = None
    known_id: Callable[[], str] = lambda: ""


class Platform(Protocol):
    """One account on one network. Adapters translate: they never count, retry, sleep or store.

    Every method raises only classes of `amplifier.errors.PlatformError`; Rejected, AlreadyPublished and OutcomeUnknown
    come only from those that change something (`prepare`, `publish`, `edit`, `delete`).
    """

    def verify(self) -> OwnProfile:
        """Who we are there. Raises AccountLost if the network does not let us in."""

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:
        """The request to send, frozen: the same arguments give the same bytes. Makes no call that changes anything.

        `key` is the delivery's own key (see `campaign.delivery`), `at` the instant of the first attempt.
        May look up what the text refers to (Bluesky: the DIDs of handles).
        """

    def publish(self, request: bytes) -> Receipt:
        """Send exactly these bytes, once."""

    def find(self, sought: Sought) -> Receipt | None:
        """Our own post that these bytes made, if it is there; None if it is certainly not visible now."""

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own posts since `after` (UTC) with exactly this text and no remote id in `taken`.

        Whoever typed it, with whatever program. None if there is certainly none to be seen now.
        """

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        """How our post stands now, compared with the `text` that was sent; None if it is certainly gone."""

    def edit(self, remote_id: str, part: Part) -> Receipt:
        """Put these words into our post, once, and leave everything else on it; the same words again change nothing.

        Raises Rejected where the capabilities say `edits=False`, and where the post is gone.
        """

    def delete(self, remote_id: str) -> None:
        """Delete our post, once. One that is gone already counts as done."""

    def mentions(self, cursor: str) -> Page:
        """What others said to us after the cursor (empty: one page back from now).

        The cursor stands for exactly what was read so far, so saving it with the mentions loses nothing: what shows
        late, and what is more than one call should fetch, comes with a later call. Then order holds within a page only.
        What cannot be understood is given aside, and hides nothing else. Raises PlatformError where nothing was read.
        """

    def tagged(self, tag: str, cursor: str) -> Page:
        """Posts with this hashtag (given without `#`) after the cursor; only where the capabilities say so."""

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside by `mentions` (or `tagged`, then with its tag), understood anew: it may be a mention now.

        None if it is nothing to us. Raises PlatformError if we cannot be told who we are.
        """
