"""One account on Bluesky. Facts: docs.bsky.app and the reference PDS (2026-08-20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from amplifier.campaign.delivery import Receipt, Verb
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import AccountLost, OutcomeUnknown, PlatformError, Rejected, Unavailable
from amplifier.platforms.bluesky import listening, notifications, record
from amplifier.platforms.bluesky.calls import Calls
from amplifier.platforms.bluesky.translate import rest_until
from amplifier.platforms.fields import an_id
from amplifier.platforms.frozen import freeze, thaw
from amplifier.platforms.port import Connection, OwnProfile, Page, Part, Platform, RemotePost, SessionVault, Sought

PAGE_SIZE = 100
PAGES = 10  # of 100 records a call
GET_RECORD = "com.atproto.repo.getRecord"


class BlueskyPlatform(Platform):
    """Publishes by an app password, writing each post under a key of our own: a repeat changes nothing.

    Everything goes to `connection.api`, also after the log-in: the entryway passes requests on to the account's own
    server (docs.bsky.app: advanced-guides/entryway), so no address that a server names is ever called.
    """

    def __init__(self, connection: Connection, vault: SessionVault, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now
        self._calls = Calls(connection, vault, now)
        self._dids: dict[str, str] = {}

    def verify(self) -> OwnProfile:
        """Who Bluesky says we are."""
        with self._calls.reading():
            me, clock = self._calls.get_dated("com.atproto.server.getSession")
            if me.get("active") is False:
                raise AccountLost(f"Bluesky has switched this account off ({me.get('status', 'no reason given')}).")
            did, handle = an_id(me["did"]), an_id(me["handle"])
            return OwnProfile(did, handle, f"{self._connection.web}/profile/{handle}", clock=clock)

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:
        """The body of putRecord with the whole record in it. `key` is the record key (a TID)."""
        dids = {handle: did for handle in record.handles(part.text) if (did := self._did_of(handle))}
        post = record.record(part.text, part.language, at, dids)
        return freeze(record.put(self._calls.own_did(), key, post))

    def publish(self, request: bytes) -> Receipt:
        """Write the record. Writing the same record again is a no-op with the same answer."""
        fields = thaw(request)
        ours = f"at://{fields['repo']}/{fields['collection']}/{fields['rkey']}"

        def receipt(answer: Any) -> Receipt:
            if answer.content["uri"] != ours:
                raise OutcomeUnknown("Bluesky answered with another record than the one that was sent.")
            return self._receipt(ours, rest_until(answer.headers, self._now()))

        return self._calls.post("com.atproto.repo.putRecord", request, receipt, Verb.PUBLISH)

    def find(self, sought: Sought) -> Receipt | None:
        """The record under the key of these bytes, whatever it says and however old it is: the key is ours alone."""
        fields = thaw(sought.request)
        address = {name: str(fields[name]) for name in ("repo", "collection", "rkey")}
        ours = "at://" + "/".join(address.values())
        with self._calls.reading():
            found = self._calls.get_if_there(GET_RECORD, address)
            if found is not None and found["uri"] != ours:
                raise Unavailable("Bluesky answered with another record than the one that was asked for.")
            return None if found is None or ours in sought.taken else self._receipt(ours)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own records made since `after` that says the same and belongs to no other delivery.

        Their keys do not tell when they were made (ours are chosen), so all pages are read.
        """
        with self._calls.reading():
            found = [
                (at, str(entry["uri"]))
                for entry in self._own_records()
                if (at := record.made_at(entry["value"])) is not None
                and at >= after
                and str(entry["uri"]) not in taken
                and record.says(entry["value"], text)
            ]
            return self._receipt(an_id(min(found)[1])) if found else None

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        """The record as our own server has it, with the counts that the AppView may tell."""
        place = record.place(remote_id)
        if place is None:
            raise Unavailable(f"{remote_id} is no address of a post on Bluesky.")
        with self._calls.reading():
            found = self._calls.get_if_there(GET_RECORD, place)
            if found is None:
                return None
            if found["uri"] != remote_id:
                raise Unavailable("Bluesky answered with another post than the one asked for.")
            says, words = record.says(found["value"], text), record.plain(found["value"])
            is_ours = place["repo"] == self._calls.own_did()
        return RemotePost(says, words, *self._counts(remote_id), self._receipt(remote_id).url, is_ours)

    def edit(self, remote_id: str, part: Part) -> Receipt:  # noqa: ARG002 - the port's signature
        """Bluesky's readers would not see that a post was changed, so it is not done."""
        raise Rejected("Bluesky shows no history of a changed post. Delete it and post the new words.")

    def delete(self, remote_id: str) -> None:
        """Delete the record; the server answers the same when it is gone already."""
        place = record.place(remote_id)
        if place is None or place["repo"] != self._calls.own_did():
            raise Rejected(f"{remote_id} is no post of this account on Bluesky.")

        def is_deleted(answer: Any) -> None:
            if set(answer.content) - {"commit"}:  # lexicons/com/atproto/repo/deleteRecord.json: nothing else
                raise OutcomeUnknown("Bluesky gave no clear answer, so the post may be gone.")

        self._calls.post("com.atproto.repo.deleteRecord", freeze(place), is_deleted, Verb.DELETE)

    def mentions(self, cursor: str) -> Page:
        """Mentions of, replies to and quotes of our account."""
        own_did, web = self._calls.own_did(), self._connection.web
        return listening.mentions(self._calls.get_raw, cursor, own_did=own_did, web=web, now=self._now())

    def tagged(self, tag: str, cursor: str) -> Page:  # noqa: ARG002 - the port's signature
        """Bluesky offers no hashtag listing for programs (its search is for people; capabilities say so)."""
        raise Unavailable(f"Bluesky cannot be listened to for #{tag}.")

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:  # noqa: ARG002 - the port's signature
        """What was set aside, understood anew."""
        return listening.reread(raw, self._calls.own_did(), self._connection.web)

    def _own_records(self) -> Iterator[Mapping[str, Any]]:
        parameters: dict[str, Any] = {"repo": self._calls.own_did(), "collection": record.COLLECTION}
        parameters["limit"] = PAGE_SIZE
        for _ in range(PAGES):
            page = self._calls.get("com.atproto.repo.listRecords", parameters)
            if "records" not in page:
                raise Unavailable("Bluesky answered without saying what it found.")
            yield from page["records"]
            if not page.get("cursor"):
                return
            parameters["cursor"] = page["cursor"]

    def _counts(self, uri: str) -> tuple[int | None, int | None]:
        """Reposts and replies; None where no AppView answers or it does not know the post yet."""
        try:
            with self._calls.reading():
                views = self._calls.get("app.bsky.feed.getPosts", {"uris": [uri]})["posts"]
                (view,) = (view for view in views if view["uri"] == uri)
                return int(view["repostCount"]), int(view["replyCount"])
        except PlatformError:
            return None, None

    def _did_of(self, handle: str) -> str:
        """The DID of a handle; empty where nobody has it. What was found is kept as long as this object lives."""
        if handle not in self._dids:
            found = self._calls.get_if_there("com.atproto.identity.resolveHandle", {"handle": handle})
            if found is None:
                return ""
            self._dids[handle] = str(found["did"])
        return self._dids[handle]

    def _receipt(self, uri: str, rest: datetime | None = None) -> Receipt:
        return Receipt(uri, notifications.web_address(self._connection.web, uri), rest)
