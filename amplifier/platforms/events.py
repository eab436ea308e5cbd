"""A network's answer as single events, each by itself: one that makes no sense hides no other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from amplifier.campaign.mention import LONGEST_RAW, LONGEST_REASON, Aside, RawMention

DEEPEST = 100  # no event of any network nests so deep, and a parser that recurses gives up on more
LONGEST_POSITION = 1000
CUT_OFF = "The answer was cut off."
SPACE = b" \t\r\n"
CLOSING = {b"[": b"]", b"{": b"}"}
# A text that is not closed goes to the end: else each quotation mark in it would be tried for the beginning of one.
TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
BRACKET = re.compile(TEXT + rb"|[\[\]{}]", re.DOTALL)
TOKEN = re.compile(TEXT + rb"|[\[\]{},:]", re.DOTALL)
# What an author's clock says is believed between these: no network is older, and every zone can say the later.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Unreadable:
    """The bytes of something that is no JSON that we can read, and why."""

    raw: bytes
    reason: str


@dataclass(frozen=True)
class Listing:
    """One page: its events, newest or oldest first as they came, and what the answer tells beside them.

    `problem` says what was wrong with the answer as a whole, where it could still be read in part.
    """

    events: tuple[Any, ...]
    rest: Mapping[str, Any]
    problem: str = ""


def listing(content: bytes, name: str = "", *, empty: str = "") -> Listing:
    """The events of an answer: the list itself, or with `name` the list under that name of an object.

    `empty` is the member that an answer has which holds no list because there is nothing in it. Nothing that one event
    holds (bytes that are no text, numbers without end, nesting) keeps the others from being read. Raises ValueError
    where the answer is no such list at all.
    """
    whole = _value(content)
    if isinstance(whole, Unreadable):
        return _in_parts(content, name, empty)
    if not name:
        return Listing(_a_list(whole), {})
    if not isinstance(whole, dict):
        raise ValueError("The answer is no JSON object.")  # noqa: TRY004  one failure, whatever came
    rest = {key: value for key, value in whole.items() if key != name}
    return Listing(_a_list(whole.get(name, [] if empty and empty in rest else None)), rest)


def event_of(raw: bytes) -> Any:
    """One event from its bytes, as `bytes_of` kept them."""
    return _value(raw)


def bytes_of(event: Any) -> bytes:
    """An event as it is kept for a later look: its JSON, cut where it is longer than anybody needs."""
    if isinstance(event, Unreadable):
        return event.raw[:LONGEST_RAW]
    try:
        return json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode()[:LONGEST_RAW]
    except (TypeError, ValueError, RecursionError):
        return repr(type(event)).encode()


def understood(event: Any, place: str, read: Callable[[Any], RawMention | None]) -> RawMention | Aside | None:
    """What `read` makes of an event; set aside with the reason if it makes no sense. `read` may raise anything."""
    kept = bytes_of(event)
    try:
        if isinstance(event, Unreadable):
            return Aside(place, kept, event.reason)
        if not isinstance(event, dict):
            return Aside(place, kept, "It is no JSON object.")
        found = read(event)
        return None if found is None else replace(found, posted_at=believed(found.posted_at), raw=kept, place=place)
    except Exception as error:  # noqa: BLE001  strangers' servers write these; whatever it is, the next one is read
        return Aside(place, kept, why(error))


def why(error: Exception) -> str:
    """In a few words what is wrong with an event."""
    match error:
        case KeyError():
            said = f"It has no {error.args[0] if error.args else 'such field'}."
        case RecursionError():
            said = "It is nested too deep."
        case _:
            said = str(error) or type(error).__name__
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    return plain[:LONGEST_REASON]


def word(fields: Any, *path: str) -> str:
    """The text under this path, which must be there: an id, a handle. Raises ValueError or KeyError if it is not."""
    found = fields
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            raise KeyError(".".join(path))
        found = found[name]
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found:
        raise ValueError(f"Its {'.'.join(path)} is no text.")
    return found


def next_place(found: Any) -> str:
    """Where a network says that its next page begins; empty where that is nothing that one can ask for."""
    return found if isinstance(found, str) and len(found) <= LONGEST_POSITION and found.isprintable() else ""


def instant(fields: Any, name: str) -> datetime:
    """The instant under this name (UTC), as far as it is believed. Raises ValueError or KeyError if there is none."""
    said = word(fields, name)
    try:
        return believed(datetime.fromisoformat(said))
    except ValueError:
        raise ValueError(f"Its {name} is no time.") from None


def believed(at: datetime) -> datetime:
    """What a stranger's clock says, in UTC: no year that a page or a database could not cope with."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(at, EARLIEST), LATEST).astimezone(UTC)


def _a_list(found: Any) -> tuple[Any, ...]:
    if not isinstance(found, list):
        raise ValueError("The answer holds no list.")  # noqa: TRY004  one failure, whatever came
    return tuple(found)


def _value(raw: bytes) -> Any:
    """What these bytes say; Unreadable where they say nothing that can be handed on."""
    if _is_deep(raw):
        return Unreadable(raw, "It is nested too deep.")
    try:
        return json.loads(raw.decode(errors="replace").removeprefix("\ufeff"), strict=False)
    except (ValueError, RecursionError) as error:
        return Unreadable(raw, f"It is no JSON: {why(error)}")


def _is_deep(raw: bytes) -> bool:
    """Whether it nests deeper than anything that a network says."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False  # of a single event that is nearly always so
    depth = 0
    for token in BRACKET.finditer(raw):
        sign = token.group()
        if sign in CLOSING:
            depth += 1
            if depth > DEEPEST:
                return True
        elif sign in CLOSING.values():
            depth -= 1
    return False


def _in_parts(content: bytes, name: str, empty: str) -> Listing:
    """The same where the answer cannot be read at once: cut at its commas first, and then each part by itself."""
    body = content.removeprefix(b"\xef\xbb\xbf").strip(SPACE)
    rest: dict[str, Any] = {}
    if name:
        parts, tail = _parts(body, b"{")
        members = dict(filter(None, map(_member, (*parts, tail))))
        body = members.pop(name, b"[]" if empty and empty in members else b"")
        rest = {key: value for key, raw in members.items() if not isinstance(value := _value(raw), Unreadable)}
    else:
        tail = b""
    elements, cut = _parts(body, b"[")
    return Listing(tuple(_value(raw) for raw in elements), rest, CUT_OFF if tail or cut else "")


def _member(part: bytes) -> tuple[str, bytes] | None:
    """The name and the bytes of a member of an object."""
    key = TOKEN.match(part)
    colon = TOKEN.search(part, key.end()) if key else None
    if not (key and colon and colon.group() == b":"):
        return None
    return key.group()[1:-1].decode(errors="replace"), part[colon.end() :].strip(SPACE)


def _parts(raw: bytes, opening: bytes) -> tuple[Sequence[bytes], bytes]:
    """What stands between the commas of a list or an object, unread; then, if it was cut off, what is left of the last.

    Raises ValueError if it is none.
    """
    if not raw.startswith(opening):
        raise ValueError("The answer holds no list." if opening == b"[" else "The answer is no JSON object.")
    parts: list[bytes] = []
    depth, begun = 0, 1
    for token in TOKEN.finditer(raw):
        sign = token.group()
        if sign in CLOSING:
            depth += 1
        elif sign in CLOSING.values():
            depth -= 1
        if depth == 0 or (depth == 1 and sign == b","):
            part = raw[begun : token.start()].strip(SPACE)
            parts += [part] if part else []
            begun = token.end()
        if depth == 0:
            return parts, b""
    return parts, raw[begun:].strip(SPACE) or opening
