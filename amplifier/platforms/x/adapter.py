"""One account on X: the only file that uses tweepy. Facts and prices: docs.x.com (2026-08-22), docs/platforms.md."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any
from urllib.parse import quote

import tweepy

from amplifier.campaign.delivery import Receipt, Verb
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import OutcomeUnknown, PlatformError, Rejected, Unavailable
from amplifier.platforms import own_word
from amplifier.platforms.fields import an_id
from amplifier.platforms.frozen import freeze, thaw
from amplifier.platforms.host import Burst, HostSession
from amplifier.platforms.metered import MeteredSession, Tariff
from amplifier.platforms.port import (
    CLOCKS_APART,
    Connection,
    OwnProfile,
    Page,
    Part,
    Platform,
    RemotePost,
    SessionVault,
    Sought,
)
from amplifier.platforms.x import listening, posts
from amplifier.platforms.x.tariff import charge
from amplifier.platforms.x.translate import is_refused_request, rest_until, translate

TWEEPY_HOSTS = ("https://api.twitter.com", "https://api.x.com")  # written into tweepy's client.py
POST_FIELDS = ["created_at", "entities", "author_id", "edit_history_tweet_ids", "note_tweet"]
PAGE_SIZE = 100
PAGES = 10  # of 100 of our own posts a call

# At DEBUG these write headers and bodies into the log (tweepy/client.py:80, oauthlib's base string).
for _name in ("tweepy", "oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)


class XPlatform(Platform):
    """Publishes by OAuth 1.0a in the account's own name; tokens of this kind do not expire.

    X knows no idempotency key: a repeat is prevented by looking (`find`) and by X's refusal of duplicate text.
    """

    def __init__(
        self,
        connection: Connection,
        vault: SessionVault,  # noqa: ARG002 - every adapter is made alike; OAuth 1.0a has no session to keep
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._now = now
        self._reading = self._session()
        self._reader = self._client(self._reading)
        self._writing = Burst(self._session, now)
        self._own_id = ""
        self._ear = listening.XListener(self._get, self._me, now, connection.web, self._has_refused)

    def verify(self) -> OwnProfile:
        """Who X says we are."""
        with self._reads():
            me = self._reader.get_me()["data"]
            self._own_id, handle = an_id(me["id"]), an_id(me["username"])
            url = f"{self._connection.web}/{handle}"
            return OwnProfile(self._own_id, handle, url, clock=self._reading.clock)

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:  # noqa: ARG002 - X takes neither key nor time
        """The body of POST /2/tweets."""
        return freeze({"text": part.text})

    def publish(self, request: bytes) -> Receipt:
        """Post the text, never on a connection that was idle: it may be closed already, and leave us unsure."""
        asked_at = self._now()
        with self._writing.session() as session, self._translated(session, Verb.PUBLISH):
            client = self._speaker(session)
            # tweepy passes `json` on unchanged, and our session sends bytes as they are.
            made = client.request("POST", "/2/tweets", json=request, user_auth=True).json()["data"]
            receipt = self._receipt(made["id"], rest_until(session.answer, self._now()))
            text = str(thaw(request)["text"])
            named = {"remote_id": receipt.remote_id, "url": receipt.url}
            made_at = posts.id_given_at(receipt.remote_id)
            if made_at is not None and made_at < asked_at - CLOCKS_APART:
                why = "X answered with a post that is older than the one that was sent."
                raise OutcomeUnknown(why, receipt.rest_until, **named)
            if not (posts.may_say(str(made["text"]), text) or self._says(receipt.remote_id, text)):
                why = "X answered with another post than the one that was sent."
                raise OutcomeUnknown(why, receipt.rest_until, **named)
            return receipt

    def find(self, sought: Sought) -> Receipt | None:
        """The oldest of our own posts since `after` that says the same and belongs to no other delivery."""
        return self.spot(str(thaw(sought.request)["text"]), sought.after, sought.taken)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own posts since `after` that says the same, whoever typed it."""
        second = after.replace(microsecond=0)  # X tells whole seconds
        found: list[Mapping[str, Any]] = []
        with self._reads():
            pages = self._pages(
                lambda token: self._reader.get_users_tweets(
                    self._me(),
                    start_time=second,
                    max_results=PAGE_SIZE,
                    pagination_token=token or None,
                    tweet_fields=POST_FIELDS,
                    user_auth=True,
                )
            )
            for page in pages:
                found += [
                    post
                    for post in page.get("data", ())
                    if str(post["id"]) not in taken and posts.said_at(post) >= second and posts.says(post, text)
                ]
            oldest = min(found, key=lambda post: int(post["id"]), default=None)
            return self._receipt(oldest["id"]) if oldest else None

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        """The post in its newest version: an edit is a post of its own, under another id."""
        with self._reads():
            post = self._post(remote_id)
            newest = posts.newest_id(post) if post else remote_id
            if newest != remote_id:
                post = self._post(newest)
            if post is None:
                return None
            url, is_ours = self._receipt(newest).url, str(post["author_id"]) == self._me()
            says, made_at = posts.says(post, text), posts.said_at(post)
            return RemotePost(says, posts.plain(post), *posts.counts(post), url, is_ours, made_at)

    def edit(self, remote_id: str, part: Part) -> Receipt:  # noqa: ARG002 - the port's signature
        """X lets only subscribers edit, for an hour at most, and the post gets another id."""
        raise Rejected("X does not let a program like this one change a post. Delete it and post the new words.")

    def delete(self, remote_id: str) -> None:
        """Delete the post, on a connection as in `publish`."""
        with self._writing.session() as session, self._translated(session, Verb.DELETE):
            try:
                answer = self._speaker(session).request("DELETE", _path(remote_id), user_auth=True).json()
            except tweepy.NotFound:
                if session.answer and session.answer.is_gone:
                    return
                raise
            if not (posts.is_missing(answer) or answer["data"]["deleted"]):
                raise ValueError("X says that the post is not deleted.")

    def mentions(self, cursor: str) -> Page:
        """Mentions of, replies to and quotes of our account; X shows the last 800."""
        return self._ear.mentions(cursor)

    def tagged(self, tag: str, cursor: str) -> Page:
        """Posts of the last seven days with this hashtag, without reposts and our own ones."""
        return self._ear.tagged(tag, self._connection.handle, cursor)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside, understood anew."""
        return self._ear.reread(raw, tag)

    def _has_refused(self, error: BaseException | None) -> bool:
        return is_refused_request(error, self._reading.answer)

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        """The answer as it came: tweepy would read the whole of it, or nothing."""
        with self._reads():
            return bytes(self._reader.request("GET", path, query, user_auth=True).content)

    def _pages(self, fetch: Callable[[str], Any]) -> Iterator[dict[str, Any]]:
        token, asked = "", {""}
        for _ in range(PAGES):
            page = fetch(token)
            if "data" not in page and "meta" not in page:
                raise Unavailable(f"X answered without saying what it found. {json.dumps(page)[:200]}")
            yield page
            token = page.get("meta", {}).get("next_token", "")
            if not token or token in asked:
                return
            asked.add(token)

    def _post(self, remote_id: str) -> Mapping[str, Any] | None:
        """One post by its id; None if X says that there is none."""
        try:
            fields = ",".join((*POST_FIELDS, "public_metrics"))
            answer = self._reader.request("GET", _path(remote_id), {"tweet.fields": fields}, user_auth=True).json()
        except tweepy.NotFound:
            if self._reading.answer and self._reading.answer.is_gone:
                return None
            raise
        if posts.is_missing(answer):
            return None
        found: Mapping[str, Any] = answer["data"]
        if str(found["id"]) != remote_id:
            raise Unavailable("X answered with another post than the one asked for.")
        return found

    def _says(self, remote_id: str, text: str) -> bool:
        """Whether X says at once that this is our post with these words, its links written out."""
        try:
            with self._reads():
                post = self._post(remote_id)
                return post is not None and str(post["author_id"]) == self._me() and posts.says(post, text)
        except PlatformError:
            return False

    def _me(self) -> str:
        return self._own_id or self.verify().remote_id

    def _receipt(self, found: Any, rest: datetime | None = None) -> Receipt:
        remote_id = an_id(found)
        return Receipt(remote_id, f"{self._connection.web}/{self._connection.handle}/status/{remote_id}", rest)

    def _session(self) -> HostSession:
        timeout = (self._connection.connect_timeout, self._connection.read_timeout)
        if self._connection.budget is None:
            return HostSession(self._connection.api, timeout, own_word.X, instead_of=TWEEPY_HOSTS)
        tariff = Tariff(self._connection.budget, charge)
        return MeteredSession(self._connection.api, timeout, own_word.X, TWEEPY_HOSTS, tariff=tariff)

    def _speaker(self, session: HostSession) -> Any:
        """A client on this session. A copy, since a new one makes a session of its own first: an eighth of a post."""
        client = copy(self._reader)
        client.session = session
        return client

    def _client(self, session: HostSession) -> Any:
        secrets = self._connection.secrets
        client = tweepy.Client(
            consumer_key=secrets["api_key"],
            consumer_secret=secrets["api_secret"],
            access_token=secrets["access_token"],
            access_token_secret=secrets["access_secret"],
            return_type=dict,
            wait_on_rate_limit=False,  # True sleeps in this thread and recurses without end
        )
        client.session = session
        return client

    def _reads(self) -> Any:
        return self._translated(self._reading)

    @contextmanager
    def _translated(self, session: HostSession, verb: Verb | None = None) -> Iterator[None]:
        try:
            yield
        except PlatformError:
            raise
        except Exception as error:
            raise translate(error, session.answer, self._now(), verb) from error


def _path(remote_id: str) -> str:
    return f"/2/tweets/{quote(remote_id, safe='')}"
