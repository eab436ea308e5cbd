"""What strangers' servers put into a field: what is missing or null is nothing, and what cannot be kept is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST_ID, LONGEST_ADDRESS = 300, 2000
WEB = ("https://", "http://")


def an_id(found: object) -> str:
    """A network's own id for something, as it is kept and asked for again. Raises ValueError where it can be no id."""
    said = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not _is_one_word(said, LONGEST_ID):
        raise ValueError("Its id is none that can be kept.")
    return said


def an_address(*found: object) -> str:
    """The first of these that is the address of a page; empty where none is."""
    words = (one for one in found if isinstance(one, str))
    return next((one for one in words if one.lower().startswith(WEB) and _is_one_word(one, LONGEST_ADDRESS)), "")


def in_words(text: str) -> str:
    """A text of several lines without what no database takes: half letters, and signs that steer a machine."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"})


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


def _is_one_word(said: str, most: int) -> bool:
    return 0 < len(said) <= most and said.isprintable() and " " not in said
