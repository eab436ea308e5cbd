"""What the environment lacks for a start: a disk that lasts, a database that we can use, a key to seal with."""

from __future__ import annotations

from collections.abc import Mapping

from amplifier.settings import Mode, Settings

# Set by hosts whose disks are thrown away at every restart (Heroku, Cloud Run, Lambda).
PASSING_DISKS = ("DYNO", "K_SERVICE", "AWS_LAMBDA_FUNCTION_NAME")
SERVERS = ("postgres", "postgresql", "pgsql")  # how the address of one that we can use begins
SHORTEST_KEY = 32


def lacks_disk(settings: Settings, environ: Mapping[str, str]) -> str:
    """Why a database file would not last on this machine; empty where it does, or none is needed."""
    passing = next((name for name in PASSING_DISKS if name in environ), None)
    if settings.mode is Mode.REHEARSAL or passing is None or environ.get("DATABASE_URL"):
        return ""
    return (
        f"This machine's disk does not last ({passing} is set), so a database file would be lost with it.\n"
        "Give live mode a PostgreSQL: put its address into DATABASE_URL."
    )


def lacks_server(settings: Settings, environ: Mapping[str, str]) -> str:
    """What is wrong with the address in DATABASE_URL; empty where it is a PostgreSQL's, there is none, or none counts.

    A SQLite file by that way would be opened without what keeps two processes from claiming the same post.
    """
    if settings.mode is Mode.REHEARSAL or names_server(environ) or not environ.get("DATABASE_URL"):
        return ""
    return (
        "DATABASE_URL names no PostgreSQL: its address begins with postgres://\n"
        "Without DATABASE_URL the database is a file in the data folder (--var FOLDER)."
    )


def names_server(environ: Mapping[str, str]) -> bool:
    """Whether DATABASE_URL is the address of a server that we can use."""
    scheme, found, _ = environ.get("DATABASE_URL", "").partition("://")
    return bool(found) and scheme in SERVERS


def lacks_key(settings: Settings, environ: Mapping[str, str], what: str = "log-in sessions and secret links") -> str:
    """Why `what` cannot be sealed; empty where it can. A rehearsal has a key of its own."""
    if settings.mode is Mode.REHEARSAL or len(environ.get("AMPLIFIER_KEY", "")) >= SHORTEST_KEY:
        return ""
    return (
        f"Live mode needs AMPLIFIER_KEY in the environment: it seals {what}. Make one once, with\n"
        "  python3 -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
        "and keep it where you keep passwords."
    )
