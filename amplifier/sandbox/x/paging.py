"""Which page of posts a request to the X face asks for."""

from __future__ import annotations

import base64
import binascii

from amplifier.sandbox import ids
from amplifier.sandbox.nouns import Network, from_iso
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.wire import RefusedError, Request
from amplifier.sandbox.x.problems import invalid


def window(request: Request, *, least: int, standard: int) -> tuple[PageBounds, int]:
    """The window a request asks for (one longer than its limit) and the limit. Newest first, as everywhere on X."""
    limit_text = request.one("max_results", str(standard))
    if not limit_text.isdecimal() or not least <= int(limit_text) <= 100:
        message = f"The `max_results` query parameter value [{limit_text}] is not between {least} and 100"
        raise RefusedError(invalid(request, "max_results", message))
    after, before = -1, 2**63 - 1
    for name in ("since_id", "until_id"):
        number = request.one(name)
        if number and (not number.isdecimal() or len(number) > 19):
            raise RefusedError(invalid(request, name, f"The `{name}` query parameter value [{number}] is not valid"))
    if request.one("since_id"):
        after = int(request.one("since_id"))
    if request.one("until_id"):
        before = int(request.one("until_id"))
    if request.one("start_time"):
        after = max(after, _position(request, "start_time") - 1)
    if request.one("end_time"):
        before = min(before, _position(request, "end_time"))
    asked = request.one("pagination_token") or request.one("next_token")
    if asked:
        before = min(before, _read_token(request, asked))
    return PageBounds(after, before, int(limit_text) + 1), int(limit_text)


def _position(request: Request, name: str) -> int:
    try:
        return ids.position_at(Network.X, from_iso(request.one(name)))
    except ValueError:
        message = f"The `{name}` query parameter value [{request.one(name)}] is not a valid RFC3339 date-time"
        raise RefusedError(invalid(request, name, message)) from None


def token(position: int) -> str:
    """What leads to the posts before this position."""
    return base64.b32hexencode(position.to_bytes(8)).decode().rstrip("=").lower()


def _read_token(request: Request, asked: str) -> int:
    try:
        return int.from_bytes(base64.b32hexdecode(asked.upper() + "=" * (-len(asked) % 8)))
    except binascii.Error:
        raise RefusedError(invalid(request, "pagination_token", f"The token [{asked}] is not valid")) from None
