"""One account on Mastodon or a server that speaks its language: the only file that uses Mastodon.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mastodon import Mastodon, MastodonAPIError

from amplifier.campaign.delivery import Receipt, Verb
from amplifier.campaign.mention import Aside, RawMention
from amplifier.errors import OutcomeUnknown, PlatformError, Rejected
from amplifier.platforms.frozen import freeze, thaw
from amplifier.platforms.host import Burst, HostSession
from amplifier.platforms.mastodon import listening, statuses
from amplifier.platforms.mastodon.translate import is_not_offered, rest_until, translate
from amplifier.platforms.port import Connection, Identity, Page, Part, Platform, Seen, SessionVault, Sought

PAGE_SIZE = 40
PAGES = 25  # of 40 own statuses a call


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
        self._kinds = tuple(listening.KINDS)
        self._ear = listening.Ear(self._get, self._me, now)

    def verify(self) -> Identity:
        """Who the server says we are."""
        with self._reads():
            me = self._reader.account_verify_credentials()
            self._own_id = str(me["id"])
            clock = self._reading.clock
        return Identity(self._own_id, str(me["acct"]), str(me["url"]), self._limit(), clock)

    def _limit(self) -> int:
        """How long a post may be here; servers that are not Mastodon may not say, and that is no trouble."""
        try:
            with self._reads():
                told = self._reader.instance_v2()
                return max(0, int(told["configuration"]["statuses"]["max_characters"]))
        except (PlatformError, KeyError, TypeError, ValueError):
            return 0

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:  # noqa: ARG002 - the server sets the time
        """The fields of POST /api/v1/statuses. The visibility is always said: its default may not be public."""
        return freeze({"text": part.text, "visibility": "public", "language": part.language, "idempotency_key": key})

    def publish(self, request: bytes) -> Receipt:
        """Post the status, never on a connection that was idle: it may be closed already, and leave us unsure."""
        fields = thaw(request)
        with self._writing.session() as session, self._translated(session, Verb.PUBLISH):
            made = self._client(session).status_post(
                fields["text"],
                visibility=fields["visibility"],
                language=fields["language"],
                idempotency_key=fields["idempotency_key"],
            )
            if not statuses.same_content(str(made["content"]), str(fields["text"])):
                raise OutcomeUnknown("Mastodon answered with another status than the one that was sent.")
            return _receipt(made, rest_until(session.answer, self._now()))

    def find(self, sought: Sought) -> Receipt | None:
        """The oldest of our own statuses since `after` with the same text that belongs to no other delivery."""
        return self.spot(str(thaw(sought.request)["text"]), sought.after, sought.taken)

    def spot(self, text: str, after: datetime, taken: frozenset[str]) -> Receipt | None:
        """The oldest of our own statuses since `after` with the same text, whoever typed it."""
        with self._reads():
            own = [status for status in self._since(after) if str(status["id"]) not in taken]
            for status in reversed(own):
                if _says(status, self._source(status), text):
                    return _receipt(status)
        return None

    def read(self, remote_id: str, text: str) -> Seen | None:
        """The status as our own server has it."""
        with self._reads():
            status = self._status(remote_id)
            if status is None:
                return None
            source = self._source(status)
            shown = statuses.plain(str(status["content"])).strip() if source is None else source
            counts = (status.get("reblogs_count"), status.get("replies_count"))
            is_ours = str(status["account"]["id"]) == self._me()
            return Seen(_says(status, source, text), shown, *counts, _receipt(status).url, is_ours)

    def edit(self, remote_id: str, part: Part) -> Receipt:
        """Put other words into the status. Its media and warning are sent along, or the server would drop them."""
        with self._reads():
            status = self._status(remote_id)
        if status is None:
            raise Rejected("The post is no longer on Mastodon, so it cannot be changed.")
        if status.get("poll"):
            raise Rejected("The post has a poll, which a change would end. Change it on Mastodon by hand.")
        with self._writing.session() as session, self._translated(session, Verb.EDIT):
            made = self._client(session).status_update(
                quote(remote_id, safe=""),
                part.text,
                spoiler_text=status.get("spoiler_text") or None,
                sensitive=bool(status.get("sensitive")),
                media_ids=[str(media["id"]) for media in status.get("media_attachments") or ()] or None,
            )
            _same(made, remote_id)
            return _receipt(made, rest_until(session.answer, self._now()))

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
        try:
            return self._ear.notifications(cursor, self._kinds)
        except PlatformError:
            if len(self._kinds) == 1 or not is_not_offered(self._reading.answer):
                raise
        self._kinds = ("mention",)  # this server does not know quotes
        return self._ear.notifications(cursor, self._kinds)

    def tagged(self, tag: str, cursor: str) -> Page:
        """Statuses with this hashtag, as far as this server has seen them, without our own."""
        return self._ear.tagged(tag, cursor)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside, understood anew."""
        return listening.reread(raw, tag, self._me())

    def _get(self, path: str, query: listening.Query) -> bytes:
        """The answer as it came: Mastodon.py would read the whole of it, or nothing."""
        token = self._connection.secrets["access_token"]
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Amplifier"}
        with self._reads():
            answer = self._reading.get(self._connection.api.rstrip("/") + path, params=query, headers=headers)
            if not answer.ok:
                raise MastodonAPIError("Mastodon API returned error", answer.status_code, answer.reason, answer.text)
            return answer.content

    def _since(self, after: datetime) -> list[Any]:
        """Our own statuses since `after`, newest first. Ids say nothing about time on every server; dates do."""
        found: list[Any] = []
        bounds: dict[str, str] = {}
        for _ in range(PAGES):
            page = self._reader.account_statuses(self._me(), limit=PAGE_SIZE, exclude_reblogs=True, **bounds)
            young = [status for status in page if statuses.said_at(status) >= after]
            found += young
            if not page or len(young) < len(page):
                break
            bounds = {"max_id": str(page[-1]["id"])}
        return found

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

    def _source(self, status: Any) -> str | None:
        """The words as they were written; None where the server does not tell them."""
        try:
            return str(self._reader.status_source(status["id"])["text"])
        except Exception:
            if not is_not_offered(self._reading.answer):
                raise
        return None

    def _me(self) -> str:
        return self._own_id or self.verify().remote_id

    def _session(self) -> HostSession:
        return HostSession(self._connection.api, (self._connection.connect_timeout, self._connection.read_timeout))

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


def _says(status: Any, source: str | None, text: str) -> bool:
    return statuses.same_content(str(status["content"]), text) if source is None else statuses.same_source(source, text)


def _same(status: Any, remote_id: str) -> None:
    if str(status["id"]) != remote_id:
        raise ValueError("The answer is about another post than the one asked for.")


def _receipt(status: Any, rest: datetime | None = None) -> Receipt:
    if not status.get("id"):  # Mastodon.py fills what is missing with None
        raise KeyError("id")
    return Receipt(str(status["id"]), str(status.get("url") or status["uri"]), rest)
