"""A database file on a network file system: live nothing that writes opens it there; in a rehearsal it is told.

Whoever makes a database or works on it for long asks `must_be_near`: `up`, `web`, `worker`, `listener`, `migrate`,
`restore`, `rehearse`. All other commands that open one are asked `must_be_near_if_there` before they do, but for those
that the table of commands lets work on a far one: to say how it is, to stop it, and to take a copy of it home.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from amplifier.errors import Problem, UsageError
from amplifier.install import Install, database_in
from amplifier.settings import Mode
from amplifier.store.database.far_disk import far, kind_of_far_disk

FOLLOWS = {
    Mode.LIVE: "A live service does not start there.",
    Mode.REHEARSAL: "A rehearsal plays on; a live service would not start there.",
}
log = logging.getLogger("amplifier.store")


def far_disk(var: Path, mode: Mode) -> tuple[list[Problem], list[Problem]]:
    """What this data folder's disk is refused for, and what it is warned of: at most one of either."""
    kind = kind_of_far_disk(database_in(var, mode))
    if not kind:
        return [], []
    said, hint = far(kind)
    found = [Problem(str(var.resolve()), 0, "network_disk", f"{said} {FOLLOWS[mode]}", hint)]
    return (found, []) if mode is Mode.LIVE else ([], found)


def must_be_near(install: Install) -> list[Problem]:
    """What to warn of before a rehearsal's database is opened. Raises UsageError instead where the mode is live."""
    refused, warned = far_disk(install.var, install.settings.mode)
    if refused:
        raise UsageError(str(refused[0]))
    return warned


def must_be_near_if_there(install: Install) -> None:
    """The same before a command opens a database that is there already; a rehearsal was told when it began."""
    database = install.database
    if database is not None and database.exists():
        must_be_near(install)


def warn_alone(warnings: Iterable[Problem], *, alone: bool) -> None:
    """Write them into the log of a process that nobody supervises; `up` says them once for all of its own."""
    for one in warnings if alone else ():
        log.warning("%s: %s %s", one.path, one.message, one.hint)
