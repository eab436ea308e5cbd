"""A ledger to copy, Django set up on it and every SDK imported: what the harness needs before it begins."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nothing in it need survive a power cut


def set_up(folder: Path) -> Path:
    """Work in this folder from now on; gives a migrated ledger without anything in it, to be copied."""
    os.environ |= {
        "AMPLIFIER_VAR": str(folder),
        "AMPLIFIER_KEY": "a key for this run alone, long enough",
        "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
    }
    os.environ.pop("DATABASE_URL", None)
    sys.path.insert(0, str(HOME))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, skip_checks=True)
    connection.close()
    from amplifier.clock import utc_now
    from amplifier.platforms.capabilities import TABLE
    from amplifier.platforms.port import Connection
    from amplifier.platforms.registry import ADAPTERS, connect
    from tests.contract.places import Vault

    for network in ADAPTERS:
        secrets = dict.fromkeys(TABLE[network].secrets, "pretend")
        connect(network, Connection("nobody", "http://127.0.0.1:1", "", secrets, 1, 1), Vault(), utc_now)
    return folder / "amplifier.sqlite3"
