"""How a verb touches the database: whole, tried again when the database was busy, and on a living connection."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, OperationalError, ProgrammingError, close_old_connections, connection, transaction

from amplifier.errors import DatabaseTrouble
from amplifier.store.database.health import Ill, illness, in_words, trouble

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 3
PAUSE_S = 0.05
TURN_S = 1.0
BRIEF_S = 4  # how long whoever waits for a page is kept waiting for a database that is locked
CONNECT_S = 3


class DatabaseUnhealthy(DatabaseTrouble, OperationalError):
    """What ails the database, in words for people; inside the code it stays the database's own error."""


class _LockWait:
    """How long this process waits for a database that others keep."""

    tries = TRIES
    lock_ms = 0  # for a row that others keep (PostgreSQL); 0 waits as long as it takes


class _File:
    """Which file this process works on, once it has said so, and what it has seen of it that it cannot forget."""

    def __init__(self) -> None:
        self.path = Path()
        self.number: tuple[int, int] | None = None
        self.sentence = ""


_ours = _File()
_writer = threading.Lock()
_lock_wait = _LockWait()


def be_brief() -> None:
    """From now on this process waits but a short time for a database that is locked or away: people wait for it.

    Says nothing of a server that took a question and hangs; whoever asks sets a limit to that.
    """
    database = connection.settings_dict  # the same for all threads
    options = dict(database.get("OPTIONS") or {})
    if connection.vendor == "sqlite":
        database["OPTIONS"] = {**options, "timeout": BRIEF_S}
    else:  # nothing that a pooler in between would refuse
        database["OPTIONS"] = {"connect_timeout": CONNECT_S, "tcp_user_timeout": BRIEF_S * 1000, **options}
        _lock_wait.lock_ms = BRIEF_S * 1000
    _lock_wait.tries = 1
    connection.close()


def stay_with_this_file() -> None:
    """From now on this process (SQLite) works on this very file: gone or replaced, it refuses everything.

    Whoever kept it open would go on writing where nobody ever looks again, and whoever opened it anew would find an
    empty one, and send everything once more.
    """
    path = database_file()
    if path:
        with contextlib.suppress(FileNotFoundError):  # the pages may be there before the database
            found = path.stat()
            _ours.path, _ours.number, _ours.sentence = path, (found.st_dev, found.st_ino), ""


def database_file() -> Path | None:
    """The file (SQLite) that the verbs work on; None where the database is a server."""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def database_in_words() -> str:
    """Where the ledger is: the file, or the server and its database, never who logs in there."""
    file = database_file()
    if file:
        return str(file)
    known = connection.settings_dict
    server = known["HOST"] or (known.get("OPTIONS") or {}).get("host") or "this computer"
    port = f":{known['PORT']}" if known["PORT"] else ""
    return f"“{known['NAME']}” in PostgreSQL on {server}{port}"


def whole(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction. A busy database is tried again, whole, three times.

    Never put a call to a platform inside: the repeat would repeat it. Inside another verb it is a part of that one.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        _on_a_living_connection()
        with _in_words():
            for attempt in range(1, _lock_wait.tries + 1):
                try:
                    with _in_turn(), transaction.atomic():
                        _wait_for_locks()
                        return verb(*args, **kwargs)
                except OperationalError as error:
                    if attempt == _lock_wait.tries or not _is_busy(error):
                        raise
                    time.sleep(PAUSE_S * attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    return run


@contextlib.contextmanager
def _in_turn() -> Iterator[None]:
    """One thread of this process after the other, so that none sleeps while the file (SQLite) is free.

    Left to themselves many threads look whether it is free, sleep, and look again, up to 0.1 s later; with a few dozen
    of them nobody gets on. Whoever holds it for long waits for another program, and then the others wait for that, too.
    """
    is_ours = connection.vendor == "sqlite" and _writer.acquire(timeout=TURN_S)
    try:
        yield
    finally:
        if is_ours:
            _writer.release()


def _wait_for_locks() -> None:
    if _lock_wait.lock_ms and is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {_lock_wait.lock_ms}")


def reading(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function that only reads: it takes no lock that a writer would have to wait for."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:  # Django would close the connection in the middle
            return verb(*args, **kwargs)
        _on_a_living_connection()
        with _in_words():
            return verb(*args, **kwargs)

    return run


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Raises Unwell, with a sentence for people, for all that ails the database; before and after, it must be ours."""
    _must_be_ours()
    try:
        yield
    except DatabaseError as error:
        is_server = connection.vendor != "sqlite"
        known = isinstance(error, OperationalError | ProgrammingError) or not is_server
        ill = illness(str(error), is_server=is_server) if known else None
        if ill is None or isinstance(error, DatabaseUnhealthy) or (is_server and _is_busy(error)):
            raise
        connection.close()  # one that was opened while the disk was read-only stays so
        file = database_file()
        sentence = file and ill is Ill.DISK and trouble(file, thorough=False)  # a disk may have reasons to fail
        sentence = sentence or in_words(ill, str(file or "PostgreSQL"), str(error))
        if ill is Ill.DAMAGED and _ours.number:  # whoever has seen that believes it nothing more
            _ours.sentence = sentence
        raise DatabaseUnhealthy(sentence) from error
    _must_be_ours()


def _must_be_ours() -> None:
    """Raises Unwell if the file that this process works on is damaged, gone, or another one: one look at its number."""
    if not _ours.number or str(connection.settings_dict["NAME"]) != str(_ours.path):
        return
    if not _ours.sentence:
        try:
            found = _ours.path.stat()
        except OSError:
            raise DatabaseUnhealthy(in_words(Ill.GONE, str(_ours.path))) from None
        if (found.st_dev, found.st_ino) == _ours.number:
            return
        raise DatabaseUnhealthy(in_words(Ill.REPLACED, str(_ours.path)))
    raise DatabaseUnhealthy(_ours.sentence)


def _is_busy(error: DatabaseError) -> bool:
    words = str(error)
    return "locked" in words or "deadlock" in words or "could not serialize" in words


def is_postgres() -> bool:
    """Whether rows can be locked one by one (PostgreSQL) or a writer has the database to itself (SQLite)."""
    return connection.vendor == "postgresql"


def _on_a_living_connection() -> None:
    """A server may have hung up. A file does not; there it takes an error for a connection to be in doubt."""
    if connection.vendor != "sqlite" or connection.errors_occurred:
        close_old_connections()


def stamp(at: datetime) -> Any:
    """An instant as this database takes it in a statement of ours, and as Django writes it."""
    if connection.vendor != "sqlite":
        return connection.ops.adapt_datetimefield_value(at)
    return at.astimezone(UTC).isoformat(" ").removesuffix("+00:00")  # Django's own way takes four times as long


def instant(found: Any) -> Any:
    """An instant as this database gave it (UTC), or None."""
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
