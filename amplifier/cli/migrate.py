"""`amplifier migrate`: make the database ready for this version."""

from __future__ import annotations

import argparse

from django.core.management import call_command
from django.db import DatabaseError

from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.store.unwell import file_in, must_be_sound


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Bring the tables up to date; says nothing when there was nothing to do."""
    must_be_sound(file_in(settle(options.home, options.var).var))
    try:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    except DatabaseError as error:
        raise UsageError(
            f"The database cannot be opened: {error}\n"
            "Is the disk full or the folder read-only? Another place: --var FOLDER, or DATABASE_URL."
        ) from None
    return 0
