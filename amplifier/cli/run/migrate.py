"""`amplifier migrate`: make the database ready for this version; what was there before is kept."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator

from django.core.management import call_command
from django.db import DatabaseError

from amplifier.cli.backup import keep, path_for
from amplifier.cli.restore import must_be_still
from amplifier.cli.run.nearby import must_be_near
from amplifier.cli.show.output import console, errors, warn
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import Install, open_install
from amplifier.store import ledger
from amplifier.store.backup.rows import is_behind
from amplifier.store.database.health import must_be_sound
from amplifier.store.database.ready import fill_if_empty

OCCASION = "before-upgrade"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Bring the tables up to date, with a backup before; says nothing when there was nothing to do."""
    install = open_install(options.home, options.var, keyless=True)
    warn(errors(), must_be_near(install))
    must_be_sound(install.database)
    if make_tables():
        return 0
    with _told():
        _keep_what_is_there(install)
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    return 0


def make_tables() -> bool:
    """Make an empty database ready, whole or not at all; False if it was not empty. Raises UsageError."""
    with _told():
        return fill_if_empty()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise UsageError(
            f"The database cannot be opened: {error}\n"
            "Is the disk full or the folder read-only? Another place: --var FOLDER, or DATABASE_URL."
        ) from None


def _keep_what_is_there(install: Install) -> None:
    """A ledger of an older version is backed up first: that file is the way back, with that version."""
    file = install.database
    if (file is not None and not file.exists()) or not ledger.is_ready() or not is_behind():
        return
    opened = ledger.ledger()
    if opened is None:
        return
    must_be_still()  # an older version at work would find another database under its feet
    now = utc_now()
    try:
        path = path_for(None, install, now, occasion=OCCASION)
        keep(install, path, opened, now=now, quiet=True)
    except UsageError as error:
        raise UsageError(
            f"This database is of an older version, and before it is brought up to this one it must be kept:\n{error}\n"
            "Nothing was changed."
        ) from None
    out = console()
    out.print("The database was made by an older version. It is brought up to this one; as it was, it is kept in")
    out.print(f"  {path}", markup=False, soft_wrap=True)
    out.print("To go back: that version, and amplifier restore with this file (docs/upgrade.md).")
