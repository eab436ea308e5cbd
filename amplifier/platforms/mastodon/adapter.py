"""One account on Mastodon or a server that speaks its language: the only file that uses Mastodon.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from mastodon import Mastodon

from amplifier.campaign.delivery import Receipt, Verb
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import OutcomeUnknown, PlatformError, Rejected, on_one_line
from amplifier.platforms import own_word
from amplifier.platforms.fields import an_address, an_id
from amplifier.platforms.frozen import freeze, thaw
from amplifier.platforms.host import Burst, HostSession
from amplifier.platforms.mastodon import listening, statuses
from amplifier.platforms.mastodon.calls import ask, told
from amplifier.platforms.mastodon.own import Own
from amplifier.platforms.mastodon.server import Server
from amplifier.platforms.mastodon.translate import is_not_offered, rest_until, translate
from amplifier.platforms.port import (
    CLOCKS_APART,
    NOT_PUBLIC,
    Connection,
    OwnProfile,
    Page,
    Part,
    Platform,
    RemotePost,
    SessionVault,
    Sought,
)

UNHEARD_FOR = timedelta(hours=1)  # a server that seems to know no quotes is asked for them again after this
PAGE_SIZE = 40  # own statuses; the most that Mastodon gives at once


class MastodonPlatform(Platform):
    """Publishes by an access token with an idempotency key, and can look before any repeat.

    Not every server of the family keeps keys (GoToSocial, Takahē do not), and Mastodon itself keeps them for an hour.
    """

    def __init__(
        self,
        connection: Connection,
        vault: SessionVault,  # noqa: ARG002 - every adapter is made alike; an access token needs no session
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._now = now
        self._reading = self._session()
        self._reader = self._client(self._reading)
        self._writing = Burst(self._session, now)
        self._own_id = ""
        self._server = Server(
            lambda path: ask(self._reading, self._connection, path), lambda: is_not_offered(self._reading.answer)
        )
        self._own = Own(self._own_page, self._source, lambda: self._reading.answer, lambda: self._own_id)
        self._no_quotes_until: datetime | None = None
        self._ear = listening.MastodonListener(self._get, self._me, now)

    def verify(self) -> OwnProfile:
        """Who the server says we are."""
        with self._reads():
            me = self._reader.account_verify_credentials()
            self._own_id, handle = an_id(me["id"]), on_one_line(str(me["acct"]))
            url = an_address(me.get("url")) or f"{self._connection.web}/@{self._connection.handle}"
            clock = self._reading.clock
        limit, counts = self._server.told()
        return OwnProfile(self._own_id, handle, url, limit, counts, clock)

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:  # noqa: ARG002 - the server sets the time
        """The fields of POST /api/v1/statuses. The visibility is always said: its default may not be public."""
        return freeze({"text": part.text, "visibility": "public", "language": part.language, "idempotency_key": key})

    def publish(self, request: bytes) -> Receipt:
        """Post the status, never on a connection that was idle: it may be closed already, and leave us unsure."""
        fields, asked_at = thaw(request), self._now()
        with self._writing.session() as session, self._translated(session, Verb.PUBLISH):
            made = self._client(session).status_post(
                fields["text"],
                visibility=fields["visibility"],
                language=fields["language"],
                idempotency_key=fields["idempotency_key"],
            )
            receipt = self._receipt(made, rest_until(session.answer, self._now()))
            self._must_be(made, receipt, str(fields["text"]), asked_at)
            return receipt

    def find(self, sought: Sought) -> Receipt | None:
        """The oldest of our own statuses since `after` with the same text that belongs to no other delivery."""
        return self.spot(str(thaw(sought.request)["text"]), sought.after, sought.taken)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own statuses since `after` with the same text, whoever typed it."""
        with self._reads():
            found = self._own.spot(text, after, taken)
            return self._receipt(found) if found else None

    def read(self, remote_id: str, text: str) -> RemotePost | None:
        """The status as our own server has it."""
        with self._reads():
            status = self._status(remote_id)
            if status is None:
                return None
            source = self._source(status)
            shown = statuses.plain(str(status["content"])).strip() if source is None else source
            counts = (status.get("reblogs_count"), status.get("replies_count"))
            is_ours = str(status["account"]["id"]) == self._me() and not statuses.is_boost(status)
            says = self._own.says(status, text, source)
            made_at, is_public = statuses.said_at(status), statuses.is_public(status)
            return RemotePost(says, shown, *counts, self._receipt(status).url, is_ours, made_at, is_public)

    def edit(self, remote_id: str, part: Part) -> Receipt:
        """Put other words into the status, and say again what else it has: a server drops or resets what is not said.

        Its language is that of the new words. It must show them afterwards.
        """
        with self._reads():
            status = self._status(remote_id)
            if status is None:
                raise Rejected("The post is no longer on Mastodon, so it cannot be changed.")
            if status.get("poll"):
                raise Rejected("The post has a poll, which a change would end. Change it on Mastodon by hand.")
            fields = statuses.edited(status, part, self._warning(status))
        path = f"/api/v1/statuses/{quote(remote_id, safe='')}"
        with self._writing.session() as session, self._translated(session, Verb.EDIT):
            made = ask(session, self._connection, path, method="PUT", fields=fields)
            _same(made, remote_id)
            receipt = self._receipt(made, rest_until(session.answer, self._now()))
            self._own.must_say(made, part.text)
            return receipt

    def delete(self, remote_id: str) -> None:
        """Delete the status. Of another account's, too, the server says that there is none; but it can be read."""
        with self._writing.session() as session, self._translated(session, Verb.DELETE):
            try:
                _same(self._client(session).status_delete(quote(remote_id, safe="")), remote_id)
            except Exception:
                if not (session.answer and session.answer.is_gone):
                    raise
            else:
                return
        with self._reads():
            found = self._status(remote_id)
        if found is not None:
            raise Rejected("The post is on Mastodon, but not on this account, so it was not deleted. Delete it there.")

    def mentions(self, cursor: str) -> Page:
        """Statuses that mention us, answer us or quote us."""
        self._me()
        now = self._now()
        if self._no_quotes_until is None or not timedelta() < self._no_quotes_until - now <= UNHEARD_FOR:
            try:
                return self._ear.notifications(cursor, tuple(listening.KINDS))
            except PlatformError:
                if not is_not_offered(self._reading.answer):
                    raise
        page = self._ear.notifications(cursor, ("mention",))
        if self._no_quotes_until is None or self._no_quotes_until <= now:
            self._no_quotes_until = now + UNHEARD_FOR  # what it refused before was the quotes
        return page

    def tagged(self, tag: str, cursor: str) -> Page:
        """Statuses with this hashtag, as far as this server has seen them, without our own."""
        return self._ear.tagged(tag, cursor)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside, understood anew."""
        return listening.reread(raw, tag, self._me())

    def _get(self, path: str, query: listening.Query) -> bytes:
        with self._reads():
            return told(self._reading, self._connection, path, query)

    def _own_page(self, **bounds: str) -> list[Any]:
        return self._listed(self._reader.account_statuses(self._me(), limit=PAGE_SIZE, exclude_reblogs=True, **bounds))

    def _listed(self, found: Any) -> list[Any]:
        """What was just read, if it was a list: Mastodon.py makes an empty one of anything empty."""
        if not (self._reading.answer and self._reading.answer.is_list):
            raise TypeError("The answer is no list.")
        return list(found)

    def _status(self, remote_id: str) -> Any:
        """One status by its id; None if the server says that there is none."""
        try:
            found = self._reader.status(quote(remote_id, safe=""))
        except Exception:
            if self._reading.answer and self._reading.answer.is_gone:
                return None
            raise
        _same(found, remote_id)
        return found

    def _warning(self, status: Mapping[str, Any]) -> str:
        """The warning over a status as it was written; as it is shown where the server does not tell."""
        shown = str(status.get("spoiler_text") or "")
        source = self._told_source(status) if shown else None
        return str(source.get("spoiler_text") or shown) if source else shown

    def _source(self, status: Mapping[str, Any]) -> str | None:
        """The words as they were written; None where the server does not tell them."""
        source = self._told_source(status)
        return None if source is None else str(source["text"])

    def _told_source(self, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._reader.status_source(status["id"])
        except Exception:
            if not is_not_offered(self._reading.answer):
                raise
            return None
        return found

    def _must_be(self, made: Any, receipt: Receipt, text: str, asked_at: datetime) -> None:
        """The answer must be about our own post, made now, with our words, for everybody to see.

        Raises OutcomeUnknown, with the post that it names unless that is somebody else's.
        """
        author = statuses.author_of(made)
        if statuses.is_boost(made) or (self._own_id and author and author != self._own_id):
            raise OutcomeUnknown("Mastodon answered with a post that is not ours.")
        named = {"remote_id": receipt.remote_id, "url": receipt.url}
        if not statuses.is_public(made):
            raise OutcomeUnknown("Mastodon says that not everybody may see the post.", receipt.rest_until, **named)
        if statuses.said_at(made) < asked_at - CLOCKS_APART:
            why = "Mastodon answered with a post that is older than the one that was sent."
            raise OutcomeUnknown(why, receipt.rest_until, **named)
        try:
            self._own.must_say(made, text)
        except OutcomeUnknown as error:
            raise OutcomeUnknown(str(error), receipt.rest_until, **named) from error

    def _receipt(self, status: Any, rest: datetime | None = None) -> Receipt:
        """The post as proof; where the server gives no address that can be opened, the one that it should have."""
        remote_id = an_id(status.get("id"))
        usual = f"{self._connection.web}/@{self._connection.handle}/{quote(remote_id, safe='')}"
        url = an_address(status.get("url"), status.get("uri")) or usual
        return Receipt(remote_id, url, rest, "" if statuses.is_public(status) else NOT_PUBLIC)

    def _me(self) -> str:
        if not self._own_id:
            with self._reads():
                self._own_id = an_id(self._reader.account_verify_credentials()["id"])
        return self._own_id

    def _session(self) -> HostSession:
        timeout = (self._connection.connect_timeout, self._connection.read_timeout)
        return HostSession(self._connection.api, timeout, own_word.MASTODON_FAMILY)

    def _client(self, session: HostSession) -> Any:
        return Mastodon(
            access_token=self._connection.secrets["access_token"],
            api_base_url=self._connection.api.rstrip("/"),
            session=session,
            ratelimit_method="throw",  # "wait", the default, sleeps in this thread and sends again for ever
            version_check_mode="none",
            user_agent="Amplifier",
        )

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


def _same(status: Any, remote_id: str) -> None:
    if str(status["id"]) != remote_id:
        raise ValueError("The answer is about another post than the one asked for.")
