"""Where listening stands, source by source; a source is an account and what is listened to (`x:mentions`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from amplifier.store.database.transaction import reading, whole
from amplifier.store.identity import accounts
from amplifier.store.identity.numbered import mark
from amplifier.store.listening.heard import SourceRow


@dataclass(frozen=True)
class SourceState:
    """A source's cursor, when it was last read to its end, and what is wrong with it (empty: nothing)."""

    name: str
    cursor: str
    good_at: datetime | None
    problem: str


def as_kept(name: str) -> str:
    """A source as its rows name it: by its account's number, so that it stands where it stood under any label."""
    account, colon, what = name.partition(":")
    number = accounts.numbers().get(account)
    return f"{mark(number)}{colon}{what}" if number else name


def as_called() -> Callable[[str], str]:
    """How a source that is kept is called now, for all that one verb tells."""
    labels = {mark(number): label for number, label in accounts.labels().items()}

    def called(name: str) -> str:
        account, colon, what = name.partition(":")
        return f"{labels.get(account, account)}{colon}{what}"

    return called


@reading
def source_states() -> dict[str, SourceState]:
    """All sources, by name."""
    called = as_called()
    found = [SourceState(called(row.name), row.cursor, row.good_at, row.problem) for row in SourceRow.objects.all()]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


@reading
def cursor_of(name: str) -> str:
    """Where this source stands; empty before its first answer."""
    row = SourceRow.objects.filter(name=as_kept(name)).first()
    return row.cursor if row else ""


@reading
def last_good(name: str) -> datetime | None:
    """When this source was last read to its end: all that was there by then is in the log. None before that."""
    return SourceRow.objects.filter(name=as_kept(name)).values_list("good_at", flat=True).first()


@whole
def source_trouble(name: str, *, problem: str) -> None:
    """The source could not be read; its cursor stays."""
    SourceRow.objects.update_or_create(name=as_kept(name), defaults={"problem": problem})


def advance(name: str, *, cursor: str, now: datetime, is_unfinished: bool = False) -> None:
    """Move the cursor; called inside the transaction that keeps the mentions before it.

    After a look that `is_unfinished` the source is not read to its end: what the next ones bring is not late.
    """
    reached: dict[str, object] = {} if is_unfinished else {"good_at": now}
    SourceRow.objects.update_or_create(name=as_kept(name), defaults={"cursor": cursor, "problem": "", **reached})
