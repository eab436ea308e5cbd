"""The `Procfile` on a home where nothing was ever started: all its lines at once, as its runners start them."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.sandbox.server import Sandbox
from tests.conftest import _use as use
from tests.journeys.install import AMPLIFIER, REPOSITORY, Run, RunningInstall
from tests.ports import free_port
from tests.waiting import HANG_S

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
ELSEWHERE = (sys.executable, str(Path(__file__).with_name("elsewhere_worker.py")))
PRETEND = {"x": {}, "bluesky": {}, "mastodon": {"secrets": {"access_token": "pretend-labfreemvmt@social.example"}}}
SECRETS = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET", "BLUESKY_APP_PASSWORD")
SETTINGS = {"mode: rehearsal": "mode: live", 'address: ""': 'address: "1 Road, Liverpool"'}


def lines() -> dict[str, list[str]]:
    """What the file starts, by name."""
    found = {}
    for line in (REPOSITORY / "Procfile").read_text(encoding="utf-8").splitlines():
        name, _, command = line.partition(":")
        program, *words = shlex.split(command)
        assert program == "amplifier"
        found[name] = words
    return found


def start_all(install: RunningInstall, *, program: tuple[str, ...] = AMPLIFIER) -> dict[str, Run]:
    install.extra["PORT"] = str(install.port)
    return {name: install.start(*words, program=program) for name, words in lines().items()}


def health(port: int) -> tuple[int, bytes]:
    """What the pages say of themselves; 0 while nobody answers."""
    asked = HTTPConnection("127.0.0.1", port, timeout=HANG_S)
    try:
        asked.request("GET", "/healthz")
        answer = asked.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        asked.close()


def until_at_work(install: RunningInstall, runs: dict[str, Run], *, mode: str, database: str) -> None:
    """Each says in one line that it is at work, where, and in which mode; as a runner, we end all when one ends."""
    where = {"web": f"The web server is at work at http://0.0.0.0:{install.port}."}
    for name, run in runs.items():
        words = f"{mode}: {where.get(name, f'The {name} is at work.')} Database: {database}\n"
        run.until(lambda run=run, words=words: words in run.said(), what=words)  # type: ignore[misc]
    runs["web"].until(lambda: health(install.port) == (200, b"alive\n"), what="health")
    assert [name for name, run in runs.items() if run.process.poll() is not None] == []


def test_a_rehearsal_starts_on_an_empty_home(install: RunningInstall) -> None:
    install.start("sandbox")
    runs = start_all(install)
    until_at_work(install, runs, mode="REHEARSAL", database=str(install.var / "amplifier.sqlite3"))
    sent = "SELECT 1 FROM deliveries WHERE state = 'sent'"
    runs["worker"].until(lambda: install.rows(sent), what="post in the world")
    runs["listener"].until(
        lambda: install.ask("status")["processes"] == {"worker": True, "listener": True}, what="both"
    )


@pytest.mark.parametrize("name", ["web", "listener"])
def test_whoever_comes_first_waits_for_the_worker(install: RunningInstall, name: str) -> None:
    install.extra["PORT"] = str(install.port)
    run = install.start(*lines()[name])
    if name == "web":
        run.until(lambda: health(install.port) == (503, b"not ready\n"), what="refusal")
    else:
        run.until(lambda: "The listener waits: the database has no tables yet." in run.said(), what="sentence")
    assert not (install.var / "amplifier.sqlite3").exists()
    assert install.command("migrate").returncode == 0
    if name == "web":
        run.until(lambda: health(install.port) == (200, b"alive\n"), what="health")
    else:
        run.until(lambda: "The listener is at work." in run.said(), what="sentence")


def test_a_database_of_an_older_version_is_left_to_a_person(install: RunningInstall) -> None:
    assert install.command("migrate").returncode == 0
    install.write("DELETE FROM django_migrations WHERE app = 'store' AND name LIKE '0016%'")
    for name in ("worker", "listener"):
        refused = install.command(*lines()[name])
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "Make it ready; as it was, it is kept: amplifier migrate" in refused.stderr


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path / "world.sqlite3", port=free_port(), token="token")
    made.start()
    yield made
    made.stop()


def live_on(world: Sandbox, folder: Path) -> RunningInstall:
    """A live campaign whose networks are pretend ones."""
    home = copy_home(REPOSITORY, folder / "home", seconds=60)
    text = (home / "settings.yaml").read_text(encoding="utf-8")
    for before, after in SETTINGS.items():
        assert before in text
        text = text.replace(before, after, 1)
    (home / "settings.yaml").write_text(text, encoding="utf-8")
    address = f"http://127.0.0.1:{world.port}"
    there: dict[str, Any] = {name: {"api": address, "web": address, **more} for name, more in PRETEND.items()}
    install = RunningInstall(home, folder / "var")
    install.extra = dict.fromkeys((*SECRETS, "MASTODON_ACCESS_TOKEN"), "pretend")
    install.extra |= {"AMPLIFIER_KEY": "k" * 48, "AMPLIFIER_ELSEWHERE": json.dumps(there)}
    return install


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_live_starts_stopped_on_an_empty_home_and_sends_once_it_is_resumed(
    kind: str, world: Sandbox, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    install = live_on(world, tmp_path)
    database = str(install.var / "amplifier.sqlite3")
    if kind == "postgresql":
        install.extra["DATABASE_URL"] = empty_server(request.getfixturevalue("postgres"))
        database = "“procfile” in PostgreSQL on "
    runs = start_all(install, program=ELSEWHERE)
    try:
        if kind == "postgresql":
            for name, run in runs.items():
                run.until(lambda run=run: database in run.said(), what=f"{name} at work")  # type: ignore[misc]
        else:
            until_at_work(install, runs, mode="LIVE", database=database)
        runs["worker"].until(lambda: "  amplifier resume\n" in runs["worker"].said(), what="what to do about the stop")
        assert "■ Sending is stopped everywhere (the database). This database is new," in runs["worker"].said()
        assert install.ask("status")["stopped"]
        assert install.ask("resume", "--yes", "--json")
        assert install.ask("send", "Hello from the hall", "--to", "mastodon,bluesky", "--yes")["deliveries"]
        runs["worker"].until(lambda: len(said(world)) == 2, what="posts")
        assert all(run.process.poll() is None for run in runs.values())
    finally:
        install.end()


def said(world: Sandbox) -> list[str]:
    return [post.text for post in world.world.all_posts() if "Hello from the hall" in post.text]


def empty_server(server: dict[str, Any]) -> str:
    """The address of a database in this server that nobody has used."""
    use(server)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS procfile WITH (FORCE)")
        cursor.execute("CREATE DATABASE procfile")
    host = server["OPTIONS"].get("host", server["HOST"])
    return f"postgresql://{server['USER']}:{server['PASSWORD']}@/procfile?host={host}"
