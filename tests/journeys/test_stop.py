"""The panic stop, with real processes: nothing begins after any of its flags, and only a person lets it go on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, Run, RunningInstall
from tests.waiting import HANG_S

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for the worker in /proc"),
]
CALL_S = (0.2, 0.4)  # how long each network takes to answer: time enough for a stop to fall in the middle
UNDER_WAY_S = 5.0  # what had begun before the flag may still appear so long after it, on a busy machine
HELD = "SELECT 1 FROM deliveries WHERE state = 'held' AND reason = 'stopped' AND id IN ({})"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One service for all tests here, whose own posts are far apart: what is due, a test says."""
    folder = tmp_path_factory.mktemp("stop")
    install = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=7200), folder / "var")
    run = install.up()
    try:
        run.until(lambda: install.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"), what="first posts")
        install.world().fault(network="*", operation="publish", kind="delay", seconds=list(CALL_S), times=None)
        yield run
    finally:
        install.end()


@pytest.fixture
def install(running: Run) -> Iterator[RunningInstall]:
    """Whatever a test stopped goes on after it, and what it made due is out of the way."""
    install = running.install
    yield install
    _take_away(install)
    install.write("UPDATE stops SET lifted_at = at WHERE lifted_at IS NULL")
    install.write("UPDATE deliveries SET state = 'dropped' WHERE state IN ('held', 'missed')")


def _take_away(install: RunningInstall) -> None:
    flag = install.var / "STOP"
    flag.rmdir() if flag.is_dir() else flag.unlink(missing_ok=True)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def _make_due(install: RunningInstall, number: int, *, account: str = "", more: str = "") -> list[int]:
    """Let so many coming deliveries be due now, the latest of the campaign first; their numbers. `more`: said too."""
    only = f"AND platform = '{account}'" if account else ""
    rows = install.rows(f"SELECT id FROM deliveries WHERE state = 'queued' {only} ORDER BY run_at DESC LIMIT {number}")
    ids = [row for (row,) in rows]
    assert len(ids) == number
    now = _stamp(datetime.now(UTC))
    install.write(
        f"UPDATE deliveries SET run_at = '{now}', too_late_at = datetime('now', '+15 minutes'), "
        f"text = text || '{more}' WHERE id IN ({_listed(ids)})"
    )
    return ids


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def _states(install: RunningInstall, ids: list[int]) -> dict[str, int]:
    return dict(install.rows(f"SELECT state, COUNT(*) FROM deliveries WHERE id IN ({_listed(ids)}) GROUP BY state"))


def _sent(install: RunningInstall) -> int:
    return int(install.rows("SELECT COUNT(*) FROM deliveries WHERE state = 'sent'")[0][0])


def _begun_after(install: RunningInstall, at: datetime) -> list[Any]:
    return install.rows(f"SELECT subject, at FROM events WHERE kind = 'sending' AND at > '{_stamp(at)}'")


def _appeared_after(install: RunningInstall, at: datetime) -> list[object]:
    """What the world made of ours so long after the flag that its call cannot have been under way."""
    last = at + timedelta(seconds=UNDER_WAY_S)
    posts = [post for post in install.world().posts() if post["ours"]]
    return [post for post in posts if datetime.fromisoformat(str(post["created_at"])) > last]


def _until_held(run: Run, ids: list[int]) -> None:
    question = HELD.format(_listed(ids))
    run.until(lambda: len(run.install.rows(question)) == len(ids), what="hold")


def test_thirty_due_posts_stop_at_once_and_go_on_as_a_person_says(running: Run, install: RunningInstall) -> None:
    ids = _make_due(install, 72)  # so many that a slow machine has not sent them before the command begins
    before = _sent(install)
    running.until(lambda: _sent(install) >= before + 3, what="some of them out")
    told = install.ask("stop", "--reason", "A wrong name is in it")
    assert (told["stopped"], told["flags"], told["problems"]) == (True, ["file", "database"], [])
    flag_at = datetime.fromtimestamp((install.var / "STOP").stat().st_mtime, UTC)
    ((stopped_event,),) = install.rows("SELECT MAX(id) FROM events WHERE kind = 'stopped'")
    time.sleep(UNDER_WAY_S + 1)
    assert install.rows(f"SELECT subject FROM events WHERE kind = 'sending' AND id > {stopped_event}") == []
    assert _appeared_after(install, flag_at) == []
    states = _states(install, ids)
    assert set(states) == {"sent", "held"}
    assert states["held"] >= 12, states
    named = {one["id"] for one in told["under_way"]}
    assert named <= set(ids)
    assert len(named) <= 3, "an account sends one thing at a time"

    worker = running.child("worker")
    assert worker
    os.kill(worker, signal.SIGKILL)
    running.until(lambda: running.child("worker") not in (None, worker), what="new worker")
    time.sleep(2)
    assert install.rows(f"SELECT subject FROM events WHERE kind = 'sending' AND id > {stopped_event}") == []

    status = install.ask("status")
    assert (status["good"], status["stopped"]) == (False, "A wrong name is in it.")
    (first, *_others) = install.rows(
        "SELECT d.id, p.slot || '/' || p.occurrence FROM deliveries d JOIN posts p ON p.id = d.post_id "
        f"WHERE d.state = 'held' AND d.id IN ({_listed(ids)}) ORDER BY d.id"
    )
    resumed = install.ask("resume", "--post", first[1])
    released = [one["id"] for one in resumed["released"]]
    assert first[0] in released
    running.until(lambda: _states(install, released) == {"sent": len(released)}, what="the released ones")
    kept = [one["id"] for one in resumed["kept"]]
    assert _states(install, kept) == {"held": len(kept)}
    texts = [(str(post["network"]), str(post["text"])) for post in install.world().posts() if post["ours"]]
    assert len(texts) == len(set(texts)), "nothing went out twice"


@pytest.mark.parametrize("flag", ["file", "unreadable file", "database"])
def test_each_flag_alone_stops_everything(running: Run, install: RunningInstall, flag: str) -> None:
    match flag:
        case "file":
            (install.var / "STOP").touch()
        case "unreadable file":
            (install.var / "STOP").mkdir()
        case _:
            now = _stamp(datetime.now(UTC))
            install.write(
                "INSERT INTO stops (scope, reason, actor, at, lifted_by) "
                f"VALUES ('all', 'By hand in the database.', 'somebody', '{now}', '')"
            )
    at = datetime.now(UTC)
    ids = _make_due(install, 9)
    _until_held(running, ids)
    assert _begun_after(install, at) == []
    assert install.ask("status")["stops"][0]["flag"] == flag.removeprefix("unreadable ")
    assert install.command("resume", "--yes").returncode == 0
    running.until(lambda: _states(install, ids) == {"sent": 9}, what="the nine")


def test_one_account_stops_and_the_others_go_on(running: Run, install: RunningInstall) -> None:
    assert install.ask("stop", "--account", "x", "--reason", "Token seen")["flags"] == ["database"]
    on_x, elsewhere = _make_due(install, 2, account="x"), _make_due(install, 2, account="mastodon")
    running.until(lambda: _states(install, elsewhere) == {"sent": 2}, what="the others")
    _until_held(running, on_x)
    assert install.command("resume", "--account", "x", "--yes").returncode == 0
    running.until(lambda: _states(install, on_x) == {"sent": 2}, what="those on X")


def test_one_tag_stops_and_what_lacks_it_goes_on(running: Run, install: RunningInstall) -> None:
    assert install.ask("stop", "--tag", "#NotThis", "--reason", "Wrong tag")["scope"] == "tag:notthis"
    with_it = _make_due(install, 1, account="bluesky", more=" #notthis")
    without = _make_due(install, 1, account="mastodon")
    running.until(lambda: _states(install, without) == {"sent": 1}, what="the other")
    _until_held(running, with_it)


def test_one_account_stops_also_while_the_settings_are_broken(running: Run, install: RunningInstall) -> None:
    settings = install.home / "settings.yaml"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(good.replace("zone:", "zoen:"), encoding="utf-8")
    try:
        said = install.command("stop", "--account", "x", "--reason", "Token seen")
    finally:
        settings.write_text(good, encoding="utf-8")
    assert said.returncode == 0, said
    assert "■ Sending on x is stopped. Token seen." in said.stdout
    assert "First put in order what is named above." in said.stdout
    on_x, elsewhere = _make_due(install, 1, account="x"), _make_due(install, 1, account="mastodon")
    running.until(lambda: _states(install, elsewhere) == {"sent": 1}, what="the other")
    _until_held(running, on_x)


def test_the_link_is_served_to_anybody_and_the_console_to_nobody_elsewhere(
    running: Run, install: RunningInstall
) -> None:
    made = install.ask("stop-link")
    path = "/" + made["address"].split("/", 3)[3]

    def ask(method: str, asked: str, body: str = "") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", install.port, timeout=HANG_S)
        headers = {"Host": "amplifier.example", "X-Forwarded-For": "203.0.113.7"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, asked, body=body, headers=headers)
        answer = connection.getresponse()
        words = answer.read().decode()
        connection.close()
        return answer.status, words

    assert ask("GET", "/")[0] == 404
    assert ask("GET", "/decide")[0] == 404
    assert ask("POST", "/stop")[0] == 404
    status, page = ask("GET", path)
    assert status == 200
    assert "Stop everything now" in page
    assert install.ask("status")["stopped"] is None
    assert ask("POST", path, "reason=From+the+hall")[0] == 200
    assert install.ask("status")["stopped"] == "From the hall."
    ids = _make_due(install, 3)
    _until_held(running, ids)
    assert install.ask("stop-link", "--revoke")["revoked"] == 1
    assert ask("POST", path)[0] == 404


def test_the_environment_stops_and_no_command_undoes_it(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=60), tmp_path / "var")
    install.extra["AMPLIFIER_STOP"] = "1"
    try:
        run = install.up()
        run.until(
            lambda: install.rows("SELECT 1 FROM deliveries WHERE state = 'held' AND reason = 'stopped'"),
            what="hold",
        )
        del install.extra["AMPLIFIER_STOP"]  # the person at the keyboard has it not
        assert install.rows("SELECT 1 FROM deliveries WHERE state = 'sent'") == []
        stops = install.ask("status")["stops"]
        assert [(one["flag"], one["reason"]) for one in stops] == [
            ("environment", "AMPLIFIER_STOP is set in the environment of the worker.")
        ]
        refused = install.command("resume", "--yes")
        assert refused.returncode == 2
        assert "AMPLIFIER_STOP is set in the environment where the worker runs" in refused.stderr
        assert install.rows("SELECT 1 FROM deliveries WHERE state = 'sent'") == []
    finally:
        install.end()


def test_it_stops_before_the_first_start_and_with_a_broken_database_or_settings(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=60), tmp_path / "var")
    told = install.ask("stop", "--reason", "Not yet")
    assert (told["stopped"], told["flags"]) == (True, ["file"])
    (install.var / "STOP").unlink()
    (install.var / "amplifier.sqlite3").write_bytes(b"this is no database" * 1000)
    told = install.ask("stop")
    assert (told["stopped"], told["flags"]) == (True, ["file"])
    assert "The database could not be written" in told["problems"][0]
    (install.var / "STOP").unlink()
    settings = install.home / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("mode: rehearsal", "mode: liv"), encoding="utf-8")
    said = install.command("stop", "--reason", "All is broken")
    assert said.returncode == 0, said
    assert "Sending is stopped everywhere. All is broken." in said.stdout
    assert (install.var / "STOP").read_text(encoding="utf-8") == "All is broken.\n"


def test_a_stop_before_the_first_start_says_how_it_goes_on_and_that_works(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=7200), tmp_path / "var")
    try:
        said = install.command("stop")
        assert said.returncode == 0
        assert "The service was never started here, so its database has no tables yet." in said.stdout
        commands = said.stdout.partition("To let it go on:\n")[2].split("\n")
        assert [line.split("  ")[1] for line in commands if line] == ["amplifier up", "amplifier resume"]
        run = install.up()
        run.until(lambda: "stopped" in run.said(), what="sentence")
        assert install.rows("SELECT 1 FROM events WHERE kind = 'sending'") == []
        assert "Sending goes on everywhere." in install.command("resume", "--yes").stdout
    finally:
        install.end()
