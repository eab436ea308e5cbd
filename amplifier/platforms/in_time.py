"""A network that is given so long for each thing it is asked, however many requests that takes."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.delivery import Receipt
from amplifier.campaign.mention import Aside, RawMention
from amplifier.platforms.bounds import within
from amplifier.platforms.port import OwnProfile, Page, Part, Platform, RemotePost, Sought


class InTime(Platform):
    """`platform`, every verb of which ends within so many seconds: less than a claim lasts (`lease`)."""

    def __init__(self, platform: Platform, seconds: float) -> None:
        self._platform = platform
        self._seconds = seconds

    def verify(self) -> OwnProfile:
        """Who we are there."""
        with within(self._seconds):
            return self._platform.verify()

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:
        """The request to send, frozen."""
        with within(self._seconds):
            return self._platform.prepare(part, key, at)

    def publish(self, request: bytes) -> Receipt:
        """Send exactly these bytes, once."""
        with within(self._seconds):
            return self._platform.publish(request)

    def find(self, sought: Sought) -> Receipt | None:
        """Our own post that these bytes made."""
        with within(self._seconds):
            return self._platform.find(sought)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own posts since `after` with exactly this text."""
        with within(self._seconds):
            return self._platform.spot(text, after, taken)

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        """How our post stands now."""
        with within(self._seconds):
            return self._platform.read(remote_id, text)

    def edit(self, remote_id: str, part: Part) -> Receipt:
        """Put these words into our post, once."""
        with within(self._seconds):
            return self._platform.edit(remote_id, part)

    def delete(self, remote_id: str) -> None:
        """Delete our post, once."""
        with within(self._seconds):
            self._platform.delete(remote_id)

    def mentions(self, cursor: str) -> Page:
        """What others said to us after the cursor."""
        with within(self._seconds):
            return self._platform.mentions(cursor)

    def tagged(self, tag: str, cursor: str) -> Page:
        """Posts with this hashtag after the cursor."""
        with within(self._seconds):
            return self._platform.tagged(tag, cursor)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside, understood anew."""
        with within(self._seconds):
            return self._platform.reread(raw, tag)
