"""What strangers' servers put into a field, as words: what is missing or null is nothing, and never the word None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words(fields: Mapping[str, Any], name: str) -> str:
    """The text in this field; empty where there is none, or something that is no text."""
    found = fields.get(name)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def parts(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in this list, without whatever else is among them."""
    found = fields.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def part(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object in this field; an empty one where there is none."""
    found = fields.get(name)
    return found if isinstance(found, Mapping) else {}
