"""What a network's own refusal looks like; what looks otherwise was said by something between it and us."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

REFUSALS = range(400, 600)


@dataclass(frozen=True)
class OwnForm:
    """How one network words its errors: JSON objects that `is_own` recognises, with source and the day it was read.

    A gateway may happen to use the same form; what it says then counts as the network's.
    """

    is_own: Callable[[Mapping[str, Any]], bool]
    source: str
    read_on: str

    def says(self, status: int, content_type: str, body: bytes) -> bool:
        """Whether this answer can be the network's own word. Of a success or a redirect only its contents can tell."""
        if status not in REFUSALS:
            return True
        if "json" not in content_type.lower():
            return False
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return isinstance(found, dict) and self.is_own(found)


X_TYPE = re.compile(r"about:blank|https://api\.(twitter|x)\.com/.*")
FRAME = {"instance", "traceId", "timestamp", "path", "statusCode"}  # what frameworks of others put around an error
X_ERROR = {"code", "message", "parameters"}
BLUESKY_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
MASTODON = {"error", "error_description", "details", "status"}


def _is_x(found: Mapping[str, Any]) -> bool:
    if FRAME & set(found):
        return False
    if isinstance(found.get("title"), str):
        return X_TYPE.fullmatch(str(found.get("type", "about:blank"))) is not None
    errors = found.get("errors")
    return isinstance(errors, list) and bool(errors) and all(_is_x_error(error) for error in errors)


def _is_x_error(error: object) -> bool:
    return isinstance(error, dict) and isinstance(error.get("message"), str) and set(error) <= X_ERROR


def _is_bluesky(found: Mapping[str, Any]) -> bool:
    name = found.get("error")
    return set(found) <= {"error", "message"} and isinstance(name, str) and BLUESKY_NAME.fullmatch(name) is not None


def _is_mastodon(found: Mapping[str, Any]) -> bool:
    return set(found) <= MASTODON and isinstance(found.get("error"), str) and bool(found["error"])


X = OwnForm(
    _is_x,
    source="docs.x.com: x-api/fundamentals/response-codes-and-errors (problem details, or errors with messages); "
    "OpenAPI 2.167: Problem, Error",
    read_on="2026-08-22",
)
BLUESKY = OwnForm(
    _is_bluesky,
    source="atproto.com/specs/xrpc: Error Responses; answers of the PDS 0.5.35",
    read_on="2026-11-29",
)
MASTODON_FAMILY = OwnForm(
    _is_mastodon,
    source="docs.joinmastodon.org: entities/Error; with the status beside it where Rails itself answers; "
    "gotosocial, takahe and pleroma say no more",
    read_on="2026-11-29",
)
