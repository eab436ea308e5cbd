"""The pretend public: people who answer, mention and tag, seeded, at a rate, and never more often than asked."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import threading
from dataclasses import asdict, dataclass
from typing import Any

from amplifier.sandbox import ids, words
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network, PretendAccount, PretendDraft, PretendPost, iso
from amplifier.sandbox.pretend_clock import CLOCK, PretendClock
from amplifier.sandbox.state import full_handle
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.world import World
from amplifier.text.links import SpanKind, spans

PEOPLE = (
    "alder", "brook", "cedar", "clover", "fern", "harbour", "hazel", "heron", "larch", "linnet", "maple", "meadow",
    "orchard", "pebble", "poplar", "quarry", "river", "rowan", "sparrow", "thistle", "tide", "valley", "willow", "wren",
)  # fmt: skip
ANSWERS = (
    "Thank you for the reminder.",
    "Is there a way to follow this from home?",
    "Which room is it in?",
    "I have passed this on to our branch.",
    "Where can I read the text?",
    "See you there.",
    "What time does it start?",
    "Is there step-free access?",
    "Our delegates have this on their list.",
    "Could you say a little more about this?",
)
REMARKS = (
    "Reading the programme of {who} on the train.",
    "Good to see {who} here today.",
    "Does anybody know when {who} speaks next?",
    "A question to {who}: is there a leaflet?",
    "Following {who} this week.",
)
VISIBILITIES = {
    Network.X: ("public", "private"),
    Network.BLUESKY: ("public",),
    Network.MASTODON: ("public", "unlisted", "private", "direct"),
}
TAGGED = ("A full hall this morning.", "The queue is short just now.", "Notes from the hall will follow.")


@dataclass(frozen=True)
class Rate:
    """How the public speaks: posts a minute, stopping after `stop_at` posts, chance from `seed`."""

    per_minute: float = 0.0
    stop_at: int = 200
    seed: int = 23

    @classmethod
    def of(cls, found: dict[str, Any]) -> Rate:
        """From JSON. Raises ValueError where a number makes no sense."""
        rate = cls(
            float(found.get("per_minute", 0)), int(found.get("stop_at", cls.stop_at)), int(found.get("seed", cls.seed))
        )
        if not 0 <= rate.per_minute <= 6000 or rate.stop_at < 0:
            raise ValueError("per_minute lies between 0 and 6000, and stop_at is not negative")
        return rate


@dataclass(frozen=True)
class Utterance:
    """What one of the public is about to say."""

    network: Network
    handle: str
    text: str
    in_reply_to: str | None = None


def chance(seed: int) -> random.Random:
    """Chance that can be had again."""
    return random.Random(seed)  # noqa: S311 - guards no secret


def next_saying(drawn: random.Random, world: World) -> Utterance | None:
    """What the public says next: mostly answers to new posts, some mentions, some posts with only the tag."""
    publishers = sorted(world.people.publishers(), key=lambda account: (account.network, account.handle))
    if not publishers:
        return None
    publisher = drawn.choice(publishers)
    network = publisher.network
    handle = handle_of(network, drawn.choice(PEOPLE))
    posts = [post for post in world.by_author(publisher, PageBounds(limit=5)) if post.ours]
    if not posts:
        return None
    post = drawn.choice(posts)
    tags = "".join(f" #{tag}" for tag in _tags_as_written(post)[:1])
    kind = drawn.random()
    if kind < 0.6:
        before = "" if network is Network.BLUESKY else f"@{full_handle(publisher)} "
        return Utterance(network, handle, before + drawn.choice(ANSWERS), post.remote_id)
    if kind < 0.9 or not tags:
        return Utterance(network, handle, drawn.choice(REMARKS).format(who=f"@{full_handle(publisher)}") + tags)
    return Utterance(network, handle, drawn.choice(TAGGED) + tags)


def handle_of(network: Network, person: str) -> str:
    """A handle that nobody can own, since `.example` is reserved (RFC 2606)."""
    return f"{person}@meadow.example" if network is Network.MASTODON else f"{person}.example"


class PretendPublic:
    """Speaks in a thread of its own while its rate is above nothing; goes on after a restart."""

    def __init__(self, world: World, clock: PretendClock | None = None) -> None:
        self._world = world
        self._clock = clock or CLOCK.get()
        self._lock = threading.Lock()
        self._turn = threading.Lock()  # held while one of them speaks: a new rate waits for the end of the sentence
        self._wake = threading.Event()
        self._ended = threading.Event()
        kept = world.notes.kept("public") or {}
        self._rate = Rate(**kept.get("rate", {}))
        self._spoken: int = kept.get("spoken", 0)
        self._chance = chance(self._rate.seed + self._spoken)
        self._thread = threading.Thread(target=self._run, name="public", daemon=True)

    def start(self) -> None:
        """Begin to speak, if a rate was set."""
        self._thread.start()

    def stop(self) -> None:
        """Fall silent for good; returns when the thread has ended."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(1)

    def speak(self, rate: Rate) -> None:
        """Speak at this rate from now on; another seed, or a rate after none, begins counting anew.

        When it returns nobody speaks at the old rate any more.
        """
        with self._turn, self._lock:
            if rate.seed != self._rate.seed or not self._rate.per_minute:
                self._spoken = 0
                self._chance = chance(rate.seed)
            self._rate = rate
            self._keep()
            if rate.per_minute:
                for network in Network:
                    for person in PEOPLE:
                        self._world.people.account(network, handle_of(network, person), person.title())
        self._wake.set()

    def say(  # noqa: PLR0913 - all that a client's own form asks
        self,
        network: Network,
        handle: str,
        text: str,
        *,
        in_reply_to: str | None = None,
        quotes: str | None = None,
        ours: bool = False,
        visibility: str = "public",
        behind_s: float = 0,
    ) -> PretendPost:
        """One post as its author's own client would send it. ValueError if it cannot be.

        `ours`: somebody of the campaign posts by hand, with its account. `visibility`: who may see it; `private` on X
        is what somebody says whose account is protected. `behind_s`: on Bluesky, so far its author's clock is behind;
        on Mastodon, so late it comes from its own server.
        """
        if visibility not in VISIBILITIES[network]:
            raise ValueError(f"on {network} nothing is {visibility}")
        handle = words.handle_on(network, handle)
        if not handle or not text or any(letter.isspace() for letter in handle):
            raise ValueError("a post needs a handle without spaces, and a text")
        author = self._world.people.known(network, handle) or self._world.people.account(network, handle, _name(handle))
        parent = self._other(network, in_reply_to)
        quoted = self._other(network, quotes)
        mentions = words.named(network, text, author.server)
        if network is Network.MASTODON and parent:
            # A reply addresses whom it answers, in the text or not (ActivityPub's tag of type Mention).
            mentions = tuple(dict.fromkeys((*mentions, parent.author.handle)))
        record: dict[str, Any] = {}
        if network is Network.BLUESKY:
            record = self._record(text, parent, quoted, now_ms() - round(behind_s * 1000))
        draft = PretendDraft(
            author=author,
            text=text,
            ours=ours,
            mentions=mentions,
            tags=words.tagged(text),
            visibility=visibility,
            in_reply_to=in_reply_to,
            quotes=quotes,
            rkey=self._rkey() if record else "",
            record=json.dumps(record) if record else "",
            cid=ids.cid(record) if record else "",
            behind_ms=round(behind_s * 1000) if network is Network.MASTODON else 0,
        )
        return self._world.add(draft)

    def as_json(self) -> dict[str, Any]:
        """The rate, and how often the public has spoken."""
        with self._lock:
            return asdict(self._rate) | {"spoken": self._spoken}

    def _other(self, network: Network, remote_id: str | None) -> PretendPost | None:
        if remote_id is None:
            return None
        found = self._world.post(network, remote_id)
        if found is None:
            raise ValueError(f"there is no post {remote_id} on {network}")
        return found

    def _record(self, text: str, parent: PretendPost | None, quoted: PretendPost | None, at_ms: int) -> dict[str, Any]:
        record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": iso(at_ms)}
        found = words.facets(text, self._did_of)
        if found:
            record["facets"] = found
        if parent:
            root = self._world.post(parent.network, parent.root) or parent
            record["reply"] = {"root": _reference(root), "parent": _reference(parent)}
        if quoted:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": _reference(quoted)}
        return record

    def _did_of(self, handle: str) -> str | None:
        account: PretendAccount | None = self._world.people.known(Network.BLUESKY, handle)
        return account.remote_id if account else None

    def _rkey(self) -> str:
        with self._lock:
            return ids.tid(now_ms(), random.getrandbits(10))

    def _run(self) -> None:
        CLOCK.set(self._clock)
        while not self._ended.is_set():
            with self._lock:
                rate = self._rate
                busy = rate.per_minute > 0 and self._spoken < rate.stop_at
                pause = self._chance.uniform(0.5, 1.5) * 60 / rate.per_minute if busy else None
            if self._wake.wait(pause):
                self._wake.clear()
            elif busy:
                with contextlib.suppress(sqlite3.OperationalError):  # a full disk: they speak again when there is room
                    self._speak_once(rate)

    def _speak_once(self, rate: Rate) -> None:
        """Somebody says something, unless another rate than this one holds by now."""
        with self._turn:
            with self._lock:
                saying = next_saying(self._chance, self._world) if rate == self._rate else None
            if saying is None:
                return
            self.say(saying.network, saying.handle, saying.text, in_reply_to=saying.in_reply_to)
            with self._lock:
                self._spoken += 1
                self._keep()

    def _keep(self) -> None:
        self._world.notes.keep("public", {"rate": asdict(self._rate), "spoken": self._spoken})


def _tags_as_written(post: PretendPost) -> list[str]:
    return [span.value for span in spans(post.text) if span.kind is SpanKind.TAG]


def _name(handle: str) -> str:
    return handle.partition("@")[0].partition(".")[0].title()


def _reference(post: PretendPost) -> dict[str, str]:
    return {"uri": post.remote_id, "cid": post.cid}
