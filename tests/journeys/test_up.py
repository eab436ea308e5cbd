"""`amplifier up` as a person starts, ends, kills and starves it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run.ports import answers
from tests.journeys.install import REPOSITORY, Run, RunningInstall
from tests.ports import free_port
from tests.waiting import HANG_S

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
CHILDREN = ("sandbox", "web", "worker")
EXTRA = """---
ask: thanks
audience: everyone
platforms: [x, bluesky, mastodon]
language: en
---
== plain
One more word of thanks, added while the service was running.
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One `up` that several tests try; its campaign is long enough for all of them."""
    folder = tmp_path_factory.mktemp("up")
    install = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=120), folder / "var")
    run = install.up()
    try:
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
        run.until(lambda: _said_by_us(install), what="post in the world")
        yield run
    finally:
        install.end()


def _said_by_us(install: RunningInstall) -> int:
    return sum(1 for post in install.world().posts() if post["ours"])


def _sent(install: RunningInstall) -> int:
    return sum(number for (number,) in install.rows("SELECT count(*) FROM deliveries WHERE state = 'sent'"))


def _goes_on(run: Run, *, seconds: float = HANG_S) -> None:
    before = _sent(run.install)
    run.until(lambda: _sent(run.install) > before, seconds=seconds, what="further post")


def test_it_says_where_it_is_and_logs_what_others_say(running: Run) -> None:
    install = running.install
    said = running.said()
    assert "REHEARSAL  Labour Campaign for Free Movement" in said
    assert "Its whole campaign in 2 minutes. Nothing leaves this computer." in said
    assert f"http://localhost:{install.sandbox_port}/wall" in said
    for page in ("/", "/k/lab23", "/mentions"):
        assert f"http://127.0.0.1:{install.port}{page}" in said
    assert f"send 'Hello from the hall' --to x --home {install.home} --var {install.var}" in said
    running.until(lambda: install.ask("mentions")["mentions"], what="mention in the log")


def test_a_second_one_on_the_same_data_is_refused(running: Run) -> None:
    install = running.install
    refused = install.command("up", "--port", str(free_port()))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"amplifier: Amplifier is already running here (process {running.process.pid}, ")
    assert "--var FOLDER" in refused.stderr


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_taken_port_is_refused_by_the_option_that_sets_it(running: Run, tmp_path: Path, option: str) -> None:
    other = RunningInstall(running.install.home, tmp_path / "var")
    if option == "--port":
        other.port = running.install.port
    else:
        other.sandbox_port = running.install.sandbox_port
    port = other.port if option == "--port" else other.sandbox_port
    refused = other.command("up", "--port", str(other.port), "--sandbox-port", str(other.sandbox_port))
    assert refused.returncode == 2
    by = "by another Amplifier" if sys.platform == "linux" else ""
    said = rf"amplifier: Port {port} is taken {by}\. Choose another: amplifier up {option} \d+\n"
    assert re.fullmatch(said, refused.stderr), refused.stderr
    assert not other.living()


@pytest.mark.parametrize("word", CHILDREN)
def test_a_killed_child_comes_back_and_the_posts_go_on(running: Run, word: str) -> None:
    install = running.install
    before = running.child(word)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    running.until(lambda: running.child(word) not in (None, before), what=f"new {word}")
    _goes_on(running)
    if word == "web":
        running.until(lambda: answers(install.port), what="page")
    assert "SIGKILL); it starts again in 0.2 s." in running.said()


def test_a_schedule_that_becomes_bad_is_told_and_the_posts_go_on(running: Run) -> None:
    install = running.install
    schedule = install.home / "schedules" / "lab23.yaml"
    good = schedule.read_text(encoding="utf-8")
    (install.home / "templates" / "lab23" / "extra.j2").write_text(EXTRA, encoding="utf-8")
    bad = good + "  - name: extra\n    template: lab23/extra\n    att: vote + 4h\n"
    line = bad.splitlines().index("    att: vote + 4h") + 1
    schedule.write_text(bad, encoding="utf-8")
    running.until(lambda: install.ask("status")["problems"], what="problem")
    status = install.ask("status")
    assert [(one["path"], one["line"]) for one in status["problems"]] == [("schedules/lab23.yaml", line)]
    assert not status["good"]
    told = install.command("status")
    assert f"schedules/lab23.yaml:{line}" in told.stdout
    assert told.returncode == 1
    _goes_on(running)
    schedule.write_text(bad.replace("    att:", "    at:"), encoding="utf-8")
    planned = "SELECT d.state FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE p.slot = 'extra'"
    running.until(lambda: install.rows(planned) == [("queued",)] * 3, what="new slot")
    assert not install.ask("status")["problems"]


def test_nothing_was_said_twice_or_lost_in_all_this(running: Run) -> None:
    texts = [(post["network"], post["text"]) for post in running.install.world().posts() if post["ours"]]
    assert len(texts) == len(set(texts))
    there = {post["remote_id"] for post in running.install.world().posts()}
    assert {pk for (pk,) in running.install.rows("SELECT remote_id FROM deliveries WHERE state = 'sent'")} <= there
    code, _ = running.stop(signal.SIGTERM)
    assert (code, running.install.living()) == (0, {})
    assert "Traceback" not in running.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_however_it_ends_nothing_is_left_running(install: RunningInstall, number: signal.Signals) -> None:
    run = install.up()
    planned = "SELECT 1 FROM deliveries"
    run.until(lambda: "Ctrl-C" in run.said() and install.rows(planned), what="plan")
    assert len(install.living()) == 1 + len(CHILDREN)
    code, _ = run.stop(number)
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
    assert not install.living()
    if number is not signal.SIGKILL:
        return
    again = install.up()  # at once, as somebody would who has just seen it die
    again.until(lambda: "Ctrl-C ends everything." in again.said(), what="welcome")
    assert "It began earlier: " in again.said()
    assert again.stop()[0] == 0


@pytest.mark.parametrize("after", [0.4, 1.2, 2.0])
def test_it_can_be_ended_while_it_starts(install: RunningInstall, after: float) -> None:
    run = install.up()
    time.sleep(after)
    code, _ = run.stop(signal.SIGTERM)
    assert code in (0, -signal.SIGTERM)  # before it has read its files nothing has begun, and nobody listens yet
    assert not install.living()


def test_bad_settings_stop_it_before_anything_starts(install: RunningInstall) -> None:
    settings = install.home / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("zone:", "zonne:"), encoding="utf-8")
    refused = install.command("up", "--json")
    problems = json.loads(refused.stdout)["problems"]
    assert refused.returncode == 2
    assert {problem["path"] for problem in problems} == {"settings.yaml"}
    assert all(set(problem) == {"path", "line", "rule", "message", "hint"} for problem in problems)
    assert not install.var.exists()


def test_data_of_another_campaign_stop_it(install: RunningInstall) -> None:
    first = install.up()
    first.until(lambda: install.rows("SELECT id FROM ledger"), what="ledger")
    assert first.stop()[0] == 0
    for path in (install.home / "settings.yaml", install.home / "schedules" / "lab23.yaml"):
        text = (
            path.read_text(encoding="utf-8")
            .replace("id: lab23", "id: lab24")
            .replace("campaign: lab23", "campaign: lab24")
        )
        path.write_text(text, encoding="utf-8")
    second = install.up()
    assert second.process.wait(HANG_S) == 2
    assert "This database belongs to the campaign “lab23”" in second.said()
    assert not install.living()
    third = install.up("--fresh")
    third.until(lambda: "Ctrl-C ends everything." in third.said(), what="welcome")
    assert "It began earlier" not in third.said()
    assert third.stop()[0] == 0


def test_nothing_is_welcomed_before_the_worker_is_at_work(install: RunningInstall) -> None:
    """Its pages and networks are there long before it finds out that the data is another campaign's."""
    first = install.up()
    first.until(lambda: install.rows("SELECT id FROM ledger"), what="ledger")
    assert first.stop()[0] == 0
    install.write("UPDATE ledger SET campaign = 'other'")
    second = install.up()
    assert second.process.wait(HANG_S) == 2
    assert "This database belongs to the campaign “other”" in second.said()
    assert "Watch the wall" not in second.said()
    assert not install.living()


def test_where_the_usual_port_is_taken_it_takes_the_next_and_says_so(install: RunningInstall) -> None:
    with socket.socket() as other:
        with contextlib.suppress(OSError):  # another program has it: so much the better
            other.bind(("127.0.0.1", 8000))
            other.listen()
        run = install.start("up")
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
    said = re.search(r"^Port 8000 is taken by another \w+: the pages are on (\d+)\.$", run.said(), re.MULTILINE)
    assert said, run.said()
    assert f"http://127.0.0.1:{said[1]}/k/lab23" in run.said()
    networks = int((install.var / "sandbox.port").read_text())
    assert f"http://localhost:{networks}/wall" in run.said()
    assert answers(networks)


def test_where_its_data_are_deleted_status_says_so_and_makes_none(install: RunningInstall) -> None:
    run = install.up()
    run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
    shutil.rmtree(install.var)
    told = install.command("status")
    assert told.returncode == 2
    assert "The database is not there any more" in told.stderr
    assert not install.var.exists()
    assert run.stop()[0] == 0
    assert "has not been started here yet" in install.command("status").stderr


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full_or_read_only_stops_it_with_a_sentence(install: RunningInstall, disk: Path) -> None:
    install.var = disk / "var"
    small = install.command("up", "--port", str(install.port), "--sandbox-port", str(install.sandbox_port))
    (disk / "rest").write_bytes(b"0" * 950_000)
    with pytest.raises(OSError, match="No space left"):
        (disk / "rest of the rest").write_bytes(b"0" * 100_000)
    install.var = disk / "another"
    full = install.command("up")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    install.var = disk / "var"
    unwritable = install.command("up")
    for refused, why in (
        (small, "The disk is full: 1.0 MB are left"),
        (full, "cannot be written: No space left on device."),
        (unwritable, "cannot be written: Read-only file system."),
    ):
        assert why in refused.stderr
        assert "--var FOLDER" in refused.stderr
        assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines()) <= 2) == (2, "", True)
    assert not install.living()
