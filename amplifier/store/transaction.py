"""How a verb touches the database: whole, tried again when the database was busy, and on a living connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, close_old_connections, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 3
PAUSE_S = 0.05


def whole(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction. A busy database is tried again, whole, three times.

    Never put a call to a platform inside: the repeat would repeat it. Inside another verb it is a part of that one.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        close_old_connections()
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                if attempt == TRIES or not _is_busy(error):
                    raise
                time.sleep(PAUSE_S * attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    return run


def reading(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function that only reads: it takes no lock that a writer would have to wait for."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:  # Django would close the connection in the middle
            close_old_connections()
        return verb(*args, **kwargs)

    return run


def _is_busy(error: OperationalError) -> bool:
    words = str(error)
    return "locked" in words or "deadlock" in words or "could not serialize" in words


def is_postgres() -> bool:
    """Whether rows can be locked one by one (PostgreSQL) or a writer has the database to itself (SQLite)."""
    return connection.vendor == "postgresql"


def stamp(at: datetime) -> Any:
    """An instant as this database takes it in a statement of ours."""
    return connection.ops.adapt_datetimefield_value(at)


def instant(found: Any) -> Any:
    """An instant as this database gave it (UTC), or None."""
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
