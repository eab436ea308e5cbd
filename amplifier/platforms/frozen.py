"""Requests as bytes: the same content always gives the same bytes, so a stored request can be sent again as it was."""

from __future__ import annotations

import json
from typing import Any

from amplifier.errors import Rejected


def freeze(fields: dict[str, Any]) -> bytes:
    """The fields as canonical JSON: keys in order, no spaces, UTF-8.

    Raises Rejected where a text holds half a character (a lone surrogate), which no network can take.
    """
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Rejected("The text contains half a character. Write it again without copying that sign.") from error


def thaw(request: bytes) -> dict[str, Any]:
    """The fields that `freeze` made these bytes from."""
    fields: dict[str, Any] = json.loads(request)
    return fields
