"""Connections of requests that obey `bounds`: a server that drips its answer, or never ends it, is left in time."""

from __future__ import annotations

import io
import socket
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from amplifier.platforms.bounds import CHUNK, LARGEST, MIB, TooLargeError, left, shorter, unpacked

ON_THE_WIRE = LARGEST + MIB  # with the head, and what frames its pieces


def read_whole(response: requests.Response) -> None:
    """Read the body of an answer whose head is there, so that it can be asked for its `content` as usual."""
    try:
        pieces = response.raw.stream(CHUNK, decode_content=False)
        body = unpacked(pieces, response.headers.get("Content-Encoding", ""))
    except (HTTPError, OSError) as error:
        response.close()
        raise requests.ConnectionError(error) from error
    except BaseException:
        response.close()
        raise
    response._content = body  # noqa: SLF001 - requests has no other way to be given a body that was read already
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - as above


class PunctualAdapter(HTTPAdapter):
    """What requests makes its connections with."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests does it, with connections of our own."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Bytes(io.RawIOBase):
    """What comes over one socket for one answer: each wait is as long as there is time, and the whole is bounded."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._met = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(shorter(self._timeout))
        found: int | None = self._raw.readinto(buffer)
        self._met += found or 0
        if self._met > ON_THE_WIRE:
            raise TooLargeError(f"The answer is larger than {LARGEST // MIB} MB.")
        return found

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Bytes(sock))


class _InTime:
    """A connection that took so long to make that nothing may be sent on it any more sends nothing."""

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # of the class that this is mixed into
        if not left():
            self.close()  # type: ignore[attr-defined]  # as above
            raise ConnectTimeoutError(self, "The connection was not made in time.")


class _Connection(_InTime, HTTPConnection):
    response_class = _Answer


class _SecureConnection(_InTime, HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
