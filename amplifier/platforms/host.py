"""The HTTP session of the SDKs that use requests: one host, bounded waiting, no redirects, no environment."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from amplifier.platforms.bounds import CODINGS, left, within
from amplifier.platforms.own_word import OwnForm
from amplifier.platforms.punctual import PunctualAdapter, read_whole
from amplifier.platforms.ratelimit import clock


@dataclass(frozen=True)
class Answer:
    """What came back over the wire, whatever an SDK made of it.

    `is_own`: the network itself can have said it; a refusal by something in between is none of the network's.
    """

    status: int
    headers: Mapping[str, str]
    is_own: bool = True
    content: bytes = field(default=b"", repr=False)

    @property
    def is_list(self) -> bool:
        """Whether it is a JSON list, as far as its first sign tells."""
        return self.content.lstrip()[:1] == b"["

    @property
    def is_gone(self) -> bool:
        """Whether the network itself says that there is no such thing; a page of something in between is no proof."""
        return self.status in {404, 410} and self.is_own


class WrongAddressError(requests.RequestException):
    """A request would have gone to another host than the one this account is on; it was not sent there."""


class RedirectedError(requests.RequestException):
    """The server answers with a redirect, which was not followed. Whether it did what was asked, nobody knows."""


class HostSession(requests.Session):
    """A session that speaks to `base` only, and tells what the network there can have said (`form`) from other answers.

    `base` has no slash at its end. Addresses beginning with one of `instead_of` are sent to `base`; any other host is
    refused. Time-outs (connecting, waiting for the next byte; seconds) apply to every request, since tweepy sets none
    and Mastodon.py waits 300 s; both together are all that a request may take, and no answer may be larger than
    `bounds` says. A redirect is never followed: it would carry a token to an address nobody has set.
    """

    def __init__(
        self, base: str, timeout: tuple[float, float], form: OwnForm, instead_of: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.trust_env = False  # no ~/.netrc and no proxy from the environment
        self.headers["Accept-Encoding"] = CODINGS
        self.mount("http://", PunctualAdapter())
        self.mount("https://", PunctualAdapter())
        self._form = form
        self._base = base.rstrip("/")
        self._timeout = timeout
        self._instead_of = instead_of
        self._last = threading.local()

    @property
    def answer(self) -> Answer | None:
        """The answer to this thread's last request; None if there was none."""
        return getattr(self._last, "answer", None)

    @property
    def clock(self) -> datetime | None:
        """What the server's clock showed at this thread's last answer; None where it did not say."""
        return clock(self.answer.headers) if self.answer else None

    def forget(self) -> None:
        """Let go of what this thread was answered before."""
        self._last.answer = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request, as requests does. `json` may be bytes: they are sent as they are."""
        self.forget()
        kwargs |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        body = kwargs.get("json")
        if isinstance(body, bytes):
            del kwargs["json"]
            kwargs["data"] = body
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Content-Type": "application/json"}
        address = self._address(str(url))
        with within(sum(self._timeout)):
            if not left():
                raise requests.ConnectTimeout("No time is left to ask.")
            response = super().request(method, address, *args, **kwargs)
            read_whole(response)
        kind = response.headers.get("Content-Type", "")
        is_own = self._form.says(response.status_code, kind, response.content)
        self._last.answer = Answer(response.status_code, response.headers, is_own, response.content)
        if response.is_redirect:
            raise RedirectedError(f"{self._base} answers with a redirect. Set the account's `api` to its real address.")
        return response

    def _address(self, url: str) -> str:
        for host in (self._base, *self._instead_of):
            if url == host or url.startswith((host + "/", host + "?")):
                return self._base + url[len(host) :]
        raise WrongAddressError(f"Only {self._base} is spoken to.")


class Burst:
    """A session for calls that must not meet a connection which the other side has given up.

    It is kept while calls follow each other closely, which saves making a connection for each, and made anew after a
    pause of `BRIEF`, after a failure, and for whoever comes while it is in use.
    """

    BRIEF = timedelta(seconds=2)  # no server closes an idle connection so soon

    def __init__(self, make: Callable[[], HostSession], now: Callable[[], datetime]) -> None:
        self._make = make
        self._now = now
        self._lock = threading.Lock()
        self._kept: tuple[HostSession, datetime] | None = None

    @contextmanager
    def session(self) -> Iterator[HostSession]:
        """A session for one call, for this thread alone."""
        with self._lock:
            kept, self._kept = self._kept, None
        session = kept[0] if kept and timedelta() <= self._now() - kept[1] < self.BRIEF else None
        if kept and session is None:
            kept[0].close()
        session = session or self._make()
        session.forget()
        try:
            yield session
        except BaseException:
            session.close()
            raise
        with self._lock:
            before, self._kept = self._kept, (session, self._now())
        if before:
            before[0].close()


SHORT = 80  # characters of an error that people can still read
NEVER_SENT = (
    requests.ConnectTimeout,
    NewConnectionError,  # refused, no route, no such name
    ssl.SSLCertVerificationError,
    WrongAddressError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)


def never_sent(error: BaseException) -> bool:
    """Whether `error` proves that the server never took the request: no connection, no TLS, or not our server."""
    return any(isinstance(link, NEVER_SENT) for link in _links(error))


def what_broke(error: BaseException) -> str:
    """What broke the call, in few words: (no answer in time), (Connection refused), (TypeError: It is no JSON.)."""
    links = list(_links(error))
    if any("Timeout" in type(link).__name__ for link in links):
        return "(no answer in time)"
    system = (link.strerror for link in links if isinstance(link, OSError) and isinstance(link.strerror, str))
    kind = type(error).__name__
    said = f"{kind}: {error}"
    return f"({next(system, said if len(said) <= SHORT and str(error) else kind)})"


def _links(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it wraps; requests and urllib3 hide the cause in `args` and `reason`."""
    waiting: list[object] = [error]
    met: set[int] = set()
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in met:
            continue
        met.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
