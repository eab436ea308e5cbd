"""A network in memory: it keeps what was published, and answers each call as its script says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from amplifier.campaign.delivery import Receipt
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import PlatformError, Rejected
from amplifier.platforms.port import OwnProfile, Page, Part, RemotePost, Sought

Act = BaseException | Callable[[], object]


@dataclass
class Scripted:
    """One account on one network. A script is a list of acts, one for each coming call: an exception to raise after the
    post was stored (in `lost`) or before it (in `refused`), or something to do before the call goes on."""

    handle: str = "us"
    remote_id: str = "1"
    found_by_key: str = ""
    refused: list[Act] = field(default_factory=list)
    lost: list[Act] = field(default_factory=list)
    unprepared: list[Act] = field(default_factory=list)
    blind: list[Act | None] = field(default_factory=list)
    unknown: list[Act] = field(default_factory=list)
    deaf: list[Act] = field(default_factory=list)
    unread: list[Act] = field(default_factory=list)
    heard: Sequence[RawMention] = ()
    aside: Sequence[Aside] = ()
    problem: PlatformError | None = None
    is_unfinished: bool = False
    reread_as: Callable[[bytes], RawMention | Aside | None] | None = None
    posts: dict[str, bytes] = field(default_factory=dict)
    made: int = 0
    calls: list[str] = field(default_factory=list)
    sought: list[Sought] = field(default_factory=list)
    spotted: list[tuple[str, datetime, frozenset[str]]] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def verify(self) -> OwnProfile:
        self.calls.append("verify")
        _play(self.unknown)
        return OwnProfile(self.remote_id, self.handle, "https://x.com/us", 500, "codepoints")

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:
        self.calls.append("prepare")
        _play(self.unprepared)
        return f"{key}|{part.language}|{part.text}|{at:%H:%M:%S}".encode()

    def publish(self, request: bytes) -> Receipt:
        self.calls.append("publish")
        _play(self.refused)
        with self.lock:
            number = str(100 + self.made)  # a number is never given twice, whatever is deleted
            self.made += 1
            self.posts[number] = request
        _play(self.lost)
        return self._receipt(number)

    def find(self, sought: Sought) -> Receipt | None:
        self.calls.append("find")
        self.sought.append(sought)
        if self.blind:
            act = self.blind.pop(0)
            if act is None:
                return None
            _act(act)
        by_key = self.found_by_key
        fitting = [number for number, kept in self.posts.items() if kept == sought.request or number == by_key]
        return next((self._receipt(number) for number in fitting if number not in sought.taken), None)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        self.calls.append("spot")
        self.spotted.append((text, after, taken))
        _play(self.unread)
        fitting = [number for number in self.posts if self.words(number) == text and number not in taken]
        return self._receipt(min(fitting)) if fitting else None

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        self.calls.append("read")
        _play(self.unread)
        if remote_id not in self.posts:
            return None
        words = self.words(remote_id)
        return RemotePost(words == text, words, 0, 0, self._receipt(remote_id).url, is_ours=True)

    def edit(self, remote_id: str, part: Part) -> Receipt:
        self.calls.append("edit")
        _play(self.refused)
        if remote_id not in self.posts:
            raise Rejected("This post is gone.")
        self.posts[remote_id] = f"|{part.language}|{part.text}|".encode()
        _play(self.lost)
        return self._receipt(remote_id)

    def delete(self, remote_id: str) -> None:
        self.calls.append("delete")
        _play(self.refused)
        self.posts.pop(remote_id, None)
        _play(self.lost)

    def words(self, number: str) -> str:
        """The words of this post."""
        return self.posts[number].decode().split("|")[2]

    def mentions(self, cursor: str) -> Page:
        self.calls.append("mentions")
        return self._page(cursor)

    def tagged(self, tag: str, cursor: str) -> Page:
        self.calls.append(f"tagged {tag}")
        return self._page(cursor)

    def _page(self, cursor: str) -> Page:
        self.cursors.append(cursor)
        _play(self.deaf)
        return Page(tuple(self.heard), str(len(self.cursors)), tuple(self.aside), self.problem, self.is_unfinished)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        self.calls.append(f"reread {tag}".strip())
        return self.reread_as(raw) if self.reread_as else Aside("", raw, "As before.")

    def _receipt(self, number: str) -> Receipt:
        return Receipt(number, f"https://x.com/us/status/{number}")


def _play(script: list[Act]) -> None:
    if script:
        _act(script.pop(0))


def _act(act: Act) -> None:
    if isinstance(act, BaseException):
        raise act
    act()
