"""Calls to one account's server on Bluesky, each with a session that is kept, shared and renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from atproto import Client, Request, Session

from amplifier.campaign.delivery import Verb
from amplifier.errors import AccountLost, PlatformError
from amplifier.platforms import own_word
from amplifier.platforms.bluesky.translate import (
    RedirectError,
    StrangerError,
    is_not_there,
    is_stale_session,
    is_wrong_login,
    translate,
)
from amplifier.platforms.bluesky.transport import PunctualTransport
from amplifier.platforms.port import Connection, SessionVault
from amplifier.platforms.ratelimit import clock

RENEW_BEFORE = timedelta(minutes=5)  # an access token lives for two hours
RENEWALS = 2  # the session another process has saved, and a new one
JSON = {"Content-Type": "application/json"}

T = TypeVar("T")


class Calls:
    """Speaks to `connection.api` only. What goes wrong is raised in our own words."""

    def __init__(self, connection: Connection, vault: SessionVault, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._api = connection.api.rstrip("/")
        self._vault = vault
        self._now = now
        timeout = httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout)
        request = Request(
            timeout=timeout,
            trust_env=False,
            transport=PunctualTransport(connection.connect_timeout + connection.read_timeout),
            event_hooks={"response": [_refuse_what_is_not_bluesky_s]},
        )
        self._client = Client(base_url=self._api, request=request)
        self._lock = threading.Lock()
        self._session: Any = None
        self._ends: tuple[str, datetime | None] = ("", None)  # of the token that was read last: each call asks

    def own_did(self) -> str:
        """The account's own DID."""
        with self._translated():
            self._entered()
        return str(self._session.did)

    def get(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a query, as it came: one record that breaks the SDK's models must not hide the others."""
        url = f"{self._api}/xrpc/{method}"
        return self._calling(lambda: _fields(self._client.request.get(url, params=parameters).content))

    def get_raw(self, method: str, parameters: dict[str, Any]) -> bytes:
        """The answer to a query before anybody has read it: the SDK reads the whole of it, or nothing."""
        url = f"{self._api}/xrpc/{method}"
        request = self._client.request
        return self._calling(lambda: bytes(request._send_request("GET", url, params=parameters).content))  # noqa: SLF001

    def get_dated(self, method: str) -> tuple[dict[str, Any], datetime | None]:
        """As `get`, with what the server's clock showed when it answered."""

        def look() -> tuple[dict[str, Any], datetime | None]:
            answer = self._client.request.get(f"{self._api}/xrpc/{method}")
            return _fields(answer.content), clock(answer.headers)

        return self._calling(look)

    def get_if_there(self, method: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """As `get`; None where the server certainly has nothing of the kind."""
        url = f"{self._api}/xrpc/{method}"

        def look() -> dict[str, Any] | None:
            try:
                return _fields(self._client.request.get(url, params=parameters).content)
            except Exception as error:
                if is_not_there(error):
                    return None
                raise

        return self._calling(look)

    def post(self, method: str, body: bytes, read: Callable[[Any], T], verb: Verb) -> T:
        """Send exactly these bytes, and `read` the SDK's answer; what that raises counts as an unclear answer."""
        url = f"{self._api}/xrpc/{method}"

        def send() -> T:
            answer = self._client.request.post(url, content=body, headers=JSON)
            _fields(answer.content)
            return read(answer)

        return self._calling(send, verb)

    def reading(self) -> AbstractContextManager[None]:
        """While this lasts, an answer that makes no sense is a failure to read, in our own words."""
        return self._translated()

    def _calling(self, call: Callable[[], T], verb: Verb | None = None) -> T:
        """What `call` gives, made with a session; one that the server does not know (any more) is renewed.

        A token that was refused means that nothing was done, so the call may be made again.
        """
        for _ in range(RENEWALS):
            with self._translated():
                token = self._entered()
                self._must_be_ours(verb)
            with self._translated(verb):
                try:
                    return call()
                except Exception as error:
                    if not is_stale_session(error):
                        raise
            with self._translated():
                self._renewed(token)
        with self._translated(verb):
            self._must_be_ours(verb)
            return call()

    def _must_be_ours(self, verb: Verb | None) -> None:
        """Anything may be asked with keys of another account, but nothing done. Raises AccountLost."""
        known = self._connection.known_id()
        if verb is not None and known and self._session.did != known:
            who = f"@{self._session.handle}, and @{self._connection.handle} is another account"
            raise AccountLost(f"Its keys log in to {who}. Put in its own keys, and start again.")

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
        """By the account's own id where that is known: its handle may have changed. Else, or in vain, by its handle."""
        known = self._connection.known_id()
        if known:
            try:
                return self._logged_in_as(known)
            except Exception as error:
                if not is_wrong_login(error):
                    raise
        return self._logged_in_as(self._connection.handle)

    def _logged_in_as(self, identifier: str) -> Any:
        data = {"identifier": identifier, "password": self._connection.secrets["app_password"]}
        new = self._client.com.atproto.server.create_session(data, ignore_session_check=True)
        return Session(new.handle, new.did, new.access_jwt, new.refresh_jwt, self._api)

    def _is_ours(self, saved: Any) -> bool:
        """Whether a session is this account's: by its id where that is known, else by its handle.

        A handle may have passed to another account, or this account may have another handle by now.
        """
        known = self._connection.known_id()
        listed = self._connection.handle.lower()
        return bool(saved.did == known) if known else listed in (saved.handle.lower(), saved.did.lower())

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
        if not self._is_ours(saved):
            return None  # of the account that stood here in the settings before
        saved.pds_endpoint = self._api
        return saved

    def _ends_soon(self, session: Any) -> bool:
        token, ends = self._ends
        if token != session.access_jwt:
            ends = _end_of(session)
            self._ends = (session.access_jwt, ends)
        return ends is not None and ends - self._now() < RENEW_BEFORE

    @contextmanager
    def _translated(self, verb: Verb | None = None) -> Iterator[None]:
        try:
            yield
        except PlatformError:
            raise
        except Exception as error:
            raise translate(error, self._now(), verb) from error


def _refuse_what_is_not_bluesky_s(response: httpx.Response) -> None:
    if response.is_redirect:
        raise RedirectError("It answers with a redirect. Set the account's `api` to its own address.")
    kind = response.headers.get("content-type", "")
    if not own_word.BLUESKY.says(response.status_code, kind, response.read()):
        raise StrangerError(response.status_code, response.headers)


def _end_of(session: Any) -> datetime | None:
    """When its access token ends; None for one that cannot be read, which is used until the server refuses it."""
    try:
        return datetime.fromtimestamp(float(session.access_jwt_payload.exp), UTC)
    except Exception:  # noqa: BLE001 - whatever is wrong with it
        return None


def _fields(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise TypeError("The answer is not JSON.")
    return content
