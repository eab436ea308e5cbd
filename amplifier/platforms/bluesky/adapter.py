"""One account on Bluesky: the only file that uses atproto. Facts: docs.bsky.app and the reference PDS (2026-08-20)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from atproto import Client, Request, Session

from amplifier.campaign.delivery import Receipt
from amplifier.campaign.mention import RawMention
from amplifier.errors import AccountLost, PlatformError, Unavailable
from amplifier.platforms.bluesky import notifications, record
from amplifier.platforms.bluesky.translate import (
    RedirectError,
    is_not_there,
    is_stale_session,
    is_wrong_login,
    translate,
)
from amplifier.platforms.frozen import freeze, thaw
from amplifier.platforms.port import Connection, Identity, Page, Part, Platform, SessionVault, Sought
from amplifier.platforms.watermark import Watermark

PAGE_SIZE = 100
PAGES = 10  # of 100 notifications a call
# The AppView orders notifications by the author's own clock where that is behind (bsky: min(createdAt, indexedAt)).
SETTLED = timedelta(hours=1)
RENEW_BEFORE = timedelta(minutes=5)  # an access token lives for two hours
RENEWALS = 2  # the session another process has saved, and a new one

T = TypeVar("T")


class BlueskyPlatform(Platform):
    """Publishes by an app password, writing each post under a key of our own: a repeat changes nothing.

    Everything goes to `connection.api`, also after the log-in: the entryway passes requests on to the account's own
    server (docs.bsky.app: advanced-guides/entryway), so no address that a server names is ever called.
    """

    def __init__(self, connection: Connection, vault: SessionVault, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._api = connection.api.rstrip("/")
        self._vault = vault
        self._now = now
        timeout = httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout)
        request = Request(timeout=timeout, trust_env=False, event_hooks={"response": [_refuse_redirect]})
        self._client = Client(base_url=self._api, request=request)
        self._lock = threading.Lock()
        self._session: Any = None
        self._dids: dict[str, str] = {}

    def verify(self) -> Identity:
        """Who Bluesky says we are."""
        me = self._get("com.atproto.server.getSession")
        if me.get("active") is False:
            raise AccountLost(f"Bluesky has switched this account off ({me.get('status', 'no reason given')}).")
        return Identity(str(me["did"]), str(me["handle"]), f"{self._connection.web}/profile/{me['handle']}")

    def prepare(self, part: Part, key: str, at: datetime) -> bytes:
        """The body of putRecord with the whole record in it. `key` is the record key (a TID)."""
        dids = {handle: did for handle in record.handles(part.text) if (did := self._did_of(handle))}
        post = record.record(part.text, part.language, at, dids)
        return freeze(record.put(self._own_did(), key, post))

    def publish(self, request: bytes) -> Receipt:
        """Write the record. Writing the same record again is a no-op with the same answer."""
        url = f"{self._api}/xrpc/com.atproto.repo.putRecord"
        headers = {"Content-Type": "application/json"}
        return self._calling(
            lambda: self._receipt(self._client.request.post(url, content=request, headers=headers).content["uri"]),
            publishing=True,
        )

    def find(self, sought: Sought) -> Receipt | None:
        """The record under the key of these bytes, whatever it says and however old it is: the key is ours alone."""
        fields = thaw(sought.request)
        address = {name: str(fields[name]) for name in ("repo", "collection", "rkey")}
        found = self._get_if_there("com.atproto.repo.getRecord", address)
        if found is None or found["uri"] in sought.taken:
            return None
        return self._receipt(found["uri"])

    def mentions(self, cursor: str) -> Page:
        """Mentions of, replies to and quotes of our account, back to the mark."""
        mark = Watermark.read(cursor)
        found, stopped_at = self._walk(mark, pages=PAGES if cursor else 1)
        own_did = self._own_did()
        found.sort(key=lambda notification: notifications.item(notification).mark)
        items = [notifications.item(notification) for notification in found]
        horizon = self._now() - SETTLED
        after = mark.walked(items, horizon, stopped_at) if cursor else mark.begun(items, horizon, is_all=not stopped_at)
        fresh: dict[str, RawMention] = {}
        for notification in found:
            if notification["reason"] in notifications.REASONS and mark.is_new(str(notification["uri"])):
                mention = notifications.mention(notification, own_did, self._connection.web)
                fresh.setdefault(mention.canonical_id, mention)
        return Page(tuple(fresh.values()), after.written())

    def tagged(self, tag: str, cursor: str) -> Page:  # noqa: ARG002 - the port's signature
        """Bluesky offers no hashtag listing for programs (its search is for people; capabilities say so)."""
        raise Unavailable(f"Bluesky cannot be listened to for #{tag}.")

    def _walk(self, mark: Watermark, pages: int) -> tuple[list[Mapping[str, Any]], str]:
        """All notifications younger than the mark, and where the walk broke off because there were too many."""
        found: list[Mapping[str, Any]] = []
        position = mark.before
        for _ in range(pages):
            parameters: dict[str, Any] = {"limit": PAGE_SIZE, "reasons": list(notifications.REASONS)}
            if position:
                parameters["cursor"] = position
            page = self._get("app.bsky.notification.listNotifications", parameters)
            younger = [n for n in page["notifications"] if notifications.item(n).mark > mark.since]
            found += younger
            position = str(page.get("cursor") or "")
            if not position or len(younger) < len(page["notifications"]) or not younger:
                return found, ""
        return found, position

    def _own_did(self) -> str:
        with self._translated():
            self._entered()
        return str(self._session.did)

    def _did_of(self, handle: str) -> str:
        """The DID of a handle; empty where nobody has it. What was found is kept as long as this object lives."""
        if handle not in self._dids:
            found = self._get_if_there("com.atproto.identity.resolveHandle", {"handle": handle})
            if found is None:
                return ""
            self._dids[handle] = str(found["did"])
        return self._dids[handle]

    def _receipt(self, uri: str) -> Receipt:
        return Receipt(uri, notifications.web_address(self._connection.web, self._connection.handle, uri))

    def _get(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        # Without the SDK's models: one record that breaks the schema must not hide the others.
        url = f"{self._api}/xrpc/{method}"
        return self._calling(lambda: _fields(self._client.request.get(url, params=parameters).content))

    def _get_if_there(self, method: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        url = f"{self._api}/xrpc/{method}"

        def look() -> dict[str, Any] | None:
            try:
                return _fields(self._client.request.get(url, params=parameters).content)
            except Exception as error:
                if is_not_there(error):
                    return None
                raise

        return self._calling(look)

    def _calling(self, call: Callable[[], T], *, publishing: bool = False) -> T:
        """What `call` gives, made with a session; one that the server does not know (any more) is renewed.

        A token that was refused means that nothing was done, so the call may be made again.
        """
        for _ in range(RENEWALS):
            with self._translated():
                token = self._entered()
            with self._translated(publishing=publishing):
                try:
                    return call()
                except Exception as error:
                    if not is_stale_session(error):
                        raise
            with self._translated():
                self._renewed(token)
        with self._translated(publishing=publishing):
            return call()

    def _entered(self) -> str:
        """The access token in use. Takes the saved session, and logs in only where there is none."""
        with self._lock:
            if self._session is None or self._ends_soon(self._session):
                saved = self._saved()
                if saved and not self._ends_soon(saved):
                    self._use(saved)
                else:
                    self._open(saved or self._session)
            return str(self._session.access_jwt)

    def _renewed(self, refused: str) -> None:
        """Change a session whose token was refused for a newer one, unless another thread or process has already."""
        with self._lock:
            if self._session.access_jwt != refused:
                return
            saved = self._saved()
            if saved and saved.access_jwt != refused:
                self._use(saved)
            else:
                self._open(self._session)

    def _open(self, old: Any) -> None:
        """A new session: from the old one's refresh token, or else from the app password."""
        session = (old and self._refreshed(old)) or self._logged_in()
        self._use(session)
        self._vault.save(session.export())

    def _refreshed(self, old: Any) -> Any:
        headers = {"Authorization": f"Bearer {old.refresh_jwt}"}
        try:
            new = self._client.com.atproto.server.refresh_session(headers=headers, ignore_session_check=True)
        except Exception as error:
            if is_wrong_login(error):
                return None
            raise
        return Session(new.handle, new.did, new.access_jwt, new.refresh_jwt, self._api)

    def _logged_in(self) -> Any:
        data = {"identifier": self._connection.handle, "password": self._connection.secrets["app_password"]}
        new = self._client.com.atproto.server.create_session(data, ignore_session_check=True)
        return Session(new.handle, new.did, new.access_jwt, new.refresh_jwt, self._api)

    def _use(self, session: Any) -> None:
        """Send this session's token from now on."""
        self._session = session
        self._client.login(session_string=session.export(), fetch_bsky_profile=False)

    def _saved(self) -> Any:
        """The session in the vault, bound to our own address; None if there is none that can be read."""
        try:
            saved = Session.decode(self._vault.load() or "")
        except (ValueError, TypeError):
            return None
        if saved.handle.lower() != self._connection.handle.lower():
            return None  # of the account that stood here in the settings before
        saved.pds_endpoint = self._api
        return saved

    def _ends_soon(self, session: Any) -> bool:
        try:
            ends = datetime.fromtimestamp(float(session.access_jwt_payload.exp), UTC)
        except Exception:  # noqa: BLE001 - a token that cannot be read is used until the server refuses it
            return False
        return ends - self._now() < RENEW_BEFORE

    @contextmanager
    def _translated(self, *, publishing: bool = False) -> Iterator[None]:
        try:
            yield
        except PlatformError:
            raise
        except Exception as error:
            raise translate(error, self._now(), publishing=publishing) from error


def _refuse_redirect(response: httpx.Response) -> None:
    if response.is_redirect:
        raise RedirectError("It answers with a redirect. Set the account's `api` to its own address.")


def _fields(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise TypeError("The answer is not JSON.")
    return content
