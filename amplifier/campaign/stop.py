"""A stop: sending is halted, everywhere, on one account or for one tag, until a person lets it go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from amplifier.text.links import SpanKind, spans

EVERYTHING = "all"
ACCOUNT, TAG = "account:", "tag:"
STOPPED, GOES_ON = "is stopped", "goes on"
MARKS = "#\uff03"  # what a hashtag begins with, narrow or full width


@dataclass(frozen=True)
class Stop:
    """A stop in force. `scope` is `all`, `account:NAME` or `tag:TAG` (lower case, without #).

    `by_person`: a person gave the reason; else it is a note of the service.
    """

    id: int
    scope: str
    reason: str
    actor: str
    at: datetime
    by_person: bool = False


def scope_of(account: str = "", tag: str = "") -> str:
    """The scope that stops this account, this tag (with its sign or without) or, with neither, everything."""
    if account:
        return ACCOUNT + account
    return TAG + _bare(tag).casefold() if tag else EVERYTHING


def why_no_tag(tag: str) -> str:
    """Why no post can ever have this as its hashtag, so that a stop for it would stop nothing; empty if one can."""
    words = f"#{_bare(tag)}"
    found = [span for span in spans(words) if span.kind is SpanKind.TAG]
    if len(found) == 1 and found[0].end == len(words):
        return ""
    meant = f" Did you mean {found[0].value}?" if found else ""
    return f"“{tag}” is no hashtag, so it would stop nothing. Name one, without spaces or commas.{meant}"


def _bare(tag: str) -> str:
    return tag.strip().lstrip(MARKS).strip()


def stopped_by(stops: Iterable[Stop], account: str, text: str) -> Stop | None:
    """The first of these stops that holds back this text on this account."""
    tags: frozenset[str] | None = None
    for stop in stops:
        if stop.scope in (EVERYTHING, ACCOUNT + account):
            return stop
        if stop.scope.startswith(TAG):
            if tags is None:
                tags = frozenset(span.value.casefold() for span in spans(text) if span.kind is SpanKind.TAG)
            if stop.scope.removeprefix(TAG) in tags:
                return stop
    return None


def sending(scope: str, what: str) -> str:
    """What is so with sending in this scope, as people say it: Sending is stopped everywhere; Sending on x goes on."""
    if scope.startswith(ACCOUNT):
        return f"Sending on {scope.removeprefix(ACCOUNT)} {what}"
    if scope.startswith(TAG):
        return f"Sending of posts with #{scope.removeprefix(TAG)} {what}"
    return f"Sending {what} everywhere"
