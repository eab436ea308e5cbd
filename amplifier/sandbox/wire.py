"""A request as it came in and an answer as it goes out, with nothing of any network in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


class Operation(StrEnum):
    """What a request wants, in the words that faults are set with."""

    PUBLISH = "publish"
    FIND = "find"
    MENTIONS = "mentions"
    LOGIN = "login"
    LOOK_UP = "look_up"
    READ = "read"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True)
class Request:
    """One HTTP request, read completely. `query` keeps repeated names."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, or the empty string."""
        return self.headers.get(name) or ""

    @property
    def host(self) -> str:
        """The host and port that the client called, as it wrote them."""
        return self.header("Host") or "localhost"

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def several(self, *names: str) -> tuple[str, ...]:
        """All values of parameters with any of these names, commas separating too."""
        return tuple(part for key, value in self.query if key in names for part in value.split(",") if part)

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is not."""
        return json.loads(self.body)

    def fields(self) -> dict[str, Any]:
        """The fields of a form or a JSON object; a name ending in `[]` holds a list. Raises ValueError if neither."""
        if self.header("Content-Type").startswith("application/json"):
            found = self.json() if self.body else {}
            if not isinstance(found, dict):
                raise ValueError("the body is not a JSON object")
            return found
        fields: dict[str, Any] = {}
        for name, value in parse_qsl(self.body.decode(), keep_blank_values=True):
            if name.endswith("[]"):
                fields.setdefault(name, []).append(value)
            else:
                fields[name] = value
        return fields


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. Content-Length, Date and Connection are added when it is written.

    `length` is what Content-Length says instead of the truth; None says the truth.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    def having(self, headers: Mapping[str, str]) -> Reply:
        """The same answer with further headers."""
        return replace(self, headers={**self.headers, **headers})

    def raw(self, *, date: str, keep: bool) -> bytes:
        """The whole answer as it goes over the wire."""
        lines = [
            f"HTTP/1.1 {self.status} {_phrase(self.status)}",
            f"Date: {date}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body) if self.length is None else self.length}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if not keep:
            lines.append("Connection: close")
        return "\r\n".join((*lines, "\r\n")).encode() + self.body


def say(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, encoded, JSON, headers or {})


class RefusedError(Exception):
    """The request gets this answer instead of what it asked for."""

    def __init__(self, answer: Reply) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Pretend"
