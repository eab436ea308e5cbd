"""Connections of httpx that obey `bounds`: a server that drips its answer, or never ends it, is left in time."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from amplifier.platforms.bounds import CODINGS, TooLargeError, UnreadableError, left, shorter, unpacked, within

FRAMING = {"content-encoding", "content-length", "transfer-encoding"}  # of what came over the wire, not of what is read


class PunctualTransport(httpx.HTTPTransport):
    """Gives each request so many seconds, and no answer more room than `bounds` says. Reads the answer to its end."""

    def __init__(self, seconds: float) -> None:
        super().__init__(trust_env=False)
        self._seconds = seconds
        pool = self._pool
        pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001 - httpx hands on no backend of ours

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its whole body, unpacked."""
        request.headers["Accept-Encoding"] = CODINGS
        with within(self._seconds):
            if not left():
                raise httpx.ConnectTimeout("No time is left to ask.", request=request)
            answer = super().handle_request(request)
            try:
                body = unpacked(answer.stream, answer.headers.get("content-encoding", ""))  # type: ignore[arg-type]
            except (TooLargeError, UnreadableError) as error:
                raise httpx.DecodingError(str(error), request=request) from error
            finally:
                answer.close()
        headers = [(name, value) for name, value in answer.headers.raw if name.decode("ascii").lower() not in FRAMING]
        return httpx.Response(answer.status_code, headers=headers, content=body, extensions=answer.extensions)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, shorter(timeout))
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._stream.write(buffer, shorter(timeout))
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(_in_time(lambda wait: self._stream.start_tls(ssl_context, server_hostname, wait), timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            _in_time(lambda wait: self._backend.connect_tcp(host, port, wait, local_address, socket_options), timeout)
        )


def _in_time(make: Any, timeout: float | None) -> httpcore.NetworkStream:
    """A connection that took so long to make that nothing may be sent on it any more is none."""
    try:
        made: httpcore.NetworkStream = make(shorter(timeout))
        shorter(None)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    return made
